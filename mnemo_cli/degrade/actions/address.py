"""Where a notice is posted to: a URL taken apart, and how it is shown without its secrets.

Many services hide the key in the path (Slack, Discord, Teams, Mattermost, healthchecks): of a path only what is
known to be no key is shown.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mnemo_cli.errors import ConfigError
from mnemo_cli.redact import MASK, printable, redact_text

# Every other one may be the key itself: a topic of ntfy is a word that its owner chose.
_WORDS = {
    "ack", "alert", "alertmanager", "alerting", "alerts", "api", "enqueue", "event", "events", "hook", "hooks", "in",
    "incoming", "integration", "integrations", "message", "messages", "notifications", "notify", "post", "prometheus",
    "push", "receiver", "services", "trigger", "webhook", "webhooks",
}  # fmt: skip
_VERSION = re.compile(r"v\d{1,3}", re.ASCII)
_SHORTEST_SECRET = 6
_MOST_SAID = 200


class Address(NamedTuple):
    """`url` has no user or password in it: those are sent as a header. `secrets` are masked wherever they turn up."""

    url: str
    user: str | None
    password: str | None
    shown: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Address({self.shown})"


def read_address(url: str, what: str) -> Address:
    """ConfigError, which does not show the secrets, for what is no http or https URL. `what` names the setting."""
    if not url.isascii() or re.search(r"[\0-\x20\x7f]", url):
        raise ConfigError(f"{what} holds blanks or signs that no URL may hold; write them percent-encoded")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as err:
        raise ConfigError(f"{what} is no URL: its host or port cannot be read; write https://HOST:PORT/PATH") from err
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise ConfigError(f"{what} is no http or https URL with a host; write https://HOST/PATH")
    bare_host = f"[{host}]" if ":" in host else host
    place = bare_host if port is None else f"{bare_host}:{port}"
    segments = parts.path.split("/")
    shown_path = "/".join(segment if _is_harmless(segment) else MASK for segment in segments)
    user_mask = f"{MASK}@" if "@" in parts.netloc else ""
    query_mask = f"?{MASK}" if parts.query else ""
    hidden = [parts.password or "", parts.username or "", *(one for one in segments if not _is_harmless(one))]
    hidden += [parts.query, *(value for _, _, value in (pair.partition("=") for pair in parts.query.split("&")))]
    return Address(
        url=f"{parts.scheme}://{place}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else ""),
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        shown=f"{parts.scheme}://{user_mask}{place}{shown_path}{query_mask}",
        secrets=long_enough(*hidden, *map(unquote, hidden)),
    )


def shown_url(url: str) -> str:
    """A URL that somebody else gave us, without its secrets."""
    try:
        return read_address(url, "it").shown
    except ConfigError:
        return "an address that cannot be read"


def long_enough(*secrets: str) -> tuple[str, ...]:
    """Those that can be masked without making every other word unreadable; the longest first."""
    return tuple(sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True))


def said(text: str, secrets: tuple[str, ...]) -> str:
    """What the other side said, short, on one line and without the secrets that we sent it or others."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    text = printable(redact_text(text).strip().partition("\n")[0])
    return text if len(text) <= _MOST_SAID else text[:_MOST_SAID] + "…"


def _is_harmless(segment: str) -> bool:
    words = segment.split("-")
    return not segment or all(word in _WORDS or _VERSION.fullmatch(word) for word in words)
