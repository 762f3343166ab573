"""The members of a JSON object that a stranger may have written, each of the kind that it must be, or Damaged."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import NoReturn, TypeVar

from mnemo_cli.model import UNLIMITED, Gap, Json, Level, Limit, Unlimited
from mnemo_cli.redact import printable

# No counter of the kernel is larger; larger ones could not be reckoned with.
_LARGEST = 1 << 64
_LONGEST_SHOWN = 40
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_Word = TypeVar("_Word", bound=str)


class Damaged(ValueError):
    """A line that is not what it should be; says what is wrong with it."""


class Members:
    """One object as json.loads gives it; `name` is where it stands, dotted, and empty for the whole line."""

    __slots__ = ("_members", "_name")

    def __init__(self, value: Json, name: str = "") -> None:
        if not isinstance(value, dict):
            raise _wrong(name or "it", value, "an object")
        self._members: Mapping[str, Json] = value
        self._name = name

    def __contains__(self, key: str) -> bool:
        return key in self._members

    def raw(self, key: str) -> Json:
        """As it is."""
        try:
            return self._members[key]
        except KeyError:
            raise Damaged(f"{self.path(key)} is missing") from None

    @property
    def id(self) -> int:
        """Of the object itself, as long as it lives."""
        return id(self._members)

    def items(self) -> Iterable[tuple[str, Json]]:
        """All members as they are."""
        return self._members.items()

    def path(self, key: str) -> str:
        """The dotted name of a member."""
        return f"{self._name}.{printable(key)}" if self._name else printable(key)

    def text(self, key: str) -> str:
        value = self.raw(key)
        return value if isinstance(value, str) else self._refuse(key, "a text")

    def text_or_none(self, key: str) -> str | None:
        return None if self.raw(key) is None else self.text(key)

    def word(self, key: str, allowed: Iterable[_Word]) -> _Word:
        """One of some words."""
        value = self.raw(key)
        found = next((word for word in allowed if word == value), None)
        return self._refuse(key, f"one of {', '.join(allowed)}") if found is None else found

    def flag(self, key: str) -> bool:
        value = self.raw(key)
        return value if isinstance(value, bool) else self._refuse(key, "true or false")

    def integer(self, key: str) -> int:
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
            return self._refuse(key, "a whole number")
        return value

    def integer_or_none(self, key: str) -> int | None:
        return None if self.raw(key) is None else self.integer(key)

    def count(self, key: str) -> int:
        value = self.integer(key)
        return value if value >= 0 else self._refuse(key, "a count")

    def count_or_none(self, key: str) -> int | None:
        return None if self.raw(key) is None else self.count(key)

    def amount(self, key: str) -> float:
        value = self.raw(key)
        if isinstance(value, float) and isfinite(value):
            return value
        return self.integer(key) if isinstance(value, int) else self._refuse(key, "a number")

    def amount_or_none(self, key: str) -> float | None:
        return None if self.raw(key) is None else self.amount(key)

    def amount_or_unlimited(self, key: str) -> float | Unlimited:
        return UNLIMITED if self.raw(key) == UNLIMITED.value else self.amount(key)

    def limit(self, key: str) -> Limit | None:
        return UNLIMITED if self.raw(key) == UNLIMITED.value else self.count_or_none(key)

    def time(self, key: str) -> float:
        """Unix time of what document.timestamp wrote."""
        text = self.text(key)
        try:
            return datetime.fromisoformat(text if _TIME.fullmatch(text) else "").timestamp()
        except (ValueError, OverflowError):
            return self._refuse(key, "a time such as 2026-11-22T14:02:31.004Z")

    def level(self, key: str) -> Level | None:
        if self.raw(key) is None:
            return None
        return Level[self.word(key, [level.word for level in Level]).upper()]

    def object(self, key: str) -> "Members":
        return Members(self.raw(key), self.path(key))

    def object_or_none(self, key: str) -> "Members | None":
        return None if self.raw(key) is None else self.object(key)

    def objects(self, key: str) -> "list[Members]":
        items = self._items(key)
        return [Members(item, f"{self.path(key)}[{position}]") for position, item in enumerate(items)]

    def texts(self, key: str) -> tuple[str, ...]:
        items = self._items(key)
        return tuple(item if isinstance(item, str) else self._refuse(key, "a list of texts") for item in items)

    def gaps(self, key: str) -> tuple[Gap, ...]:
        return tuple(Gap(gap.text("field"), gap.text("source"), gap.text("reason")) for gap in self.objects(key))

    def _items(self, key: str) -> Sequence[Json]:
        value = self.raw(key)
        if not isinstance(value, list):
            raise _wrong(self.path(key), value, "a list")
        return value

    def _refuse(self, key: str, wanted: str) -> NoReturn:
        raise _wrong(self.path(key), self.raw(key), wanted)


def shown(value: Json) -> str:
    """A value in a sentence: cut where it is long, without escape codes."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "a huge number"
    words = {None: "null", True: "true", False: "false"}
    text = words[value] if value is None or isinstance(value, bool) else printable(repr(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _wrong(name: str, value: Json, wanted: str) -> Damaged:
    return Damaged(f"{name} is {shown(value)}, not {wanted}")
