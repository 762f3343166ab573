"""A connected socket whose sends and receives all end by one deadline, however slowly the other side drips.

The time-out of a socket counts for each call anew: a server that sends a byte a second never meets it.
"""

import contextlib
import io
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Left(Protocol):
    """The seconds that are left; raises TimeoutError where none are."""

    def __call__(self) -> float: ...


def left_until(deadline_seconds: float, clock: Callable[[], float]) -> Left:
    """By that clock."""

    def left() -> float:
        seconds = deadline_seconds - clock()
        if seconds <= 0:
            raise TimeoutError("it was not done in time")
        return seconds

    return left


class PunctualSocket:
    """What http.client needs of a socket."""

    def __init__(self, connected: socket.socket, left: Left) -> None:
        self._socket, self._left = connected, left

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._socket, self._left))

    def close(self) -> None:
        """As with a socket, a file that was made of it can still be read."""
        self._socket.close()

    def cut(self) -> None:
        """From another thread: whoever waits in it waits no longer."""
        # That of TLS would forget first that it is one, and the other thread would go on in the clear.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Incoming(io.RawIOBase):
    def __init__(self, connected: socket.socket, left: Left) -> None:
        self._socket, self._left = connected, left
        self._raw = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        self._socket.settimeout(self._left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
