"""The bytes of a counters file as a Tracker. Nothing in it is trusted: it may be half-written, or hostile."""

import math
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeAlias, TypeVar

from mnemo_cli.model import UNLIMITED, Component, Limit, Metric, Tracker
from mnemo_cli.tracker import layout
from mnemo_cli.tracker.layout import text_of

_HEADER_BYTES = layout.USED_AT * 8
_HEADER = struct.Struct(f"={layout.USED_AT}q")
# Used, peak, allocated, allocations, deallocated, deallocations, unbalanced, limit, spawned, completed.
_COUNTS = struct.Struct("=10q")
_COMPONENT = struct.Struct("=10q")
_LABEL_BYTES, _UNIT_BYTES = layout.LABEL_BYTES, layout.UNIT_BYTES
_COMPONENT_LABEL_BYTES = _LABEL_BYTES + 2 * _UNIT_BYTES
_METRIC = struct.Struct(f"={_LABEL_BYTES}s{_UNIT_BYTES}sq8s")
_WHOLE = struct.Struct("=q")
_DOUBLE = struct.Struct("=d")
_COMPONENT_BYTES, _METRIC_BYTES = layout.COMPONENT_WORDS * 8, layout.METRIC_WORDS * 8
# Where the name of each begins, and the first byte says whether there is one.
_COMPONENT_STARTS = range(layout.COMPONENTS_AT * 8, layout.METRICS_AT * 8, _COMPONENT_BYTES)
_METRIC_STARTS = range(layout.METRICS_AT * 8, layout.FILE_BYTES, _METRIC_BYTES)[: layout.METRICS]
# Headers and labels stay what they are: they are not decoded again.
_REMEMBERED = 2048


_Part = TypeVar("_Part", Component, Metric)


class _Region(NamedTuple):
    """The slots of one kind in one file as they were at the reading before: most have not changed since."""

    region: bytes
    slots: dict[int, tuple[bytes, Component | Metric | None]]
    parts: tuple[Component | Metric, ...]


# The regions of one file, by where they begin.
Seen: TypeAlias = dict[int, _Region]


class UnreadableError(ValueError):
    """The bytes are not a counters file that this version reads; the message says why."""


class Header(NamedTuple):
    """Whose file it is. `started` is in clock ticks since boot, `made_seconds` Unix time."""

    pid: int
    started: int
    boot_id: bytes
    namespace: int
    made_seconds: float
    state: int
    name: str
    made_nanoseconds: int
    folded_count: int
    folded_last: tuple[int, int, int]

    @property
    def identity(self) -> tuple[int, int, int]:
        """Which file it is, when a folded one names it: a process may have had several trackers."""
        return self.pid, self.started, self.made_nanoseconds


def header_of(content: bytes) -> Header:
    """Raises UnreadableError for anything but a whole file of this version."""
    if len(content) != layout.FILE_BYTES:
        raise UnreadableError(f"it has {len(content)} bytes, and a counters file has {layout.FILE_BYTES}")
    return _header(content[:_HEADER_BYTES])


def allocated_bytes_in(content: bytes) -> int:
    """The one number that a rate needs, whatever it is."""
    (allocated_bytes,) = _WHOLE.unpack_from(content, layout.ALLOCATED_AT * 8)
    return int(allocated_bytes)


def decode(
    content: bytes,
    *,
    pid: int | None,
    name: str,
    started: int = 0,
    processes: int = 1,
    rate: float | None = None,
    seen: Seen | None = None,
) -> Tracker:
    """The counters in these bytes; UnreadableError for a number that cannot be.

    `rate` is the allocation rate, which one file alone does not tell. `seen` is that of the same
    file's reading before, and is brought up to date.
    """
    seen = {} if seen is None else seen
    used, peak, allocated, allocations, deallocated, deallocations, unbalanced, limit, spawned, completed = (
        _COUNTS.unpack_from(content, layout.USED_AT * 8)
    )
    counts = used | peak | allocated | allocations | deallocated | deallocations | unbalanced | spawned | completed
    _refuse_negative(counts, "a counter")
    return Tracker._make(
        (
            pid,
            name,
            started,
            processes,
            used,
            peak,
            allocated,
            allocations,
            deallocated,
            deallocations,
            unbalanced,
            _limit(limit),
            spawned,
            completed,
            rate,
            _parts(content, _COMPONENT_STARTS, _component, seen),
            _parts(content, _METRIC_STARTS, _metric, seen),
        )
    )


