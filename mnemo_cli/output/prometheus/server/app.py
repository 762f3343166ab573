"""The paths: /metrics for Prometheus, /healthz and /readyz for whoever runs us, and nothing else.

Formats are chosen by prometheus_client; it also writes those that are rare.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import choose_encoder

from mnemo_cli.errors import NoMomentError
from mnemo_cli.output.prometheus.server.pages import Pages, Write
from mnemo_cli.output.prometheus.server.password import Credentials
from mnemo_cli.output.prometheus.text import openmetrics_text, plain_text

_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_WRITERS: tuple[tuple[str, Write], ...] = (
    ("text/plain", plain_text),
    ("application/openmetrics-text; version=1.0.0", openmetrics_text),
)

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Answer(NamedTuple):
    """What goes back."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class App:
    """A WSGI application. `health` says what is wrong, or nothing; `is_ready` whether a sample was taken."""

    def __init__(
        self,
        pages: Pages,
        *,
        health: Callable[[], str],
        is_ready: Callable[[], bool],
        credentials: Credentials | None = None,
    ) -> None:
        self._pages = pages
        self._health = health
        self._is_ready = is_ready
        self._credentials = credentials
        registry = CollectorRegistry()
        registry.register(pages)
        # Prometheus asks for compression each time; at home it costs more than it saves.
        self._rare = make_wsgi_app(registry, disable_compression=True)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body))), ("Cache-Control", "no-store")]
        start_response(answer.status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        paths = {"/metrics": self._metrics, "/healthz": self._healthz, "/readyz": self._readyz}
        page = paths.get(environ["PATH_INFO"])
        if page is None:
            return _said("404 Not Found", f"there are {', '.join(paths)}, and nothing else")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            refused = _said("405 Method Not Allowed", "use GET")
            return refused._replace(headers=[*refused.headers, ("Allow", "GET, HEAD")])
        return page(environ)

    def _metrics(self, environ: Environ) -> Answer:
        if self._credentials is not None and not self._credentials.allow(environ.get("HTTP_AUTHORIZATION", "")):
            refused = _said("401 Unauthorized", "a user and a password are needed")
            return refused._replace(headers=[*refused.headers, ("WWW-Authenticate", 'Basic realm="mnemo"')])
        try:
            return self._page(environ)
        except NoMomentError as err:
            return _said("503 Service Unavailable", str(err))

    def _page(self, environ: Environ) -> Answer:
        _, content_type = choose_encoder(environ.get("HTTP_ACCEPT", ""))
        write = next((write for known, write in _WRITERS if content_type.startswith(known)), None)
        if write is None or environ.get("QUERY_STRING") or "escaping=dots" in content_type:
            return self._rare_page(environ)
        body = self._pages.text(write, _scrape_timeout_seconds(environ))
        return Answer("200 OK", [("Content-Type", content_type)], body)

    def _rare_page(self, environ: Environ) -> Answer:
        """Only some names, or a format that nobody asks for: prometheus_client knows how."""
        told: list[tuple[str, list[tuple[str, str]]]] = []
        blocks = self._rare({**environ, "REQUEST_METHOD": "GET"}, lambda *line: told.append(line))
        (status, headers), body = told[0], b"".join(blocks)
        return Answer(status, headers, body)

    def _healthz(self, environ: Environ) -> Answer:
        wrong = self._health()
        return _said("503 Service Unavailable", wrong) if wrong else _said("200 OK", "ok")

    def _readyz(self, environ: Environ) -> Answer:
        return (
            _said("200 OK", "ok") if self._is_ready() else _said("503 Service Unavailable", "no sample was taken yet")
        )


def _scrape_timeout_seconds(environ: Environ) -> float:
    """What Prometheus says that it waits; who does not say it waits as long as we do."""
    try:
        seconds = float(environ.get("HTTP_X_PROMETHEUS_SCRAPE_TIMEOUT_SECONDS", ""))
    except ValueError:
        return float("inf")
    return seconds if seconds > 0 else float("inf")


def _said(status: str, text: str) -> Answer:
    return Answer(status, [_TEXT], f"{text}\n".encode())
