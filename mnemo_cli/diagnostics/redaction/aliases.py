"""Aliases: the same short name for the same thing in the whole bundle, and no way back without the key."""

import hmac
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["user", "host", "home", "ip", "mac", "mail", "machine"]

_DIGITS = 4
_LONGEST_DIGITS = 16
# A log may name a million addresses: past this many, aliases are long instead of checked against each other.
_MOST_KEPT = 8192


class Aliases:
    """`user-b3f2` for a user: HMAC-SHA256 of kind and name, cut to four digits, or more where they are taken.

    `reserved` are names that no alias may contain, such as a user called "cafe".
    """

    def __init__(self, key: bytes, reserved: Collection[str] = ()) -> None:
        self._key = key
        self._kept: dict[tuple[Kind, str], str] = {}
        self._taken = {name.lower() for name in reserved}
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """How many times each kind was put into a text."""
        return MappingProxyType(self._counts)

    def put(self, kind: Kind, name: str, times: int = 1) -> str:
        """The alias, counted; `name` is in the one form that the same thing always has."""
        self.count(kind, times)
        return self.of(kind, name)

    def count(self, kind: Kind, times: int = 1) -> None:
        """For who remembers an alias and puts it again."""
        self._counts[kind] = self._counts.get(kind, 0) + times

    def of(self, kind: Kind, name: str) -> str:
        """The alias."""
        kept = self._kept.get((kind, name))
        return kept if kept is not None else self._made(kind, name)

    def _made(self, kind: Kind, name: str) -> str:
        text = f"{kind}\0{name}".encode("utf-8", "surrogateescape")
        tag = hmac.digest(self._key, text, "sha256").hex()
        # Never digits alone: user-1000 is a slice of systemd.
        tag = "abcdef"[int(tag[0], 16) % 6] + tag[1:]
        if len(self._kept) >= _MOST_KEPT:
            return f"{kind}-{tag[:_LONGEST_DIGITS]}"
        digits = _DIGITS
        while not self._taken.isdisjoint((tag[:digits], f"{kind}-{tag[:digits]}")):
            digits += 2
        alias = f"{kind}-{tag[:digits]}"
        self._taken.add(alias)
        self._kept[kind, name] = alias
        return alias
