"""A YAML text as texts, lists and tables that know their lines; every value is the text that stands there.

PyYAML's parser tells what it meets, one thing after another, and nothing is made of it that YAML would make
of a stranger's file: no objects, no dates, and no aliases, with which ten lines can stand for a billion.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn, TypeAlias

import yaml

from mnemo_cli.errors import ConfigError
from mnemo_cli.redact import printable

LARGEST_BYTES = 1_000_000
DEEPEST = 8
MOST_ITEMS = 20_000
_NOT_IN_YAML = re.compile(r"[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY = ("", "~", "null", "Null", "NULL")


class Text(NamedTuple):
    """A value; None where nothing stands there."""

    line: int
    text: str | None


class Items(NamedTuple):
    line: int
    items: "tuple[Item, ...]"


class Table(NamedTuple):
    """Keys in their order. The lines of two equal keys are an error before this."""

    line: int
    rows: "dict[str, tuple[int, Item]]"


Item: TypeAlias = Text | Items | Table


def refusal(source: str, line: int, what: str) -> ConfigError:
    """What is wrong in which line of which file."""
    return ConfigError(f"{source}:{line}: {what}")


def read_items(raw: str | bytes, source: str) -> Item | None:
    """The one document of a YAML text, None where it is empty; ConfigError for what cannot be read or trusted."""
    text = _decoded(raw, source)
    try:
        return _Reader(text, source).read()
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        line = mark.line if mark else 0
        problem = printable(str(getattr(err, "problem", None) or err))
        # libyaml does not say which character it was.
        is_tab = any(row.lstrip(" ").startswith("\t") for row in text.split("\n")[line : line + 1])
        hint = "; indent with spaces, YAML has no tabs there" if is_tab else ""
        raise refusal(source, line + 1, f"this is no YAML: {problem}{hint}") from err


def _decoded(raw: str | bytes, source: str) -> str:
    if len(raw) > LARGEST_BYTES:
        raise refusal(source, 1, f"the file may have {LARGEST_BYTES:,} bytes, not {len(raw):,}")
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = raw[: err.start].count(b"\n") + 1 if isinstance(raw, bytes) else 1
        raise refusal(source, line, "this is not UTF-8; save the file as UTF-8") from err
    if strange := _NOT_IN_YAML.search(text):
        line = text.count("\n", 0, strange.start()) + 1
        raise refusal(source, line, f"the character {strange[0]!a} cannot stand in YAML; take it out")
    return text


class _Reader:
    """Reads one document out of the parser's events."""

    def __init__(self, text: str, source: str) -> None:
        loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=loader))
        self._source = source
        self._items = 0

    def read(self) -> Item | None:
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        item = self._item(next(self._events), 0)
        next(self._events)
        another = next(self._events)
        if not isinstance(another, yaml.StreamEndEvent):
            self._refuse(another, "the file has a second document; leave out ---")
        return item

    def _item(self, event: yaml.Event, depth: int) -> Item:
        self._items += 1
        if self._items > MOST_ITEMS or depth > DEEPEST:
            self._refuse(event, "there is more here than any file of rules has")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(event, "anchors and aliases (&a and *a) are not read; write it out")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self._refuse(event, f"tags such as {printable(str(tag))} are not read; leave it out")
        line = _line(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(line, tuple(self._members(depth)))
        if isinstance(event, yaml.MappingStartEvent):
            return Table(line, self._rows(depth))
        assert isinstance(event, yaml.ScalarEvent)
        return Text(line, None if event.implicit[0] and event.value in _EMPTY else event.value)

    def _members(self, depth: int) -> Iterator[Item]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._item(event, depth + 1)

    def _rows(self, depth: int) -> "dict[str, tuple[int, Item]]":
        rows: dict[str, tuple[int, Item]] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._item(event, depth + 1)
            if not isinstance(key, Text) or key.text is None:
                self._refuse(event, "a key must be a word")
            if key.text in rows:
                self._refuse(event, f"{printable(key.text)!r} stands here twice, first in line {rows[key.text][0]}")
            rows[key.text] = key.line, self._item(next(self._events), depth + 1)
        return rows

    def _refuse(self, event: yaml.Event, what: str) -> NoReturn:
        raise refusal(self._source, _line(event), what)


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None  # only of events that no parser made
    return event.start_mark.line + 1
