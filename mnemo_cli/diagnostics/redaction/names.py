"""Known names wherever they stand: users, hosts, homes and machine ids, as words of their own.

Which of a thousand names occur is learned from the set of a piece's words; only those are searched for.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

from mnemo_cli.diagnostics.redaction.aliases import Aliases, Kind
from mnemo_cli.diagnostics.redaction.known import Known
from mnemo_cli.diagnostics.redaction.words import plain_word

_LETTERS = bytes(code if 97 <= code <= 122 else 32 for code in range(256))
_FIRST_WORD = re.compile(rb"[a-z]+")


class _Name(NamedTuple):
    """One spelling of a name; `one_form` is what its alias is made of."""

    kind: Kind
    one_form: str
    lowered: str
    pattern: str

    @property
    def exact(self) -> re.Pattern[str]:
        return _compiled(self.pattern)

    @property
    def any_case(self) -> re.Pattern[str]:
        return _compiled(self.pattern, re.IGNORECASE)


class Names:
    """The names of one machine, ready to be searched for."""

    def __init__(self, known: Known, aliases: Aliases) -> None:
        self._aliases = aliases
        self._domains = known.domains
        self._by_word: dict[bytes, list[int]] = {}
        self._names: list[_Name] = []
        for kind, name in sorted(_wanted(known), key=lambda pair: -len(pair[1])):
            self._add(kind, name)

    def replaced(self, text: str, lines: bytes) -> str:
        """The text with an alias for each known name; `lines` are those of its haystack."""
        for name in self._present(lines):
            alias = self._aliases.of(name.kind, name.one_form)
            text, times = name.exact.subn(alias, text)
            if name.lowered in text.lower():
                text, more = name.any_case.subn(alias, text)
                times += more
            if times:
                self._aliases.put(name.kind, name.one_form, times)
        return text

    def left(self, text: str, lines: bytes) -> Iterator[str]:
        """The kinds of the names that are still there."""
        present = self._present(lines)
        lowered = text.lower() if present else ""
        return (name.kind for name in present if name.lowered in lowered and name.any_case.search(text))

    def host(self, name: str) -> str:
        """The one form of a host's name: lower case, without a domain that is known."""
        name = name.lower().rstrip(".")
        domain = next((domain for domain in self._domains if name.endswith(f".{domain}")), None)
        return name if domain is None else name[: -len(domain) - 1]

    def _add(self, kind: Kind, name: str) -> None:
        one_form = self.host(name) if kind == "host" else name.lower() if kind == "user" else name
        for spelling in _spellings(name):
            word = _FIRST_WORD.search(folded(spelling))
            if word is None:
                continue
            pattern = rf"{re.escape(spelling)}(?<![A-Za-z0-9]{re.escape(spelling)})(?![A-Za-z0-9])"
            self._by_word.setdefault(word[0], []).append(len(self._names))
            self._names.append(_Name(kind, one_form, spelling.lower(), pattern))

    def _present(self, lines: bytes) -> list[_Name]:
        """Those of which the first word occurs, the longest first."""
        words = set(lines.translate(_LETTERS).split())
        found = sorted({at for word in words & self._by_word.keys() for at in self._by_word[word]})
        return [self._names[at] for at in found]


@cache
def _compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """At first use: of a thousand names few occur."""
    return re.compile(pattern, flags)


def folded(text: str) -> bytes:
    """A word as it stands in the lines of a haystack."""
    return text.encode("ascii", "replace").lower().translate(None, b"0123456789")


def _wanted(known: Known) -> Iterator[tuple[Kind, str]]:
    users: tuple[Kind, Iterable[str]] = "user", known.users
    hosts: tuple[Kind, Iterable[str]] = "host", known.hosts
    seen: set[str] = set()
    for kind, names in (users, hosts, ("machine", known.machine_ids), ("home", known.homes)):
        for name in names:
            if not plain_word(name) and name.lower() not in seen:
                seen.add(name.lower())
                yield kind, name


def _spellings(name: str) -> tuple[str, ...]:
    """As it is, in JSON, in an address, and as systemd escapes it in the name of a unit."""
    escaped = json.dumps(name)[1:-1]
    return tuple(dict.fromkeys((name, escaped, quote(name, safe="/"), name.replace("-", "\\x2d"))))
