"""One connection: its request is read within a time and a size, whoever sends it and however slowly."""

import io
import logging
import socket
import ssl
import time
from typing import IO, TYPE_CHECKING, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler

from mnemo_cli.degrade.actions.punctual import PunctualSocket, left_until
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

    from mnemo_cli.output.prometheus.server.listening import Server

# A request is a few hundred bytes. From the first byte of the handshake of TLS to the last of the head.
HEAD_SECONDS = 10.0
_MOST_HEAD_BYTES = 32 * 1024
_LONGEST_LINE_BYTES = 8 * 1024
_ANSWER_SECONDS = 10.0
_LOGGER = logging.getLogger("mnemo")


class Handler(WSGIRequestHandler):
    """Answers one request and closes the connection, as prometheus_client does."""

    server: "Server"

    def setup(self) -> None:
        deadline = time.monotonic() + HEAD_SECONDS
        connection: socket.socket = self.request
        if isinstance(connection, ssl.SSLSocket):
            # Here and not where connections are accepted: one that says nothing keeps nobody else waiting.
            connection.settimeout(HEAD_SECONDS)
            connection.do_handshake()
        super().setup()
        self.rfile = io.BufferedReader(_Head(connection, deadline))

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(_LONGEST_LINE_BYTES + 1)
        if len(self.raw_requestline) > _LONGEST_LINE_BYTES:
            self.requestline, self.request_version, self.command = "", "", ""
            self.send_error(414)
            return
        if not self.parse_request():
            return
        self.server.has_asked(self.request)
        app = self.server.get_app()
        assert app is not None  # the server sets it before it listens to anybody
        # The types of wsgiref call the same streams IO[bytes].
        streams = cast("IO[bytes]", self.rfile), cast("IO[bytes]", _Tail(self.request))
        answer = _Answer(*streams, self.get_stderr(), self.get_environ(), multithread=True)
        answer.request_handler = self
        answer.run(app)

    def version_string(self) -> str:
        return "mnemo"

    def log_message(self, format: str, *arguments: object) -> None:
        """A scrape is no news, and a thousand bad requests are no reason to fill a disk."""


class _Answer(ServerHandler):
    server_software = "mnemo"
    request_handler: WSGIRequestHandler

    def log_exception(self, exc_info: object) -> None:
        """A client that went away is no news; everything else is a mistake of ours."""
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        if not isinstance(error, OSError):
            _LOGGER.error("a scrape failed: %s; this is a bug in mnemo", printable(f"{type(error).__name__}: {error}"))


class _Tail(io.BufferedIOBase):
    """An answer on its way, up to a deadline from its first byte on: TLS has a time-out for each 16 KiB alone."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._outgoing: PunctualSocket | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: "Buffer", /) -> int:
        if self._outgoing is None:
            left = left_until(time.monotonic() + _ANSWER_SECONDS, time.monotonic)
            self._outgoing = PunctualSocket(self._connection, left)
        content = bytes(data)
        self._outgoing.sendall(content)
        return len(content)


class _Head(io.RawIOBase):
    """What a client sends, up to a deadline and a size: a limit for each read alone would let it go on for ever."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._left_bytes = _MOST_HEAD_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        remaining = self._deadline - time.monotonic()
        if remaining <= 0 or self._left_bytes <= 0:
            raise TimeoutError("the request is too slow or too long")
        self._connection.settimeout(remaining)
        count = self._connection.recv_into(buffer)
        self._left_bytes -= count
        return count
