"""Logs that are JSON: the journal with one object per line, and `dmesg -J`, one document over many lines."""

import json
import re
from collections.abc import Iterator

from mnemo_cli.forensics.log.line import LogLine
from mnemo_cli.forensics.log.prefix import Parts
from mnemo_cli.redact import decoded

# Where a document of `dmesg -J` begins; it has at most one ring buffer, so that nothing of it is skipped.
_DMESG_START = re.compile(rb'\s*\{\s*"dmesg"\s*:')
# One member of an entry. Entries are written with pri and time before msg; a string may hold any escape.
_DMESG_MEMBER = re.compile(r'"(?:(pri)"\s*:\s*(\d+)|(time)"\s*:\s*(\d+(?:\.\d+)?)|(msg)"\s*:\s*("(?:[^"\\]|\\.)*"))')
_MICROSECONDS = 1e6


def begins_dmesg(head: bytes) -> bool:
    """Is this the beginning of a document of `dmesg -J`?"""
    return _DMESG_START.match(head) is not None


class DmesgDocument:
    """The entries of a `dmesg -J` document, a line at a time: an entry spans several."""

    def __init__(self) -> None:
        self._from_kernel = True
        self._seconds: float | None = None

    def lines(self, number: int, raw: str) -> Iterator[LogLine]:
        """The messages that end on this line."""
        for member in _DMESG_MEMBER.finditer(raw):
            if member[1]:
                self._from_kernel = int(member[2]) >> 3 == 0 if len(member[2]) < 9 else False
            elif member[3]:
                self._seconds = float(member[4])
            else:
                yield self._entry(number, raw, member[6])

    def _entry(self, number: int, raw: str, message: str) -> LogLine:
        text = _string(message)
        line = LogLine(
            number, text, text, self._seconds,
            None if self._seconds is None else "boot", from_kernel=self._from_kernel,
        )  # fmt: skip
        self._from_kernel, self._seconds = True, None
        return line


def journal_parts(raw: str) -> Parts | None:
    """One object of `journalctl -o json`; None where the line is no such object."""
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    message = _text(entry.get("MESSAGE")) if isinstance(entry, dict) else None
    if message is None:
        return None
    seconds = _microseconds(entry.get("__REALTIME_TIMESTAMP"))
    since_boot = _microseconds(entry.get("__MONOTONIC_TIMESTAMP"))
    name = _text(entry.get("SYSLOG_IDENTIFIER")) or _text(entry.get("_COMM"))
    pid = _text(entry.get("_PID")) or _text(entry.get("SYSLOG_PID")) or ""
    transport = entry.get("_TRANSPORT")
    return Parts(
        message,
        since_boot if seconds is None else seconds,
        "unix" if seconds is not None else "boot" if since_boot is not None else None,
        name,
        int(pid) if pid.isdecimal() and len(pid) < 12 else None,
        # Fields that begin with an underscore are the journal's own: no sender can set them.
        transport == "kernel" if transport is not None else name == "kernel" and not pid,
        _text(entry.get("_HOSTNAME")) or "",
    )


def _text(value: object) -> str | None:
    """A field's text: a string, or a list of bytes where it holds what is not printable."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return decoded(bytes(value))
    return None


def _microseconds(value: object) -> float | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value) / _MICROSECONDS
    return None


def _string(literal: str) -> str:
    """A JSON string; one with a control character or a wrong escape in it is taken as it stands."""
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return literal[1:-1]
