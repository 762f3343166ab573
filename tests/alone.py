"""One test at a time with what the machine has only one of, also between the workers of a run and between runs."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

# Who needs both takes that of the groups first.
MEMORY_GROUPS = Path("/sys/fs/cgroup")
SHARED_MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def alone_with(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """A lock on the folder itself: nothing is left behind, not even by a run that was killed.

    Those who only look on share it: they wait for who needs it alone, and not for each other.
    """
    if not folder.is_dir():
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        # Not only closed: a child that a test forked may hold the same open folder.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)
