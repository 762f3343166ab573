"""IPv4, IPv6 and MAC addresses, told from versions, times and hexadecimal numbers.

In doubt it is an address: a version that became an alias costs a reader less than an address that stayed.
Kept are the addresses that name no machine (loopback, unspecified, broadcast), versions that say so by their
surroundings (v1.2.3.4, version 1.2.3.4, 1.2.3.4-5ubuntu1), times, and colon-separated digests.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv6Address

from mnemo_cli.diagnostics.redaction.aliases import Aliases
from mnemo_cli.diagnostics.redaction.known import Known
from mnemo_cli.diagnostics.redaction.rebuild import rebuilt

# Each begins with its rarest sign, and looks at what stands before it afterwards: several times as fast.
_QUAD = re.compile(r"\.(?<=[0-9]\.)[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9])")
_MORE_PARTS = re.compile(r"\.[0-9]+\.[0-9]")
_COLONS = re.compile(r":(?:(?=:)|(?=[0-9A-Fa-f]{1,4}:(?:[0-9A-Fa-f]{1,4}:|:)))")
_DASHES = re.compile(r"-(?=(?:[0-9A-Fa-f]{2}-){4}[0-9A-Fa-f]{2}(?![\w-]))(?<=[0-9A-Fa-f]{2}-)(?<![\w-]...)")
# What is left of such a run in lower case and without digits.
_DASHES_LEFT = re.compile(rb"(?:-[a-f]{0,2}){5}")
_COLON_RUN = frozenset("0123456789abcdefABCDEF:")
_VERSION_BEFORE = re.compile(r"(?:(?<![A-Za-z\\])[vV]|[vV]ersion[ =:\"']{1,4}|\.so\.)\Z")
_VERSION_AFTER = re.compile(r"-[0-9]{1,3}(?:ubuntu|deb|\.(?:el|fc|amzn))|[~+][A-Za-z0-9]|\.(?:el|fc|amzn)[0-9]")
_DOTTED_END = re.compile(r"(?:\.[0-9]{1,3}){3}(?![0-9.])")
_HEX_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5,}")
_NO_MACHINE = re.compile(r"0\.|127\.|255\.255\.255\.|22[4-9]\.|23[0-9]\.")
_LONGEST_RUN = 64
_MOST_DECIDED = 4096
# What usually stands around an address. After "version" alone it is none.
_PLAIN_BEFORE = frozenset(" =(\"'[<,@/")
_PLAIN_AFTER = frozenset(" :,;)\"']>/\n")
_OCTET = 3


class Addresses:
    """Finds addresses and gives them aliases."""

    def __init__(self, known: Known, aliases: Aliases) -> None:
        self._aliases = aliases
        self._own = frozenset((*(one_form(address) for address in known.addresses), *known.macs))
        self._decided: dict[str, tuple[int, str]] = {}
        self._own -= {"127.0.0.1", "::1", "00:00:00:00:00:00"}

    def replaced(self, text: str, lines: bytes) -> str:
        """The text with an alias for each address; `lines` are those of its haystack."""
        text = rebuilt(text, self._found(text, _COLONS, _colon_span, self._colon_alias))
        if _DASHES_LEFT.search(lines):
            text = rebuilt(text, self._found(text, _DASHES, _dash_span, self._dash_alias))
        return rebuilt(text, self._quads(text))

    def left(self, text: str) -> Iterator[str]:
        """A kind for each of this machine's own addresses that is still there, whatever surrounds it."""
        spans = [_quad_span(text, match) for match in _QUAD.finditer(text)]
        spans += [_colon_span(text, match.start()) for match in _COLONS.finditer(text)]
        for start, end in spans:
            if end > start and (address := one_form(text[start:end])) in self._own:
                yield "mac" if _HEX_PAIRS.fullmatch(address) else "ip"

    def _found(
        self,
        text: str,
        pattern: re.Pattern[str],
        span: Callable[[str, int], tuple[int, int]],
        alias: Callable[[str, int, int], str | None],
    ) -> Iterator[tuple[int, int, str]]:
        done = 0
        for match in pattern.finditer(text):
            if match.start() < done:
                continue
            start, end = span(text, match.start())
            done = max(end, match.end())
            if end > start and (name := alias(text, start, end)) is not None:
                yield start, end, name

    def _quads(self, text: str) -> Iterator[tuple[int, int, str]]:
        """A log of a web server has one in each line: it is decided once, together with what touches it."""
        decided, count = self._decided, 0
        for match in _QUAD.finditer(text):
            at, end = match.span()
            touched = text[max(0, at - _OCTET - 1) : end + 1]
            kept = decided.get(touched)
            if kept is None or _follows_version(text, at - kept[0]):
                kept = self._decide(text, match, touched)
            if kept[1]:
                count += 1
                yield at - kept[0], end, kept[1]
        if count:
            self._aliases.count("ip", count)

    def _decide(self, text: str, match: re.Match[str], touched: str) -> tuple[int, str]:
        """The length of the first number and the alias, "" for what stays; kept where nothing else can matter."""
        start, end = _quad_span(text, match)
        if start == end:
            return 0, ""
        alias = self._aliases.of("ip", text[start:end]) if self._names_machine(text, start, end) else ""
        if _stands_plainly(text, start, end):
            if len(self._decided) > _MOST_DECIDED:
                self._decided.clear()
            self._decided[touched] = match.start() - start, alias
        return match.start() - start, alias

    def _names_machine(self, text: str, start: int, end: int) -> bool:
        quad = text[start:end]
        return quad in self._own or not (_NO_MACHINE.match(quad) or not _is_quad(quad) or _is_version(text, start, end))

    def _colon_alias(self, text: str, start: int, end: int) -> str | None:
        run = text[start:end]
        if _HEX_PAIRS.fullmatch(run):
            return self._macs(run)
        if (address := _ipv6(run)) is None:
            return None
        if address.ipv4_mapped is not None:
            inner = address.ipv4_mapped
            return None if inner.is_loopback or inner.is_unspecified else self._aliases.put("ip", str(inner))
        if address.is_loopback or address.is_unspecified or address.is_multicast:
            return None
        return self._aliases.put("ip", str(address))

    def _macs(self, run: str) -> str | None:
        """Netfilter prints target, sender and type as one run of 14; digests of 16 bytes and more stay."""
        pairs = run.lower().split(":")
        if len(pairs) in (6, 8):
            return self._mac(":".join(pairs))
        if len(pairs) != 14:
            return None
        return ":".join((self._mac(":".join(pairs[:6])), self._mac(":".join(pairs[6:12])), *pairs[12:]))

    def _mac(self, mac: str) -> str:
        return mac if mac.replace(":", "") in ("ffffffffffff", "000000000000") else self._aliases.put("mac", mac)

    def _dash_alias(self, text: str, start: int, end: int) -> str | None:
        run = text[start:end].lower()
        return None if run.replace("-", "").isdecimal() else self._mac(run.replace("-", ":"))


