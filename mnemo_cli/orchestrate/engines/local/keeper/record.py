"""Lines that are on file before anybody is told: how each attempt began and ended, for whoever comes after a crash."""

import contextlib
import os

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class Record:
    """Each line is one write to the end of the file. What a full disk refused is written before the next line."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, _FLAGS, 0o600)
        size = os.fstat(self._descriptor).st_size
        torn = size and os.pread(self._descriptor, 1, size - 1) != b"\n"
        self._unwritten = b"\n" if torn else b""

    def note(self, line: bytes) -> None:
        """Keep it, now or as soon as the disk takes it: the supervisor's journal ends the run on a full disk."""
        self._unwritten += line
        self.retry()

    def retry(self) -> None:
        if self._unwritten:
            with contextlib.suppress(OSError):
                written = os.write(self._descriptor, self._unwritten)
                self._unwritten = self._unwritten[written:]

    def begin_anew(self) -> None:
        """Forget everything."""
        os.ftruncate(self._descriptor, 0)
        self._unwritten = b""
