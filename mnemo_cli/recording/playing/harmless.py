"""A recorded moment that a terminal can be shown: whoever wrote the file may have put escape codes into its names.

Samplers make printable what they read, a recording is read as it is.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from mnemo_cli.model import Moment
from mnemo_cli.redact import printable

_Parts = TypeVar("_Parts", bound=tuple[object, ...])


def harmless(moment: Moment) -> Moment:
    """The same moment where all its text is printable, as it nearly always is."""
    return _printable(moment, {})


def _printable(parts: _Parts, changed: "dict[int, tuple[object, ...]]") -> _Parts:
    """What is in two places, as the limit that binds, is one thing afterwards too."""
    known = changed.get(id(parts))
    if known is not None:
        return known  # type: ignore[return-value]  # made of these very parts
    new = [_printable_part(part, changed) for part in parts]
    if _same(new, parts):
        return parts
    make = getattr(type(parts), "_make", type(parts))
    changed[id(parts)] = made = make(new)
    return made


def _printable_part(part: object, changed: "dict[int, tuple[object, ...]]") -> object:
    if isinstance(part, str):
        return part if part.isprintable() else printable(part)
    if isinstance(part, tuple):
        return _printable(part, changed)
    if isinstance(part, Mapping):  # what an event has of its own: JSON
        keys, values = ([_printable_part(one, changed) for one in some] for some in (part, part.values()))
        return part if _same(keys, part) and _same(values, part.values()) else dict(zip(keys, values, strict=True))
    if isinstance(part, list):
        parts = [_printable_part(one, changed) for one in part]
        return part if _same(parts, part) else parts
    return part


def _same(some: Iterable[object], others: Iterable[object]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))
