"""Values that are text: one of some words, a place, a program; how each is read, from text and from a TOML list."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mnemo_cli.settings.names import did_you_mean
from mnemo_cli.settings.row import Kind, Row

_LONGEST_SHOWN = 60
# A word, so that a flag can take back what a file demands.
NONE = "none"
# As in PATH; a list of paths is one text everywhere but in a file, where it may be a list.
PATHS_SIGN = ":"
_SOME_SIGN = ","
_SECRETIVE = (Kind.URL, Kind.WORDS)


def read(row: Row, text: str) -> str:
    """The value that a text spells; ValueError says what is wrong with it. "" is none, of a kind that has it."""
    if row.kind not in (Kind.CHOICE, Kind.PATH) and text.strip() in ("", NONE):
        return ""
    return _READERS[row.kind](row, text)


def read_list(row: Row, found: list[object]) -> str:
    """The value that a list in a file spells; ValueError where one of its items will not do."""
    words = [word if isinstance(word, str) else _wrong_type(word) for word in found]
    if row.kind is Kind.WORDS:
        import shlex

        return _words(row, shlex.join(words))
    sign = PATHS_SIGN if row.kind is Kind.PATHS else _SOME_SIGN
    for word in words:
        if sign in word:
            raise ValueError(f"{shown(word)} holds a {sign}, which joins {'paths' if sign == PATHS_SIGN else 'words'}")
    return read(row, sign.join(words))


def words_of(value: str) -> tuple[str, ...]:
    """A program and its arguments, of a value that was read."""
    import shlex

    return tuple(shlex.split(value))


def without_secrets(kind: Kind, value: str) -> str:
    """As anybody may see it: keys in an address, and what looks like a secret in a program's arguments, are masked."""
    if kind is Kind.URL and value:
        from mnemo_cli.degrade.actions.address import shown_url

        return shown_url(value)
    if kind is Kind.WORDS and value:
        from mnemo_cli.redact import redact_command

        return redact_command(words_of(value))
    return value


def allowed(row: Row) -> str:
    """The words after "allowed is"."""
    match row.kind:
        case Kind.CHOICE:
            return f"{row.kind} {', '.join(row.choices)}"
        case Kind.SOME:
            return f"{row.kind} {', '.join(row.choices)}, with {_SOME_SIGN} between them, or {NONE}"
        case Kind.PATH:
            return f"{row.kind} that begins with / or ~/"
        case Kind.FILE:
            return f"{row.kind} by a path that begins with / or ~/, or {NONE}"
        case Kind.PATHS:
            return f"{row.kind} that begin with / or ~/, with {PATHS_SIGN} between them, or {NONE}"
        case Kind.WORDS:
            return f"{row.kind}, the program by a path that begins with /, or {NONE}"
        case Kind.NEEDS:
            return f"{row.kind} of nofile=N, nproc=N and mem=SIZE, or {NONE}"
    return f"{row.kind}, or {NONE}"


def shown_of(row: Row, found: object) -> str:
    """The same, but for what may hold a secret only that it is there."""
    return "what it is set to" if row.kind in _SECRETIVE else shown(found)


def shown(found: object) -> str:
    """What was found, short and without control characters, for a message."""
    text = repr(found).lower() if isinstance(found, bool) else repr(found)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _choice(row: Row, text: str) -> str:
    if text in row.choices:
        return text
    raise ValueError(f"{shown(text)} is unknown{did_you_mean(text, row.choices)}")


def _some(row: Row, text: str) -> str:
    """The names of columns are written large on the screen: whoever types them may write them small."""
    by_lower = {choice.lower(): choice for choice in row.choices}
    words = (word.strip() for word in text.split(_SOME_SIGN))
    return _SOME_SIGN.join(dict.fromkeys(_choice(row, by_lower.get(word, word)) for word in words))


def _path(row: Row, text: str) -> str:
    if text.startswith(("/", "~/")) and "\0" not in text:
        return text
    raise ValueError(f"{shown(text)} is not a complete path")


def _paths(row: Row, text: str) -> str:
    return PATHS_SIGN.join(_path(row, path) for path in text.split(PATHS_SIGN))


def _url(row: Row, text: str) -> str:
    from mnemo_cli.degrade.actions.address import read_address
    from mnemo_cli.errors import ConfigError

    try:
        read_address(text, "it")
    except ConfigError as err:
        raise ValueError(str(err)) from err
    return text


def _words(row: Row, text: str) -> str:
    """What is wrong is said without the words: there may be a password among them."""
    import shlex

    try:
        words = shlex.split(text)
    except ValueError as err:
        raise ValueError(f"it cannot be taken apart: {str(err).lower()}") from err
    if not words or not words[0].startswith("/") or "\0" in text:
        raise ValueError("its first word is not a complete path of a program")
    return shlex.join(words)


def _needs(row: Row, text: str) -> str:
    from mnemo_cli.doctor.profiles import parse_needs

    parse_needs(text)
    return text.strip()


def _wrong_type(found: object) -> str:
    raise ValueError(f"{shown(found)} is the wrong type")


_READERS: Mapping[Kind, Callable[[Row, str], str]] = MappingProxyType(
    {
        Kind.CHOICE: _choice,
        Kind.SOME: _some,
        Kind.PATH: _path,
        Kind.FILE: _path,
        Kind.PATHS: _paths,
        Kind.URL: _url,
        Kind.WORDS: _words,
        Kind.NEEDS: _needs,
    }
)
TEXT_KINDS = frozenset(_READERS)
LIST_KINDS = frozenset({Kind.PATHS, Kind.SOME, Kind.WORDS})
