"""The wait before the next sample: within its bounds always, short near an edge, long where nothing happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.levels import Edges, level_at
from mnemo_cli.model import UNLIMITED, Level, LimitSource, Memory, Sample, Scope
from mnemo_cli.watch.pace import SHORTEST_SECONDS, wait_seconds

MIB = 2**20
GIB = 2**30
EDGES = Edges()
HOST = LimitSource(kind="host", file="/proc/meminfo")
GROUP = LimitSource(kind="cgroup", path="/a", file="memory.max")
NEAR_SECONDS = 0.1


def limit(used_bytes, limit_bytes, source=GROUP):
    return Memory(source=source, used_bytes=used_bytes, limit_bytes=limit_bytes)


def sample(at, *limits):
    return Sample(time_seconds=at, clock_seconds=at, scope=Scope(kind="host", name="host"), limits=limits)


def wait(used_bytes, limit_bytes, *, growth=0.0, interval_seconds=1.0, last_wait_seconds=1.0, span=0.01):
    before = sample(0.0, limit(round(used_bytes - growth * span), limit_bytes))
    now = sample(span, limit(used_bytes, limit_bytes))
    return wait_seconds(before, now, EDGES, interval_seconds=interval_seconds, last_wait_seconds=last_wait_seconds)


@pytest.mark.parametrize(
    ("used_bytes", "limit_bytes", "growth", "expected"),
    [
        (0, 64 * GIB, 0, 1.0),  # far: the whole interval
        (0, 64 * GIB, 100 * GIB, 25.6 / 200),
        (200 * MIB, 300 * MIB, GIB, 40 / 2048),  # near and growing: half the time to the edge
        (239 * MIB, 300 * MIB, GIB, SHORTEST_SECONDS),
        (0, 300 * MIB, 0, NEAR_SECONDS),  # a small group may be filled at once
        (299 * MIB, 300 * MIB, GIB, SHORTEST_SECONDS),  # the limit itself is the last edge
        (301 * MIB, 300 * MIB, GIB, NEAR_SECONDS),  # nothing ahead
        (0, 0, 0, NEAR_SECONDS),
        (10**15, UNLIMITED, GIB, 1.0),
        (None, 300 * MIB, 0, 1.0),
        (239 * MIB, None, 0, 1.0),
    ],
)
def test_the_wait_far_near_and_growing(used_bytes, limit_bytes, growth, expected):
    if used_bytes is None or limit_bytes is None or limit_bytes is UNLIMITED:
        now = sample(1.0, limit(used_bytes, limit_bytes))
        assert wait_seconds(now, now, EDGES, interval_seconds=1.0, last_wait_seconds=1.0) == expected
    else:
        assert wait(used_bytes, limit_bytes, growth=growth) == pytest.approx(expected, rel=0.01)


def test_the_nearest_edge_of_any_limit_decides():
    far, near = limit(1 * GIB, 64 * GIB, HOST), limit(238 * MIB, 300 * MIB)
    for limits in ((far, near), (near, far)):
        waited = wait_seconds(None, sample(0.0, *limits), EDGES, interval_seconds=1.0, last_wait_seconds=0.001)
        assert waited == pytest.approx(2 / 512)


def test_a_low_growth_so_far_is_not_trusted():
    assert wait(230 * MIB, 300 * MIB, growth=2 * MIB, span=1.0) == pytest.approx(10 / 512)


def test_what_is_not_known_of_before_is_taken_as_quiet():
    now = sample(1.0, limit(239 * MIB, 300 * MIB))
    for before in (None, sample(0.0), sample(0.0, limit(None, 300 * MIB))):
        assert wait_seconds(before, now, EDGES, interval_seconds=1.0, last_wait_seconds=0.008) == 0.016


@pytest.mark.parametrize("interval_seconds", [0.0005, 0.002, 0.05, 1.0])
def test_the_interval_is_never_exceeded_even_when_it_is_very_short(interval_seconds):
    assert wait(0, 64 * GIB, interval_seconds=interval_seconds) == interval_seconds
    assert wait(239 * MIB, 300 * MIB, growth=GIB, interval_seconds=interval_seconds) <= interval_seconds


amounts = st.none() | st.integers(0, 2**40)


@given(
    st.lists(st.tuples(amounts, amounts, amounts | st.just(UNLIMITED)), max_size=4),
    st.floats(0.01, 3600),
    st.floats(0, 3600),
    st.floats(0, 10),
)
def test_the_wait_is_within_its_bounds_whatever_is_read(readings, interval_seconds, last_wait_seconds, span):
    sources = [LimitSource(kind="cgroup", path=f"/{number}") for number in range(len(readings))]
    before = sample(
        0.0, *(limit(used, size, source) for (used, _, size), source in zip(readings, sources, strict=True))
    )
    now = sample(span, *(limit(used, size, source) for (_, used, size), source in zip(readings, sources, strict=True)))
    waited = wait_seconds(before, now, EDGES, interval_seconds=interval_seconds, last_wait_seconds=last_wait_seconds)
    assert SHORTEST_SECONDS <= waited <= interval_seconds


def detect(course, *, level, until, phase, limit_bytes=300 * MIB):
    """(when the level was seen, how many samples that took) of a course of use, watched from a phase on."""
    now, before, last_wait_seconds, samples = phase, None, 1.0, 0
    while now < until:
        one = sample(now, limit(round(course(now)), limit_bytes))
        samples += 1
        if level_at(one.limits[0].used_ratio, EDGES) >= level:
            return now, samples
        last_wait_seconds = wait_seconds(before, one, EDGES, interval_seconds=1.0, last_wait_seconds=last_wait_seconds)
        before, now = one, now + last_wait_seconds
    return None, samples


@pytest.mark.parametrize("phase", [number / 97 for number in range(97)])
@pytest.mark.parametrize("start_bytes", [0, 50 * MIB, 119 * MIB, 130 * MIB])
def test_a_fill_at_one_gib_per_second_is_seen_within_25_ms_of_80_percent(phase, start_bytes):
    begin = 2.0
    crossed = begin + (240 * MIB - start_bytes) / GIB
    seen, samples = detect(
        lambda now: start_bytes + max(0.0, now - begin) * GIB, level=Level.CRITICAL, until=4, phase=phase
    )
    assert 0 <= seen - crossed <= 0.025
    assert samples < 120


@pytest.mark.parametrize("growth", [MIB, 10 * MIB, 100 * MIB, 300 * MIB, GIB])
def test_any_steady_growth_is_seen_soon_after_an_edge_and_before_the_limit(growth):
    until = 240 * MIB / growth
    seen, _ = detect(lambda now: now * growth, level=Level.CRITICAL, until=1.25 * until, phase=0.0)
    assert seen is not None
    assert seen - until <= 0.1


@pytest.mark.parametrize("jitter_bytes", [0, 4096, 128 * 1024, 512 * 1024])
@pytest.mark.parametrize("below_edge_bytes", [MIB, 5 * MIB])
def test_a_full_but_quiet_machine_is_not_polled_for_ever(jitter_bytes, below_edge_bytes):
    """Counters of pages are kept per processor and folded in batches: use is never still, not even at rest."""
    waits, before, now = [], None, 0.0
    for number in range(200):
        used_bytes = 12 * GIB - below_edge_bytes + (jitter_bytes if number % 2 else 0)
        one = sample(now, limit(used_bytes, 15 * GIB, HOST))
        waits.append(
            wait_seconds(before, one, EDGES, interval_seconds=1.0, last_wait_seconds=waits[-1] if waits else 1.0)
        )
        before, now = one, now + waits[-1]
    assert all(one >= NEAR_SECONDS for one in waits[20:])
