"""Applying the rules quickly: only lines that hold a rule's literal or a long word are looked at closely.

A single large alternation over a log runs at a few MiB/s; finding literals in its bytes runs a
hundred times faster and leaves few lines to the patterns.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, partial, reduce
from operator import or_
from typing import NamedTuple

from mnemo_cli.redact.escape import printable
from mnemo_cli.redact.grammar import KEY_KINDS, NAME_ENDINGS
from mnemo_cli.redact.rules import RULES, Rule
from mnemo_cli.redact.tokens import LONG_WORD_CHARACTERS, LONG_WORD_MINIMUM, looks_random, may_be_token

MASK = "<redacted>"


class Redacted(NamedTuple):
    """The text without its secrets; `counts` has the name of each rule that struck, and how often."""

    text: str
    counts: Mapping[str, int]


class Haystack(NamedTuple):
    """A text to find literals in, lower case, one byte per character: places in `whole` are places in the text.

    `lines` is without digits, each line that is then the same only once. Most lines of a log differ in their
    numbers only: what is left is a fraction of it.
    """

    whole: bytes
    lines: bytes


def haystack(text: str) -> Haystack:
    """For who looks for more in a text than its secrets."""
    whole = _folded(text)
    return Haystack(whole, b"\n".join(set(whole.translate(None, b"0123456789").split(b"\n"))))


def redact(text: str, hay: Haystack | None = None) -> Redacted:
    """Mask every secret in `text`; redacting the result again changes and counts nothing.

    `hay` is its `haystack`, for who has it already.

    Give it whole lines: who streams cuts at line ends, in pieces of some hundred KiB. A private key
    that a cut splits is masked on both sides, as a key without its end and one without its start.
    """
    counts: dict[str, int] = {}
    hay = hay or _haystack_of_any(text)
    text, hay = _without_blocks(text, hay, counts)
    suspects = _suspect_lines(text, hay)
    pieces: list[str] = []
    done = 0
    for start in sorted(suspects):
        if start < done:
            continue
        end, rules = _record(text, start, suspects)
        pieces += (text[done:start], _struck(rules, text[start:end], counts))
        done = end
    return Redacted("".join((*pieces, text[done:])), counts)


def redact_text(text: str) -> str:
    """`redact` for those who do not count."""
    return redact(text).text


def redact_command(argv: Sequence[str]) -> str:
    """A command line for a screen or a log: one printable line, its words apart by a blank.

    The word after `--password` goes as a whole, blanks included, unless it looks like an option.
    """
    words = "\0" + "\0".join(argv)
    words, hay = _without_blocks(words, _haystack_of_any(words), {})
    rules = reduce(or_, _suspect_lines(words, hay).values(), 0)
    return printable(_struck(rules, words, {})[1:].replace("\0", " "))


def continues(line: str) -> bool:
    """Whether a line (or its last characters) ends with a name whose secret may stand on the next line."""
    return line.rstrip(" \t\r\n").rstrip("\"',").rstrip("0123456789").lower().endswith(NAME_ENDINGS)


_WORD_MAP = bytes(b"w"[0] if chr(code) in LONG_WORD_CHARACTERS else b" "[0] for code in range(256))
_LONG_RUN = b"w" * LONG_WORD_MINIMUM


def _bits(extent: str) -> dict[bytes, int]:
    """What to look for, and a bit for each rule that is to be tried where it is found; b"" is a long word."""
    found: dict[bytes, int] = {}
    for at, rule in enumerate(RULES):
        for literal in (rule.literals or ("",)) if rule.extent == extent else ():
            found[literal.encode()] = found.get(literal.encode(), 0) | 1 << at
    return found


_BLOCK_LITERALS = _bits("text")
_LITERALS = _bits("line")
_WORD_RULES = _LITERALS.pop(b"")
_NAME_RULES = _LITERALS[b"token"]
# "key" alone is in every line of sshd: only after one of these words does a secret follow.
_KEY = b"key"
_KEY_SIGNS = b"-_."
_KEY_KINDS = tuple(kind.encode() for kind in KEY_KINDS)
_SHORT_CHARACTERS = 16384


def _haystack_of_any(text: str) -> Haystack:
    """Short texts are searched as they are."""
    if len(text) > _SHORT_CHARACTERS:
        return haystack(text)
    whole = _folded(text)
    return Haystack(whole, whole)


def _without_blocks(text: str, hay: Haystack, counts: dict[str, int]) -> tuple[str, Haystack]:
    """The text after the rules whose secrets may run over many lines; all others look at lines."""
    rules = sum(bit for literal, bit in _BLOCK_LITERALS.items() if literal in hay.lines)
    if not rules:
        return text, hay
    text = _struck(rules, text, counts)
    return text, hay._replace(whole=_folded(text))


def _folded(text: str) -> bytes:
    return text.encode("ascii", "replace").lower()


def _occurs(literal: bytes, lines: bytes) -> bool:
    at = lines.find(literal)
    while literal == _KEY and at >= 0 and not lines[max(0, at - 16) : at].rstrip(_KEY_SIGNS).endswith(_KEY_KINDS):
        at = lines.find(literal, at + 1)
    return at >= 0


def _suspect_lines(text: str, hay: Haystack) -> dict[int, int]:
    """Where the lines begin that some rule may strike, and a bit for each of these rules."""
    folded = hay.whole
    suspects: dict[int, int] = {}

    def suspect(at: int, rules: int) -> int:
        """Note the line around `at`; returns its end, -1 for the last one's."""
        start = folded.rfind(b"\n", 0, at) + 1
        suspects[start] = suspects.get(start, 0) | rules
        return folded.find(b"\n", at)

    for literal in [literal for literal in _LITERALS if _occurs(literal, hay.lines)]:
        at = folded.find(literal)
        while at >= 0:
            end = suspect(at, _LITERALS[literal])
            at = folded.find(literal, end) if end >= 0 else -1
    words = folded.translate(_WORD_MAP) + b" "
    harmless: set[str] = set()
    at = words.find(_LONG_RUN)
    while at >= 0:
        end = words.find(b" ", at)
        if (word := text[at:end]) not in harmless:
            if may_be_token(word):
                end = suspect(at, _WORD_RULES)
            else:
                harmless.add(word)
        at = words.find(_LONG_RUN, end) if end >= 0 else -1
    return suspects


