"""What happened between two samples: changed limits, and every OOM kill told once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.changes import level_event, limit_changes, oom_kills
from mnemo_cli.model import UNLIMITED, Level, LimitSource, Memory, Sample, Scope

HOST = LimitSource(kind="host", file="/proc/meminfo")


def group(path, *, used_bytes=1, limit_bytes=UNLIMITED, kills=None, file="memory.max"):
    source = LimitSource(kind="cgroup", path=path, file=file)
    return Memory(source=source, used_bytes=used_bytes, limit_bytes=limit_bytes, oom_kills_total=kills)


def sample(*limits, host_kills=None):
    host = Memory(source=HOST, used_bytes=1, limit_bytes=100, oom_kills_total=host_kills)
    scope = Scope(kind="cgroup", name="/a")
    return Sample(time_seconds=5, clock_seconds=1, scope=scope, limits=(*limits, host), host_oom_kills_total=host_kills)


def told(before, after):
    return [(event.fields["limit_source"]["path"], event.fields["kills"]) for event in oom_kills(before, after)]


def test_a_kill_that_every_ancestor_counts_is_told_by_the_innermost_group():
    before = sample(group("/a/b", kills=0), group("/a", kills=3), group("/", kills=9), host_kills=20)
    after = sample(group("/a/b", kills=2), group("/a", kills=5), group("/", kills=11), host_kills=22)
    (event,) = oom_kills(before, after)
    assert event.level is Level.CRITICAL
    assert event.text == "the OOM killer ended 2 processes in cgroup /a/b (2 in all)"
    assert event.fields["limit_source"] == {"kind": "cgroup", "path": "/a/b", "file": "memory.max"}
    assert (event.fields["kills"], event.fields["oom_kills_total"]) == (2, 2)


def test_the_order_of_the_limits_does_not_matter():
    before = sample(group("/", kills=0), group("/a", kills=0), group("/a/b", kills=0))
    after = sample(group("/", kills=1), group("/a", kills=1), group("/a/b", kills=1))
    assert told(before, after) == [("/a/b", 1)]


def test_a_kill_beside_the_target_is_told_by_the_ancestor_that_counted_it():
    before = sample(group("/a/b", kills=0), group("/a", kills=0), host_kills=0)
    after = sample(group("/a/b", kills=0), group("/a", kills=1), host_kills=1)
    assert told(before, after) == [("/a", 1)]


def test_kills_in_several_places_at_once_are_each_told_where_they_were():
    before = sample(group("/a/b", kills=0), group("/a", kills=0), host_kills=0)
    after = sample(group("/a/b", kills=1), group("/a", kills=3), host_kills=7)
    assert told(before, after) == [("/a/b", 1), ("/a", 2), (None, 4)]


def test_two_groups_of_one_name_target_are_two_events():
    before = sample(group("/a/b", kills=0), group("/a", kills=0), group("/a/c", kills=0))
    after = sample(group("/a/b", kills=1), group("/a", kills=2), group("/a/c", kills=1))
    assert sorted(told(before, after)) == [("/a/b", 1), ("/a/c", 1)]


def test_a_group_whose_name_only_begins_alike_is_not_below():
    before = sample(group("/app-2", kills=0), group("/app", kills=0))
    after = sample(group("/app-2", kills=1), group("/app", kills=1))
    assert sorted(told(before, after)) == [("/app", 1), ("/app-2", 1)]


def test_v1_counts_a_kill_in_the_leaf_only():
    file = "memory.limit_in_bytes"
    before = sample(group("/a/b", kills=4, file=file), group("/a", kills=0, file=file), host_kills=9)
    after = sample(group("/a/b", kills=5, file=file), group("/a", kills=0, file=file), host_kills=10)
    assert told(before, after) == [("/a/b", 1)]


def test_a_kill_that_only_the_machine_counts_is_told_as_such():
    (event,) = oom_kills(sample(group("/a"), host_kills=1), sample(group("/a"), host_kills=2))
    assert event.text == "the OOM killer ended 1 process on this machine (2 in all)"
    assert event.fields["limit_source"]["kind"] == "host"


@pytest.mark.parametrize(
    ("before", "after"),
    [(5, 5), (5, 4), (5, 0), (None, 5), (5, None), (None, None)],
)
def test_a_counter_that_stands_still_goes_down_or_is_unknown_tells_nothing(before, after):
    assert (
        told(sample(group("/a", kills=before), host_kills=before), sample(group("/a", kills=after), host_kills=after))
        == []
    )


def test_a_group_that_was_not_on_the_path_before_tells_nothing():
    assert told(sample(host_kills=3), sample(group("/a", kills=7), host_kills=3)) == []


@given(own=st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_hierarchical_counters_tell_each_kill_once(own):
    paths = ["/a/b/c", "/a/b", "/a"]
    totals = [sum(own[: depth + 1]) for depth in range(4)]
    before = sample(*(group(path, kills=10) for path in paths), host_kills=10)
    after = sample(
        *(group(path, kills=10 + total) for path, total in zip(paths, totals[:3], strict=True)),
        host_kills=10 + totals[3],
    )
    assert told(before, after) == [(path, kills) for path, kills in zip([*paths, None], own, strict=True) if kills]


@pytest.mark.parametrize(
    ("earlier", "later", "text"),
    [
        (100, 200, "cgroup /a: limit 100 → 200 bytes"),
        (UNLIMITED, 200, "cgroup /a: limit unlimited → 200 bytes"),
        (200, UNLIMITED, "cgroup /a: limit 200 → unlimited bytes"),
        (1, 0, "cgroup /a: limit 1 → 0 bytes"),
    ],
)
def test_a_changed_limit_is_an_event(earlier, later, text):
    (event,) = limit_changes(sample(group("/a", limit_bytes=earlier)), sample(group("/a", limit_bytes=later)))
    assert (event.event, event.text, event.time_seconds) == ("limit_change", text, 5)
    assert event.fields["limit_source"]["path"] == "/a"


@pytest.mark.parametrize(("earlier", "later"), [(100, 100), (UNLIMITED, UNLIMITED), (None, 100), (100, None)])
def test_a_limit_that_stayed_or_was_not_known_is_no_event(earlier, later):
    assert limit_changes(sample(group("/a", limit_bytes=earlier)), sample(group("/a", limit_bytes=later))) == ()


def test_a_limit_that_came_or_went_with_a_move_is_no_event():
    assert limit_changes(sample(group("/a", limit_bytes=1)), sample(group("/b", limit_bytes=2))) == ()


def test_a_level_event_names_the_binding_limit():
    binding = group("/a", used_bytes=70, limit_bytes=100)
    event = level_event(Level.MODERATE, Level.HIGH, sample(binding), binding)
    assert (event.level, event.text) == (Level.HIGH, "moderate → high (cgroup /a)")
    assert event.fields == {
        "from": "moderate",
        "to": "high",
        "used_bytes": 70,
        "limit_bytes": 100,
        "used_ratio": 0.7,
        "limit_source": binding.source.json,
    }


def test_a_level_event_without_any_known_limit_names_the_scope():
    event = level_event(Level.NORMAL, None, sample(), None)
    assert (event.level, event.text, event.fields) == (None, "normal → unknown (/a)", {"from": "normal", "to": None})
