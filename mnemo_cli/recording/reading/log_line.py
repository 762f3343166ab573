"""A line of the memory log as a moment, and the numbers of conditions that it tells beside it.

A line has the binding limit, its level and its peak, and the components of programs added up. Everything else is
unknown, and has a gap. Added-up components are no trackers (whose pid and counters nobody knows), so that their
numbers go beside the moment, by the names that conditions have for them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.limits.rules.names import VARIABLES, numbers_of
from mnemo_cli.model import Component, Gap, Memory, Moment, Sample, Scope, Tracker, Verdict
from mnemo_cli.recording.reading.members import Members
from mnemo_cli.recording.reading.sample import read_scope, read_source

_SOURCE = "memory log"
_NOT_TOLD = tuple(
    Gap(field, _SOURCE, "its lines do not tell it")
    for field in ("target", "pressure", "processes", "host_oom_kills_total", "forecast")
)
_POOL_SIZE = "db_pool_size"
# Of programs a line tells their components, and no counters of their own.
_OF_PROGRAMS = ("spawned_tasks", "completed_tasks_total")
_OF_COMPONENTS = tuple(
    variable.name
    for variable in VARIABLES
    if variable.origin == "trackers" and not variable.name.startswith("tracker_") and variable.name not in _OF_PROGRAMS
)


class LogLine(NamedTuple):
    """What a line tells. `pid` is of the program that wrote it."""

    moment: Moment
    pid: int
    told: Mapping[str, float | None]


def read_log_line(members: Members) -> LogLine:
    """A line of type "memory"; Damaged for anything else. Of clocks it knows but the time."""
    source = members.object_or_none("limit_source")
    used_bytes, limit_bytes = members.count_or_none("used_bytes"), members.limit("limit_bytes")
    binding = None if source is None else Memory(read_source(source), used_bytes, limit_bytes)
    level = members.level("level")
    gaps = members.gaps("gaps")
    time_seconds = members.time("time")
    members.amount_or_none("growth_bytes_per_second")
    sample = Sample(
        time_seconds=time_seconds,
        clock_seconds=time_seconds,
        scope=read_scope(members.object("scope")),
        limits=() if binding is None else (binding,),
        gaps=gaps + _NOT_TOLD,
    )
    verdict = Verdict(
        level=level,
        at_least=level,
        binding=binding,
        levels=() if binding is None else (level,),
        since_seconds=0.0,
        peak_used_bytes=members.count_or_none("peak_bytes"),
        forecast=None,
    )
    parts = [_part(each) for each in members.objects("components")]
    told = _told(parts, is_cut=any(gap.field == "components" for gap in gaps))
    return LogLine(Moment(sample=sample, verdict=verdict), members.count("pid"), told)


def _part(members: Members) -> tuple[Component, int]:
    """A component of all workers of a program, and how many of them live."""
    members.text("program")
    component = Component(
        name=members.text("name"),
        used=members.count_or_none("used"),
        limit=members.limit("limit"),
        unit="",
        used_bytes=members.count_or_none("used_bytes"),
        limit_bytes=members.limit("limit_bytes"),
        policy="",
    )
    return component, members.count("processes")


def _told(parts: Sequence[tuple[Component, int]], *, is_cut: bool) -> dict[str, float | None]:
    """Reckoned as of the trackers that they were added up from. A line without room for all tells no sum."""
    if is_cut:
        return dict.fromkeys((*_OF_COMPONENTS, _POOL_SIZE))
    if not parts:
        return {}
    sample = _NOTHING._replace(trackers=tuple(_stand_in(component, lives=workers > 0) for component, workers in parts))
    told = numbers_of((*_OF_COMPONENTS, _POOL_SIZE), sample, _UNJUDGED, {})
    pools = [workers for part, workers in parts if part.name == "db_connections" and workers and part.used is not None]
    if not pools:
        del told[_POOL_SIZE]  # the setting is as good as ever
    elif max(pools) > 1:
        # Workers that count no connections give their limit to that of the program, but not to this number.
        told[_POOL_SIZE] = None
    return told


def _stand_in(component: Component, *, lives: bool) -> Tracker:
    """It leaves this module nowhere: only its component is looked at, and whether it has a pid."""
    return _STAND_IN._replace(pid=1 if lives else None, components=(component,))


_NOTHING = Sample(time_seconds=0.0, clock_seconds=0.0, scope=Scope(kind="host", name=""), limits=())
_UNJUDGED = Verdict(None, None, None, (), 0.0, None, None)
_STAND_IN = Tracker(
    pid=None,
    name="",
    started=0,
    processes=0,
    used_bytes=0,
    peak_bytes=0,
    allocated_bytes_total=0,
    allocations=0,
    deallocated_bytes_total=0,
    deallocations=0,
    unbalanced_total=0,
    limit_bytes=None,
    spawned_tasks=0,
    completed_tasks_total=0,
)
