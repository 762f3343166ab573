"""A real server on loopback with an application of a few lines, and ways to misbehave towards it."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from mnemo_cli.output.prometheus.server.address import parse_address
from mnemo_cli.output.prometheus.server.listening import Server

PATIENCE_SECONDS = 20.0
Serve = Callable[..., "Server"]


def say_hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def begin(app=say_hello, tls=None, listen="127.0.0.1:0"):
            server = Server(parse_address(listen), app, tls)
            stack.callback(server.server_close)
            threading.Thread(target=server.serve, daemon=True).start()
            stack.callback(server.stop)
            return server

        yield begin


@pytest.fixture
def connect() -> Iterator[Callable[..., socket.socket]]:
    """A connection that has sent `text`; closed with the test."""
    with contextlib.ExitStack() as stack:

        def begin(server: Server, text: bytes = b"") -> socket.socket:
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", server.server_port), PATIENCE_SECONDS)
            )
            connection.sendall(text)
            return connection

        yield begin


@pytest.fixture
def answer() -> Callable[[socket.socket], bytes]:
    """All that comes until the other side closes; nothing where it has broken the connection off."""

    def read(connection: socket.socket) -> bytes:
        pieces = []
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)

    return read
