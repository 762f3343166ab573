"""Files of output that cannot fill the disk: past a cap the middle is given back, head and tail are kept.

A job writes to its file itself (O_APPEND), so that it needs nobody when supervisor and keeper die. A
file that has grown past its cap gets a hole punched into it: what was written since keeps its place.
At the end the hole is taken out and one line says how much is missing.
"""

import contextlib
import fcntl
import os

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
# FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE: https://man7.org/linux/man-pages/man2/fallocate.2.html
_PUNCH_HOLE = 0x01 | 0x02
_BLOCK_BYTES = 4096
_COPY_BYTES = 1 << 20
# So much of the cap is for the beginning.
_HEAD_RATIO = 0.25
_MARK = b"\n[mnemo left out %d bytes here]\n"


class Output:
    """One file, of one stream or of both. `limit_bytes` None: it may grow."""

    def __init__(self, path: str, limit_bytes: int | None) -> None:
        self.descriptor = os.open(path, _FLAGS, 0o666)
        self.limit_bytes = limit_bytes
        self._began_bytes = os.fstat(self.descriptor).st_size
        self._seen_bytes = self._began_bytes
        self._hole_end = 0
        self._cut_bytes = 0
        self._mark_bytes = 0

    @property
    def _head_end(self) -> int:
        """Rounded up to a block, since holes are made of whole ones; what was there before us is head as well."""
        head = self._began_bytes + int((self.limit_bytes or 0) * _HEAD_RATIO)
        return -(-head // _BLOCK_BYTES) * _BLOCK_BYTES

    def trim(self) -> int:
        """Give back the middle of a file that is past its cap; how many bytes it has grown since the last look."""
        if self.limit_bytes is None:
            return 0
        size = os.fstat(self.descriptor).st_size
        grown, self._seen_bytes = size - self._seen_bytes, size
        end = self._tail_begin(size) // _BLOCK_BYTES * _BLOCK_BYTES
        begin = max(self._hole_end, self._head_end)
        if size - self._began_bytes > self.limit_bytes and end > begin:
            if _punch(self.descriptor, begin, end - begin):
                self._hole_end = end
            else:
                self._cut(size)
        return grown

    def close(self) -> None:
        """Take the hole out, with a line in its place."""
        try:
            if self.limit_bytes is not None:
                with contextlib.suppress(OSError):
                    self._compact(self.limit_bytes)
        finally:
            os.close(self.descriptor)

    def _cut(self, size: int) -> None:
        """A file system without holes: the tail is what comes from now on (writers append)."""
        self._cut_bytes += size - self._head_end - self._mark_bytes
        os.ftruncate(self.descriptor, self._head_end)
        self._mark_bytes = os.write(self.descriptor, _MARK % self._cut_bytes)
        self._seen_bytes = self._head_end + self._mark_bytes

    def _compact(self, limit_bytes: int) -> None:
        size = os.fstat(self.descriptor).st_size
        head, tail = self._head_end, self._tail_begin(size)
        if size - self._began_bytes <= limit_bytes or tail <= head:
            return
        # pwrite to a file that was opened for appending appends: https://man7.org/linux/man-pages/man2/pwrite.2.html
        fcntl.fcntl(self.descriptor, fcntl.F_SETFL, fcntl.fcntl(self.descriptor, fcntl.F_GETFL) & ~os.O_APPEND)
        to = head + os.pwrite(self.descriptor, _MARK % (tail - head), head)
        while part := os.pread(self.descriptor, _COPY_BYTES, tail):
            to += os.pwrite(self.descriptor, part, to)
            tail += len(part)
        os.ftruncate(self.descriptor, to)

    def _tail_begin(self, size: int) -> int:
        limit_bytes = self.limit_bytes or 0
        return size - (limit_bytes - int(limit_bytes * _HEAD_RATIO))


def _punch(descriptor: int, offset: int, length: int) -> bool:
    """Whether the file system did it."""
    import ctypes  # only where a job floods: most runs never need it

    library = ctypes.CDLL(None)
    # 64 bits of offset also where off_t has 32; musl has only the plain name, with 64.
    fallocate = library.fallocate64 if hasattr(library, "fallocate64") else library.fallocate
    fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    return bool(fallocate(descriptor, _PUNCH_HOLE, offset, length) == 0)
