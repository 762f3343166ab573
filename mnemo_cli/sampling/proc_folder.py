"""One process's folder in /proc, held open: what is read through it is never a stranger's with the same pid.

After the process has been reaped every read below the folder fails (ENOENT or ESRCH), even when its
pid belongs to somebody else by then. A path relative to it also spares the kernel half of the walk.
"""

import os
from pathlib import Path
from typing import Literal

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_PAGE_BYTES, _CHUNK_BYTES = 4096, 1 << 16
_LARGEST_BYTES = 1 << 22


class ProcessFolder:
    """Opened at once; `__init__` raises OSError where there is no such process. Every read is fresh.

    `live` says that `root` has a real /proc and not a copy of one (`is_live`).
    """

    __slots__ = ("_descriptor", "_live", "shown")

    def __init__(self, pid: int | Literal["self"], root: Path, *, live: bool) -> None:
        self.shown = f"/proc/{pid}"
        self._live = live
        self._descriptor = os.open(f"{os.fspath(root)}/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    @property
    def inode(self) -> int:
        """Of the folder: as long as the kernel remembers it, a reused pid has another one."""
        return os.fstat(self._descriptor).st_ino

    def read(self, name: str, most_bytes: int = _LARGEST_BYTES) -> bytes:
        """A file of the process, up to `most_bytes`; raises OSError."""
        descriptor = os.open(name, _FLAGS, dir_fd=self._descriptor)
        try:
            text = os.read(descriptor, _PAGE_BYTES)
            # A seq_file may end a read early at a record's end: only a text near a page can have more.
            if len(text) < 2048:
                return text
            parts, length = [text], len(text)
            while length < most_bytes and (more := os.read(descriptor, _CHUNK_BYTES)):
                parts.append(more)
                length += len(more)
            return b"".join(parts)
        finally:
            os.close(descriptor)

    def fd_count(self) -> int:
        """Open descriptors; raises OSError.

        From Linux 6.2 on the size of the folder is the count, open to everybody and 3,000 times as fast
        as listing; before that it is 0, and listing needs the right to trace the process.
        """
        size = os.stat("fd", dir_fd=self._descriptor).st_size if self._live else 0
        return size or len(self._listing("fd"))

    def mapping_count(self) -> int:
        """Memory mappings: the lines of maps; raises OSError (it needs the right to trace the process)."""
        descriptor = os.open("maps", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._descriptor)
        try:
            lines = 0
            while part := os.read(descriptor, 1 << 16):
                lines += part.count(b"\n")
            return lines
        finally:
            os.close(descriptor)

    def is_there(self) -> bool:
        """Whether the process still exists."""
        try:
            os.stat("stat", dir_fd=self._descriptor)
        except OSError:
            return False
        return True

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _listing(self, name: str) -> list[str]:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._descriptor)
        try:
            return os.listdir(descriptor)  # noqa: PTH208 - of a descriptor
        finally:
            os.close(descriptor)


def is_live(root: Path) -> bool:
    """Whether the /proc below `root` is the kernel's: it has no blocks, and a copy on any disk has some."""
    try:
        return os.statvfs(root / "proc").f_blocks == 0
    except OSError:
        return False
