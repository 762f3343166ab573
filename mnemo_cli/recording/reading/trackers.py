"""The counters of programs in a recorded sample: trackers with their components and metrics."""

from typing import Literal

from mnemo_cli.model import Component, Metric, Tracker
from mnemo_cli.recording.reading.members import Members

_KINDS: tuple[Literal["gauge", "counter"], ...] = ("gauge", "counter")


def read_tracker(members: Members) -> Tracker:
    """One process's counters, or those of the dead workers of a program."""
    return Tracker(
        pid=members.count_or_none("pid"),
        name=members.text("name"),
        started=members.count("started"),
        processes=members.count("processes"),
        used_bytes=members.count("used_bytes"),
        peak_bytes=members.count("peak_bytes"),
        limit_bytes=members.limit("limit_bytes"),
        allocated_bytes_total=members.count("allocated_bytes_total"),
        allocations=members.count("allocations"),
        allocation_bytes_per_second=members.amount_or_none("allocation_bytes_per_second"),
        deallocated_bytes_total=members.count("deallocated_bytes_total"),
        deallocations=members.count("deallocations"),
        unbalanced_total=members.count("unbalanced_total"),
        spawned_tasks=members.count("spawned_tasks"),
        completed_tasks_total=members.count("completed_tasks_total"),
        components=tuple(_component(each) for each in members.objects("components")),
        metrics=tuple(_metric(each) for each in members.objects("metrics")),
    )


def _component(members: Members) -> Component:
    return Component(
        name=members.text("name"),
        used=members.count_or_none("used"),
        limit=members.limit("limit"),
        unit=members.text("unit"),
        used_bytes=members.count_or_none("used_bytes"),
        limit_bytes=members.limit("limit_bytes"),
        policy=members.text("policy"),
        level=members.level("level"),
        evicted_total=members.count("evicted_total"),
        expired_total=members.count("expired_total"),
        rejected_total=members.count("rejected_total"),
        blocked_seconds_total=members.amount("blocked_seconds_total"),
        hits_total=members.count("hits_total"),
        misses_total=members.count("misses_total"),
    )


def _metric(members: Members) -> Metric:
    return Metric(
        name=members.text("name"),
        unit=members.text("unit"),
        kind=members.word("kind", _KINDS),
        value=members.amount_or_none("value"),
    )
