"""One step of judging: a sample and the state before it give a verdict and the state after it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mnemo_cli.limits.binding import binding_index, judge, overall
from mnemo_cli.limits.changes import level_event, limit_changes, oom_kills
from mnemo_cli.limits.forecast import forecast
from mnemo_cli.limits.history import History
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Event, Forecast, Gap, Level, LimitSource, Memory, Sample, Verdict


class Record(NamedTuple):
    """What is remembered of one limit: its level, its highest use, and how use went."""

    level: Level | None = None
    peak_used_bytes: int | None = None
    history: History = History()


class State(NamedTuple):
    """What judging remembers from one sample to the next; the first step starts from State()."""

    records: Mapping[LimitSource, Record] = MappingProxyType({})
    level: Level | None = None
    binding: LimitSource | None = None
    since_seconds: float | None = None
    forecast: Forecast | None = None
    last: Sample | None = None


def step(state: State, sample: Sample, edges: Edges, *, whole: bool = True) -> tuple[State, Verdict]:
    """Judge one sample. A glance (not `whole`) moves levels and peaks, but neither forecast nor counters.

    A limit that is no longer on the path is forgotten.
    """
    records = {memory.source: _record(state, memory, sample, edges, whole=whole) for memory in sample.limits}
    levels = tuple(records[memory.source].level for memory in sample.limits)
    level, at_least = overall(levels)
    position = binding_index(sample.limits, levels)
    binding = None if position is None else sample.limits[position]
    source = None if binding is None else binding.source
    since_seconds = _since(state, level, sample.clock_seconds)
    after = State(
        records=records,
        level=level,
        binding=source,
        since_seconds=since_seconds,
        forecast=_forecast(binding, records) if whole or source != state.binding else state.forecast,
        last=sample if whole else state.last,
    )
    verdict = Verdict(
        level=level,
        at_least=at_least,
        binding=binding,
        levels=levels,
        since_seconds=sample.clock_seconds - since_seconds,
        peak_used_bytes=records[binding.source].peak_used_bytes if binding is not None else None,
        forecast=after.forecast,
        events=_events(state, after, sample, binding, whole=whole),
        gaps=_gaps(sample, levels, level, after.forecast),
    )
    return after, verdict


def _record(state: State, memory: Memory, sample: Sample, edges: Edges, *, whole: bool) -> Record:
    before = state.records.get(memory.source, Record())
    level = judge(memory, edges, before.level)
    used_bytes = memory.used_bytes
    if used_bytes is None:
        return before._replace(level=level)
    return Record(
        level=level,
        peak_used_bytes=max(used_bytes, before.peak_used_bytes or 0),
        history=before.history.with_point(sample.clock_seconds, used_bytes) if whole else before.history,
    )


def _since(state: State, level: Level | None, clock_seconds: float) -> float:
    if state.since_seconds is None or level != state.level:
        return clock_seconds
    return state.since_seconds


def _forecast(binding: Memory | None, records: Mapping[LimitSource, Record]) -> Forecast | None:
    if binding is None or binding.headroom_bytes is None:
        return None
    return forecast(records[binding.source].history, binding.headroom_bytes)


def _events(before: State, after: State, sample: Sample, binding: Memory | None, *, whole: bool) -> tuple[Event, ...]:
    events: tuple[Event, ...] = ()
    if whole and before.last is not None:
        events = limit_changes(before.last, sample) + oom_kills(before.last, sample)
    # The first judgement is news only when something is wrong or cannot be told.
    started = before.since_seconds is None
    if after.level is not Level.NORMAL if started else after.level != before.level:
        events += (level_event(before.level, after.level, sample, binding),)
    return events


def _gaps(
    sample: Sample, levels: Sequence[Level | None], level: Level | None, found: Forecast | None
) -> tuple[Gap, ...]:
    """Why something in the verdict is unknown."""
    gaps: list[Gap] = []
    if level is None:
        unread = [memory.source.sentence for memory, known in zip(sample.limits, levels, strict=True) if known is None]
        gaps.append(Gap("level", ", ".join(unread) or "limits", "a limit that cannot be read may bind"))
    if all(known is None for known in levels):
        gaps.append(Gap("memory", "limits", "no limit on the path could be read with its use"))
        gaps.append(Gap("forecast", "limits", "no limit on the path could be read with its use"))
    elif found is None:
        gaps.append(Gap("forecast", "limits", "there are too few readings for a trend yet"))
    return tuple(gaps)
