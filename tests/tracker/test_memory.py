"""What a program records is what its snapshot says, and wrong numbers change nothing."""

import itertools
import logging
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.levels import Edges, next_level
from mnemo_cli.model import UNLIMITED, Level
from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.thresholds import EDGES, level_index

WRONG_NUMBERS = [-1, 1 << 63, 1 << 200, math.nan, math.inf, -math.inf, 1.5, 2.0, True, False, "5", None, b"1"]
SETTERS = {
    "set_event_queue_size": ("event_queue", "used"),
    "set_work_queue_size": ("work_queue", "used"),
    "set_embeddings_cache_entries": ("embeddings_cache", "used"),
    "set_embeddings_cache_bytes": ("embeddings_cache", "used_bytes"),
    "set_history_ops": ("operation_history", "used"),
    "set_network_connections": ("network_connections", "used"),
}


@pytest.fixture
def tracker():
    with MemoryTracker("app") as made:
        yield made


def words(tracker):
    """Every word of the tracker's storage."""
    return bytes(tracker._words)


def test_used_peak_and_totals_are_exact(tracker):
    for size_bytes in (100, 250, 0):
        tracker.record_allocation(size_bytes)
    tracker.record_deallocation(250)
    tracker.record_allocation(30)
    seen = tracker.snapshot()
    assert (seen.used_bytes, seen.peak_bytes) == (130, 350)
    assert (seen.allocated_bytes_total, seen.allocations) == (380, 4)
    assert (seen.deallocated_bytes_total, seen.deallocations, seen.unbalanced_total) == (250, 1, 0)


def test_an_unbalanced_deallocation_is_counted_and_leaves_nothing_in_use(tracker):
    tracker.record_allocation(10)
    tracker.record_deallocation(25)
    tracker.record_deallocation(1)
    seen = tracker.snapshot()
    assert (seen.used_bytes, seen.peak_bytes, seen.unbalanced_total) == (0, 10, 2)
    assert (seen.deallocated_bytes_total, seen.deallocations) == (10, 2)


@given(st.lists(st.integers(-1000, 1000)))
def test_any_course_agrees_with_a_simple_model(changes):
    used = peak = unbalanced = 0
    with MemoryTracker("model") as tracker:
        for change in changes:
            (tracker.record_allocation if change >= 0 else tracker.record_deallocation)(abs(change))
            unbalanced += used + change < 0
            used = max(0, used + change)
            peak = max(peak, used)
        seen = tracker.snapshot()
    assert (seen.used_bytes, seen.peak_bytes, seen.unbalanced_total) == (used, peak, unbalanced)
    assert seen.allocated_bytes_total - seen.deallocated_bytes_total == used


@pytest.mark.parametrize("wrong", WRONG_NUMBERS, ids=repr)
@pytest.mark.parametrize("method", ["record_allocation", "record_deallocation", "allocation", *SETTERS])
def test_a_wrong_number_is_refused_and_nothing_is_counted(tracker, method, wrong):
    tracker.record_allocation(7)
    before = words(tracker)
    with pytest.raises((ValueError, TypeError), match=r"size_bytes|the number"):
        call = getattr(tracker, method)(wrong)
        with call:
            pytest.fail("the block must not begin")
    assert words(tracker) == before
    tracker.record_allocation(3)
    assert tracker.snapshot().allocated_bytes_total == 10


def test_a_total_beyond_a_word_is_refused_and_nothing_is_counted(tracker):
    for _ in range(2):
        tracker.record_allocation(layout.MOST)
    before = words(tracker)
    with pytest.raises(ValueError):
        tracker.record_allocation(layout.MOST)
    assert words(tracker) == before
    tracker.record_deallocation(layout.MOST)
    assert tracker.snapshot().used_bytes == layout.MOST


