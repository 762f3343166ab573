"""Posts one body over HTTP or HTTPS: done in time or not at all, certificates checked, no redirect followed.

A redirect could lead the body, and the token with it, to a host that nobody named. A proxy of the
environment is used as urllib does. Only the look-up of the host's name has the system's own time limit.
"""

import base64
import http.client
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import URLError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from mnemo_cli import __version__
from mnemo_cli.degrade.actions.address import Address, long_enough, read_address, said
from mnemo_cli.degrade.actions.punctual import Left, PunctualSocket, left_until
from mnemo_cli.errors import ConfigError, NotSentError

if TYPE_CHECKING:
    import ssl

_MOST_ANSWER_BYTES = 2048


class Credentials(NamedTuple):
    """What opens the door: a bearer token, or a user with a password."""

    bearer_token: str | None = None
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return "Credentials(…)"


class Patience(NamedTuple):
    """How long to wait for a connection, and how long for everything together."""

    connect_seconds: float = 5.0
    whole_seconds: float = 10.0


class Answer(NamedTuple):
    """`text` is the beginning of the body, `retry_after` and `location` are headers; as they came."""

    status: int
    retry_after: str | None
    location: str | None
    text: str


class Post:
    """One address to post to. `ca_file` holds the certificates to trust in place of the system's."""

    def __init__(
        self,
        url: str,
        what: str,
        *,
        credentials: Credentials = Credentials(),  # noqa: B008 (frozen)
        patience: Patience = Patience(),  # noqa: B008 (frozen)
        ca_file: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        address = read_address(url, what)
        self.shown = address.shown
        self.secrets = long_enough(*address.secrets, *(one for one in credentials if one is not None))
        self._url, self._patience, self._ca_file, self._clock = address.url, patience, ca_file, clock
        self._headers = {"Content-Type": "application/json", "User-Agent": f"mnemo/{__version__}"}
        self._headers |= _authorization(address, credentials, what)
        self._context: ssl.SSLContext | None = None
        self._attempt: _Attempt | None = None

    def post(self, body: bytes) -> Answer:
        """Whatever was answered; NotSentError where nothing was, in time."""
        left = left_until(self._clock() + self._patience.whole_seconds, self._clock)
        self._attempt = attempt = _Attempt(left)
        try:
            opener = self._opener(attempt)
            request = Request(self._url, data=body, headers=self._headers, method="POST")
            with opener.open(request, timeout=min(self._patience.connect_seconds, left())) as response:
                headers: Mapping[str, str] = response.headers
                text = response.read(_MOST_ANSWER_BYTES).decode("utf-8", "replace")
                return Answer(response.status, headers.get("Retry-After"), headers.get("Location"), text)
        except (OSError, http.client.HTTPException, UnicodeError) as err:
            # What a host is called that is none (UnicodeError) may become one: it is only looked up then.
            raise NotSentError(self._words(err), again=True, perhaps=attempt.is_connected) from err

    def end(self) -> None:
        """From another thread: a post that waits for its answer ends now."""
        attempt = self._attempt
        if attempt is not None and attempt.outgoing is not None:
            attempt.outgoing.cut()

    def _opener(self, attempt: "_Attempt") -> OpenerDirector:
        """Nothing that follows redirects, and no other scheme."""
        opener = OpenerDirector()
        opener.add_handler(ProxyHandler())
        if self._url.startswith("https:"):
            opener.add_handler(_Https(attempt, self._trust()))
        else:
            opener.add_handler(_Http(attempt))
        return opener

    def _trust(self) -> "ssl.SSLContext":
        if self._context is None:
            import ssl

            self._context = ssl.create_default_context(cafile=self._ca_file)
        return self._context

    def _words(self, err: Exception) -> str:
        reason = err.reason if isinstance(err, URLError) else err
        if isinstance(reason, TimeoutError):
            return "it did not answer in time"
        text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return said(str(text), self.secrets)


def _authorization(address: Address, credentials: Credentials, what: str) -> dict[str, str]:
    user, password = credentials.user or address.user, credentials.password or address.password
    token = credentials.bearer_token
    if token is not None:
        if user is not None:
            raise ConfigError(f"{what} has a bearer token and a user too; a request can carry only one of them")
        if not token.isascii() or not token.isprintable() or not token.strip():
            raise ConfigError(f"the bearer token of {what} is empty or holds signs that no header may hold")
        return {"Authorization": f"Bearer {token}"}
    if user is None:
        return {}
    pair = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class _Attempt:
    """One request: the time that is left for it, and the connection once there is one."""

    def __init__(self, left: Left) -> None:
        self.left = left
        self.outgoing: PunctualSocket | None = None

    @property
    def is_connected(self) -> bool:
        return self.outgoing is not None

    def connected(self, connection: http.client.HTTPConnection) -> None:
        connection.sock = self.outgoing = PunctualSocket(connection.sock, self.left)


class _Http(HTTPHandler):
    def __init__(self, attempt: _Attempt) -> None:
        super().__init__()
        self._attempt = attempt

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Connection, self._attempt), req)


class _Https(HTTPSHandler):
    def __init__(self, attempt: _Attempt, context: "ssl.SSLContext") -> None:
        super().__init__()
        self._attempt, self._trusted = attempt, context

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_SecureConnection, self._attempt), req, context=self._trusted)


class _Connection(http.client.HTTPConnection):
    def __init__(self, attempt: _Attempt, host: str, *, timeout: float) -> None:
        super().__init__(host, timeout=timeout)
        self._attempt = attempt

    def connect(self) -> None:
        super().connect()
        self._attempt.connected(self)


class _SecureConnection(http.client.HTTPSConnection):
    def __init__(self, attempt: _Attempt, host: str, *, timeout: float, context: "ssl.SSLContext") -> None:
        super().__init__(host, timeout=timeout, context=context)
        self._attempt = attempt

    def connect(self) -> None:
        super().connect()
        self._attempt.connected(self)
