"""The lines that a file of gzip members holds, also where it was cut, where bytes of it are others, and after that.

What cannot be unpacked is passed over up to the next member, wherever that begins: members are looked for from just
after the beginning of the damaged one, because what it was taken for may have swallowed the next.
"""

import zlib
from collections.abc import Generator, Iterator
from typing import BinaryIO, NamedTuple

from mnemo_cli.recording.mnr.member import SYNC_MARK

GZIP_MAGIC = b"\x1f\x8b"
_MEMBER = GZIP_MAGIC + b"\x08"
_LONGEST_LINE_BYTES = 64 << 20
# They unpack to a thousand times as much at most.
_PIECE_BYTES = 4096
# Of a longer member that turns out to be damaged, the beginning is not looked at a second time.
_MOST_HELD_BYTES = 64 << 20


class Lost(NamedTuple):
    """Something here could not be unpacked, and why."""

    reason: str


def unpacked_lines(file: BinaryIO, start: bytes) -> Iterator[bytes | Lost]:
    """Each with its end; one without it is half a line. `start` is what was read of the file already."""
    held = _Held(file, start)
    is_told = False
    while True:
        is_member, has_strangers = held.seek_member()
        if has_strangers and not is_told:
            yield Lost("bytes before it belong to nothing" if is_member else "its last bytes belong to nothing")
        if not is_member:
            return
        is_told = yield from _member_lines(held)


class _Held:
    """The packed bytes from the beginning of the member that is being read."""

    def __init__(self, file: BinaryIO, start: bytes) -> None:
        self._file = file
        self._content = bytearray(start)
        self._used_bytes = 0

    def seek_member(self) -> tuple[bool, bool]:
        """Go to the next member. Whether there is one, and whether anything but padding was passed over."""
        self._used_bytes, has_strangers = 0, False
        while (at := self._content.find(_MEMBER)) < 0:
            passed = self._content[: 1 - len(_MEMBER)]
            has_strangers = has_strangers or any(passed)
            del self._content[: len(passed)]
            if not self._read():
                return False, has_strangers or any(self._content)
        has_strangers = has_strangers or any(self._content[:at])
        del self._content[:at]
        return True, has_strangers

    def piece(self) -> bytes:
        """The next bytes of the member; none at the end of the file."""
        if self._used_bytes > _MOST_HELD_BYTES:
            del self._content[: self._used_bytes]
            self._used_bytes = 0
        if self._used_bytes == len(self._content):
            self._read()
        piece = bytes(self._content[self._used_bytes : self._used_bytes + _PIECE_BYTES])
        self._used_bytes += len(piece)
        return piece

    def end(self, unused_bytes: int) -> None:
        """The member has come to its end, so many bytes before the end of the last piece."""
        del self._content[: self._used_bytes - unused_bytes]

    def give_up(self) -> None:
        """The member is damaged: what comes next is looked for from just after its beginning."""
        del self._content[:1]

    @property
    def ends_whole(self) -> bool:
        return self._content.endswith(SYNC_MARK)

    def _read(self) -> bool:
        more = self._file.read(_PIECE_BYTES)
        self._content += more
        return bool(more)


def _member_lines(held: _Held) -> Generator[bytes | Lost, None, bool]:
    """The lines of one member; returns whether something of it was lost."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    lines = _Lines()
    while piece := held.piece():
        text, is_damaged = _inflated(inflate, piece)
        yield from lines.add(text)
        if is_damaged:
            yield Lost("it cannot be unpacked")
            held.give_up()
            return True
        if inflate.eof:
            yield from lines.rest()
            held.end(len(inflate.unused_data))
            return False
    if lines.rest() or not held.ends_whole:
        yield Lost("the recording ends in the middle of it")
    held.give_up()
    return True


def _inflated(inflate: "zlib._Decompress", piece: bytes) -> tuple[bytes, bool]:
    """What it unpacks to, as far as that goes, and whether it goes no further."""
    before = inflate.copy()
    try:
        return inflate.decompress(piece), False
    except zlib.error:
        # With the error goes what was unpacked before it: that is had byte by byte.
        text = bytearray()
        try:
            for position in range(len(piece)):
                text += before.decompress(piece[position : position + 1])
        except zlib.error:
            pass
        return bytes(text), True


class _Lines:
    """Text cut into lines as it comes."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._begun_bytes = 0

    def add(self, text: bytes) -> Iterator[bytes | Lost]:
        *whole, rest = text.split(b"\n")
        for line in whole:
            yield b"".join([*self._begun, line, b"\n"])
            self._begun, self._begun_bytes = [], 0
        if rest:
            self._begun.append(rest)
            self._begun_bytes += len(rest)
        if self._begun_bytes > _LONGEST_LINE_BYTES:
            self._begun, self._begun_bytes = [], 0
            yield Lost(f"it is longer than {_LONGEST_LINE_BYTES >> 20} MiB")

    def rest(self) -> list[bytes]:
        """The half line at the end, if there is one."""
        return [b"".join(self._begun)] if self._begun else []
