"""Lines for the system's syslog, as syslog(3) writes them to the socket /dev/log.

Not RFC 5424: what reads that socket (rsyslog's imuxsock, journald) parses the older form only.
https://www.rsyslog.com/doc/reference/parameters/imuxsock-syssock-usespecialparser.html
"""

import errno
import logging
import os
import socket
import time
from pathlib import Path

from mnemo_cli.degrade.actions.log import Line

_FACILITY_DAEMON = 3 << 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIMEOUT_SECONDS = 2.0
_MOST_TEXT_BYTES = 4096


class Syslog:
    """An Outlet. The socket is opened for each line: the daemon may have been restarted since the last."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def shown(self) -> str:
        return f"syslog {self._path}"

    def write(self, line: Line) -> None:
        # strftime would write the month in the words of a locale.
        at = time.localtime(line.time_seconds)
        stamp = f"{_MONTHS[at.tm_mon - 1]} {at.tm_mday:2} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
        header = f"<{_FACILITY_DAEMON | priority(line.level)}>{stamp} mnemo[{os.getpid()}]: "
        text = header.encode() + line.text.encode()[:_MOST_TEXT_BYTES]
        try:
            self._send(socket.SOCK_DGRAM, text)
        except OSError as err:
            if err.errno != errno.EPROTOTYPE:
                raise
            self._send(socket.SOCK_STREAM, text + b"\0")

    def _send(self, kind: socket.SocketKind, text: bytes) -> None:
        with socket.socket(socket.AF_UNIX, kind) as outgoing:
            # A daemon that reads no more must not hold us for ever.
            outgoing.settimeout(_TIMEOUT_SECONDS)
            outgoing.connect(os.fspath(self._path))
            outgoing.sendall(text)


def priority(level: int) -> int:
    """Syslog's number for a level of the logging module: from 2, critical, to 6, informational."""
    for least, number in ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4)):
        if level >= least:
            return number
    return 6
