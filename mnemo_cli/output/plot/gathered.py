"""What a picture of a recording is drawn from: as many points as it can show, with every peak and every change."""

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from mnemo_cli.model import Event, Limit, Moment, Process, Scope

TOP_PROCESSES = 8
# A picture of 1,200 pixels has fewer columns than this.
_COLUMNS = 600
# A step is a gap in the recording if it is longer than this, and so many times the usual one.
_GAP_SECONDS, _GAP_FACTOR = 5.0, 3.0


class ProcessUse(NamedTuple):
    """What one process used at each point; None where it was not among those recorded, or not known.

    `is_rss` says that for some of them only RSS was known.
    """

    name: str
    pid: int | None
    used_bytes: tuple[float | None, ...]
    is_rss: bool


class Point(NamedTuple):
    """The binding limit at one time. After a gap of the recording `is_after_gap`."""

    time_seconds: float
    used_bytes: int | None
    limit_bytes: Limit | None
    source: str
    is_after_gap: bool


class Gathered(NamedTuple):
    """A recording reduced to points. `processes` are those that used most, the last one is of all others."""

    scope: Scope
    samples: int
    points: tuple[Point, ...]
    processes: tuple[ProcessUse, ...]
    most_recorded: int
    most_in_scope: int | None
    events: tuple[Event, ...]

    @property
    def peak(self) -> Point | None:
        """The point of the highest use."""
        known = [point for point in self.points if point.used_bytes is not None]
        return max(known, key=lambda point: point.used_bytes or 0, default=None)


@dataclass(slots=True)
class _Course:
    """The readings of one process: the samples that have it, and what it used in each."""

    name: str
    pid: int
    positions: "array[int]" = field(default_factory=lambda: array("q"))
    used_bytes: "array[float]" = field(default_factory=lambda: array("d"))
    is_rss: bool = False


class Gathering:
    """Fed with moment after moment; a day of them at one a second takes some 30 MB."""

    def __init__(self) -> None:
        self._scope: Scope | None = None
        self._times = array("d")
        self._used: list[int | None] = []
        # Whose limit it is, and how much, from which sample on: it seldom changes.
        self._limits: list[tuple[int, str, Limit | None]] = []
        self._courses: dict[tuple[int, int], _Course] = {}
        self._events: list[Event] = []
        self._most_recorded, self._most_in_scope = 0, 0

    def note(self, moment: Moment) -> None:
        """Take in one moment."""
        self._events += moment.verdict.events
        if not moment.reported:
            return
        sample, binding = moment.sample, moment.verdict.binding
        position = len(self._times)
        self._scope = self._scope or sample.scope
        self._times.append(sample.time_seconds)
        self._used.append(None if binding is None else binding.used_bytes)
        source = "" if binding is None else binding.source.sentence
        limit_bytes = None if binding is None else binding.limit_bytes
        if not self._limits or self._limits[-1][1:] != (source, limit_bytes):
            self._limits.append((position, source, limit_bytes))
        for process in sample.processes:
            self._note_process(process, position)
        self._most_recorded = max(self._most_recorded, len(sample.processes))
        self._most_in_scope = max(self._most_in_scope, sample.process_count or 0)

    def gathered(self) -> Gathered | None:
        """All that came so far; None without a sample."""
        if self._scope is None:
            return None
        gaps = _gaps(self._times)
        chosen = _chosen(self._times, self._used, {each[0] for each in self._limits} | gaps)
        return Gathered(
            scope=self._scope,
            samples=len(self._times),
            points=tuple(self._point(position, position in gaps) for position in chosen),
            processes=tuple(self._processes(chosen)),
            most_recorded=self._most_recorded,
            most_in_scope=self._most_in_scope or None,
            events=tuple(sorted(self._events, key=lambda event: event.time_seconds)),
        )

    def _note_process(self, process: Process, position: int) -> None:
        used_bytes = process.rss_bytes if process.pss_bytes is None else process.pss_bytes
        if used_bytes is None:
            return
        key = process.pid, process.started
        course = self._courses.get(key)
        if course is None:
            course = self._courses[key] = _Course(process.name, process.pid)
        course.positions.append(position)
        course.used_bytes.append(used_bytes)
        course.is_rss |= process.pss_bytes is None

    def _point(self, position: int, is_after_gap: bool) -> Point:
        at = bisect_right(self._limits, position, key=lambda each: each[0]) - 1
        _, source, limit_bytes = self._limits[at]
        return Point(self._times[position], self._used[position], limit_bytes, source, is_after_gap)

    def _processes(self, chosen: Sequence[int]) -> Iterable[ProcessUse]:
        """The largest first, by what they used over the whole time."""
        ranked = sorted(self._courses.values(), key=lambda course: sum(course.used_bytes), reverse=True)
        for course in ranked[:TOP_PROCESSES]:
            yield ProcessUse(course.name, course.pid, _values([course], chosen), course.is_rss)
        rest = ranked[TOP_PROCESSES:]
        if rest:
            name = "1 other" if len(rest) == 1 else f"{len(rest):,} others"
            yield ProcessUse(name, None, _values(rest, chosen), any(course.is_rss for course in rest))


def _gaps(times: Sequence[float]) -> set[int]:
    """The samples before which there was nothing for long."""
    steps = [later - earlier for earlier, later in pairwise(times)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0.0
    longest = max(_GAP_SECONDS, usual * _GAP_FACTOR)
    return {position for position, step in enumerate(steps, start=1) if step > longest or step < 0}


def _chosen(times: Sequence[float], used: Sequence[int | None], breaks: set[int]) -> list[int]:
    """Of each column the first sample, the lowest and the highest; both sides of each break; all where they are few."""
    count = len(times)
    if count <= 4 * _COLUMNS:
        return list(range(count))
    chosen = {0, count - 1} | breaks | {position - 1 for position in breaks if position}
    width = math.ceil(count / _COLUMNS)
    for begin in range(0, count, width):
        known = [position for position in range(begin, min(begin + width, count)) if used[position] is not None]
        chosen.add(begin)
        if known:
            chosen |= {min(known, key=lambda at: used[at] or 0), max(known, key=lambda at: used[at] or 0)}
    return sorted(chosen)


def _values(courses: Iterable[_Course], chosen: Sequence[int]) -> tuple[float | None, ...]:
    """What they used together in the chosen samples; None where none of them was recorded."""
    wanted = set(chosen)
    sums: dict[int, float] = {}
    for course in courses:
        for position, used_bytes in zip(course.positions, course.used_bytes, strict=True):
            if position in wanted:
                sums[position] = sums.get(position, 0.0) + used_bytes
    return tuple(sums.get(position) for position in chosen)
