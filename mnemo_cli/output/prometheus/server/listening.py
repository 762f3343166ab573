"""The server: a thread for each connection, so many at once, and no silent one in the way of others."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer

from mnemo_cli.errors import UsageError
from mnemo_cli.output.prometheus.server.address import Address
from mnemo_cli.output.prometheus.server.handler import Handler

# More scrapers than anybody has, and few enough threads to cost nothing that matters.
MOST_CONNECTIONS = 128
_STOP_SECONDS = 5.0


class Server(ThreadingMixIn, WSGIServer):
    """Listens from the start; UsageError where that cannot be. `serve` in a thread, `stop` from another, then close."""

    daemon_threads = True
    timeout = 0.0
    request_queue_size = 128

    def __init__(self, address: Address, app: Callable[..., Any], tls: ssl.SSLContext | None = None) -> None:
        self.address_family = address.family
        self._tls = tls
        self._lock = threading.Lock()
        self._told, self._teller = socket.socketpair()
        self._over = threading.Event()
        # Each open connection, oldest first: whether its request has come.
        self._connections: dict[socket.socket, bool] = {}
        try:
            super().__init__((address.host, address.port), Handler)
        except OSError as err:
            raise UsageError(f"cannot listen on {address}: {err.strerror}; choose another --listen") from err
        self.set_app(app)

    def serve(self) -> None:
        """Until `stop`. Nothing is looked at twice a second for it, as `serve_forever` does."""
        waiting = select.poll()
        waiting.register(self.socket, select.POLLIN)
        waiting.register(self._told, select.POLLIN)
        while self._told.fileno() not in dict(waiting.poll()):
            self.handle_request()
        self._over.set()

    def stop(self) -> None:
        """End `serve`; a connection that is being answered goes on in its own thread."""
        self._teller.send(b"!")
        self._over.wait(_STOP_SECONDS)

    def server_close(self) -> None:
        super().server_close()
        self._told.close()
        self._teller.close()

    def server_bind(self) -> None:
        """Without asking the name service what this machine is called, which may take a minute."""
        if self.address_family == socket.AF_INET6 and self.server_address[0] == "::":
            # Every address means those of IPv4 too, wherever this system can.
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, client = super().get_request()
        if self._tls is not None:
            # No handshake yet: this thread waits for nobody.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, client

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Where too many are open, the oldest that has not asked yet gives way; else the new one does."""
        with self._lock:
            if len(self._connections) >= MOST_CONNECTIONS:
                silent = next((one for one, has_asked in self._connections.items() if not has_asked), None)
                if silent is None:
                    return False
                del self._connections[silent]
                with contextlib.suppress(OSError):
                    # Of the socket below TLS: its thread is woken by the end of what it reads.
                    socket.socket.shutdown(silent, socket.SHUT_RDWR)
            self._connections[request] = False
        return True

    def has_asked(self, request: socket.socket) -> None:
        """Its request has come: from now on it is being answered."""
        with self._lock:
            if request in self._connections:
                self._connections[request] = True

    def close_request(self, request: Any) -> None:
        with self._lock:
            self._connections.pop(request, None)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that sent nothing, or half a request, or no TLS: the connection is closed, and that is all."""
