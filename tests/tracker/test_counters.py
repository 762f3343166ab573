"""A program's own gauges and counters, and what components report."""

import math

import pytest

from mnemo_cli.model import UNLIMITED, Level
from mnemo_cli.tracker import MemoryTracker, layout

NOT_WHOLE_OR_NEGATIVE = [-1, 1 << 62, 1 << 200, math.nan, math.inf, -math.inf, 1.5, 2.0, True, "5", None]


@pytest.fixture
def tracker():
    with MemoryTracker("app") as made:
        yield made


def metrics(tracker):
    return {metric.name: (metric.kind, metric.unit, metric.value) for metric in tracker.snapshot().metrics}


def test_a_gauge_tells_its_last_value_and_nothing_before_the_first(tracker):
    gauge = tracker.gauge("temperature", unit="celsius")
    assert metrics(tracker) == {"temperature": ("gauge", "celsius", None)}
    for value in (21, -3.5, 0, 1e300):
        gauge.set(value)
        assert metrics(tracker)["temperature"][2] == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_gauge_that_is_not_finite_is_not_known(tracker, value):
    gauge = tracker.gauge("ratio", unit="ratio")
    gauge.set(1)
    gauge.set(value)
    assert metrics(tracker)["ratio"][2] is None


@pytest.mark.parametrize("wrong", ["5", None, b"1", [], 1j, 10**400], ids=lambda wrong: repr(wrong)[:10])
def test_a_gauge_takes_no_text_and_keeps_its_value(tracker, wrong):
    gauge = tracker.gauge("ratio", unit="ratio")
    gauge.set(0.5)
    with pytest.raises((TypeError, ValueError, OverflowError)):
        gauge.set(wrong)
    assert metrics(tracker)["ratio"][2] == 0.5


def test_a_counter_grows(tracker):
    counter = tracker.counter("requests", unit="requests")
    assert metrics(tracker) == {"requests": ("counter", "requests", 0)}
    counter.inc()
    counter.inc(41)
    counter.inc(0)
    assert metrics(tracker)["requests"][2] == 42


@pytest.mark.parametrize("wrong", [wrong for wrong in NOT_WHOLE_OR_NEGATIVE if wrong != 1 << 62], ids=repr)
def test_a_counter_refuses_what_is_no_count(tracker, wrong):
    counter = tracker.counter("requests", unit="requests")
    counter.inc(3)
    with pytest.raises(
        (ValueError, TypeError), match=r"what a counter grows by is a whole number|too small for 1606938"
    ):
        counter.inc(wrong)
    counter.inc(4)
    assert metrics(tracker)["requests"][2] == 7


def test_a_counter_that_leaves_its_word_is_refused_and_stays_what_it_was(tracker):
    counter = tracker.counter("bytes", unit="bytes")
    for _ in range(2):
        counter.inc(layout.MOST)
    with pytest.raises(ValueError, match="a counter holds 63 bits, and is too small for 46"):
        counter.inc(layout.MOST)
    counter.inc(1)
    assert metrics(tracker)["bytes"][2] == 2 * layout.MOST + 1


def test_the_same_name_is_the_same_part(tracker):
    assert tracker.gauge("a", unit="s") is tracker.gauge("a", unit="s")
    assert tracker.counter("b", unit="s") is tracker.counter("b", unit="s")
    assert tracker.component("c") is tracker.component("c")
    assert tracker.component("work_queue").name == "work_queue"


def test_a_name_is_of_one_kind(tracker):
    tracker.gauge("a", unit="s")
    tracker.counter("b", unit="s")
    with pytest.raises(ValueError, match="'a' is a gauge already"):
        tracker.counter("a", unit="s")
    with pytest.raises(ValueError, match="'b' is a counter already"):
        tracker.gauge("b", unit="s")


@pytest.mark.parametrize("make", ["gauge", "counter"])
def test_the_thirty_third_metric_is_refused_and_the_others_work_on(tracker, make):
    for number in range(layout.METRICS):
        tracker.counter(f"c{number}", unit="s").inc(number)
    with pytest.raises(ValueError, match="32 gauges and counters: c0, c1"):
        getattr(tracker, make)("one more", unit="s")
    assert {name: seen[2] for name, seen in metrics(tracker).items()} == {f"c{n}": n for n in range(layout.METRICS)}


def test_the_seventeenth_component_is_refused_and_the_others_work_on(tracker):
    own = [tracker.component(f"c{number}") for number in range(layout.COMPONENTS - 7)]
    with pytest.raises(ValueError, match="16 components: event_queue, work_queue"):
        tracker.component("one more")
    for number, component in enumerate(own):
        component("used", number)
    assert [(part.name, part.used) for part in tracker.snapshot().components] == [
        (f"c{number}", number) for number in range(layout.COMPONENTS - 7)
    ]