def one_form(address: str) -> str:
    """The form that all spellings of an address share."""
    if "." in address and ":" not in address:
        return address
    if _HEX_PAIRS.fullmatch(address) and address.count(":") < 7:
        return address.lower()
    parsed = _ipv6(address)
    return address.lower() if parsed is None else str(parsed)


def _quad_span(text: str, match: re.Match[str]) -> tuple[int, int]:
    """The dotted quad that a match of _QUAD is the end of; an empty span where it has more parts than five."""
    start, end = match.span()
    first = start - 1
    while first > 0 and start - first < 4 and text[first - 1] in "0123456789":
        first -= 1
    if text[first - 1 : first] == "." and text[max(0, first - 2) : first - 1].isdigit():
        return start, start
    # tcpdump and netstat put the port behind a fifth dot; six numbers are no address
    if text[end : end + 1] == "." and _MORE_PARTS.match(text, end):
        return start, start
    return first, end


def _colon_span(text: str, at: int) -> tuple[int, int]:
    """The run of hexadecimal digits and colons around `at`, with a dotted quad at its end."""
    start, end = at, at
    while start > 0 and at - start < _LONGEST_RUN and text[start - 1] in _COLON_RUN:
        start -= 1
    while end < len(text) and end - at < _LONGEST_RUN and text[end] in _COLON_RUN:
        end += 1
    # "addr:fe80::1" and "Foo::bad": the part that touches a letter is no group of an address
    if start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start = text.find(":", start, end)
        if text[start : start + 2] == "::":
            return at, at
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        end = text.rfind(":", start, end) + 1
        if text[end - 2 : end] == "::":
            return at, at
    if text[end : end + 1] == "." and (quad := _DOTTED_END.match(text, end)):
        end = quad.end()
    while end > start and text[end - 1] == ":" and text[max(start, end - 2) : end] != "::":
        end -= 1
    while start < end and text[start] == ":" and text[start : start + 2] != "::":
        start += 1
    return start, end


def _dash_span(text: str, at: int) -> tuple[int, int]:
    return at - 2, at + 15


def _is_quad(quad: str) -> bool:
    return all(int(octet) < 256 for octet in quad.split("."))


def _is_version(text: str, start: int, end: int) -> bool:
    if _stands_plainly(text, start, end):
        return False
    before, after = text[max(0, start - 12) : start], text[end : end + 16]
    return _VERSION_BEFORE.search(before) is not None or _VERSION_AFTER.match(after) is not None


def _stands_plainly(text: str, start: int, end: int) -> bool:
    return (
        text[start - 1 : start] in _PLAIN_BEFORE
        and text[end : end + 1] in _PLAIN_AFTER
        and not _follows_version(text, start)
    )


def _follows_version(text: str, start: int) -> bool:
    return text[start - 8 : start - 1] == "version"


def _ipv6(run: str) -> IPv6Address | None:
    if (run.count(":") < 7 and "::" not in run) or len(run) > 45 or run == "::":
        return None
    try:
        return IPv6Address(run)
    except (AddressValueError, ValueError):
        return None
