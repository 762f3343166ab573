"""From readings to lines: each thing that was measured as a series with its ceiling, its trend and its forecast."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.forensics.growth.ceilings import Ceilings
from mnemo_cli.forensics.growth.nouns import (
    DESCRIPTORS,
    FILE_MAPS,
    PRIVATE,
    SHARED_MAPS,
    SOCKETS,
    TMPFS_FILES,
    TREE,
    Ceiling,
    Kind,
    Line,
    Series,
    Trend,
    Unit,
)
from mnemo_cli.forensics.growth.reading import Seen
from mnemo_cli.forensics.growth.shape import shape
from mnemo_cli.limits.components import HEALTHY_WHEN_FULL
from mnemo_cli.limits.history import Point
from mnemo_cli.model import UNLIMITED, Gap, Limit, Tracker, Unlimited
from mnemo_cli.redact import printable
from mnemo_cli.sampling.descriptors import Descriptors, SharedFile
from mnemo_cli.sampling.mappings import MemoryKinds, MemorySums
from mnemo_cli.units import format_size

_FEWEST_POINTS = 2
_DETAILS_SHOWN = 5


class Around(NamedTuple):
    """What is measured of the process's surroundings: its tree, and the counters that it keeps of itself."""

    tree_bytes: tuple[Point, ...] = ()
    processes: tuple[Point, ...] = ()
    trackers: tuple[tuple[float, Tracker], ...] = ()


def lines_of(seen: Seen, around: Around, ceilings: Ceilings) -> tuple[Line, ...]:
    """Every line for which there are two readings, in the order of a table."""
    every = (*_memory(seen, ceilings), *_files(seen, ceilings), *_descriptors(seen, ceilings),
        *_tasks(seen, around, ceilings), *_tree(around, ceilings), *_tracked(around.trackers))  # fmt: skip
    return tuple(_line(series) for series in every if len(series.points) >= _FEWEST_POINTS)


def seconds_until(series: Series, trend: Trend) -> float | Unlimited | None:
    """Until the ceiling, at the present rate; UNLIMITED where it does not grow or nothing ends it, None unknown."""
    if not trend.grows or trend.rate_per_second <= 0:
        return UNLIMITED
    left = None if series.ceiling is None else series.ceiling.left
    return left if left is None or isinstance(left, Unlimited) else left / trend.rate_per_second


def unknown_limits(lines: Iterable[Line]) -> Iterator[Gap]:
    """Why a line has no forecast, or a limit of it no number."""
    for line in lines:
        ceiling = line.series.ceiling
        if ceiling is None or ceiling.left is None:
            source = "limits" if ceiling is None else ceiling.name
            yield Gap(f"lines.{line.series.name}.limit", source, "it is not told, or not what counts against it")


def _line(series: Series) -> Line:
    trend = shape(series.points)
    return Line(series, trend, seconds_until(series, trend))


def _memory(seen: Seen, ceilings: Ceilings) -> Iterator[Series]:
    sums: list[tuple[str, Callable[[MemorySums], int | None], str | None, bool]] = [
        (PRIVATE, _private, TREE, False),
        (FILE_MAPS, lambda one: one.file_bytes, TREE, True),
        (SHARED_MAPS, lambda one: one.shmem_bytes, TREE, False),
        ("huge pages", lambda one: one.huge_page_bytes, None, False),
        ("page tables", lambda one: one.page_table_bytes, None, True),
        ("swap", lambda one: one.swap_bytes, None, True),
    ]
    # Where a mapping was not understood, its memory is in none of them: too little would look like growth later.
    whole_kinds = [(at, one) for at, one in seen.kinds if not one.unread]
    kinds: list[tuple[str, Callable[[MemoryKinds], int], Kind]] = [
        ("heap", lambda one: one.heap_bytes, "memory"),
        ("anonymous maps", lambda one: one.anonymous_bytes, "memory"),
        ("thread stacks", lambda one: one.stack_bytes, "stacks"),
    ]
    for name, of_sums, whole, fallback in sums:
        points = _points((at, of_sums(one)) for at, one in seen.sums)
        yield Series(name, "memory", "bytes", points, ceilings.memory, part_of=whole, fallback=fallback)
        if name == PRIVATE:
            for part, of_kinds, kind in kinds:
                points = _points((at, of_kinds(one)) for at, one in whole_kinds)
                yield Series(part, kind, "bytes", points, ceilings.memory, part_of=PRIVATE)


def _private(sums: MemorySums) -> int | None:
    """Resident or swapped: a leak that is swapped out is one still."""
    if sums.anonymous_bytes is None or sums.swap_bytes is None:
        return None
    return sums.anonymous_bytes + sums.swap_bytes


def _files(seen: Seen, ceilings: Ceilings) -> Iterator[Series]:
    readings = seen.descriptors
    points = _points((at, sum(file.used_bytes for file in one.files)) for at, one in readings)
    if any(one.files for _, one in readings):
        first, last = readings[0][1].files, readings[-1][1].files
        ceiling = _room(ceilings.memory, last)
        details = tuple(_grown_files(first, last))
        yield Series(TMPFS_FILES, "files", "bytes", points, ceiling, part_of=SHARED_MAPS, details=details)


