"""Samples and verdicts with the numbers that rules look at."""

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Component, LimitSource, Memory, Sample, Scope, Tracker

HOST = LimitSource(kind="host", file="/proc/meminfo")
UNIX_SECONDS = 1_700_000_000.0


def sample_of(used_bytes=10, limit_bytes=100, *, at=0.0, limits=None, **more):
    """A machine of 100 bytes, `at` seconds after the watch began."""
    host = Memory(source=HOST, used_bytes=used_bytes, limit_bytes=limit_bytes)
    return Sample(
        time_seconds=UNIX_SECONDS + at,
        clock_seconds=at,
        scope=Scope(kind="host", name="host"),
        limits=(host,) if limits is None else limits,
        **more,
    )


def verdict_of(sample):
    """As the first sample of a watch is judged."""
    return step(State(), sample, Edges())[1]


def component(name, used, limit=None, **more):
    return Component(
        name=name, used=used, limit=limit, unit="", policy="none", **{"used_bytes": None, "limit_bytes": None} | more
    )


def tracker(*components, pid=7, **more):
    """One program's counters."""
    numbers = dict.fromkeys(
        (
            "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
            "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total",
        ),
        0,
    )  # fmt: skip
    fixed = {"pid": pid, "name": "app", "started": 1, "processes": 1, "limit_bytes": None, "components": components}
    return Tracker(**fixed | numbers | more)
