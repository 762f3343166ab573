"""Runs the programs that collectors ask for: without a shell, without input, and never longer than they are given."""

import contextlib
import errno
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence

from mnemo_cli.diagnostics.collector import Finished
from mnemo_cli.diagnostics.head_and_tail import HeadAndTail
from mnemo_cli.sampling.program_group import has_ended, signal_group
from mnemo_cli.sampling.program_output import pumped

_GRACE_SECONDS = 0.3
# Where the tools of an administrator are, which the PATH of a person often leaves out.
_FURTHER_PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin")


class Programs:
    """The Runner of a run. Collectors call it from their threads; `end_all` ends what those left behind."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = _for_programs(environment)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __call__(self, argv: Sequence[str], *, timeout_seconds: float, max_bytes: int) -> Finished:
        """See diagnostics.collector.Runner."""
        deadline = time.monotonic() + timeout_seconds
        process = self._start(argv)
        try:
            errors = bytearray()
            output = b"".join(HeadAndTail(_printed(process, errors, deadline), max_bytes))
            in_time = _ends_before(process, deadline)
            if not in_time:
                signal_group(process, signal.SIGTERM)
                _ends_before(process, time.monotonic() + _GRACE_SECONDS)
        finally:
            self._finish(process)
        return Finished(process.returncode if in_time else None, output, bytes(errors))

    def end_all(self) -> None:
        """End whatever still runs, and start nothing more."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for process in running:
            signal_group(process, signal.SIGKILL)

    def _start(self, argv: Sequence[str]) -> "subprocess.Popen[bytes]":
        program = _found(argv[0], self._environment["PATH"])
        with self._lock:
            if self._closed:
                raise OSError("the run has ended")
            process = subprocess.Popen(
                [program, *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def _finish(self, process: "subprocess.Popen[bytes]") -> None:
        """What it has started ends with it."""
        signal_group(process, signal.SIGKILL)
        # One that hangs in the kernel is left to whoever inherits it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        with self._lock:
            self._running.discard(process)


def _printed(process: "subprocess.Popen[bytes]", errors: bytearray, deadline: float) -> Iterator[bytes]:
    """What came from stdout until the time was over."""
    with contextlib.suppress(TimeoutError):
        yield from pumped(process, errors, deadline)


def _ends_before(process: "subprocess.Popen[bytes]", deadline: float) -> bool:
    """Whether it has ended in time. It is not reaped yet where the system can tell without."""
    pause_seconds = 0.001
    while not has_ended(process):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, pause_seconds))
        pause_seconds = min(0.05, 2 * pause_seconds)
    return True


def _for_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """The person's environment with the C locale, and a PATH that leads to no relative place."""
    own = [place for place in environment.get("PATH", "").split(":") if place.startswith("/")]
    kept = {name: text for name, text in environment.items() if name != "LANGUAGE" and not name.startswith("LC_")}
    return {**kept, "LC_ALL": "C", "PATH": ":".join(dict.fromkeys((*own, *_FURTHER_PLACES)))}


def _found(program: str, search_path: str) -> str:
    """Where the program is: Popen would look in our own PATH."""
    found = shutil.which(program, path=search_path)
    if found is None:
        raise FileNotFoundError(errno.ENOENT, "there is no such program here", program)
    return found
