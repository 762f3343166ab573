"""The work queue: order, backpressure, fairness, the end, and what it tells; threads that wait are seen waiting."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.bounded.queue import QueueClosed, QueueEmpty, QueueFull, WorkQueue
from mnemo_cli.bounded.resources import Resources

PATIENCE_SECONDS = 30.0


def until(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.0005)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(16) as pool:
        yield pool


def full(*items, **keywords):
    work = WorkQueue(len(items), **keywords)
    for item in items:
        work.put(item)
    return work


def waiting(threads, work, item, **keywords):
    """A producer that is seen to wait."""
    before = work.producers_waiting
    future = threads.submit(work.put, item, **keywords)
    until(lambda: work.producers_waiting == before + 1)
    return future


@given(st.lists(st.integers(-3, 3) | st.integers()))
def test_the_lowest_priority_comes_out_first_and_equals_as_they_came(priorities):
    work = WorkQueue()
    for number, priority in enumerate(priorities):
        work.put((priority, number), priority=priority)
    assert [work.get(0) for _ in priorities] == sorted((p, n) for n, p in enumerate(priorities))


def test_items_are_never_compared_hashed_or_asked_for_truth():
    class Opaque:
        __hash__ = None

        def __eq__(self, other):
            raise AssertionError("compared")

        __lt__ = __bool__ = __eq__

    items = [Opaque() for _ in range(4)]
    work = WorkQueue()
    for item in items:
        work.put(item, priority=5)
    assert all(work.get() is item for item in items)


def test_none_is_an_item_like_any_other():
    work = WorkQueue()
    work.put(None)
    assert work.get(0) is None


def test_a_full_queue_refuses_an_offer_and_counts_it():
    work = full("a", "b")
    assert not work.offer("c")
    assert (len(work), work.rejected_total, work.drain()) == (2, 1, ("a", "b"))


@pytest.mark.parametrize("timeout", [0, 0.001])
def test_put_gives_up_after_its_time_out_and_says_what_to_do(timeout):
    work = full("a", limit_bytes=1000)
    with pytest.raises(QueueFull, match=r"no room within 0.* s in a queue of 1 items and 1,000 bytes; wait longer"):
        work.put("b", timeout=timeout)
    assert (work.rejected_total, work.producers_waiting, work.drain()) == (1, 0, ("a",))


@pytest.mark.parametrize("timeout", [0, 0.001])
def test_get_gives_up_after_its_time_out(timeout):
    work = WorkQueue()
    with pytest.raises(QueueEmpty, match=r"no work came within 0"):
        work.get(timeout)
    assert work.consumers_waiting == 0


def test_those_who_caught_the_errors_of_queue_queue_catch_ours():
    assert issubclass(QueueFull, queue.Full) and issubclass(QueueEmpty, queue.Empty)


def test_a_producer_waits_until_there_is_room(threads):
    work = full("a")
    producer = waiting(threads, work, "b")
    assert not producer.done()
    assert work.get() == "a"
    producer.result(PATIENCE_SECONDS)
    assert work.get(0) == "b"


def test_a_consumer_waits_until_there_is_work(threads):
    work = WorkQueue()
    consumer = threads.submit(work.get)
    until(lambda: work.consumers_waiting == 1)
    work.put("a")
    assert consumer.result(PATIENCE_SECONDS) == "a"


def test_each_item_calls_one_consumer_that_waits(threads):
    work = WorkQueue()
    consumers = [threads.submit(work.get) for _ in range(8)]
    until(lambda: work.consumers_waiting == 8)
    for number in range(8):
        work.put(number)
    assert sorted(consumer.result(PATIENCE_SECONDS) for consumer in consumers) == list(range(8))


def test_nobody_overtakes_a_producer_that_waits(threads):
    """Whoever makes room puts for the first in the line, so the order is settled before anybody runs."""
    work = full("a", "b")
    first, second = waiting(threads, work, 1), waiting(threads, work, 2)
    assert not work.offer("newcomer")
    with pytest.raises(QueueFull):
        work.put("newcomer", timeout=0, priority=-9)
    assert work.get() == "a"
    assert not work.offer("newcomer")  # the room went to the first
    assert [work.get(0) for _ in range(3)] == ["b", 1, 2]
    assert work.offer("newcomer")
    first.result(PATIENCE_SECONDS)
    second.result(PATIENCE_SECONDS)


def test_an_exception_in_the_wait_leaves_the_line_and_lets_the_next_one_in(threads):
    """As KeyboardInterrupt does: a signal handler raises in the main thread while it waits in put."""

    class Interrupted(BaseException):
        pass

    def interrupt(number, frame):
        raise Interrupted

    def interrupt_the_main_thread():
        until(lambda: work.producers_waiting == 1)
        behind = waiting(threads, work, "behind")
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
        return behind

    work = full("a")
    previous = signal.signal(signal.SIGUSR1, interrupt)
    try:
        helper = threads.submit(interrupt_the_main_thread)
        with pytest.raises(Interrupted):
            work.put("interrupted")
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert work.get(0) == "a"
    assert work.get(PATIENCE_SECONDS) == "behind"
    helper.result(PATIENCE_SECONDS).result(PATIENCE_SECONDS)
    assert (len(work), work.producers_waiting) == (0, 0)


def test_bytes_hold_back_as_items_do(threads):
    work = WorkQueue(10, limit_bytes=100, size_of=len)
    work.put("x" * 60)
    assert not work.offer("y" * 41)
    producer = waiting(threads, work, "y" * 41)
    assert not work.offer("z")  # it would fit, but somebody waits
    assert len(work.get()) == 60
    producer.result(PATIENCE_SECONDS)
    assert (work.used_bytes, len(work)) == (41, 1)


def test_one_large_item_makes_room_for_several_producers(threads):
    work = WorkQueue(10, limit_bytes=100, size_of=len)
    work.put("x" * 100)
    producers = [waiting(threads, work, letter * 30) for letter in "abcd"]
    work.get()
    assert (len(work), work.used_bytes, work.producers_waiting) == (3, 90, 1)
    assert [work.get()[0] for _ in range(4)] == ["a", "b", "c", "d"]
    for producer in producers:
        producer.result(PATIENCE_SECONDS)


@pytest.mark.parametrize("put", ["put", "offer"])
def test_an_item_that_would_never_fit_is_refused_at_once(put):
    work = WorkQueue(10, limit_bytes=100, size_of=len)
    with pytest.raises(ValueError, match=r"a str of 101 bytes is larger than limit_bytes \(100\) and would never fit"):
        getattr(work, put)("x" * 101)
    assert (len(work), work.used_bytes, work.rejected_total) == (0, 0, 0)


def test_bytes_are_added_up_when_asked_for_if_nobody_wants_them_counted():
    told = {}
    work = WorkQueue(report=told.__setitem__)
    work.put(b"x" * 1000)
    work.put(b"y" * 1000, priority=1)
    assert work.used_bytes == 2 * sys.getsizeof(b"x" * 1000)
    assert "used_bytes" not in told


def test_close_lets_getters_have_what_is_left_and_refuses_new_work():
    work = full("a", "b")
    work.close()
    for refused in (lambda: work.put("c"), lambda: work.offer("c")):
        with pytest.raises(QueueClosed, match="takes no more work"):
            refused()
    assert (work.get(), work.get(), work.closed) == ("a", "b", True)
    with pytest.raises(QueueClosed, match="nothing is left"):
        work.get()
    work.close()


def test_close_wakes_everybody(threads):
    empty, busy = WorkQueue(), full("a")
    consumers = [threads.submit(empty.get) for _ in range(3)]
    producers = [waiting(threads, busy, number) for number in range(3)]
    until(lambda: empty.consumers_waiting == 3)
    empty.close()
    busy.close()
    for future in consumers + producers:
        with pytest.raises(QueueClosed):
            future.result(PATIENCE_SECONDS)
    assert busy.drain() == ("a",)


def test_drain_takes_what_is_left_in_order_and_those_who_wait_keep_theirs(threads):
    told = {}
    work = WorkQueue(3, limit_bytes=100, size_of=len, report=told.__setitem__)
    for item, priority in (("later", 1), ("usual", 0), ("first", -1)):
        work.put(item, priority=priority)
    producer = waiting(threads, work, "outside")
    assert work.drain() == ("first", "usual", "later")
    with pytest.raises(QueueClosed, match="closed before there was room"):
        producer.result(PATIENCE_SECONDS)
    assert (told["used"], told["used_bytes"], work.used_bytes, work.drain()) == (0, 0, 0, ())


def test_work_that_was_accepted_is_never_shrunk_away():
    work = full("a", "b")
    assert work.shrink(1) == 0
    assert work.drain() == ("a", "b")


def test_the_time_that_producers_waited_is_counted_by_the_clock_given(threads):
    now, told = [100.0], {}
    work = full("a", clock=lambda: now[0], report=told.__setitem__)
    first, second = waiting(threads, work, "b"), waiting(threads, work, "c")
    now[0] += 5
    work.get()
    now[0] += 2
    work.get()
    first.result(PATIENCE_SECONDS)
    second.result(PATIENCE_SECONDS)
    assert work.blocked_seconds_total == told["blocked_seconds_total"] == 12


def test_counters_are_told_when_they_change_and_not_otherwise():
    told = []
    work = WorkQueue(2, limit_bytes=50, size_of=len, report=lambda *counter: told.append(counter))
    work.put("ab")
    work.put("", priority=3)
    work.offer("c")
    work.get()
    work.shrink(1)
    assert told == [
        ("limit", 2),
        ("limit_bytes", 50),
        ("used_bytes", 2),
        ("used", 1),
        ("used", 2),
        ("rejected_total", 1),
        ("used_bytes", 0),
        ("used", 1),
    ]


def test_room_that_goes_to_the_next_in_the_line_changes_no_counter(threads):
    told = []
    work = full("a", report=lambda *counter: told.append(counter), clock=lambda: 0.0)
    producer = waiting(threads, work, "b")
    work.get()
    producer.result(PATIENCE_SECONDS)
    assert told == [("limit", 1), ("used", 1)]


def test_the_settings_give_its_limit():
    told = {}
    assert WorkQueue.of(Resources(work_queue_limit=7), report=told.__setitem__).limit == told["limit"] == 7


@pytest.mark.parametrize("bad", [0, -1, True, 1.5, "10", 2**63, float("nan")])
@pytest.mark.parametrize("name", ["limit", "limit_bytes"])
def test_a_limit_that_is_none_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"{name} is .*; give a whole number from 1"):
        WorkQueue(**{name: bad})


@pytest.mark.parametrize("bad", [-1, True, float("nan"), float("inf"), 1e300, "1"])
def test_a_time_out_that_is_none_is_refused_and_changes_nothing(bad):
    work = WorkQueue()
    for call in (lambda: work.put("a", timeout=bad), lambda: work.get(bad)):
        with pytest.raises(ValueError, match=r"timeout is .*; give seconds from 0 to"):
            call()
    assert len(work) == 0


@pytest.mark.parametrize("bad", [1.0, True, None, "high", float("nan")])
def test_a_priority_that_is_none_is_refused(bad):
    work = WorkQueue()
    with pytest.raises(ValueError, match=r"priority is .*; give a whole number"):
        work.put("a", priority=bad)
    assert len(work) == 0


@pytest.mark.parametrize("bad", [-0.1, 1.1, True, float("nan"), None])
def test_a_share_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match=r"fraction is .*; give a number from 0 to 1"):
        WorkQueue().shrink(bad)


@pytest.mark.parametrize("bad", [-1, True, 1.5, None, float("nan"), 2**63])
def test_a_size_of_that_gives_nonsense_leaves_the_queue_whole(bad):
    work = WorkQueue(limit_bytes=100, size_of=lambda item: bad if item == "bad" else 1)
    work.put("good")
    with pytest.raises(ValueError, match=r"size_of gave .* for a str"):
        work.put("bad")
    assert (work.used_bytes, work.drain()) == (1, ("good",))


def test_a_size_of_that_raises_leaves_the_queue_whole():
    work = WorkQueue(size_of=lambda item: 1 // item)
    with pytest.raises(ZeroDivisionError):
        work.offer(0)
    work.put(1)
    assert (len(work), work.used_bytes) == (1, 1)


@pytest.mark.parametrize(
    ("limit", "items", "patience"),
    [("10000", "50000", "waits"), ("3", "6000", "waits"), ("3", "3000", "gives up"), ("50", "5000", "interrupted")],
)
def test_work_that_threads_pass_on_is_neither_lost_nor_doubled(limit, items, patience):
    done = subprocess.run(
        [sys.executable, "-m", "tests.bounded.programs.queue_stress", limit, items, patience],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["most_used"] == int(limit)
    assert figures["most_used_bytes"] <= figures["limit_bytes"]
    assert figures["put"] == figures["got"] == figures["distinct"] == int(items)
    assert figures["in_order"] and figures["waiting"] == figures["left"] == figures["left_bytes"] == 0
    assert figures["blocked_seconds"] > 0
    assert (figures["gave_up"] > 0) == (patience == "gives up")
