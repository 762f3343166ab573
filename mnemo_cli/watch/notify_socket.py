"""How a service tells the service manager that it is ready, alive, and how it stands: sd_notify's protocol.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import contextlib
import os
import socket
import time
from collections.abc import MutableMapping

# What is not taken in that time is lost: a watch must not stand still because its service manager does.
_LONGEST_SEND_SECONDS = 2.0
_LONGEST_STATUS = 500


class NotifySocket:
    """The manager's socket. What it cannot take is lost, and harms nobody."""

    def __init__(self, address: str, *, watchdog_seconds: float | None = None) -> None:
        self.watchdog_seconds = watchdog_seconds
        # A name of Linux's abstract namespace is written with @ for its first byte, which is zero.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def ready(self, status: str) -> None:
        """The start, or a reload, is over."""
        self._send("READY=1", _status(status), patient=True)

    def status(self, text: str) -> None:
        """One line for people."""
        self._send(_status(text))

    def alive(self) -> None:
        """To be said at least once in `watchdog_seconds`, or the manager ends us."""
        self._send("WATCHDOG=1")

    def reloading(self) -> None:
        """`ready` must follow. The manager tells by the time that the reload is the one it asked for."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", patient=True)

    def stopping(self) -> None:
        self._send("STOPPING=1", patient=True)

    def close(self) -> None:
        self._socket.close()

    def _send(self, *lines: str, patient: bool = False) -> None:
        self._socket.settimeout(_LONGEST_SEND_SECONDS if patient else 0.0)
        with contextlib.suppress(OSError):
            self._socket.sendto("\n".join(lines).encode(errors="replace"), self._address)


def notify_socket(environment: MutableMapping[str, str], pid: int) -> NotifySocket | None:
    """The one that the environment names for the process `pid`; taken out of it, for no program of ours shall use it.

    None where nobody has started us who would listen, and for sockets of a kind that is not local.
    """
    address = environment.pop("NOTIFY_SOCKET", "")
    microseconds, whose = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
    if not address.startswith(("/", "@")) or len(os.fsencode(address)) < 2:
        return None
    is_ours = whose in ("", str(pid))
    # isdecimal alone also takes digits of other scripts, which the manager does not write.
    is_number = microseconds.isascii() and microseconds.isdecimal() and int(microseconds) > 0
    return NotifySocket(address, watchdog_seconds=int(microseconds) / 1e6 if is_number and is_ours else None)


def _status(text: str) -> str:
    """A line of its own: what follows a line's end would be read as an order."""
    return f"STATUS={' '.join(text.split())[:_LONGEST_STATUS]}"
