"""Bytes of a line to a LogLine, with the sender of the line before it where it has none of its own."""

from typing import NamedTuple

from mnemo_cli.forensics.log.documents import journal_parts
from mnemo_cli.forensics.log.line import LogLine
from mnemo_cli.forensics.log.prefix import Parts, Zone, line_of, parts
from mnemo_cli.redact import decoded

_LOOK_BACK_BYTES = 4096


class _Sender(NamedTuple):
    """Whose message is going on, and how wide its prefix is."""

    parts: Parts
    width: int

    def goes_on(self, line: Parts) -> Parts:
        """dmesg and the journal set the further lines of a message in by the width of its prefix."""
        blanks = " " * self.width
        text = line.text.removeprefix(blanks)
        return line._replace(text=text, from_kernel=self.parts.from_kernel, stream=self.parts.stream)


class Parser:
    """Reads single lines of a stream of blocks; `passed` tells it when a block is done."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._behind = b""
        # The number of the line that was read last, and whose message it is part of (None: nobody's).
        self._last_number = 0
        self._sender: _Sender | None = None

    def line(self, number: int, block: bytes, start: int, end: int) -> LogLine:
        """The line `block[start:end]`. One without a prefix goes on with the message of the line before it:
        an application's log may quote the kernel at the beginning of a line."""
        raw, found = self._read(block[start:end])
        if found.known:
            self._sender = _Sender(found, len(raw) - len(found.text))
        elif not raw.strip():
            self._sender = None
        elif self._last_number != number - 1:
            self._sender = self._look_back(block, start)
        self._last_number = number
        if not found.known and self._sender is not None:
            found = self._sender.goes_on(found)
        return line_of(number, raw, found)

    def passed(self, block: bytes) -> None:
        """The block is done; its end is kept for looking back."""
        self._behind = (self._behind + block[-_LOOK_BACK_BYTES:])[-_LOOK_BACK_BYTES:]

    def last_times(self) -> tuple[LogLine, ...]:
        """The last lines of the log that have a time, the last one first."""
        lines = self._behind.split(b"\n")[:-1]
        return tuple(
            line_of(0, raw, found) for raw, found in map(self._read, reversed(lines)) if found.time_seconds is not None
        )

    def _look_back(self, block: bytes, start: int) -> _Sender | None:
        """Whose message the line at `start` goes on with; an empty line ends every message."""
        behind = (self._behind + block[max(0, start - _LOOK_BACK_BYTES) : start])[-_LOOK_BACK_BYTES:]
        for piece in reversed(behind.split(b"\n")[1:-1]):
            raw, found = self._read(piece)
            if found.known:
                return _Sender(found, len(raw) - len(found.text))
            if not raw.strip():
                return None
        return None

    def _read(self, piece: bytes) -> tuple[str, Parts]:
        """Text and prefix. A log that lost its disk for a moment has runs of NULs in it."""
        raw = decoded(piece.replace(b"\0", b"") if b"\0" in piece else piece).rstrip("\r")
        return raw, (journal_parts(raw) if raw.startswith("{") else None) or parts(raw, self._zone)
