"""Servers on loopback that a notice is posted to: some that answer as they are told, some that misbehave."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.degrade.actions.stage import DEADLINE_SECONDS, until


class Got(NamedTuple):
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict:
        return json.loads(self.body)


class Reply(NamedTuple):
    """`headers` are sent beside the length."""

    status: int = 200
    text: str = "ok"
    headers: Mapping[str, str] = {}


class Receiver:
    """Answers with its replies one after the other; the last one again and again."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        self.got: list[Got] = []
        self.replies = list(replies)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/alerts"

    def until(self, count: int) -> list[Got]:
        until(lambda: len(self.got) >= count, f"request number {count}")
        return self.got

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(Got(self.path, dict(self.headers), body))
                reply = receiver.replies.pop(0) if len(receiver.replies) > 1 else receiver.replies[0]
                raw = reply.text.encode()
                self.send_response(reply.status)
                for name, text in {**reply.headers, "Content-Length": str(len(raw))}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST

            def log_message(self, *words: object) -> None:
                """Not on the screen of the tests."""

        return Handler


@contextmanager
def receiver(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Answers 200 where no replies are given."""
    receiving = Receiver(replies or (Reply(),))
    if tls is not None:
        # Handshakes in the thread of the request, so that one that fails ends no other.
        receiving.server.socket = tls.wrap_socket(
            receiving.server.socket, server_side=True, do_handshake_on_connect=False
        )
        receiving.server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=receiving.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiving
    finally:
        receiving.server.shutdown()
        thread.join(DEADLINE_SECONDS)
        receiving.server.server_close()


@contextmanager
def rude(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """The URL of a server that does with each connection what `behave` does, until its event is set."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    threads: list[threading.Thread] = []

    def serve(connected: socket.socket) -> None:
        with connected:
            try:
                behave(connected, over)
            except OSError:
                """Whoever called has had enough."""

    def accept() -> None:
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connected,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in (accepting, *threads):
            thread.join(DEADLINE_SECONDS)


def hang(connected: socket.socket, over: threading.Event) -> None:
    """Takes the request and says nothing, for longer than any test waits."""
    connected.recv(65536)
    over.wait(10 * DEADLINE_SECONDS)


def drip(connected: socket.socket, over: threading.Event) -> None:
    """A correct answer, a byte at a time, so that each wait for the next is short."""
    connected.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 100_000:
        connected.send(bytes([byte]))
        if over.wait(0.02):
            return


def drip_body(connected: socket.socket, over: threading.Event) -> None:
    """The same, in the body."""
    connected.recv(65536)
    connected.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100000\r\n\r\n")
    while not over.wait(0.02):
        connected.send(b"a")


def hang_up(connected: socket.socket, over: threading.Event) -> None:
    """Takes the request and goes away."""
    connected.recv(65536)


def babble(connected: socket.socket, over: threading.Event) -> None:
    """Speaks something else."""
    connected.recv(65536)
    connected.send(b"220 mail.example ESMTP\r\n" * 10)


def flood(connected: socket.socket, over: threading.Event) -> None:
    """Headers without an end."""
    connected.recv(65536)
    connected.send(b"HTTP/1.1 200 OK\r\n")
    while not over.is_set():
        connected.send(b"X-More: " + b"a" * 1000 + b"\r\n")


def never_read(connected: socket.socket, over: threading.Event) -> None:
    """Does not even take the request."""
    over.wait(DEADLINE_SECONDS)
