"""A signal that reaches exactly the process that a person saw on the screen, or nobody.

Between looking and sending, the process may end and its number be given to another one. A pidfd means one process
for good (https://man7.org/linux/man-pages/man2/pidfd_open.2.html): the start time, read after it was opened, says
whether it is the one that was seen. A /proc of another pid namespace has numbers of its own: which one it gives to
the process that is held, the pidfd's fdinfo there says.
"""

import os
import select
import signal
import sys
from pathlib import Path

from mnemo_cli.errors import TargetError, UsageError
from mnemo_cli.sampling.files import reason
from mnemo_cli.sampling.index import parse_stat

# Asked for in this order: to end, to be ended, to stand still.
SIGNALS = ("TERM", "INT", "HUP", "QUIT", "KILL", "STOP", "CONT", "USR1", "USR2")


class Aim:
    """Opened at once. TargetError where the process is gone, UsageError where it cannot be held fast."""

    def __init__(self, pid: int, started: int, root: Path) -> None:
        self.pid = pid
        self._descriptor = _opened(pid)
        try:
            _check_namespace(self._descriptor, pid, root)
            if _started(pid, root) != started:
                raise TargetError(f"process {pid} has ended, and its number is another process's; nothing was sent")
        except (TargetError, UsageError):
            self.close()
            raise

    @property
    def is_gone(self) -> bool:
        """Whether it has ended, be it reaped or not."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(0))

    def send(self, name: str) -> str:
        """Send SIG`name`; the sentence that says so. TargetError where it is gone, UsageError where we may not."""
        number = signal.Signals[f"SIG{name}"]
        if self.is_gone:
            raise TargetError(f"process {self.pid} has ended; nothing was sent")
        try:
            signal.pidfd_send_signal(self._descriptor, number)
        except ProcessLookupError as err:
            raise TargetError(f"process {self.pid} has ended; nothing was sent") from err
        except PermissionError as err:
            raise UsageError(f"cannot signal process {self.pid}: {reason(err)}; be its user, or root") from err
        return f"SIG{name} was sent to process {self.pid}"

    def close(self) -> None:
        """Let go of it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _opened(pid: int) -> int:
    if sys.platform != "linux":
        raise UsageError("a process can be held fast for a signal only on Linux 5.3 or later")
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError as err:
        raise TargetError(f"process {pid} has ended; nothing was sent") from err
    except (OSError, ValueError, OverflowError) as err:
        why = reason(err) if isinstance(err, OSError) else str(err)
        raise UsageError(f"cannot hold process {pid} fast for a signal: {why}") from err


def _check_namespace(descriptor: int, pid: int, root: Path) -> None:
    """Whether the /proc that was looked at gives this number to the process that is held, too."""
    try:
        text = (root / f"proc/self/fdinfo/{descriptor}").read_bytes()
        (number,) = (int(line[4:]) for line in text.splitlines() if line.startswith(b"Pid:"))
    except (OSError, ValueError) as err:
        why = reason(err) if isinstance(err, OSError) else "it does not say which process is held"
        raise UsageError(f"cannot read /proc/self/fdinfo/{descriptor}: {why}; nothing was sent") from err
    if number == -1:
        raise TargetError(f"process {pid} has ended; nothing was sent")
    if number != pid:
        raise UsageError(f"/proc shows another pid namespace, where {pid} is not the process held; nothing was sent")


def _started(pid: int, root: Path) -> int:
    try:
        return parse_stat((root / f"proc/{pid}/stat").read_bytes())[2]
    except (FileNotFoundError, ProcessLookupError) as err:
        raise TargetError(f"process {pid} has ended; nothing was sent") from err
    except (OSError, ValueError) as err:
        raise UsageError(f"cannot read /proc/{pid}/stat: {reason(err)}; nothing was sent") from err
