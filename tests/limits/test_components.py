"""The level of a component at every edge; what is healthy when full; who has no limit; workers as one program."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.components import component_level, judged, unbounded
from mnemo_cli.limits.programs import programs, worst_first
from mnemo_cli.model import UNLIMITED, Component, Level, Tracker

NORMAL, MODERATE, HIGH, CRITICAL = Level


def part(used=None, limit=None, *, name="queue", used_bytes=None, limit_bytes=None, policy="block", **counters):
    return Component(
        name=name,
        used=used,
        limit=limit,
        unit="items",
        used_bytes=used_bytes,
        limit_bytes=limit_bytes,
        policy=policy,
        **counters,
    )


def tracker(pid, *components, name="app", processes=1):
    totals = ("started", "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
              "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total")  # fmt: skip
    return Tracker(
        pid=pid, name=name, processes=processes, limit_bytes=None, components=components, **dict.fromkeys(totals, 0)
    )


@pytest.mark.parametrize(
    ("used", "level"),
    [
        (0, NORMAL),
        (5_999, NORMAL),
        (6_000, MODERATE),
        (6_001, MODERATE),
        (8_999, MODERATE),
        (9_000, MODERATE),
        (9_001, HIGH),
        (9_999, HIGH),
        (10_000, CRITICAL),
        (10_001, CRITICAL),
    ],
)
def test_the_edges_are_those_of_the_specification(used, level):
    assert component_level(part(used, 10_000)) is level
    assert component_level(part(used_bytes=used, limit_bytes=10_000)) is level


def test_coming_down_there_is_no_release_margin():
    levels = [component_level(part(used, 10)) for used in (10, 9, 10, 6, 5)]
    assert levels == [CRITICAL, MODERATE, CRITICAL, MODERATE, NORMAL]


@pytest.mark.parametrize(("used", "level"), [(0, CRITICAL), (1, CRITICAL)])
def test_a_limit_of_nothing_is_full(used, level):
    assert component_level(part(used, 0)) is level


@pytest.mark.parametrize("policy", ["evict_lru", "drop_oldest", "compact"])
def test_what_is_healthy_when_full_has_no_level(policy):
    assert component_level(part(10, 10, used_bytes=10, limit_bytes=10, policy=policy)) is None


@pytest.mark.parametrize("policy", ["block", "reject", "none", "a word of its own", ""])
def test_everything_else_has_one(policy):
    assert component_level(part(10, 10, policy=policy)) is CRITICAL


@pytest.mark.parametrize("component", [part(), part(5), part(5, UNLIMITED), part(None, 5), part(used_bytes=5)])
def test_without_a_use_and_a_limit_there_is_no_level(component):
    assert component_level(component) is None


@pytest.mark.parametrize(
    ("component", "level"),
    [
        (part(1, 10, used_bytes=95, limit_bytes=100), HIGH),
        (part(10, 10, used_bytes=1, limit_bytes=100), CRITICAL),
        (part(7, 10, used_bytes=95), MODERATE),
        (part(7, UNLIMITED, used_bytes=100, limit_bytes=100), CRITICAL),
    ],
)
def test_the_fuller_of_items_and_bytes_counts(component, level):
    assert component_level(component) is level


@given(used=st.integers(0, 1 << 62), limit=st.integers(1, 1 << 62))
def test_only_what_is_full_is_critical(used, limit):
    assert (component_level(part(used, limit)) is CRITICAL) == (used >= limit)


@given(used=st.integers(0, 1 << 62), more=st.integers(0, 1 << 62), limit=st.integers(1, 1 << 62))
def test_more_use_is_never_a_lower_level(used, more, limit):
    assert component_level(part(used, limit)) <= component_level(part(used + more, limit))


def test_trackers_are_judged_and_what_the_dead_left_is_not():
    living, dead = judged([tracker(7, part(10, 10), part(5)), tracker(None, part(0, 10))])
    assert [one.level for one in living.components] == [CRITICAL, None]
    assert [one.level for one in dead.components] == [None]


def test_a_size_without_a_limit_is_found():
    parts = [part(5, name="a"), part(used_bytes=5, name="b"), part(5, UNLIMITED, name="c"), part(0, name="d")]
    found = unbounded([tracker(7, *parts)])
    assert [(one.pid, one.tracker, one.component.name) for one in found] == [(7, "app", name) for name in "abcd"]
    assert found[2].component.limit is UNLIMITED


@pytest.mark.parametrize(
    "component",
    [part(5, 10), part(5, limit_bytes=10), part(None, 10), part(5, UNLIMITED, used_bytes=1, limit_bytes=2), part()],
)
def test_a_limit_of_either_kind_bounds_it_and_no_size_is_nothing_to_bound(component):
    assert unbounded([tracker(7, component)]) == ()


def test_dead_workers_hold_nothing_that_could_be_bounded():
    assert unbounded([tracker(None, part(0))]) == ()


def test_workers_of_one_name_are_one_program():
    app, api = programs([tracker(7), tracker(8), tracker(None, processes=3), tracker(9, name="api")])
    assert (app.name, [worker.pid for worker in app.workers], app.dead_workers) == ("app", [7, 8], 3)
    assert (api.name, len(api.workers), api.dead_workers) == ("api", 1, 0)


def test_use_limits_and_counters_are_added_and_the_fullest_gives_share_and_level():
    trackers = judged(
        [
            tracker(7, part(10, 100, evicted_total=1, blocked_seconds_total=0.5)),
            tracker(8, part(95, 100, evicted_total=2, blocked_seconds_total=0.25)),
            tracker(None, part(0, evicted_total=4)),
        ]
    )
    ((summed,),) = (program.components for program in programs(trackers))
    component = summed.component
    assert (component.used, component.limit, component.evicted_total) == (105, 200, 7)
    assert component.blocked_seconds_total == 0.75
    assert (summed.used_ratio, summed.level) == (0.95, HIGH)


@pytest.mark.parametrize(
    ("parts", "used", "limit"),
    [
        ([part(5, 10), part(None, 10)], 5, 20),
        ([part(5, 10), part(5, None)], 10, None),
        ([part(5, 10), part(5, UNLIMITED)], 10, UNLIMITED),
        ([part(5, UNLIMITED), part(5, None)], 10, UNLIMITED),
        ([part(None, None), part(None, None)], None, None),
    ],
)
def test_what_one_worker_does_not_tell_is_no_zero(parts, used, limit):
    ((summed,),) = (program.components for program in programs(tracker(pid, one) for pid, one in enumerate(parts, 1)))
    assert (summed.component.used, summed.component.limit) == (used, limit)


def test_what_only_dead_workers_had_keeps_its_counters_and_has_no_use():
    trackers = [tracker(7, part(1, 2, name="a")), tracker(None, part(0, name="b", evicted_total=4))]
    ((_, gone),) = (program.components for program in programs(trackers))
    assert (gone.component.name, gone.component.used, gone.component.evicted_total) == ("b", None, 4)
    assert (gone.component.limit, gone.component.limit_bytes) == (None, None)
    assert (gone.used_ratio, gone.level) == (None, None)


def test_the_worst_come_first_and_those_without_a_level_last():
    trackers = judged(
        [tracker(7, part(5, name="none"), part(1, 9, name="ok"), part(9, 9, name="full"), part(6, 9, name="some"))]
    )
    (program,) = programs(trackers)
    assert [one.component.name for _, one in worst_first((program, one) for one in program.components)] == [
        "full",
        "some",
        "ok",
        "none",
    ]
