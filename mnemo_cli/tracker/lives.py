"""Which of some processes still live, in one system call for all of them, whatever their pids are used for later.

A pidfd means one process for good: https://man7.org/linux/man-pages/man2/pidfd_open.2.html. Where the
system has none (before Linux 5.3), nothing is held, and a caller reads /proc each time.
"""

import os
import select
from collections.abc import Collection

# Each costs a descriptor of ours.
_MOST_HELD = 256


class Lives:
    """Processes that were alive when they were looked at last."""

    def __init__(self) -> None:
        self._descriptors: dict[int, int] = {}
        self._poll = select.poll()

    def hold(self, pid: int) -> bool:
        """Whether this process is watched from now on."""
        if pid in self._descriptors:
            return True
        if len(self._descriptors) == _MOST_HELD:
            return False
        try:
            descriptor = os.pidfd_open(pid)
        except (OSError, AttributeError):
            return False
        self._descriptors[pid] = descriptor
        self._poll.register(descriptor, select.POLLIN)
        return True

    def keep(self, scope: Collection[int]) -> Collection[int]:
        """Those that are in scope and have not ended; the others are let go."""
        ended = {descriptor for descriptor, _ in self._poll.poll(0)}
        for pid, descriptor in list(self._descriptors.items()):
            if descriptor in ended or pid not in scope:
                self._poll.unregister(descriptor)
                os.close(self._descriptors.pop(pid))
        return self._descriptors.keys()

    def __del__(self) -> None:
        for descriptor in self._descriptors.values():
            os.close(descriptor)
