"""Whatever jobs grow in whatever order: the kernel kills none of them, and all of them are done in the end."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemo_cli.orchestrate.job import Job
from mnemo_cli.units import MIB
from tests.orchestrate.run.stage import Ramp, Stage, Step

LIMIT = 1024 * MIB
# A look may be late, and is never early.
SHORTEST_LOOK_SECONDS = 0.05
_SIZES = st.integers(5, 490).map(lambda size: size * MIB)
_RAMPS = st.builds(Ramp, _SIZES, st.integers(25, 100).map(lambda rate: rate * MIB))


def ramp_job(name: str, kind: str, *, critical: bool = False, claim_bytes: int | None = None) -> Job:
    return Job(id=name, name=kind, command=("ramp",), critical=critical, claim_bytes=claim_bytes)


_JOBS = st.builds(
    ramp_job,
    st.just(""),
    st.sampled_from("abcd"),
    critical=st.booleans(),
    claim_bytes=st.one_of(st.none(), _SIZES),
)


def watched(it: Stage, steps: Iterator[Step]) -> Iterator[Step]:
    """At each look the kernel has no reason to kill, and whoever is to end first has not given way."""
    for step in steps:
        yield step
        assert it.machine.used_by_all <= LIMIT
        first = next(iter(it.run.scheduler.in_order()), None)
        assert first is None or it.loop.is_draining or first.stopped_for is None


def all_are_done(ramps: list[tuple[Job, Ramp]], *, slots: int, others: int, own_budget_bytes: int | None) -> None:
    jobs = [job._replace(id=f"j{at}") for at, (job, _) in enumerate(ramps)]
    with tempfile.TemporaryDirectory() as folder:
        it = Stage(Path(folder), jobs, slots=slots, limit=LIMIT, own_budget_bytes=own_budget_bytes)
        it.machine.used, it.clock.shortest_seconds = others, SHORTEST_LOOK_SECONDS
        growing = it.growing({job.id: ramp for job, (_, ramp) in zip(jobs, ramps, strict=True)})
        try:
            it.play(then=watched(it, growing), most=6000)
            assert it.journal.standing.done == len(jobs)
            assert not it.world.frozen
        finally:
            it.journal.close()


@settings(max_examples=30, deadline=None)
@given(
    ramps=st.lists(st.tuples(_JOBS, _RAMPS), min_size=1, max_size=10),
    slots=st.integers(1, 8),
    others=st.integers(20 * MIB, 100 * MIB),
    own_budget_bytes=st.one_of(st.none(), st.integers(500 * MIB, 600 * MIB)),
)
def test_all_that_fit_are_done_and_the_first_one_never_gives_way(ramps, slots, others, own_budget_bytes):
    all_are_done(ramps, slots=slots, others=others, own_budget_bytes=own_budget_bytes)


def of_size(size: int, rate: int, count: int, **fields: bool) -> list[tuple[Job, Ramp]]:
    return [(ramp_job("", f"kind {at}", **fields), Ramp(size * MIB, rate * MIB)) for at in range(count)]


@pytest.mark.parametrize(
    ("ramps", "own_budget_mib"),
    [
        (of_size(450, 100, 1), 460),  # up to the edge of a budget that nobody else uses
        (of_size(450, 1000, 1), None),  # at a rate that reaches the limit before the next look, if it went on
        (of_size(300, 50, 4, critical=True), None),
        (of_size(300, 50, 4), 400),
    ],
)
def test_nobody_is_frozen_for_ever(ramps, own_budget_mib):
    own_budget_bytes = None if own_budget_mib is None else own_budget_mib * MIB
    all_are_done(ramps, slots=4, others=50 * MIB, own_budget_bytes=own_budget_bytes)


def test_a_person_s_budget_far_below_the_limit_is_kept(stage: Callable[..., Stage]) -> None:
    budget_bytes = 1000 * MIB
    names = [f"j{at}" for at in range(8)]
    it = stage([ramp_job(name, name) for name in names], slots=8, limit=100 * LIMIT, own_budget_bytes=budget_bytes)

    def looked_at() -> Iterator[Step]:
        for step in it.growing({name: Ramp(400 * MIB, 100 * MIB) for name in names}):
            yield step
            assert sum(it.world.used_bytes.values()) <= budget_bytes

    it.play(then=looked_at())
    assert it.journal.standing.done == len(names)


def test_a_person_s_drain_close_to_the_ceiling_costs_no_kill(stage: Callable[..., Stage]) -> None:
    """Those that are frozen are ended; those that grow are held in time all the same, and the first is done."""
    names = [f"j{at}" for at in range(8)]
    it = stage([ramp_job(name, name) for name in names], slots=8, limit=LIMIT, drain_timeout_seconds=30.0)
    it.clock.shortest_seconds = SHORTEST_LOOK_SECONDS
    growing = it.growing({name: Ramp(400 * MIB, 100 * MIB) for name in names})

    def drained_once() -> Iterator[Step]:
        while it.clock.now < 0.5:
            yield next(growing)
        assert it.machine.used_by_all > 0.3 * LIMIT
        it.loop.drain()
        yield from watched(it, growing)

    it.play(then=drained_once())
    assert ("j0", "ok") in it.told and not it.loop.drained
    assert not it.world.frozen and not it.world.running
