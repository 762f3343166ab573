"""Room on the disk that is set aside while a run goes on: what still runs when the disk is full can be noted."""

import os
from pathlib import Path

# The ends of a few thousand jobs, with all that waited for them; of fewer where there is less.
RESERVE_BYTES = (1 << 20, 1 << 18, 1 << 16)


class Reserve:
    """A file without a name: whatever ends its owner gives the room back. Raises OSError where there is none."""

    def __init__(self, beside: Path) -> None:
        path = beside.with_name(f"{beside.name}.reserve-{os.getpid()}")
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        path.unlink()
        error = None
        for size in RESERVE_BYTES:
            try:
                os.posix_fallocate(self._descriptor, 0, size)
                return
            except OSError as err:
                error = err
                os.ftruncate(self._descriptor, 0)
        self.release()
        assert error is not None
        raise error

    def release(self) -> bool:
        """Give it back; whether there was any left."""
        if self._descriptor < 0:
            return False
        os.close(self._descriptor)
        self._descriptor = -1
        return True
