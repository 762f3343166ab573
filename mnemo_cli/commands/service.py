"""A watch as a service: the manager is told that it is ready, alive, and how it stands."""

import os
from typing import TYPE_CHECKING

from mnemo_cli.model import Level, Moment
from mnemo_cli.output.lines import standing_text

if TYPE_CHECKING:
    from mnemo_cli.watch.clock import WaitingClock
    from mnemo_cli.watch.notify_socket import NotifySocket

# The manager's first process is woken by each line: a level is told at once, what moves all the time seldom.
_STATUS_SECONDS = 30.0


class Service:
    """Tells the manager that started us, if one did and wants to know."""

    def __init__(self, clock: "WaitingClock", *, is_service: bool) -> None:
        self._socket = _manager() if is_service else None
        self._is_ready = False
        self._complaint = ""
        self._standing = ""
        self._level: Level | None = None
        self._told_seconds = float("-inf")
        if self._socket is not None and self._socket.watchdog_seconds is not None:
            clock.call_every(self._socket.watchdog_seconds / 2, self._socket.alive)

    def note(self, moment: Moment) -> None:
        """Ready with the first moment: the target is there, and can be read."""
        if self._socket is None or not moment.reported:
            return
        level, now = moment.verdict.level, moment.sample.clock_seconds
        if self._is_ready and level == self._level and now - self._told_seconds < _STATUS_SECONDS:
            return
        self._standing, self._level, self._told_seconds = standing_text(moment), level, now
        if self._is_ready:
            self._socket.status(self._status)
        else:
            self._socket.ready(self._status)
            self._is_ready = True

    def reloading(self) -> None:
        """`reloaded` must follow."""
        if self._socket is not None:
            self._socket.reloading()

    def reloaded(self, complaint: str = "") -> None:
        """Everything holds again; what was wrong with the settings is said until they are read once more."""
        self._complaint = complaint
        if self._socket is not None:
            self._socket.ready(self._status)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.stopping()
            self._socket.close()

    @property
    def _status(self) -> str:
        return f"{self._complaint}; {self._standing}" if self._complaint else self._standing


def _manager() -> "NotifySocket | None":
    """Nobody else pays for what sockets cost to load."""
    if "NOTIFY_SOCKET" not in os.environ:
        return None
    from mnemo_cli.watch.notify_socket import notify_socket

    return notify_socket(os.environ, os.getpid())
