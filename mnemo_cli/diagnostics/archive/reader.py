"""The files of a tar, one after the other, as streams: nothing is unpacked, followed or written.

Of a bundle of ours only plain files are taken. In an archive of somebody else's folders, links and devices
are passed over; names that lead out of the archive are refused in both.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from mnemo_cli.diagnostics.archive.header import BLOCK_BYTES, Header, parse_header, parse_records
from mnemo_cli.diagnostics.archive.unpacked import Bounds, pieces_of, unpacked
from mnemo_cli.errors import BundleError
from mnemo_cli.redact import printable
from mnemo_cli.units import GIB

OURS = Bounds()
FOREIGN = Bounds(members=1_000_000, file_bytes=8 * GIB, total_bytes=16 * GIB, ratio=1000, depth=64)
_LONGEST_PATH = 1024
# A long name, or the records before a header: more than a path and a size needs is hostile.
_MOST_EXTENSION_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024


class BundleFile(NamedTuple):
    """One file; `chunks` are to be taken before the next file is asked for."""

    path: str
    size_bytes: int
    chunks: Iterator[bytes]


def open_bundle(stream: BinaryIO, source: str, bounds: Bounds = OURS, *, foreign: bool = False) -> Iterator[BundleFile]:
    """Every file, in order; BundleError at the first thing that is wrong. `source` is its name in messages."""
    shown = printable(source)
    blocks = _Blocks(unpacked(pieces_of(stream, shown), shown, bounds), shown)
    seen: set[str] = set()
    for count, header in enumerate(_headers(blocks, foreign=foreign), start=1):
        if count > bounds.members:
            raise BundleError(f"{shown}: it holds more than {bounds.members} files; not read on")
        path = _safe_path(header.path, shown, bounds)
        if header.size_bytes > bounds.file_bytes:
            raise BundleError(f"{shown}: {printable(path)} is larger than {bounds.file_bytes} bytes; not read on")
        if header.kind == "file":
            if not path:
                raise BundleError(f"{shown}: a file in it has no name")
            if not foreign and path in seen:
                raise BundleError(f"{shown}: {printable(path)} is in it twice")
            seen.add("" if foreign else path)
            chunks = blocks.content(header.size_bytes)
            yield BundleFile(path, header.size_bytes, chunks)
            for _ in chunks:  # what nobody took
                pass
            blocks.padding(header.size_bytes)
        elif not foreign:
            raise BundleError(f"{shown}: {printable(path)} is a {header.kind}; a bundle has plain files only")
        else:
            # A link or device without content, and a folder.
            blocks.skip(header.size_bytes)


def _headers(blocks: "_Blocks", *, foreign: bool) -> Iterator[Header]:
    """What stands for itself, with the name and size that other headers have given it."""
    path: str | None = None
    size_bytes: int | None = None
    while (header := blocks.header(foreign=foreign)) is not None:
        if header.kind == "long name":
            path = blocks.extension(header.size_bytes).rstrip(b"\0").decode("utf-8", "surrogateescape")
        elif header.kind == "records":
            path, size_bytes = blocks.records(header.size_bytes)
        elif header.kind == "other words":
            blocks.extension(header.size_bytes)
        else:
            yield Header(
                header.path if path is None else path,
                header.size_bytes if size_bytes is None or header.kind != "file" else size_bytes,
                header.kind,
            )
            path = size_bytes = None


class _Blocks:
    """The stream of a tar, taken in the portions that its headers tell."""

    def __init__(self, pieces: Iterator[bytes], source: str) -> None:
        self._pieces = pieces
        self._source = source
        self._rest = b""
        self._place_bytes = 0

    def header(self, *, foreign: bool) -> Header | None:
        block = self._exactly(BLOCK_BYTES, may_end=foreign)
        if not block:
            return None
        try:
            header = parse_header(block)
        except ValueError as err:
            if self._place_bytes == BLOCK_BYTES:
                raise BundleError(f"{self._source}: it does not begin as a tar does: no bundle, or damaged") from err
            raise self._damage(f"no header of a tar stands there: {err}") from err
        if header is None and not foreign:
            self._end()
        return header

    def content(self, size_bytes: int) -> Iterator[bytes]:
        left = size_bytes
        while left:
            piece = self._at_most(min(left, _CHUNK_BYTES))
            left -= len(piece)
            yield piece

    def padding(self, size_bytes: int) -> None:
        self._exactly(-size_bytes % BLOCK_BYTES)

    def skip(self, size_bytes: int) -> None:
        for _ in self.content(size_bytes):
            pass
        self.padding(size_bytes)

    def extension(self, size_bytes: int) -> bytes:
        """A long name, or records."""
        if size_bytes > _MOST_EXTENSION_BYTES:
            raise self._damage(f"a header of {size_bytes} bytes stands there")
        content = self._exactly(size_bytes)
        self.padding(size_bytes)
        return content

    def records(self, size_bytes: int) -> tuple[str | None, int | None]:
        try:
            return parse_records(self.extension(size_bytes))
        except ValueError as err:
            raise self._damage(str(err)) from err

    def _end(self) -> None:
        """Nothing but zeros may follow, at least one block of them."""
        self._exactly(BLOCK_BYTES)
        while piece := self._at_most(_CHUNK_BYTES, may_end=True):
            if piece.strip(b"\0"):
                raise self._damage("something follows the end of the archive")

    def _exactly(self, size_bytes: int, *, may_end: bool = False) -> bytes:
        parts, left = [], size_bytes
        while left:
            # An archive of somebody else's may lack its end, but not in the middle of a block.
            piece = self._at_most(left, may_end=may_end and left == size_bytes)
            if not piece:
                return b""
            parts.append(piece)
            left -= len(piece)
        return b"".join(parts)

    def _at_most(self, size_bytes: int, *, may_end: bool = False) -> bytes:
        if not self._rest:
            self._rest = next(self._pieces, b"")
            if not self._rest and not may_end:
                raise self._damage("it ends in the middle: it was cut, or is still being written")
        piece, self._rest = self._rest[:size_bytes], self._rest[size_bytes:]
        self._place_bytes += len(piece)
        return piece

    def _damage(self, what: str) -> BundleError:
        return BundleError(f"{self._source}: at byte {self._place_bytes} of its content: {what}")


def _safe_path(path: str, source: str, bounds: Bounds) -> str:
    """The path without its empty steps; BundleError for one that leads elsewhere."""
    steps = [step for step in path.split("/") if step not in ("", ".")]
    shown = printable(path[:_LONGEST_PATH])
    if path.startswith("/") or ".." in steps:
        raise BundleError(f"{source}: the name {shown} leads out of the archive; not read on")
    if len(path) > _LONGEST_PATH or len(steps) > bounds.depth or "\0" in path:
        raise BundleError(f"{source}: the name {shown} is too long or too deep; not read on")
    return "/".join(steps)