@pytest.mark.parametrize("wrong", ["", "a\0b", "x" * 33, "ü" * 17])
def test_a_wrong_name_is_refused_and_takes_no_place(tracker, wrong):
    for make in (
        tracker.component,
        lambda name: tracker.gauge(name, unit="s"),
        lambda name: tracker.counter(name, unit="s"),
    ):
        with pytest.raises(ValueError, match="1 to 32 bytes of text without NUL"):
            make(wrong)
    for number in range(layout.METRICS):
        tracker.gauge(f"g{number}", unit="s")


@pytest.mark.parametrize("wrong", ["", "x" * 17, "\0"])
def test_a_wrong_unit_or_policy_is_refused(tracker, wrong):
    with pytest.raises(ValueError, match="1 to 16 bytes"):
        tracker.gauge("g", unit=wrong)
    with pytest.raises(ValueError, match="1 to 16 bytes"):
        tracker.component("c", unit=wrong)
    with pytest.raises(ValueError, match="1 to 16 bytes"):
        tracker.component("c", policy=wrong)


def test_a_name_of_any_alphabet_comes_back_whole(tracker):
    tracker.gauge("Füllstand 漢字", unit="µs").set(1)
    assert metrics(tracker) == {"Füllstand 漢字": ("gauge", "µs", 1)}


def test_a_component_reports_everything_that_components_have(tracker):
    pool = tracker.component("pool", unit="connections", policy="reject")
    for at, counter in enumerate(layout.COMPONENT_OFFSETS, start=1):
        pool(counter, at)
    (seen,) = tracker.snapshot().components
    assert seen._asdict() == {
        "name": "pool", "used": 1, "limit": 2, "unit": "connections", "used_bytes": 3, "limit_bytes": 4,
        "policy": "reject", "level": None, "evicted_total": 5, "expired_total": 6, "rejected_total": 7,
        "blocked_seconds_total": 8.0, "hits_total": 9, "misses_total": 10,
    }  # fmt: skip


def test_a_component_that_only_counts_is_shown_too(tracker):
    tracker.component("gate")("rejected_total", 3)
    (seen,) = tracker.snapshot().components
    assert (seen.name, seen.used, seen.limit, seen.rejected_total) == ("gate", None, None, 3)


@pytest.mark.parametrize("counter", [name for name in layout.COMPONENT_OFFSETS if name != "blocked_seconds_total"])
@pytest.mark.parametrize("wrong", NOT_WHOLE_OR_NEGATIVE, ids=repr)
def test_a_component_refuses_what_is_no_count(tracker, counter, wrong):
    queue = tracker.component("queue")
    queue(counter, 5)
    with pytest.raises((ValueError, TypeError), match=f"{counter} is a whole number of 0 or more"):
        queue(counter, wrong)
    assert getattr(tracker.snapshot().components[0], counter) == 5


@pytest.mark.parametrize("wrong", [-1, -0.5, math.nan, -math.inf, "5", None], ids=repr)
def test_blocked_seconds_are_not_negative_and_not_nonsense(tracker, wrong):
    queue = tracker.component("queue")
    queue("blocked_seconds_total", 0.25)
    with pytest.raises((ValueError, TypeError)):
        queue("blocked_seconds_total", wrong)
    assert tracker.snapshot().components[0].blocked_seconds_total == 0.25


def test_endless_blocked_seconds_are_held_to_what_fits(tracker):
    tracker.component("queue")("blocked_seconds_total", math.inf)
    assert tracker.snapshot().components[0].blocked_seconds_total == 4e9


def test_a_component_has_no_other_counters(tracker):
    with pytest.raises(KeyError, match="used_items"):
        tracker.component("queue")("used_items", 1)


def test_the_limit_that_a_component_reports_is_the_one_that_set_limit_sets(tracker):
    cache = tracker.component("cache", policy="evict_lru")
    cache("limit", 10)
    tracker.set_limit("cache", 20)
    assert tracker.snapshot().components[0].limit == 20
    tracker.set_limit("cache", UNLIMITED)
    assert tracker.snapshot().components[0].limit is UNLIMITED
    cache("limit", 5)
    assert tracker.snapshot().components[0].limit == 5


def test_the_tracker_does_not_judge_components(tracker):
    """Their levels are the limits engine's to tell; the program's own check is of its memory only."""
    tracker.set_limit("work_queue", 1)
    tracker.set_work_queue_size(1)
    assert tracker.snapshot().components[0].level is None
    assert tracker.check_thresholds() is not Level.CRITICAL