@lru_cache(_REMEMBERED)
def _header(content: bytes) -> Header:
    if content[: len(layout.MAGIC)] != layout.MAGIC:
        raise UnreadableError("it does not begin as a counters file")
    words = _HEADER.unpack(content)
    if words[layout.VERSION_AT] != layout.VERSION:
        raise UnreadableError(f"it is of version {words[layout.VERSION_AT]}; this mnemo reads {layout.VERSION}")
    _refuse_negative(words[layout.FOLDED_COUNT_AT], "the number of folded workers")
    return Header(
        pid=words[layout.PID_AT],
        started=words[layout.STARTED_AT],
        boot_id=content[layout.BOOT_AT * 8 : layout.BOOT_AT * 8 + 16],
        namespace=words[layout.NAMESPACE_AT],
        made_seconds=words[layout.MADE_AT] / 1e9,
        state=words[layout.STATE_AT],
        name=text_of(content[layout.NAME_AT * 8 : layout.NAME_AT * 8 + layout.NAME_BYTES]),
        made_nanoseconds=words[layout.MADE_AT],
        folded_count=words[layout.FOLDED_COUNT_AT],
        folded_last=(words[layout.FOLDED_PID_AT], words[layout.FOLDED_STARTED_AT], words[layout.FOLDED_MADE_AT]),
    )


def _parts(content: bytes, starts: range, decoded: "Callable[[bytes], _Part | None]", seen: Seen) -> tuple[_Part, ...]:
    """Those slots that have a name and tell something."""
    region = content[starts.start : starts.stop]
    before = seen.get(starts.start)
    if before is not None and before.region == region:
        return before.parts  # type: ignore[return-value]  # the parts of a region are of one kind
    slots = {} if before is None else before.slots
    step, parts = starts.step, []
    for at, name in enumerate(region[::step].rstrip(b"\0")):
        if not name:
            continue
        slot = region[at * step : at * step + step]
        known = slots.get(at)
        if known is None or known[0] != slot:
            slots[at] = known = slot, decoded(slot)
        if known[1] is not None:
            parts.append(known[1])
    seen[starts.start] = _Region(region, slots, tuple(parts))
    return tuple(parts)  # type: ignore[arg-type]


def _component(content: bytes) -> Component | None:
    used, limit, used_bytes, limit_bytes, evicted, expired, rejected, blocked, hits, misses = _COMPONENT.unpack_from(
        content, _COMPONENT_LABEL_BYTES
    )
    counted = evicted | expired | rejected | blocked | hits | misses
    if used < 0 and used_bytes < 0 and not (limit or limit_bytes or counted):
        return None
    _refuse_negative(counted, "a counter of a component")
    name, unit, policy = _labels(content[:_COMPONENT_LABEL_BYTES])
    # By position: read every second for every component, and twice as fast as by name.
    return Component._make(
        (
            name,
            used if used >= 0 else None,
            _limit(limit),
            unit,
            used_bytes if used_bytes >= 0 else None,
            _limit(limit_bytes),
            policy,
            None,
            evicted,
            expired,
            rejected,
            blocked / 1e9,
            hits,
            misses,
        )
    )


@lru_cache(_REMEMBERED)
def _labels(content: bytes) -> tuple[str, str, str]:
    """Name, unit and policy."""
    name, rest = content[:_LABEL_BYTES], content[_LABEL_BYTES:]
    return text_of(name), text_of(rest[:_UNIT_BYTES]), text_of(rest[_UNIT_BYTES:])


def _metric(content: bytes) -> Metric | None:
    name, unit, kind, word = _METRIC.unpack(content)
    if kind == layout.GAUGE:
        (value,) = _DOUBLE.unpack(word)
        told = value if math.isfinite(value) else None
        return Metric(name=text_of(name), unit=text_of(unit), kind="gauge", value=told)
    if kind != layout.COUNTER:
        return None
    (count,) = _WHOLE.unpack(word)
    _refuse_negative(count, "a counter of the program's own")
    return Metric(name=text_of(name), unit=text_of(unit), kind="counter", value=count)


def _refuse_negative(counts: int, what: str) -> None:
    """`counts` are the bits of all of them: one that is negative makes them so."""
    if counts < 0:
        raise UnreadableError(f"{what} is negative, and no count is")


def _limit(word: int) -> Limit | None:
    """The three answers: a number, UNLIMITED, or not told."""
    if word == layout.UNLIMITED_WORD:
        return UNLIMITED
    return word if word > 0 else None