def _room(memory: Ceiling | None, files: Sequence[SharedFile]) -> Ceiling | None:
    """tmpfs has a size of its own, which may be less than what the memory limit leaves."""
    rooms = [file.room_bytes for file in files if file.room_bytes is not None]
    used = sum(file.used_bytes for file in files)
    if not rooms or memory is None or (isinstance(memory.left, int) and memory.left <= min(rooms)):
        return memory
    return None if memory.left is None else Ceiling("the size of its tmpfs", min(rooms) + used, used)


def _grown_files(first: Sequence[SharedFile], last: Sequence[SharedFile]) -> Iterator[str]:
    before = {(file.shown, file.inode): file.used_bytes for file in first}
    grown = sorted(last, key=lambda file: before.get((file.shown, file.inode), 0) - file.used_bytes)
    for file in grown[:_DETAILS_SHOWN]:
        was = before.get((file.shown, file.inode), 0)
        if file.used_bytes > was:
            yield f"{file.shown}: {format_size(was)} → {format_size(file.used_bytes)}, inode {file.inode}"


def _descriptors(seen: Seen, ceilings: Ceilings) -> Iterator[Series]:
    ceiling, readings = ceilings.descriptors, seen.descriptors
    details = tuple(_more_goals(readings[0][1], readings[-1][1])) if readings else ()
    yield Series(DESCRIPTORS, "descriptors", "count", seen.fd_counts, ceiling, details=details)
    for kind, points in _counted({at: one.kinds for at, one in readings}).items():
        name = f"{DESCRIPTORS} {kind}"
        yield Series(name, "descriptors", "count", points, ceiling, part_of=DESCRIPTORS, details=details)
    for state, points in _counted({at: one.states for at, one in seen.connections}).items():
        yield Series(f"connections {state}", "connections", "count", points, ceiling, part_of=SOCKETS)


def _more_goals(first: Descriptors, last: Descriptors) -> Iterator[str]:
    more = sorted(last.goals, key=lambda goal: first.goals.get(goal, 0) - last.goals[goal])
    for goal in more[:_DETAILS_SHOWN]:
        was, now = first.goals.get(goal, 0), last.goals[goal]
        if now > was:
            yield f"{goal}: {was} → {now}"


def _tasks(seen: Seen, around: Around, ceilings: Ceilings) -> Iterator[Series]:
    yield Series("threads", "threads", "count", _points((at, one.threads) for at, one in seen.sums), ceilings.tasks)
    if any(count > 1 for _, count in around.processes):
        yield Series("processes", "processes", "count", around.processes, ceilings.tasks)
    points = _points((at, one.mappings) for at, one in seen.kinds)
    yield Series("mappings", "mappings", "count", points, ceilings.mappings)


def _tree(around: Around, ceilings: Ceilings) -> Iterator[Series]:
    if any(count > 1 for _, count in around.processes):
        yield Series(TREE, "memory", "bytes", around.tree_bytes, ceilings.memory)


def _tracked(readings: Iterable[tuple[float, Tracker]]) -> Iterator[Series]:
    """What the program counts of itself, under the names that it gave."""
    found: dict[str, Series] = {}
    for at, tracker in readings:
        for one in _counters(at, tracker):
            before = found.get(one.name)
            found[one.name] = one if before is None else one._replace(points=(*before.points, *one.points))
    yield from found.values()


def _counters(at: float, tracker: Tracker) -> Iterator[Series]:
    """One reading as a series of one point each, with its own limit."""
    whose = f"tracker {printable(tracker.name)}"
    yield _counter(at, whose, "bytes", tracker.used_bytes, tracker.limit_bytes)
    yield _counter(
        at, f"{whose} active tasks", "count", tracker.spawned_tasks - tracker.completed_tasks_total, UNLIMITED
    )
    for part in tracker.components:
        name, bounded = f"{whose} {printable(part.name)}", part.policy in HEALTHY_WHEN_FULL
        if part.used is not None:
            one = _counter(at, name, "count", part.used, part.limit)
            yield one._replace(bounded=bounded and isinstance(part.limit, int))
        if part.used_bytes is not None:
            one = _counter(at, f"{name} bytes", "bytes", part.used_bytes, part.limit_bytes)
            yield one._replace(bounded=bounded and isinstance(part.limit_bytes or part.limit, int))


def _counter(at: float, name: str, unit: Unit, used: int, limit: Limit | None) -> Series:
    return Series(name, "tracker", unit, ((at, float(used)),), Ceiling("its own limit", limit, used))


def _points(readings: Iterable[tuple[float, int | None]]) -> tuple[Point, ...]:
    return tuple((at, float(value)) for at, value in readings if value is not None)


def _counted(readings: Mapping[float, Mapping[str, int]]) -> dict[str, tuple[Point, ...]]:
    """The points of each key; one that a reading does not have was 0 then."""
    names = sorted({name for counts in readings.values() for name in counts})
    return {name: tuple((at, float(counts.get(name, 0))) for at, counts in readings.items()) for name in names}
