"""The program after `--`: started, watched from outside, and ended with its own code."""

import contextlib
import errno
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import CommandError, ExitCode, OutputError
from mnemo_cli.model import Event, Level
from mnemo_cli.redact import printable
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.largest import largest_bytes, own_peak_bytes
from mnemo_cli.watch.signals import shares_terminal

# A program that ignores SIGTERM for this long is killed.
GRACE_SECONDS = 10.0
_LAST_LINES = 20
_TAIL_BYTES = 64 * 1024
# What a program has started ends with it: this long after it, whoever is left of its group is killed.
_LEFTOVER_SECONDS = 1.0


class Ended(NamedTuple):
    """How a program ended: the shell's code for it (128 + signal), and what it and its children cost.

    `seconds` is from its start to its end. `by_signal` tells SIGKILL from a program that exits with 137 itself.
    `largest_bytes` is the peak of its largest process, and less than what several used together.
    """

    exit_code: int
    seconds: float
    cpu_seconds: float
    major_faults: int
    by_signal: int | None = None
    largest_bytes: int | None = None


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
        if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
            # Inherited from whoever started us: the kernel would then keep no exit code for us.
            # https://man7.org/linux/man-pages/man2/wait.2.html (NOTES)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._began_seconds = time.monotonic()
        self._process = self._start(argv)
        self._own_peak_bytes = own_peak_bytes(Path("/"))
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
            signal.signal(signal.SIGCHLD, lambda *_: clock.call_soon(lambda: self._end(clock)))
            # It may have ended before anybody listened.
            clock.call_soon(lambda: self._end(clock))

    def hears(self, number: signal.Signals) -> bool:
        """Whether the terminal sends this signal to the program by itself (Ctrl-C)."""
        return number is signal.SIGINT and not self._own_group

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, to its whole group if it has one; not once it is reaped: its pid may be somebody else's."""
        if self.ended is not None:
            return
        # A program that became another user may not be signalled by us: it goes on.
        with contextlib.suppress(PermissionError):
            if self._own_group:
                os.killpg(self.pid, number)
            else:
                self._process.send_signal(number)

    def end(self, grace_seconds: float) -> Ended:
        """Ask it and what it started to end (SIGTERM), and kill what does not; one that has ended is left alone."""
        if self.reap() is None:
            self.signal(signal.SIGTERM)
            deadline = time.monotonic() + grace_seconds
            while self.reap() is None and time.monotonic() < deadline:
                self._await_end(deadline - time.monotonic())
            self.signal(signal.SIGKILL)
            self.wait()
            self._kill_leftovers()
        return self.wait()

    def last_output(self) -> list[str]:
        """The last lines of the kept output."""
        if self.output_file is None:
            return []
        with self.output_file.open("rb") as output:
            output.seek(max(0, self.output_file.stat().st_size - _TAIL_BYTES))
            return os.fsdecode(output.read()).splitlines()[-_LAST_LINES:]

    def _kill_leftovers(self) -> None:
        """Its group keeps its number for as long as anybody is in it, so the number cannot mean a stranger here."""
        if not self._own_group:
            return
        deadline = time.monotonic() + _LEFTOVER_SECONDS
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(self.pid, 0)
                time.sleep(0.01)
            os.killpg(self.pid, signal.SIGKILL)

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
                seconds=time.monotonic() - self._began_seconds,
                cpu_seconds=usage.ru_utime + usage.ru_stime,
                major_faults=usage.ru_majflt,
                by_signal=-code if code < 0 else None,
                largest_bytes=largest_bytes(usage, self._own_peak_bytes),
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


class Forward:
    """Hands a signal that we get to the program, which is watched until it ends; a second one does not wait.

    One that comes before the program has started is handed on once it has.
    """

    def __init__(self, clock: WaitingClock, *, to_program: bool) -> None:
        self._clock = clock
        self._to_program = to_program
        self._signalled = False
        self._early: signal.Signals | None = None
        self._child: Child | None = None

    def follow(self, child: Child) -> None:
        """The program has started."""
        self._child = child
        if self._early is not None:
            child.signal(self._early)

    def __call__(self, number: signal.Signals) -> None:
        if self._signalled or not self._to_program:
            self._clock.stop()
        elif self._child is None:
            self._early = number
        elif not self._child.hears(number):
            self._child.signal(number)
        self._signalled = True


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
    shown = printable(program)
    if err.errno == errno.ENOENT and shutil.which(program) is None:
        return CommandError(f"{shown}: command not found", exit_code=ExitCode.NOT_FOUND)
    if err.errno == errno.ENOENT:
        # The file is there, its interpreter is not.
        return CommandError(f"{shown}: its interpreter was not found", exit_code=ExitCode.NOT_EXECUTABLE)
    return CommandError(f"{shown}: cannot be run: {err.strerror}", exit_code=ExitCode.NOT_EXECUTABLE)


def _new_output_file(program: str) -> Path:
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"mnemo-{Path(program).name}-", suffix=".log")
    except OSError as err:
        raise OutputError(f"cannot keep the program's output in {tempfile.gettempdir()}: {err.strerror}") from err
    os.close(descriptor)
    return Path(name)
