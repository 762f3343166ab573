"""Archives of every kind: ours on disks of any size, and those that an enemy or an accident makes."""

import bz2
import errno
import gzip
import io
import lzma
import os
import tarfile
from pathlib import Path

from mnemo_cli.diagnostics.archive.sink import PartFile
from mnemo_cli.diagnostics.archive.spool import packed
from mnemo_cli.diagnostics.archive.writer import Archive

KERNEL_LINE = b"<3>[22115.958847] Memory cgroup out of memory: Killed process 4666 (python)\n"
PACKERS = {"plain": bytes, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


class SmallDisk(PartFile):
    """A file on a disk of so many bytes: a write fails where they end, after what still had room."""

    def __init__(self, path: Path, disk_bytes: int, *, tells: bool = False) -> None:
        super().__init__(path)
        self._disk_bytes = disk_bytes
        self._tells = tells
        self.refusals = 0

    def write(self, data: bytes) -> None:
        room = max(0, self._disk_bytes - self.position)
        super().write(data[:room])
        if len(data) > room:
            self.refusals += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def free_bytes(self) -> int | None:
        return self._disk_bytes - self.position if self._tells else None


def archive_of(sink, most_bytes=1 << 30) -> Archive:
    return Archive(sink, folder="bundle", time_seconds=1_700_000_000, most_bytes=most_bytes)


def fill(archive, files) -> None:
    """Add files until one does not fit."""
    for path, content in files.items():
        try:
            archive.add(path, packed(content))
        except OSError:
            return


def tar_of(*members: tarfile.TarInfo | tuple[str, bytes], form: str = "plain", ending: bytes | None = None) -> bytes:
    """A tar of files, or of headers without content."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, io.BytesIO(member[1]))
    content = target.getvalue()
    if ending is not None:
        content = content.rstrip(b"\0") + ending
    return PACKERS[form](content)


def entry(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info
