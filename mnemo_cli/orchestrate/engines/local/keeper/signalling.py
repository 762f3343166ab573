"""Signals that cannot reach a stranger: a pid is looked up again after it has been pinned with a pidfd.

Between reading a pid and signalling it the process may end and its number be given away. A pidfd
means one process for good (https://man7.org/linux/man-pages/man2/pidfd_open.2.html): if the number is
still among the attempt's own after the pidfd was opened, either it is that process, or the one we
hold is dead and the signal fails.
"""

import contextlib
import os
import signal
from collections.abc import Callable


def send(members: Callable[[], list[int]], number: int) -> None:
    """To everybody who is among `members` now. Whoever they start meanwhile is not reached: call again."""
    handles: dict[int, int] = {}
    try:
        for pid in members():
            with contextlib.suppress(OSError):
                handles[pid] = os.pidfd_open(pid)
        for pid in handles.keys() & set(members()):
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(handles[pid], number)
    finally:
        for handle in handles.values():
            os.close(handle)


def send_all(members: Callable[[], list[int]], number: int) -> None:
    """The same until nobody is new, for signals that stop a process: it cannot start others after that."""
    known: set[int] = set()
    for _ in range(100):
        new = set(members()) - known
        if not new:
            return
        send(lambda new=new: [pid for pid in members() if pid in new], number)  # type: ignore[misc]
        known |= new