def _record(text: str, start: int, suspects: Mapping[int, int]) -> tuple[int, int]:
    """The end of the line at `start` with those that it continues on, and the rules for all of them."""
    rules = suspects[start]
    end = _line_end(text, start)
    while rules & _NAME_RULES and end < len(text) and continues(text[max(start, end - 40) : end]):
        start = end + 1
        rules |= suspects.get(start, 0)
        end = _line_end(text, start)
    return end, rules


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _struck(rules: int, text: str, counts: dict[str, int]) -> str:
    """The text after each rule of the set, in their order."""
    for rule, pattern in _selected(rules):
        text = pattern.sub(partial(_masked, rule, counts), text)
    return text


def _masked(rule: Rule, counts: dict[str, int], match: re.Match[str]) -> str:
    whole, group = match[0], match.lastindex or 0
    secret = match[group]
    if secret in ("", MASK) or (rule.random_only and not looks_random(secret)):
        return whole
    counts[rule.name] = counts.get(rule.name, 0) + 1
    offset = match.start()
    return whole[: match.start(group) - offset] + MASK + whole[match.end(group) - offset :]


@cache
def _selected(rules: int) -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    """The rules of a set of bits, compiled: a dashboard of shells and daemons needs three of them."""
    return tuple((rule, _compiled(rule.pattern)) for at, rule in enumerate(RULES) if rules >> at & 1)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
