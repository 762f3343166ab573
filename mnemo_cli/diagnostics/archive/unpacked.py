"""What a compressed stream holds, a piece at a time: gzip, bzip2, xz and plain are told apart by content.

No piece is larger than 64 KiB however small its source is, and a source that unpacks to much more than
itself is refused.
"""

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, Protocol

from mnemo_cli.errors import BundleError, SourceError
from mnemo_cli.units import GIB, MIB

_PIECE_BYTES = 64 * 1024
# The header of an xz names the memory that it wants, up to 4 GiB; `xz -9` wants 65 MiB.
_XZ_MEMORY_BYTES = 128 * MIB
# Small things may shrink by any ratio: only what could hurt is looked at.
_RATIO_FROM_BYTES = 16 * MIB
_MAGIC_BYTES = 6
_TELLING = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}


class Bounds(NamedTuple):
    """How much of an archive is read before it is refused. `ratio` is unpacked to packed."""

    members: int = 10_000
    file_bytes: int = 256 * MIB
    total_bytes: int = GIB
    ratio: int = 500
    depth: int = 16


class _Decompressor(Protocol):
    """As in bz2 and lzma: gives at most so many bytes, and keeps the rest for the next call."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gunzip:
    """zlib in the same form."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


def pieces_of(stream: BinaryIO, source: str) -> Iterator[bytes]:
    """The stream as it is; SourceError when it cannot be read."""
    try:
        while piece := stream.read(_PIECE_BYTES):
            yield piece
    except OSError as err:
        raise SourceError(f"cannot read {source}: {err.strerror or err}") from err


def unpacked(pieces: Iterator[bytes], source: str, bounds: Bounds) -> Iterator[bytes]:
    """The content, without its compression if it has one; BundleError where it is damaged or too much."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= _MAGIC_BYTES:
            break
    form = next((name for magic, name in _TELLING.items() if first.startswith(magic)), "plain")
    if form in ("zstd", "zip"):
        raise BundleError(f"{source}: {form} is not read; unpack it first")
    counter = _Counter(source, bounds)
    chained = _chained(first, pieces, counter)
    if form == "plain":
        yield from counter.counted(chained)
        return
    try:
        yield from counter.counted(_decompressed(chained, form, source))
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as err:
        raise BundleError(f"{source}: its {form} data is damaged: {err}") from err


class _Counter:
    """Refuses a stream that unpacks to too much."""

    def __init__(self, source: str, bounds: Bounds) -> None:
        self._source = source
        self._bounds = bounds
        self.packed_bytes = 0

    def counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        total = 0
        for piece in pieces:
            total += len(piece)
            if total > self._bounds.total_bytes:
                raise BundleError(f"{self._source}: it holds more than {self._bounds.total_bytes} bytes; not read on")
            if total > _RATIO_FROM_BYTES and total > self._bounds.ratio * self.packed_bytes:
                raise BundleError(
                    f"{self._source}: it unpacks to more than {self._bounds.ratio} times its size; not read on"
                )
            yield piece


def _chained(first: bytes, pieces: Iterator[bytes], counter: _Counter) -> Iterator[bytes]:
    counter.packed_bytes += len(first)
    if first:
        yield first
    for piece in pieces:
        counter.packed_bytes += len(piece)
        yield piece


def _decompressed(pieces: Iterator[bytes], form: str, source: str) -> Iterator[bytes]:
    """All streams that follow each other."""
    one = _decompressor(form)
    for data in pieces:
        rest = data
        while rest or not (one.needs_input or one.eof):
            if one.eof:
                magic = next(magic for magic, name in _TELLING.items() if name == form)
                if not rest.strip(b"\0"):
                    break  # the padding of a tape
                if not rest.startswith(magic[: len(rest)]):
                    raise BundleError(f"{source}: something that is no {form} follows its {form} data")
                one = _decompressor(form)
            piece = one.decompress(rest, _PIECE_BYTES)
            rest = one.unused_data if one.eof else b""
            if piece:
                yield piece
    if not one.eof:
        raise BundleError(f"{source}: its {form} data ends in the middle: it was cut, or is still being written")


def _decompressor(form: str) -> _Decompressor:
    if form == "gzip":
        return _Gunzip()
    if form == "bzip2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)
