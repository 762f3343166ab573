"""Entries for journald, with the parts of an alert as fields of their own: `journalctl MNEMO_ALERT=MemoryHigh`.

https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
"""

import errno
import os
import socket
import struct
from pathlib import Path

from mnemo_cli.degrade.actions.document import value_text
from mnemo_cli.degrade.actions.log import Line
from mnemo_cli.degrade.actions.syslog import priority

_TIMEOUT_SECONDS = 2.0
_TOO_LARGE = (errno.EMSGSIZE, errno.ENOBUFS)


class Journald:
    """An Outlet."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def shown(self) -> str:
        return f"journald {self._path}"

    def write(self, line: Line) -> None:
        alert = line.alert
        fields = {
            "MESSAGE": line.text,
            "PRIORITY": str(priority(line.level)),
            "SYSLOG_IDENTIFIER": "mnemo",
            "MNEMO_ALERT": alert.name,
            "MNEMO_STATE": alert.state,
            "MNEMO_SEVERITY": alert.severity,
            "MNEMO_VALUE": value_text(alert.value),
            "MNEMO_SUMMARY": alert.summary,
        }
        entry = b"".join(_field(name, text) for name, text in fields.items() if text)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as outgoing:
            outgoing.settimeout(_TIMEOUT_SECONDS)
            outgoing.connect(os.fspath(self._path))
            try:
                outgoing.send(entry)
            except OSError as err:
                if err.errno not in _TOO_LARGE:
                    raise
                _send_as_file(outgoing, entry)


def _field(name: str, text: str) -> bytes:
    """A text of several lines is written with its length before it."""
    raw = text.encode("utf-8", "backslashreplace")
    if b"\n" in raw:
        return name.encode() + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"
    return name.encode() + b"=" + raw + b"\n"


def _send_as_file(outgoing: socket.socket, entry: bytes) -> None:
    """As a file in memory that nobody can change any more: journald takes no other."""
    import fcntl

    descriptor = os.memfd_create("mnemo-alert", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with os.fdopen(descriptor, "wb") as file:
        file.write(entry)
        file.flush()
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        socket.send_fds(outgoing, [b""], [descriptor])
