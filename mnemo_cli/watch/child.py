"""The program after `--`: started, watched from outside, and ended with its own code."""

import errno
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mnemo_cli.errors import CommandError, ExitCode, OutputError
from mnemo_cli.model import Event, Level
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.signals import shares_terminal

_LAST_LINES = 20
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended: the shell's code for it (128 + signal), and what it and its children cost."""

    exit_code: int
    cpu_seconds: float
    major_faults: int


class Output(Enum):
    """Where a program's output goes."""

    OWN = "it keeps our streams"
    STDERR = "all of it to our stderr, because stdout is for the result"
    FILE = "to a kept file, because a dashboard owns the terminal; its input is /dev/null"


class Child:
    """A running program, as the direct child of this process."""

    def __init__(self, argv: Sequence[str], output: Output) -> None:
        self.output_file = _new_output_file(argv[0]) if output is Output.FILE else None
        self._output = output
        # In the terminal's foreground group it can read keys and hears Ctrl-C; elsewhere it gets a
        # group of its own, so that a signal reaches whatever it has started too.
        self._own_group = output is Output.FILE or not shares_terminal()
        self.ended: Ended | None = None
        self._process = self._start(argv)
        self._descriptor = -1

    @property
    def pid(self) -> int:
        return self._process.pid

    def reap(self) -> Ended | None:
        """Its end, once it has ended."""
        return self.ended or self._wait(os.WNOHANG)

    def wait(self) -> Ended:
        """Wait for its end."""
        ended = self.ended or self._wait(0)
        assert ended is not None
        return ended

    def stops(self, clock: WaitingClock) -> None:
        """Make the end of the program end a watch: at once where there are pidfds, else at the next sample."""

        if hasattr(os, "pidfd_open"):
            # Readable once the program has ended: https://man7.org/linux/man-pages/man2/pidfd_open.2.html
            self._descriptor = os.pidfd_open(self.pid)
            clock.answer(self._descriptor, lambda: self._end(clock))
        else:
            signal.signal(signal.SIGCHLD, lambda *_: self._end(clock))

    def hears(self, number: signal.Signals) -> bool:
        """Whether the terminal sends this signal to the program by itself (Ctrl-C)."""
        return number is signal.SIGINT and not self._own_group

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, to its whole group if it has one; not once it is reaped: its pid may be somebody else's."""
        if self.ended is not None:
            return
        if self._own_group:
            os.killpg(self.pid, number)
        else:
            self._process.send_signal(number)

    def end(self, grace_seconds: float) -> Ended:
        """Ask it to end (SIGTERM), and kill it when it does not; returns at once when it has ended already."""
        if self.reap() is None:
            self.signal(signal.SIGTERM)
            deadline = time.monotonic() + grace_seconds
            while self.reap() is None and time.monotonic() < deadline:
                self._await_end(deadline - time.monotonic())
            self.signal(signal.SIGKILL)
        return self.wait()

    def last_output(self) -> list[str]:
        """The last lines of the kept output."""
        if self.output_file is None:
            return []
        with self.output_file.open("rb") as output:
            output.seek(max(0, self.output_file.stat().st_size - _TAIL_BYTES))
            return os.fsdecode(output.read()).splitlines()[-_LAST_LINES:]

    def _await_end(self, seconds: float) -> None:
        if self._descriptor < 0:
            time.sleep(min(seconds, 0.01))
            return
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.poll(max(1, int(seconds * 1000)))

    def _wait(self, options: int) -> Ended | None:
        pid, status, usage = os.wait4(self.pid, options)
        if pid:
            code = os.waitstatus_to_exitcode(status)
            self._process.returncode = code
            self.ended = Ended(
                exit_code=code if code >= 0 else 128 - code,
                cpu_seconds=usage.ru_utime + usage.ru_stime,
                major_faults=usage.ru_majflt,
            )
        return self.ended

    def _end(self, clock: WaitingClock) -> None:
        if self.reap() is None:
            return
        clock.stop()
        if self._descriptor >= 0:
            clock.forget(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _start(self, argv: Sequence[str]) -> "subprocess.Popen[bytes]":
        try:
            if self.output_file is None:
                stdout = 2 if self._output is Output.STDERR else None
                return subprocess.Popen(argv, stdout=stdout, start_new_session=self._own_group)
            with self.output_file.open("wb") as output:
                return subprocess.Popen(
                    argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
                )
        except OSError as err:
            if self.output_file is not None:
                self.output_file.unlink()
            raise _cannot_start(argv[0], err) from err


def exit_event(choice: TargetChoice, ended: Ended, time_seconds: float) -> Event:
    """The last event of a program's watch."""
    return Event(
        time_seconds=time_seconds,
        event="exit",
        level=Level.NORMAL if ended.exit_code == 0 else Level.HIGH,
        text=f"{choice.pattern} ended with code {ended.exit_code}",
        fields={"pid": choice.pid, "exit_code": ended.exit_code, "cpu_seconds": ended.cpu_seconds},
    )


def _cannot_start(program: str, err: OSError) -> CommandError:
    if err.errno == errno.ENOENT and shutil.which(program) is None:
        return CommandError(f"{program}: command not found", exit_code=ExitCode.NOT_FOUND)
    if err.errno == errno.ENOENT:
        # The file is there, its interpreter is not.
        return CommandError(f"{program}: its interpreter was not found", exit_code=ExitCode.NOT_EXECUTABLE)
    return CommandError(f"{program}: cannot be run: {err.strerror}", exit_code=ExitCode.NOT_EXECUTABLE)


def _new_output_file(program: str) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"mnemo-{Path(program).name}-", suffix=".log")
    except OSError as err:
        raise OutputError(f"cannot keep the program's output in {tempfile.gettempdir()}: {err.strerror}") from err
    os.close(descriptor)
    return Path(name)
