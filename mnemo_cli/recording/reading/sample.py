"""mnemo.sample/1 as the moment that it was written of; Damaged for anything else.

A line says some things twice (a share beside use and limit, the binding limit among the limits): the moment is
written once more, and what differs is damage. Members that this mnemo does not know are left alone. Of limits
that do not bind the line tells no file and no kinds of memory: those are unknown. So is `at_least`
where the levels of the limits do not tell it.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from math import inf
from typing import Literal, get_args

from mnemo_cli.model import (
    Alert,
    Forecast,
    Gap,
    Json,
    LimitSource,
    Memory,
    Moment,
    Pressure,
    Process,
    Sample,
    Scope,
    Target,
    Unlimited,
    Verdict,
    VmPressureLevel,
)
from mnemo_cli.model.alerts import SEVERITY_LEVELS, AlertState
from mnemo_cli.recording.document import sample_document
from mnemo_cli.recording.reading.members import Damaged, Members, shown
from mnemo_cli.recording.reading.trackers import read_tracker

_SCOPES: tuple[Literal["host", "cgroup", "process", "name", "command"], ...] = (
    "host", "cgroup", "process", "name", "command",
)  # fmt: skip
_SOURCES: tuple[Literal["cgroup", "host", "budget"], ...] = ("cgroup", "host", "budget")
_STATES: tuple[AlertState, ...] = get_args(AlertState)
_VM_LEVELS: tuple[VmPressureLevel, ...] = get_args(VmPressureLevel)
# What the verdict adds to the gaps of its sample.
_OF_VERDICT = ("level", "memory", "forecast")


def read_sample(document: Mapping[str, Json]) -> Moment:
    """The moment of a document. How long its level has held is not in it: `since_seconds` is 0."""
    moment = _moment(Members(document), KnownRows())
    difference = _difference(document, sample_document(moment))
    if difference is not None:
        raise Damaged(difference)
    return moment


def read_checked(document: Mapping[str, Json], known: "KnownRows") -> Moment:
    """The same of a document that a check has found to be as it was written: what it says twice agrees."""
    return _moment(Members(document), known)


class KnownRows:
    """The processes of the sample before: a row that is the very same object as one of its rows is not read again."""

    def __init__(self) -> None:
        # With the rows, so that they live and no other object gets their id.
        self._known: dict[int, tuple[Members, Process]] = {}

    def processes(self, rows: Sequence[Members]) -> tuple[Process, ...]:
        found = [(row, self._known[row.id][1] if row.id in self._known else _process(row)) for row in rows]
        self._known = {row.id: (row, process) for row, process in found}
        return tuple(process for _, process in found)


def read_scope(members: Members) -> Scope:
    return Scope(members.word("kind", _SCOPES), members.text("name"), members.count_or_none("pid"))


def read_source(members: Members) -> LimitSource:
    return LimitSource(members.word("kind", _SOURCES), members.text_or_none("path"), members.text_or_none("file"))


def _moment(members: Members, known: KnownRows) -> Moment:
    sample_gaps, verdict_gaps = _parted(members.gaps("gaps"))
    rows = members.objects("limits")
    limits, binding = _limits(rows, members.object_or_none("memory"))
    target = members.object_or_none("target")
    pressure, forecast = members.object_or_none("pressure"), members.object_or_none("forecast")
    level, levels = members.level("level"), tuple(row.level("level") for row in rows)
    time_seconds = members.time("time")
    sample = Sample(
        time_seconds=time_seconds,
        # The first recordings did not have it.
        clock_seconds=members.amount("clock_seconds") if "clock_seconds" in members else time_seconds,
        scope=read_scope(members.object("scope")),
        limits=limits,
        target=None if target is None else _target(target),
        pressure=None if pressure is None else _pressure(pressure),
        processes=known.processes(members.objects("processes")),
        # Who samples writes the same number in both places.
        process_count=None if target is None else target.count_or_none("processes"),
        trackers=tuple(read_tracker(each) for each in members.objects("trackers")),
        host_oom_kills_total=members.count_or_none("host_oom_kills_total"),
        vm_pressure_level=_vm_level(members),
        gaps=sample_gaps,
    )
    verdict = Verdict(
        level=level,
        at_least=max((each for each in levels if each is not None), default=None) if level is None else level,
        binding=binding,
        levels=levels,
        since_seconds=0.0,
        peak_used_bytes=None if binding is None else members.object("memory").count_or_none("peak_bytes"),
        forecast=None if forecast is None else _forecast(forecast),
        gaps=verdict_gaps,
        alerts=tuple(_alert(each) for each in members.objects("alerts")),
    )
    return Moment(sample=sample, verdict=verdict)


def _parted(gaps: Sequence[Gap]) -> tuple[tuple[Gap, ...], tuple[Gap, ...]]:
    """Those of the sample and those of the verdict, which come last."""
    last = list(takewhile(lambda gap: gap.field in _OF_VERDICT or gap.field.startswith("alerts."), reversed(gaps)))
    position = len(gaps) - len(last)
    return tuple(gaps[:position]), tuple(gaps[position:])


def _limits(rows: Sequence[Members], memory: Members | None) -> tuple[tuple[Memory, ...], Memory | None]:
    """All limits on the path, and the one that binds, of which the line tells more."""
    limits = [_limit(row) for row in rows]
    if memory is None:
        return tuple(limits), None
    source = read_source(memory.object("limit_source"))
    used_bytes, limit_bytes = memory.count_or_none("used_bytes"), memory.limit("limit_bytes")
    for position, limit in enumerate(limits):
        named = limit.source.kind == source.kind and limit.source.path == source.path
        if named and (limit.used_bytes, limit.limit_bytes) == (used_bytes, limit_bytes):
            binding = limits[position] = _more(limit._replace(source=source), memory)
            return tuple(limits), binding
    raise Damaged("memory is none of the limits")


def _limit(row: Members) -> Memory:
    return Memory(
        source=LimitSource(row.word("kind", _SOURCES), row.text_or_none("path")),
        used_bytes=row.count_or_none("used_bytes"),
        limit_bytes=row.limit("limit_bytes"),
        usage_peak_bytes=row.count_or_none("usage_peak_bytes"),
        high_bytes=row.limit("high_bytes"),
        oom_kills_total=row.count_or_none("oom_kills_total"),
        limit_hits_total=row.count_or_none("limit_hits_total"),
        major_faults_total=row.count_or_none("major_faults_total"),
        refaults_total=row.count_or_none("refaults_total"),
        paged_out_bytes_total=row.count_or_none("paged_out_bytes_total"),
    )


def _more(limit: Memory, memory: Members) -> Memory:
    return limit._replace(
        reclaimable_bytes=memory.count_or_none("reclaimable_bytes"),
        swap_used_bytes=memory.count_or_none("swap_used_bytes"),
        swap_total_bytes=memory.limit("swap_total_bytes"),
        anon_bytes=memory.count_or_none("anon_bytes"),
        file_bytes=memory.count_or_none("file_bytes"),
        shmem_bytes=memory.count_or_none("shmem_bytes"),
        kernel_bytes=memory.count_or_none("kernel_bytes"),
        compressed_bytes=memory.count_or_none("compressed_bytes"),
    )


def _target(members: Members) -> Target:
    return Target(
        used_bytes=members.count_or_none("used_bytes"),
        used_is_rss=members.flag("used_is_rss"),
        processes=members.count_or_none("processes"),
    )


def _pressure(members: Members) -> Pressure:
    return Pressure(
        source=members.text("source"),
        some_avg10_ratio=members.amount("some_avg10_ratio"),
        some_avg60_ratio=members.amount("some_avg60_ratio"),
        some_avg300_ratio=members.amount("some_avg300_ratio"),
        some_seconds_total=members.amount("some_seconds_total"),
        full_avg10_ratio=members.amount("full_avg10_ratio"),
        full_avg60_ratio=members.amount("full_avg60_ratio"),
        full_avg300_ratio=members.amount("full_avg300_ratio"),
        full_seconds_total=members.amount("full_seconds_total"),
    )


def _forecast(members: Members) -> Forecast:
    return Forecast(
        seconds_to_limit=members.amount_or_unlimited("seconds_to_limit"),
        low_seconds=members.amount_or_unlimited("low_seconds"),
        high_seconds=members.amount_or_unlimited("high_seconds"),
        growth_bytes_per_second=members.amount("growth_bytes_per_second"),
        window_seconds=members.amount("window_seconds"),
    )


def _process(members: Members) -> Process:
    return Process(
        pid=members.count("pid"),
        ppid=members.count("ppid"),
        started=members.count("started"),
        name=members.text("name"),
        uid=members.count_or_none("uid"),
        rss_bytes=members.count_or_none("rss_bytes"),
        pss_bytes=members.count_or_none("pss_bytes"),
        uss_bytes=members.count_or_none("uss_bytes"),
        swap_bytes=members.count_or_none("swap_bytes"),
        command=members.text_or_none("command"),
        threads=members.count_or_none("threads"),
        fds=members.count_or_none("fds"),
        fd_soft_limit=members.limit("fd_soft_limit"),
        oom_score_adj=members.integer_or_none("oom_score_adj"),
        cgroup=members.text_or_none("cgroup"),
    )


def _alert(members: Members) -> Alert:
    value = None if members.raw("value") is None else members.amount_or_unlimited("value")
    return Alert(
        name=members.text("name"),
        state=members.word("state", _STATES),
        severity=members.word("severity", SEVERITY_LEVELS),
        since_seconds=members.time("since"),
        value=inf if isinstance(value, Unlimited) else value,
        summary=members.text("summary"),
        actions=members.texts("actions"),
    )


def _vm_level(members: Members) -> VmPressureLevel | None:
    return None if members.raw("vm_pressure_level") is None else members.word("vm_pressure_level", _VM_LEVELS)


def _difference(given: Json, written: Json, name: str = "") -> str | None:
    """Where a line is not what would be written of its own moment; members that it lacks are no difference."""
    if given == written:
        return None
    if isinstance(given, dict) and isinstance(written, dict):
        dotted = f"{name}." if name else ""
        pairs = [(given[key], value, f"{dotted}{key}") for key, value in written.items() if key in given]
    elif isinstance(given, list) and isinstance(written, list | tuple) and len(given) == len(written):
        pairs = [(one, other, f"{name}[{at}]") for at, (one, other) in enumerate(zip(given, written, strict=True))]
    else:
        return f"{name} is {shown(given)}, but the rest of the line says {shown(written)}"
    found = (_difference(one, other, where) for one, other, where in pairs)
    return next((difference for difference in found if difference is not None), None)
