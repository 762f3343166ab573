"""One file of the archive while it is made: compressed in memory, since a tar tells the size before the content."""

import hashlib
import zlib
from typing import NamedTuple

from mnemo_cli.diagnostics.archive.header import BLOCK_BYTES

# 16 + 15: a gzip member of its own with the largest window. https://zlib.net/manual.html#Advanced
_GZIP = 31
_LEVEL = 1
_WHOLE_SLICE_BYTES = 64 * 1024
# Where room is short zlib may hold back little: its buffer is 4 · 2^(level + 6) bytes.
_USUAL_MEMORY_LEVEL, _TIGHT_MEMORY_LEVEL = 8, 4
_TIGHT_BYTES = 256 * 1024


class Packed(NamedTuple):
    """A gzip member with the content and its padding to whole blocks; `size_bytes` and the sum are the content's."""

    pieces: tuple[bytes, ...]
    size_bytes: int
    sha256: str

    @property
    def packed_bytes(self) -> int:
        return sum(map(len, self.pieces))


class Spool:
    """Takes content until it would be larger than `most_packed_bytes`, give or take what zlib holds back."""

    def __init__(self, most_packed_bytes: int) -> None:
        tight = most_packed_bytes < _TIGHT_BYTES
        memory_level = _TIGHT_MEMORY_LEVEL if tight else _USUAL_MEMORY_LEVEL
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP, memory_level)
        self._slice_bytes = min(_WHOLE_SLICE_BYTES, max(BLOCK_BYTES, most_packed_bytes // 8))
        self._most_packed_bytes = most_packed_bytes
        self._sum = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._packed_bytes = 0
        self.size_bytes = 0
        self.last = b""

    @property
    def is_full(self) -> bool:
        return self._packed_bytes >= self._most_packed_bytes

    def add(self, chunk: bytes) -> bool:
        """False when it is full: what came before stays, the rest of this chunk is not in it."""
        for start in range(0, len(chunk), self._slice_bytes):
            if self.is_full:
                return False
            self.finish_with(chunk[start : start + self._slice_bytes])
        return True

    def finish_with(self, chunk: bytes) -> None:
        """A last word, such as why there is no more: taken even when it is full."""
        self.last = chunk or self.last
        self._sum.update(chunk)
        self.size_bytes += len(chunk)
        self._keep(self._deflate.compress(chunk))

    def packed(self) -> Packed:
        """All of it. Nothing may be added after this."""
        self._keep(self._deflate.compress(bytes(-self.size_bytes % BLOCK_BYTES)))
        self._keep(self._deflate.flush())
        return Packed(tuple(self._pieces), self.size_bytes, self._sum.hexdigest())

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._packed_bytes += len(piece)


def packed(content: bytes) -> Packed:
    """A short content at once."""
    spool = Spool(_WHOLE_SLICE_BYTES * len(content) + _TIGHT_BYTES)
    spool.add(content)
    return spool.packed()


def gzip_member(content: bytes) -> bytes:
    """Some blocks of a tar that are no content: a header, or the end."""
    return zlib.compress(content, _LEVEL, wbits=_GZIP)