class Whole:
    """A whole number of a foreign kind, as array libraries have them."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


def test_whole_numbers_of_an_array_library_do_not_wrap(tracker):
    numpy = pytest.importorskip("numpy")
    for _ in range(3):
        tracker.record_allocation(numpy.uint8(200))
    tracker.record_deallocation(numpy.uint8(250))
    tracker.set_work_queue_size(numpy.int32(5))
    counter = tracker.counter("rows", unit="rows")
    for _ in range(3):
        counter.inc(numpy.uint8(200))
    seen = tracker.snapshot()
    assert (seen.used_bytes, seen.used_of("work_queue"), seen.metrics[0].value) == (350, 5, 600)


def test_whatever_stands_for_a_whole_number_is_taken(tracker):
    tracker.record_allocation(Whole(9))
    tracker.record_deallocation(Whole(4))
    assert tracker.snapshot().used_bytes == 5
    with pytest.raises(ValueError):
        tracker.record_allocation(Whole(-1))


@pytest.mark.parametrize(("method", "place"), SETTERS.items())
def test_a_setter_sets_its_component(tracker, method, place):
    component, field = place
    getattr(tracker, method)(641)
    getattr(tracker, method)(640)
    seen = tracker.snapshot().component(component)
    assert getattr(seen, field) == 640
    assert [part.name for part in tracker.snapshot().components] == [component]


def test_components_nobody_told_of_are_not_there(tracker):
    assert tracker.snapshot().components == ()
    tracker.set_limit("work_queue", 100)
    (queue,) = tracker.snapshot().components
    assert (queue.name, queue.used, queue.limit, queue.unit, queue.policy) == (
        "work_queue",
        None,
        100,
        "items",
        "block",
    )


def test_connections_go_up_and_down_and_never_below_none(tracker):
    for _ in range(3):
        tracker.increment_db_connections()
    tracker.decrement_db_connections()
    assert tracker.snapshot().used_of("db_connections") == 2
    for _ in range(4):
        tracker.decrement_db_connections()
    seen = tracker.snapshot()
    assert (seen.used_of("db_connections"), seen.unbalanced_total) == (0, 2)


def test_the_first_thing_may_be_a_decrement(tracker):
    tracker.decrement_db_connections()
    seen = tracker.snapshot()
    assert (seen.used_of("db_connections"), seen.unbalanced_total) == (0, 1)


def test_tasks_are_spawned_active_and_completed(tracker):
    for _ in range(9):
        tracker.increment_spawned_tasks()
    for _ in range(6):
        tracker.decrement_spawned_tasks()
    seen = tracker.snapshot()
    assert (seen.spawned_tasks, seen.used_of("active_tasks"), seen.completed_tasks_total) == (9, 3, 6)


def test_a_task_that_never_began_is_not_completed(tracker):
    tracker.decrement_spawned_tasks()
    seen = tracker.snapshot()
    assert (seen.used_of("active_tasks"), seen.completed_tasks_total, seen.unbalanced_total) == (0, 0, 1)


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize(
    ("span", "held"),
    [
        (lambda tracker: tracker.allocation(64), lambda seen: seen.used_bytes // 64),
        (lambda tracker: tracker.connection(), lambda seen: seen.used_of("db_connections")),
        (lambda tracker: tracker.task(), lambda seen: seen.used_of("active_tasks")),
    ],
    ids=["allocation", "connection", "task"],
)
def test_a_span_gives_back_what_it_took_whatever_happens_inside(tracker, span, held, raises):
    try:
        with span(tracker), span(tracker):
            assert held(tracker.snapshot()) == 2
            if raises:
                raise KeyError("inside")
    except KeyError:
        assert raises
    seen = tracker.snapshot()
    assert (held(seen), seen.unbalanced_total) == (0, 0)


def test_a_span_can_be_entered_again(tracker):
    span = tracker.allocation(5)
    for _ in range(3):
        with span:
            pass
    assert tracker.snapshot().allocated_bytes_total == 15


def test_limits_are_a_number_or_unlimited(tracker):
    tracker.set_limit("work_queue", 10_000)
    tracker.set_limit("event_queue", UNLIMITED)
    seen = tracker.snapshot()
    assert (seen.component("work_queue").limit, seen.component("event_queue").limit) == (10_000, UNLIMITED)


@pytest.mark.parametrize("wrong", [0, *WRONG_NUMBERS], ids=repr)
def test_a_wrong_limit_is_refused(tracker, wrong):
    before = words(tracker)
    with pytest.raises((ValueError, TypeError), match="a limit is a whole number of 1 or more"):
        tracker.set_limit("work_queue", wrong)
    assert words(tracker) == before


def test_the_limit_of_a_component_that_is_not_there_names_those_that_are(tracker):
    with pytest.raises(KeyError, match="'work_qeue'; there are event_queue, work_queue"):
        tracker.set_limit("work_qeue", 1)


@pytest.mark.parametrize("wrong", [0, *WRONG_NUMBERS[:-3], "5"], ids=repr)
def test_a_wrong_limit_of_the_memory_is_refused(wrong):
    with pytest.raises((ValueError, TypeError), match="limit_bytes is a whole number of 1 or more"):
        MemoryTracker("app", limit_bytes=wrong)


def test_the_limit_of_the_memory_is_told():
    with MemoryTracker("app", limit_bytes=4096) as tracker:
        assert tracker.snapshot().limit_bytes == 4096
    with MemoryTracker("app") as tracker:
        assert tracker.snapshot().limit_bytes is None


@pytest.mark.parametrize("wrong", ["", "a\0b", "x" * 65, "ü" * 33])
def test_a_wrong_name_of_a_program_is_refused(wrong):
    with pytest.raises(ValueError, match="1 to 64 bytes of text"):
        MemoryTracker(wrong)


def test_without_a_name_it_is_that_of_the_program(monkeypatch):
    for argv, name in (
        (["/srv/app/serve.py"], "serve"),
        (["/usr/bin/worker", "-x"], "worker"),
        (["/lib/pkg/__main__.py"], "pkg"),
        (["-c"], "python"),
        ([""], "python"),
        ([], "python"),
    ):
        monkeypatch.setattr("sys.argv", argv)
        with MemoryTracker() as tracker:
            assert tracker.name == name


def test_a_program_with_an_endless_name_still_gets_a_tracker(monkeypatch):
    monkeypatch.setattr("sys.argv", ["/srv/" + "ü" * 100 + ".py"])
    with MemoryTracker() as tracker:
        assert tracker.name == "ü" * 32


def test_the_allocation_rate_is_that_since_the_snapshot_before(tracker, monkeypatch):
    clock = itertools.count(tracker._rated_seconds + 2, 2)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    tracker.record_allocation(3000)
    assert tracker.snapshot().allocation_bytes_per_second == 1500
    tracker.record_allocation(500)
    tracker.record_deallocation(3500)
    assert tracker.snapshot().allocation_bytes_per_second == 250
    assert tracker.snapshot().allocation_bytes_per_second == 0


def test_statistics_go_to_the_log(tracker, caplog):
    tracker.record_allocation(12_345)
    with caplog.at_level(logging.INFO, "mnemo.tracker"):
        tracker.log_statistics()
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("mnemo.tracker", "INFO")
    assert "app" in record.getMessage()


def test_a_snapshot_is_printable(tracker):
    tracker.record_allocation(3 << 20)
    tracker.record_deallocation(1 << 20)
    tracker.set_work_queue_size(8412)
    tracker.set_limit("work_queue", 10_000)
    tracker.set_history_ops(17)
    text = str(tracker.snapshot())
    assert "app" in text
    assert "2.0M" in text and "3.0M" in text, "used and peak, as people read them"
    assert "work_queue" in text and "8412 of 10000" in text
    assert "operation_history" in text and "17" in text
    assert "event_queue" not in text and "Tracker(" not in text


def test_without_a_limit_there_is_no_level(tracker):
    tracker.record_allocation(1 << 40)
    assert tracker.check_thresholds() is None


def test_levels_are_logged_when_they_change_and_left_below_the_release_edge(caplog):
    with MemoryTracker("app", limit_bytes=1000) as tracker, caplog.at_level(logging.DEBUG, "mnemo.tracker"):
        course = []
        for used_bytes in (399, 400, 600, 601, 800, 801, 1200, 750, 749, 551, 549, 350, 349):
            tracker.record_deallocation(tracker.snapshot().used_bytes)
            tracker.record_allocation(used_bytes)
            course.append(tracker.check_thresholds())
            assert tracker.check_thresholds() == course[-1]
    normal, moderate, high, critical = Level
    assert course == [
        normal, moderate, moderate, high, high, critical, critical, critical, high, high, moderate, moderate, normal,
    ]  # fmt: skip
    assert [record.levelname for record in caplog.records] == [
        "WARNING", "WARNING", "ERROR", "WARNING", "WARNING", "INFO",
    ]  # fmt: skip
    assert caplog.records[2].getMessage() == "app: memory is critical: 801 of 1.0K (80.1%)"


def test_given_edges_are_the_ones_that_count():
    with MemoryTracker("app", limit_bytes=100, edges=(0.1, 0.2, 0.9, 0.0)) as tracker:
        tracker.record_allocation(21)
        assert tracker.check_thresholds() == Level.HIGH
        tracker.record_deallocation(2)
        assert tracker.check_thresholds() == Level.MODERATE


@pytest.mark.parametrize(
    "wrong",
    [(0.6, 0.4, 0.8, 0.05), (0, 0.6, 0.8, 0.0), (0.4, 0.6, 1.1, 0.05), (0.4, 0.6, 0.8, 0.4), (0.4, 0.6, 0.8, -1)],
)
def test_edges_that_do_not_rise_are_refused(wrong):
    with pytest.raises(ValueError, match="edges rise"):
        MemoryTracker("app", edges=wrong)


def test_the_edges_are_those_of_the_limits_engine():
    edges = Edges()
    assert (edges.moderate_ratio, edges.high_ratio, edges.critical_ratio, edges.release_margin_ratio) == EDGES


SHARES = st.integers(1, 1000).map(lambda share: share / 1000)
RISING = st.tuples(SHARES, SHARES, SHARES).map(sorted).filter(lambda edges: len(set(edges)) == 3)


@given(
    RISING.flatmap(
        lambda edges: st.tuples(*map(st.just, edges), st.integers(0, 999).map(lambda m: edges[0] * m / 1000))
    ),
    st.sampled_from(Level),
    st.data(),
)
def test_the_level_is_that_of_the_limits_engine_for_every_ratio(edges, before, data):
    """Near every edge and release edge, and anywhere else."""
    engine = Edges(moderate_ratio=edges[0], high_ratio=edges[1], critical_ratio=edges[2], release_margin_ratio=edges[3])
    corners = [share for edge in edges[:3] for share in (edge, edge - edges[3])]
    near = st.sampled_from(corners).flatmap(
        lambda edge: st.sampled_from([edge, math.nextafter(edge, 0), math.nextafter(edge, 2)])
    )
    used_ratio = data.draw(st.one_of(near, st.floats(0, 3)))
    assert level_index(used_ratio, edges, before) == next_level(used_ratio, engine, before)


@pytest.mark.parametrize("before", Level)
def test_the_level_is_that_of_the_limits_engine_for_every_per_mille(before):
    for used in range(1101):
        assert level_index(used / 1000, EDGES, before) == next_level(used / 1000, Edges(), before)


def test_recording_goes_on_without_harm_after_close(host):
    tracker = MemoryTracker("app", published=True, shared_memory=host.shared_memory)
    with tracker:
        tracker.record_allocation(5)
    tracker.record_allocation(5)
    tracker.close()
    assert tracker.snapshot().used_bytes == 10
