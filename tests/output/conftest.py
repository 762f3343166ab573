"""Moments to be shown: of a group of 1,000 bytes on a machine of 10,000, judged by the real engine."""

from collections.abc import Callable

import pytest

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Gap, LimitSource, Memory, Moment, Process, Sample, Scope, Target

GROUP = LimitSource(kind="cgroup", path="/app", file="memory.max")
HOST = LimitSource(kind="host")
TIME_SECONDS = 1_795_356_151.004  # 2026-11-22T14:02:31.004Z


def group_and_host(used_bytes: int | None = 700, limit_bytes: "object" = 1000) -> tuple[Memory, ...]:
    gib = 1 << 30
    return (
        Memory(source=GROUP, used_bytes=used_bytes, limit_bytes=limit_bytes, oom_kills_total=0),  # type: ignore[arg-type]
        Memory(
            source=HOST,
            used_bytes=2 * gib,
            limit_bytes=8 * gib,
            file_bytes=gib,
            swap_used_bytes=0,
            swap_total_bytes=gib,
            oom_kills_total=3,
        ),
    )


def build_moment(
    limits: tuple[Memory, ...] = group_and_host(),
    *,
    scope: Scope = Scope(kind="cgroup", name="/app"),  # noqa: B008 frozen
    target: Target | None = None,
    processes: tuple[Process, ...] = (),
    gaps: tuple[Gap, ...] = (),
    reported: bool = True,
    edges: Edges = Edges(),  # noqa: B008 frozen
) -> Moment:
    sample = Sample(
        time_seconds=TIME_SECONDS,
        clock_seconds=5.0,
        scope=scope,
        limits=limits,
        target=target,
        processes=processes,
        process_count=len(processes),
        gaps=gaps,
    )
    return Moment(sample=sample, verdict=step(State(), sample, edges)[1], reported=reported)


@pytest.fixture
def moment() -> Callable[..., Moment]:
    return build_moment


@pytest.fixture
def limits() -> Callable[..., tuple[Memory, ...]]:
    return group_and_host


@pytest.fixture
def process() -> Callable[..., Process]:
    def build(pid: int = 42, **fields: object) -> Process:
        values = {"ppid": 1, "started": 7, "name": "python", "uid": 0, "rss_bytes": 2048, "pss_bytes": 1024, **fields}
        return Process(pid=pid, **values)  # type: ignore[arg-type]

    return build
