"""Users, hosts and mail addresses that only their surroundings show: logs name people that this machine does not know.

Only the place is replaced: a word that a line calls a user is not looked for elsewhere, since whoever can write a
log line could else take the kernel's own words out of the whole bundle.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Content
from mnemo_cli.diagnostics.redaction.aliases import Aliases, Kind
from mnemo_cli.diagnostics.redaction.names import folded
from mnemo_cli.diagnostics.redaction.rebuild import rebuilt
from mnemo_cli.diagnostics.redaction.words import ACCOUNTS, NOBODY, WORDS

_TEXTS: tuple[Content, ...] = ("log", "document", "commands")
_NAME = r"[A-Za-z0-9_](?:[\w.-]{0,62}\w)?"
_MOST_DECIDED = 512
_ALIAS = re.compile(r"(?:user|host|home|ip|mac|mail|machine)-[a-f][0-9a-f]{3,15}")
_UNIT = re.compile(r".*\.(?:service|socket|scope|slice|target|mount|automount|timer|device|path|swap|snapshot)")
_TIME = r"[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
_LEVEL = re.compile(
    r"(?:emerg|alert|crit|critical|err|error|warn|warning|notice|info|debug|trace|fatal)", re.IGNORECASE
)
_AT_DOMAIN = re.compile(r"@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})(?![\w@-])", re.ASCII)
_HOST_PART = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
_LOCAL_PART = _HOST_PART | frozenset("%+")
_LONGEST_WORD = 255
# Between a key and its value, in JSON too, which may sit inside JSON.
_IS = r"\\{0,3}[\"']?[ \t]?[=:][ \t]?\\{0,3}[\"']?"


def _after(word: str, *before: str) -> str:
    """Only after one of these words: looked back at, since a pattern that begins with a choice is slow."""
    return "|".join(f"(?<={one} {word} )" for one in before)


class _Context(NamedTuple):
    """One way in which a text shows a name. The pattern's one group is the name.

    `sign` has to occur for the pattern to be tried. In a `weak` one words of the kernel's reports stay.
    """

    kind: Kind
    sign: str
    pattern: str
    weak: bool = False
    contents: tuple[Content, ...] = _TEXTS


_EVERYWHERE: tuple[Content, ...] = ("numbers", *_TEXTS)
_CONTEXTS = (
    _Context("user", "/home/", rf"/home/({_NAME})", contents=_EVERYWHERE),
    _Context("user", "/Users/", rf"/Users/(?!Shared\b)({_NAME})", contents=_EVERYWHERE),
    # One backslash here, since JSON doubles those on both sides.
    _Context("user", "Users\\", rf":\\{{1,4}}Users\\{{1,4}}({_NAME})"),
    _Context("user", "://", rf"://({_NAME})(?::[^\s/@]{{0,256}})?@(?=[\w\[])", contents=_EVERYWHERE),
    _Context("user", "user", rf"user(?:[_-]?name)?{_IS}({_NAME})"),
    _Context("user", "User", rf"User(?:[Nn]ame)?{_IS}({_NAME})"),
    _Context("user", "USER", rf"USER(?:_?NAME)?{_IS}({_NAME})"),
    _Context("user", "LOGNAME", rf"LOGNAME{_IS}({_NAME})"),
    _Context("user", "acct=", rf"acct=\\{{0,3}}\"?({_NAME})"),
    _Context("user", "(uid=", rf"(?<![\w.-])({_NAME})\(uid=[0-9]"),
    _Context(
        "user",
        "user ",
        rf"user (?:{_after('user', 'for', 'by', 'of', 'invalid', 'illegal', 'unknown')})({_NAME})(?![\w-])",
        weak=True,
    ),
    _Context("user", "of User ", rf"of User ({_NAME})(?![\w-])", weak=True),
    _Context(
        "user",
        " for ",
        rf"for (?:{_after('for', 'password', 'publickey', 'interactive/pam', 'hostbased')})({_NAME}) from ",
        weak=True,
    ),
    _Context("user", "sudo", rf"sudo(?:\[[0-9]+\])?: +({_NAME}) : ", weak=True),
    _Context("user", ") CMD ", rf"\(({_NAME})\) CMD "),
    _Context("user", "Linux version ", rf"Linux version \S+ \(({_NAME})@"),
    _Context("host", "Linux version ", r"Linux version \S+ \([^@\s]{1,64}@([\w.-]+)\)"),
    _Context("host", "ost", rf"ost(?<=[Hh]ost)(?:[_-]?[Nn]ame){_IS}({_NAME})"),
    _Context("host", "HOST", rf"HOST(?:_?NAME)?{_IS}({_NAME})"),
    _Context("host", '"host"', rf'"host"{_IS}({_NAME})'),
    _Context("host", "ode", rf"ode(?<=[Nn]ode)_?[Nn]ame{_IS}({_NAME})"),
    _Context(
        "host", "ip-", r"(?<![\w-])(ip-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3})(?![\w-])", contents=_EVERYWHERE
    ),
)
# The host's place in a line of syslog and the journal. dmesg's own times (a comma, or brackets alone) have no host.
_SENDER = r"(?=[\w.-]{1,255} (?:[\w./@()-]{1,64}: |[\w./@() -]{1,64}?(?:\[[0-9]+\]:|(?<=kernel):| [0-9]+ - )))"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONE = r"(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?+"
_TIMES = (
    rf"[A-Z][a-z]{{2}} [ 0-3][0-9] (?:[0-9]{{4}} )?{_TIME}(?:\.[0-9]{{1,9}})? ",
    rf"{_DAY}[T ]{_TIME}(?:[.][0-9]{{1,9}})?{_ZONE} {_SENDER}",
    rf"[A-Z][a-z]{{2}} {_DAY} {_TIME} [A-Z0-9+-]{{3,6}} {_SENDER}",
    r"[0-9]{10}\.[0-9]{6} (?=[\w.-]{1,255} \S{1,64}:)",
    r"\[[ 0-9]{4,12}\.[0-9]{6}\] (?=[\w.-]{1,255} (?:kernel|[\w.@-]{1,64}\[[0-9]+\]):)",
)
# Hosts that are known have their alias by now, so that most lines end here.
_PREFIX = (
    rf"\n(?:<[0-9]{{1,3}}>[0-9]? ?)?(?:{'|'.join(_TIMES)})"
    r"(?!(?:user|host)-[a-f][0-9a-f]{3} )([A-Za-z0-9][\w.-]{0,254}) "
)


class Contexts:
    """Finds names by their surroundings; `host` gives the one form of a host's name."""

    def __init__(self, aliases: Aliases, host: Callable[[str], str], domains: tuple[str, ...]) -> None:
        self._aliases = aliases
        self._host = host
        self._finders = [(folded(context.sign), context, self._replacer(context)) for context in _CONTEXTS]
        self._domains = [(folded(domain), f".{domain}".lower().encode()) for domain in domains]

    def replaced(self, text: str, content: Content, lines: bytes) -> str:
        """The text with an alias for each name that its surroundings show; before known names are replaced.

        `lines` are those of its haystack, in which signs are looked for: twenty signs in a whole log take long.
        """
        if b"@" in lines:
            text = rebuilt(text, self._mails(text))
        for sign, context, replacer in self._finders:
            if sign in lines and content in context.contents and context.sign in text:
                text = _compiled(context.pattern).sub(replacer, text)
        for sign, domain in self._domains:
            if sign in lines:
                text = rebuilt(text, self._below(text, domain))
        return text

    def prefixes(self, text: str) -> str:
        """The text of a log with an alias for the host at the start of each line; after known names are replaced."""
        return _compiled(_PREFIX).sub(self._prefix_alias, f"\n{text}")[1:]

    def _replacer(self, context: _Context) -> Callable[[re.Match[str]], str]:
        """A function of a match. It keeps what became of each: logs repeat the same few."""
        decided: dict[str, str] = {}
        count, kind = self._aliases.count, context.kind

        def replace(match: re.Match[str]) -> str:
            whole = match[0]
            kept = decided.get(whole)
            if kept is None:
                if len(decided) > _MOST_DECIDED:
                    decided.clear()
                kept = decided[whole] = self._decide(match, context)
            if kept != whole:
                count(kind)
            return kept

        return replace

    def _decide(self, match: re.Match[str], context: _Context) -> str:
        whole, name = match[0], match[1]
        if self._stays(name, context):
            return whole
        alias = self._aliases.of(context.kind, self._host(name) if context.kind == "host" else name.lower())
        start, end = match.start(1) - match.start(), match.end(1) - match.start()
        return f"{whole[:start]}{alias}{whole[end:]}"

    def _stays(self, name: str, context: _Context) -> bool:
        lowered = name.lower()
        if name.isdecimal() or lowered in ACCOUNTS or lowered in NOBODY or _ALIAS.fullmatch(name):
            return True
        return (context.weak and lowered in WORDS) or (context.kind == "host" and lowered.startswith("localhost"))

    def _mails(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _AT_DOMAIN.finditer(text):
            domain, start = match[1], _run_start(text, match.start(), _LOCAL_PART)
            if start == match.start() or _UNIT.fullmatch(domain) or not domain.rpartition(".")[2].isalpha():
                continue
            yield start, match.end(), self._aliases.put("mail", text[start : match.end()].lower())

    def _below(self, text: str, domain: bytes) -> Iterator[tuple[int, int, str]]:
        """Names below a domain, such as db7.corp.example."""
        # Places in the bytes are places in the text: one byte for each character.
        lowered = text.encode("ascii", "replace").lower()
        at = lowered.find(domain)
        while at >= 0:
            start, end = _run_start(text, at, _HOST_PART), at + len(domain)
            if start < at and text[end : end + 1] not in _HOST_PART - {"."}:
                yield start, end, self._aliases.put("host", self._host(text[start:end]))
            at = lowered.find(domain, end)

    def _prefix_alias(self, match: re.Match[str]) -> str:
        whole, name = match[0], match[1]
        dotted_quad = not name.strip("0123456789.")
        if dotted_quad or name == "localhost" or name == "kernel" or _LEVEL.fullmatch(name) or _ALIAS.fullmatch(name):
            return whole
        start = match.start(1) - match.start()
        return whole[:start] + self._aliases.put("host", self._host(name)) + whole[start + len(name) :]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """At first use, since a bundle needs few of them."""
    return re.compile(pattern, re.ASCII)


def _run_start(text: str, end: int, signs: frozenset[str]) -> int:
    """Where the word begins that ends at `end`; a pattern that begins with a repeat would be tried at each letter."""
    start = end
    while start > 0 and end - start < _LONGEST_WORD and text[start - 1] in signs:
        start -= 1
    return start
