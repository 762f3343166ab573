"""A condition's text cut into its words and signs; whatever is none of them is refused, with a caret under it.

Nothing else may stand in a condition: no calls, attributes, text, powers or shifts. So hostile text ends
here, before anything is built of it.
"""

import re
from collections.abc import Collection
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.errors import ConditionError
from mnemo_cli.units import parse_size

LONGEST_TEXT = 1024
MOST_TOKENS = 256
# No number of a machine is larger, and none this long is more exact.
LARGEST_NUMBER = 1e24
_LONGEST_NUMBER, _LONGEST_NAME = 40, 64
_SHOWN, _SHOWN_BEFORE = 72, 40

Kind: TypeAlias = Literal["name", "number", "sign", "end"]
_BLANKS = re.compile(r"[ \t\r\n]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NUMBER_LIKE = re.compile(r"[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?[A-Za-z_0-9.%]*|\.[0-9][A-Za-z_0-9.]*")
# "5m" may be minutes as well as mebibytes: only what is a size and nothing else.
_SIZE = re.compile(r"[0-9]+(\.[0-9]+)?([KMGT]iB?|[kMGT]B)")
_SIGN = re.compile(r"[<>]=?|==|!=|[-+*/()]")
_SIGNS = "<, <=, >, >=, ==, !=, +, -, *, / and parentheses"
# What people bring from other languages; the longer ones first.
_STRANGE = (
    ("**", "there are no powers; multiply instead"),
    ("//", "there is no // here; write /"),
    ("<<", "there are no shifts; multiply instead"),
    (">>", "there are no shifts; divide instead"),
    ("&&", "write and"),
    ("||", "write or"),
    (":=", "nothing can be given a name here"),
    ("=", "write == for equal"),
    ("!", "write not, or != for unequal"),
    ("%", "percent is in the names: write memory_usage_pct > 60"),
    ("[", "nothing can be looked up here"),
    (".", "a name has no parts"),
    ("{", "metrics and labels are for Prometheus; write a name such as memory_usage_pct"),
    ('"', "there is no text in conditions"),
    ("'", "there is no text in conditions"),
    ("#", "there are no comments in conditions"),
)


class Token(NamedTuple):
    """A word or a sign. `value` is that of a number."""

    kind: Kind
    text: str
    column: int
    value: float = 0.0


def scan(text: str) -> tuple[Token, ...]:
    """The tokens and an "end" after them; ConditionError for anything that is none."""
    if len(text) > LONGEST_TEXT:
        raise refusal(f"a condition may have {LONGEST_TEXT:,} characters, not {len(text):,}", text, LONGEST_TEXT)
    tokens: list[Token] = []
    position = _after_blanks(text, 0)
    while position < len(text):
        if len(tokens) >= MOST_TOKENS:
            raise refusal(f"a condition may have {MOST_TOKENS} words and signs", text, position)
        token = _token(text, position)
        tokens.append(token)
        position = _after_blanks(text, position + len(token.text))
    return (*tokens, Token("end", "", len(text)))


def refusal(what: str, text: str, column: int) -> ConditionError:
    """What is wrong, the condition on one line, and a caret under the column."""
    return ConditionError(f"{what}\n{_caret(text, column)}", column=column)


def meant(word: str, known: Collection[str]) -> str:
    """ "; did you mean memory_usage_pct?" or nothing."""
    if len(word) > _LONGEST_NAME:
        return ""
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _after_blanks(text: str, position: int) -> int:
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


def _token(text: str, position: int) -> Token:
    if found := _NAME.match(text, position):
        return Token("name", found[0], position)
    if found := _NUMBER_LIKE.match(text, position):
        return Token("number", found[0], position, _number(found[0], text, position))
    if any(text.startswith(strange, position) for strange in ("**", "//", "<<", ">>")):
        raise _stranger(text, position)
    if found := _SIGN.match(text, position):
        return Token("sign", found[0], position)
    raise _stranger(text, position)


def _number(word: str, text: str, position: int) -> float:
    if len(word) > _LONGEST_NUMBER:
        raise refusal(f"a number may have {_LONGEST_NUMBER} digits, not {len(word)}", text, position)
    if _NUMBER.fullmatch(word):
        value = float(word)
    elif _SIZE.fullmatch(word):
        value = float(parse_size(word))
    else:
        raise refusal(
            f"{word!r} is no number; write 60, 0.5 or 1e9, sizes as 512Mi or 4Gi, and spans in seconds", text, position
        )
    if value > LARGEST_NUMBER:
        raise refusal(f"{word} is too large; the largest number is {LARGEST_NUMBER:g}", text, position)
    return value


def _stranger(text: str, position: int) -> ConditionError:
    hint = next((hint for sign, hint in _STRANGE if text.startswith(sign, position)), f"allowed are {_SIGNS}")
    sign = next((sign for sign, _ in _STRANGE if text.startswith(sign, position)), text[position])
    return refusal(f"{sign!a} cannot stand in a condition: {hint}", text, position)


def _caret(text: str, column: int) -> str:
    """The condition on one line, cut around the column, and a caret below it."""
    begin = max(0, column - _SHOWN_BEFORE)
    before, after = text[begin:column], text[column : begin + _SHOWN]
    before = f"{'…' if begin else ''}{_visible(before)}"
    more = "…" if begin + _SHOWN < len(text) else ""
    return f"    {before}{_visible(after)}{more}\n    {' ' * len(before)}^"


def _visible(text: str) -> str:
    from mnemo_cli.redact import printable

    return printable(re.sub(r"[\t\r\n]", " ", text))
