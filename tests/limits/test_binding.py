"""Which limit binds: the worst level, among equals the least headroom, and what an unknown limit does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.binding import binding_index, judge, overall
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Level, LimitSource, Memory

NORMAL, MODERATE, HIGH, CRITICAL = Level
EDGES = Edges()


def limit(used_bytes, limit_bytes):
    return Memory(source=LimitSource(kind="cgroup", path="/a"), used_bytes=used_bytes, limit_bytes=limit_bytes)


def binding(*limits):
    found = binding_index(limits, [judge(memory, EDGES, None) for memory in limits])
    return None if found is None else limits[found]


@pytest.mark.parametrize(
    ("used_bytes", "limit_bytes", "level"),
    [
        (90, 100, CRITICAL),
        (0, 100, NORMAL),
        (200, 100, CRITICAL),
        (0, 0, CRITICAL),
        (10**15, UNLIMITED, NORMAL),
        (None, 100, None),
        (90, None, None),
        (None, UNLIMITED, None),
    ],
)
def test_one_limit_is_judged_only_when_use_and_limit_are_known(used_bytes, limit_bytes, level):
    assert judge(limit(used_bytes, limit_bytes), EDGES, None) is level


def test_the_worst_level_binds_even_with_more_headroom():
    tight, full = limit(10, 100), limit(900_000, 1_000_000)
    assert binding(tight, full) is full
    assert binding(full, tight) is full


def test_among_equal_levels_the_least_headroom_binds():
    near, far = limit(50, 100), limit(50_000, 100_000)
    assert binding(far, near) is near
    assert binding(near, far) is near


def test_among_equals_in_everything_the_innermost_binds():
    inner, outer = limit(50, 100), limit(60, 110)
    assert inner.headroom_bytes == outer.headroom_bytes
    assert binding(inner, outer) is inner
    assert binding(outer, inner) is outer


def test_a_limit_that_is_exceeded_has_the_least_headroom():
    over, full = limit(120, 100), limit(100, 100)
    assert binding(full, over) is over


def test_an_unlimited_one_never_binds_over_a_finite_one():
    endless, finite = limit(10**12, UNLIMITED), limit(1, 10**15)
    assert binding(endless, finite) is finite
    assert binding(finite, endless) is finite
    assert binding(endless) is endless


def test_no_limit_that_is_unknown_binds():
    known = limit(1, 100)
    assert binding(limit(None, 100), known, limit(99, None)) is known
    assert binding(limit(None, 100)) is None
    assert binding() is None


@pytest.mark.parametrize(
    ("levels", "level", "at_least"),
    [
        ([NORMAL, HIGH], HIGH, HIGH),
        ([NORMAL, None], None, NORMAL),
        ([HIGH, None], None, HIGH),
        ([CRITICAL, None], CRITICAL, CRITICAL),
        ([None, None], None, None),
        ([], None, None),
    ],
)
def test_one_unknown_limit_makes_the_level_unknown_unless_another_is_critical(levels, level, at_least):
    assert overall(levels) == (level, at_least)


amounts = st.none() | st.integers(0, 1000)


@given(st.lists(st.builds(limit, amounts, amounts | st.just(UNLIMITED)), max_size=6))
def test_nothing_that_is_known_is_worse_than_the_binding_limit(limits):
    levels = [judge(memory, EDGES, None) for memory in limits]
    found = binding_index(limits, levels)
    known = [(memory, level) for memory, level in zip(limits, levels, strict=True) if level is not None]
    assert (found is None) == (not known)
    for memory, level in known:
        assert level <= levels[found]
        headroom, least = memory.headroom_bytes, limits[found].headroom_bytes
        if level == levels[found] and headroom is not UNLIMITED:
            assert least is not UNLIMITED
            assert least <= headroom
    assert overall(levels)[1] == (levels[found] if known else None)
