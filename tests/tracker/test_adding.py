"""What dead workers counted, added up: exactly, each once, and gauges dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.adding import folded, folded_content
from mnemo_cli.tracker.discovery import CountersFile
from mnemo_cli.tracker.reading import decode, header_of


def worker(serial, size_bytes=0, *, components=(), counters=(), gauges=(), name="app"):
    """The file of one worker that recorded this."""
    with MemoryTracker(name) as tracker:
        storage = tracker._storage
        for part, total in counters:
            tracker.counter(part, unit="s").inc(total)
        for part in gauges:
            tracker.gauge(part, unit="s").set(1)
        for part, counter, total in components:
            tracker.component(part)(counter, total)
        tracker.record_allocation(size_bytes)
        with tracker.task():
            pass
        storage.put(layout.NAME_AT, layout.label(name, layout.NAME_BYTES))
        words = {
            layout.VERSION_AT: 1,
            layout.PID_AT: 7,
            layout.STARTED_AT: 99,
            layout.MADE_AT: serial,
            layout.STATE_AT: 1,
        }
        for word, number in words.items():
            storage.words[word] = number
        storage.put(layout.MAGIC_AT, layout.MAGIC)
        return file(f"7-99-{serial}", bytes(tracker._words))


def file(name, content):
    return CountersFile("/dev/shm/mnemosyne-0", name, 0, header_of(content), content)


def fold(into, one):
    """What folding writes."""
    return file("folded-app", folded_content(folded([one] if into is None else [into, one]), one))


def test_counters_add_up_and_gauges_are_dropped():
    one = worker(
        1, 100, counters=[("requests", 3)], gauges=["load"], components=[("inbox", "used", 5), ("inbox", "limit", 9)]
    )
    other = worker(2, 50, counters=[("requests", 4), ("errors", 1)])
    total = folded([one, other])
    assert (total.pid, total.processes, total.used_bytes, total.limit_bytes) == (None, 2, 0, None)
    assert (total.allocated_bytes_total, total.allocations, total.peak_bytes) == (150, 2, 100)
    assert (total.spawned_tasks, total.completed_tasks_total) == (2, 2)
    assert {metric.name: metric.value for metric in total.metrics} == {"requests": 7, "errors": 1}
    assert (total.component("inbox").used, total.component("inbox").limit) == (0, None)


def test_a_folded_file_is_read_as_what_it_adds_up():
    one = worker(1, 100, counters=[("requests", 3)], components=[("inbox", "blocked_seconds_total", 1.25)])
    other = worker(2, 50, components=[("inbox", "blocked_seconds_total", 0.5), ("outbox", "evicted_total", 2)])
    total = folded([fold(fold(None, one), other)])
    assert total._replace(components=(), metrics=()) == folded([one, other])._replace(components=(), metrics=())
    assert {part.name: (part.blocked_seconds_total, part.evicted_total) for part in total.components} == {
        "active_tasks": (0.0, 0), "inbox": (1.75, 0), "outbox": (0.0, 2),
    }  # fmt: skip
    assert total.metrics == folded([one, other]).metrics


def test_the_folded_file_names_the_worker_that_was_added_last():
    one, other = worker(1), worker(2)
    header = fold(fold(None, one), other).header
    assert (header.state, header.pid, header.folded_count) == (layout.FOLDED, 0, 2)
    assert header.folded_last == other.header.identity


def test_a_worker_that_was_added_but_is_still_there_counts_once():
    one, other = worker(1, 10), worker(2, 500)
    sums = fold(fold(None, one), other)
    assert folded([sums, other]).allocated_bytes_total == folded([other, sums]).allocated_bytes_total == 510


def test_two_trackers_of_one_process_are_two():
    one, twin = worker(1, 10), worker(2, 500)
    assert (one.header.pid, one.header.started) == (twin.header.pid, twin.header.started)
    assert folded([fold(None, one), twin]).allocated_bytes_total == 510


def test_a_folded_file_that_names_itself_is_counted():
    content = bytearray(fold(None, worker(1, 10)).content)
    words = memoryview(content).cast("q")
    words[layout.FOLDED_PID_AT] = words[layout.FOLDED_STARTED_AT] = 0
    assert folded([file("folded-app", bytes(content))]).allocated_bytes_total == 10


def test_totals_that_leave_their_word_are_held_at_its_end():
    sums = None
    for serial in range(1, 6):
        sums = fold(sums, worker(serial, layout.MOST, counters=[("requests", layout.MOST)]))
    total = folded([sums])
    assert (total.allocated_bytes_total, total.metrics[0].value) == (layout.MOST, layout.MOST)
    assert total.allocations == 5


@pytest.mark.parametrize("kind", ["components", "counters"])
def test_more_parts_than_a_file_holds_cost_only_those(kind):
    sums = None
    for serial in range(3):
        names = [f"p{serial}-{number}" for number in range(9 if kind == "components" else 20)]
        parts = {
            "components": [(name, "evicted_total", 1) for name in names],
            "counters": [(name, 1) for name in names],
        }
        sums = fold(sums, worker(serial, 10, **{kind: parts[kind]}))
    total = folded([sums])
    assert total.allocated_bytes_total == 30
    assert len(total.components if kind == "components" else total.metrics) == (16 if kind == "components" else 32)


@given(
    st.lists(
        st.tuples(st.integers(0, 1 << 50), st.dictionaries(st.sampled_from("abc"), st.integers(0, 1 << 50))),
        min_size=1,
        max_size=6,
    ),
    st.data(),
)
def test_in_whatever_order_and_steps_workers_are_folded_the_totals_are_the_same(works, data):
    files = [worker(serial, size_bytes, counters=counters.items(), components=[("inbox", "hits_total", size_bytes)])
             for serial, (size_bytes, counters) in enumerate(works)]  # fmt: skip
    expected = folded(files)
    rest, sums = data.draw(st.permutations(files)), None
    for _ in range(data.draw(st.integers(0, len(rest)))):
        sums = fold(sums, rest.pop())
    seen = folded(rest if sums is None else [*rest, sums])
    assert seen[:14] == expected[:14]
    assert sorted(seen.metrics) == sorted(expected.metrics)
    assert {part.name: part.hits_total for part in seen.components} == {
        part.name: part.hits_total for part in expected.components
    }


def test_a_folded_file_has_the_numbers_of_its_bytes():
    sums = fold(None, worker(1, 77))
    assert decode(sums.content, pid=None, name="app").allocated_bytes_total == 77
