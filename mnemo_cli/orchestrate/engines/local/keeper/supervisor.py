"""The other end of the line: one supervisor at a time, heard line by line and told without ever waiting for it."""

import contextlib
import socket

from mnemo_cli.orchestrate.engines.local.keeper.messages import Lines

# That an attempt has started can wait for its end, if that comes soon: one wake-up of the supervisor for both.
_PATIENCE_SECONDS = 0.02
_RECEIVE_BYTES = 1 << 16


class Supervisor:
    """A connection; `is_gone` once it has ended."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._lines = Lines()
        self._unsent = b""
        self.is_gone = False
        self.flush_seconds = float("inf")

    @property
    def descriptor(self) -> int:
        return self._connection.fileno()

    def hear(self) -> list[bytes]:
        """What it said; all of it, when it has gone."""
        heard: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while data := self._receive():
                heard += self._lines.feed(data)
                if len(data) < _RECEIVE_BYTES:
                    break
        return heard

    def tell(self, message: bytes, now_seconds: float, *, can_wait: bool = False) -> None:
        self._unsent += message
        self.flush_seconds = min(self.flush_seconds, now_seconds + _PATIENCE_SECONDS if can_wait else now_seconds)

    def flush(self, now_seconds: float) -> None:
        """Send what may be sent now; the rest goes with a later call."""
        if now_seconds < self.flush_seconds:
            return
        try:
            sent = self._connection.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            # It has gone: what it has sent before is still to be heard.
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        self.flush_seconds = now_seconds + _PATIENCE_SECONDS if self._unsent else float("inf")

    def close(self) -> None:
        self._connection.close()

    def _receive(self) -> bytes:
        try:
            data = self._connection.recv(_RECEIVE_BYTES)
        except ConnectionError:
            data = b""
        self.is_gone = not data
        return data
