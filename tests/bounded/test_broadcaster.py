"""The broadcaster: every event in order or a word about the gap, however slow a subscriber is; memory stays bounded."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mnemo_cli.bounded.broadcaster import BroadcasterClosed, EventBroadcaster, Lagged
from mnemo_cli.bounded.broadcaster.broadcaster import SWEPT_PER_PUBLISH
from mnemo_cli.bounded.resources import Resources
from tests.examples import FEW_RUNS

PATIENCE_SECONDS = 30.0


def until(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.0005)


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def everything(subscriber):
    """What is there for it now."""
    events = []
    while True:
        try:
            events.append(subscriber.get(0))
        except (TimeoutError, BroadcasterClosed):
            return events


def test_every_subscriber_gets_every_event_in_order():
    events = EventBroadcaster()
    first = events.subscribe()
    assert [events.publish(event) for event in "abc"] == [0, 1, 2]
    second = events.subscribe()
    events.publish("d")
    assert (everything(first), everything(second)) == (["a", "b", "c", "d"], ["d"])


def test_a_newcomer_may_ask_for_what_is_still_there():
    events = EventBroadcaster(2)
    for event in "abc":
        events.publish(event)
    assert everything(events.subscribe(replay=True)) == ["b", "c"]


def test_a_slow_subscriber_is_told_once_per_gap_how_many_it_lost():
    events = EventBroadcaster(3)
    slow = events.subscribe()
    for number in range(5):
        events.publish(number)
    assert [slow.get(0), slow.get(0)] == [Lagged(2), 2]
    for number in range(5, 9):
        events.publish(number)
    assert everything(slow) == [Lagged(3), 6, 7, 8]


def test_events_that_expired_are_a_gap_too():
    clock = Clock()
    events = EventBroadcaster(10, 60, clock=clock)
    slow = events.subscribe()
    events.publish("old")
    clock.now += 30
    events.publish("new")
    clock.now += 29.999
    assert slow.get(0) == "old"
    late = events.subscribe(replay=True)
    clock.now += 0.001
    assert everything(late) == [Lagged(1), "new"]
    assert everything(slow) == ["new"]
    assert (events.expired_total, events.evicted_total, len(events)) == (1, 0, 1)


def test_none_is_an_event_like_any_other():
    events = EventBroadcaster()
    subscriber = events.subscribe()
    events.publish(None)
    assert everything(subscriber) == [None]


def test_without_subscribers_no_more_than_the_capacity_is_kept():
    events = EventBroadcaster(100)
    for number in range(1000):
        events.publish(number)
        assert len(events) <= 100
    assert (len(events), events.evicted_total) == (100, 900)


def test_a_publish_sweeps_a_few_expired_events_and_catches_up():
    clock = Clock()
    events = EventBroadcaster(1000, 60, clock=clock)
    for number in range(100):
        events.publish(number)
    clock.now += 60
    lengths = [len(events) for number in range(20) if events.publish(number) is not None]
    assert lengths[0] == 100 - SWEPT_PER_PUBLISH + 1
    assert lengths[-1] == 20
    assert (events.expired_total, events.evicted_total) == (100, 0)


def test_bytes_are_a_second_ceiling():
    told = {}
    events = EventBroadcaster(100, limit_bytes=100, size_of=len, report=told.__setitem__)
    for size_bytes in (40, 30, 30, 50):
        events.publish("x" * size_bytes)
    assert (events.used_bytes, len(events), events.evicted_total) == (80, 2, 2)
    assert told == {"limit": 100, "limit_bytes": 100, "used": 2, "used_bytes": 80, "evicted_total": 2}


def test_an_event_of_no_bytes_gives_back_those_of_the_one_it_evicts():
    events = EventBroadcaster(1, size_of=len)
    events.publish("x")
    events.publish("")
    assert events.used_bytes == 0


def test_an_event_that_would_never_fit_is_refused_and_evicts_nobody():
    events = EventBroadcaster(100, limit_bytes=100, size_of=len)
    events.publish("x")
    with pytest.raises(ValueError, match=r"a str of 101 bytes is larger than limit_bytes \(100\)"):
        events.publish("x" * 101)
    assert (len(events), events.used_bytes, events.publish("y")) == (1, 1, 1)


def test_bytes_are_added_up_when_asked_for_if_nobody_wants_them_counted():
    told = {}
    events = EventBroadcaster(report=told.__setitem__)
    events.publish(b"x" * 1000)
    assert events.used_bytes == events.shrink(1) == sys.getsizeof(b"x" * 1000)
    assert told == {"limit": 1000, "used": 0, "evicted_total": 1}


@pytest.mark.parametrize(("fraction", "left"), [(0, 10), (0.01, 9), (0.5, 5), (0.75, 2), (1, 0)])
def test_shrink_drops_the_oldest_share_and_counts_them_evicted(fraction, left):
    events = EventBroadcaster(size_of=len)
    slow = events.subscribe()
    for number in range(10):
        events.publish("x" * number)
    freed = events.shrink(fraction)
    assert (len(events), events.evicted_total, events.used_bytes) == (left, 10 - left, 45 - freed)
    told = everything(slow)
    assert told[0] == (Lagged(10 - left) if left < 10 else "")
    assert len(told) == left + (left < 10)


def test_shrink_counts_the_expired_as_expired():
    clock = Clock()
    events = EventBroadcaster(clock=clock, size_of=len)
    events.publish("old")
    clock.now += 60
    for event in ("newer", "newest"):
        events.publish(event)
    assert events.shrink(0.5) == len("newer")
    clock.now += 60
    assert events.shrink(0) == len("newest")
    assert (events.expired_total, events.evicted_total, len(events)) == (2, 1, 0)


def test_counters_are_told_when_they_change_and_not_otherwise():
    told, clock = [], Clock()
    events = EventBroadcaster(2, 60, size_of=len, report=lambda *counter: told.append(counter), clock=clock)
    subscriber = events.subscribe()
    events.publish("a")
    events.publish("b")
    subscriber.get(0)
    events.publish("c")
    clock.now += 60
    everything(subscriber)
    assert told == [
        ("limit", 2),
        ("used", 1),
        ("used_bytes", 1),
        ("used", 2),
        ("used_bytes", 2),
        ("evicted_total", 1),
        ("expired_total", 2),
        ("used", 0),
        ("used_bytes", 0),
    ]


def test_publish_wakes_all_that_wait():
    events = EventBroadcaster()
    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(events.subscribe().get) for _ in range(4)]
        until(lambda: events.subscribers_waiting == 4)
        events.publish("a")
        assert [reader.result(PATIENCE_SECONDS) for reader in readers] == ["a"] * 4
    assert events.subscribers_waiting == 0


def test_close_lets_subscribers_have_what_is_left_and_wakes_those_that_wait():
    events = EventBroadcaster()
    behind, ready = events.subscribe(), events.subscribe()
    events.publish("a")
    assert ready.get(0) == "a"
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(list, ready)
        until(lambda: events.subscribers_waiting == 1)
        events.close()
        assert waiting.result(PATIENCE_SECONDS) == []
    assert (list(behind), list(behind), events.closed) == (["a"], [], True)
    for refused in (lambda: events.publish("b"), events.subscribe, behind.get):
        with pytest.raises(BroadcasterClosed, match="the broadcaster is closed"):
            refused()
    events.close()


def test_a_subscriber_that_is_closed_wakes_and_hears_no_more():
    events = EventBroadcaster()
    with ThreadPoolExecutor(1) as threads, events.subscribe() as subscriber:
        waiting = threads.submit(list, subscriber)
        until(lambda: events.subscribers_waiting == 1)
        subscriber.close()
        assert waiting.result(PATIENCE_SECONDS) == []
    events.publish("a")
    with pytest.raises(BroadcasterClosed, match=r"this subscriber is closed; subscribe\(\) gives a new one"):
        subscriber.get()


@pytest.mark.parametrize("timeout", [0, 0.001])
def test_get_gives_up_after_its_time_out(timeout):
    events = EventBroadcaster()
    with pytest.raises(TimeoutError, match=r"no event came within 0"):
        events.subscribe().get(timeout)
    assert events.subscribers_waiting == 0


def test_a_finalizer_of_an_event_may_publish():
    """What is dropped is freed after the lock is: else the finalizer would wait for its own thread for ever."""

    class Farewell:
        def __del__(self):
            events.publish("farewell")

    clock = Clock()
    events = EventBroadcaster(1, 60, clock=clock)
    events.publish(Farewell())
    events.publish("evicts")
    events.publish(Farewell())
    clock.now += 60
    assert everything(events.subscribe(replay=True)) == [Lagged(1), "farewell"]
    events.publish(Farewell())
    assert events.shrink(1) > 0
    assert len(events) == 1
    events.publish(Farewell())
    clock.now += 60
    events.publish("sweeps")
    assert everything(events.subscribe(replay=True)) == ["farewell"]


def test_threads_publish_and_read_and_every_event_arrives_once_or_is_in_a_gap():
    events, publishers, each = EventBroadcaster(50), 4, 2000
    numbers = [[] for _ in range(publishers)]

    def publish(number):
        for index in range(each):
            numbers[number].append(events.publish((number, index)))

    def listen(subscriber):
        got, lost = [], 0
        for event in subscriber:
            if isinstance(event, Lagged):
                lost += event.lost
            else:
                got.append(event)
        return got, lost

    with ThreadPoolExecutor(8) as threads:
        listeners = [threads.submit(listen, events.subscribe()) for _ in range(3)]
        writers = [threading.Thread(target=publish, args=(number,)) for number in range(publishers)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        events.close()
        heard = [listener.result(PATIENCE_SECONDS) for listener in listeners]
    assert sorted(number for one in numbers for number in one) == list(range(publishers * each))
    assert (len(events), events.evicted_total) == (50, publishers * each - 50)
    for got, lost in heard:
        assert len(set(got)) == len(got) == publishers * each - lost
        for number in range(publishers):
            indexes = [index for publisher, index in got if publisher == number]
            assert indexes == sorted(indexes)


def test_the_settings_give_its_size():
    events = EventBroadcaster.of(Resources(event_capacity=7, event_ttl_seconds=9))
    assert (events.limit, events.ttl_seconds) == (7, 9)


@pytest.mark.parametrize("bad", [0, -1, True, 1.5, "10", 2**63, float("nan")])
@pytest.mark.parametrize("name", ["capacity", "limit_bytes"])
def test_a_limit_that_is_none_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"{name} is .*; give a whole number from 1"):
        EventBroadcaster(**{name: bad})


@pytest.mark.parametrize("bad", [0, -1, True, "60", float("nan"), float("inf"), 1e300])
def test_a_lifetime_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match=r"ttl_seconds is .*; give seconds, more than 0"):
        EventBroadcaster(ttl_seconds=bad)


@pytest.mark.parametrize("bad", [-1, True, float("nan"), float("inf"), "1"])
def test_a_time_out_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match=r"timeout is .*; give seconds from 0 to"):
        EventBroadcaster().subscribe().get(bad)


@pytest.mark.parametrize("bad", [-0.1, 1.1, True, float("nan"), None])
def test_a_share_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match=r"fraction is .*; give a number from 0 to 1"):
        EventBroadcaster().shrink(bad)


@pytest.mark.parametrize("bad", [-1, True, 1.5, None, float("nan"), 2**63])
def test_a_size_of_that_gives_nonsense_leaves_the_ring_whole(bad):
    events = EventBroadcaster(size_of=lambda event: bad if event == "bad" else 1)
    events.publish("good")
    with pytest.raises(ValueError, match=r"size_of gave .* for a str"):
        events.publish("bad")
    assert (events.used_bytes, len(events), events.publish("good")) == (1, 1, 1)


class Ring(RuleBasedStateMachine):
    """Against a plain list of all events ever, with the time and size of each."""

    @initialize(
        capacity=st.integers(1, 6), limit_bytes=st.none() | st.integers(9, 20), ttl_seconds=st.sampled_from([2, 5.5])
    )
    def make(self, capacity, limit_bytes, ttl_seconds):
        self.clock, self.told = Clock(), {"used": 0, "used_bytes": 0, "evicted_total": 0, "expired_total": 0}
        self.events = EventBroadcaster(
            capacity,
            ttl_seconds,
            limit_bytes=limit_bytes,
            size_of=lambda event: event[1],
            report=self.told.__setitem__,
            clock=self.clock,
        )
        self.limits = capacity, float("inf") if limit_bytes is None else limit_bytes
        self.history, self.oldest, self.cursors = [], 0, {}

    def used_bytes(self):
        return sum(event[1] for _, event in self.history[self.oldest :])

    def expire(self):
        """The ring is so small that one publish sweeps it all."""
        while self.oldest < len(self.history) and (
            self.history[self.oldest][0] <= self.clock.now - self.events.ttl_seconds
        ):
            self.oldest += 1

    @rule(size_bytes=st.integers(0, 9))
    def publish(self, size_bytes):
        event = (len(self.history), size_bytes)
        self.expire()
        while len(self.history) - self.oldest >= self.limits[0] or self.used_bytes() + size_bytes > self.limits[1]:
            self.oldest += 1
        assert self.events.publish(event) == len(self.history)
        self.history.append((self.clock.now, event))

    @rule(seconds=st.sampled_from([0.5, 1, 3]))
    def time_goes_by(self, seconds):
        self.clock.now += seconds

    @rule(replay=st.booleans())
    def subscribe(self, replay):
        self.cursors[self.events.subscribe(replay=replay)] = self.oldest if replay else len(self.history)

    @rule(data=st.data())
    def read(self, data):
        if not self.cursors:
            return
        subscriber = data.draw(st.sampled_from(list(self.cursors)))
        self.expire()
        cursor = self.cursors[subscriber]
        if cursor < self.oldest:
            assert subscriber.get(0) == Lagged(self.oldest - cursor)
            self.cursors[subscriber] = self.oldest
        elif cursor < len(self.history):
            assert subscriber.get(0) == self.history[cursor][1]
            self.cursors[subscriber] += 1
        else:
            with pytest.raises(TimeoutError):
                subscriber.get(0)

    @rule(eighths=st.integers(0, 8))
    def shrink(self, eighths):
        before = self.used_bytes()
        self.expire()
        held = len(self.history) - self.oldest
        self.oldest += -(-held * eighths // 8)
        assert self.events.shrink(eighths / 8) == before - self.used_bytes()

    @invariant()
    def counters_agree(self):
        assert len(self.events) == self.told["used"] == len(self.history) - self.oldest
        assert self.events.used_bytes == self.told["used_bytes"] == self.used_bytes()
        assert self.told["evicted_total"] + self.told["expired_total"] == self.oldest
        assert (self.events.evicted_total, self.events.expired_total) == (
            self.told["evicted_total"],
            self.told["expired_total"],
        )


TestRing = Ring.TestCase
TestRing.settings = settings(max_examples=FEW_RUNS)


@given(st.lists(st.booleans(), max_size=100), st.integers(1, 5))
def test_what_a_subscriber_gets_and_what_it_lost_is_all_there_was(steps, capacity):
    events = EventBroadcaster(capacity)
    subscriber, heard = events.subscribe(), []
    for publishes in steps:
        if publishes:
            events.publish("event")
        elif len(events):
            with contextlib.suppress(TimeoutError):
                heard.append(subscriber.get(0))
    heard += everything(subscriber)
    gaps = [event.lost for event in heard if isinstance(event, Lagged)]
    assert all(gaps) and heard.count("event") + sum(gaps) == sum(steps)


def test_a_day_of_traffic_leaves_memory_flat():
    done = subprocess.run(
        [sys.executable, "-m", "tests.bounded.programs.broadcaster_day"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    day = json.loads(done.stdout)
    assert round(day["hours"], 3) == 24 and day["published"] > 200_000
    assert (day["most_used"], day["used"]) == (day["limit"], 0)
    assert day["published"] == day["evicted"] + day["expired"]
    assert day["expired"] > 0 and day["evicted"] > 0
    assert (day["fast_got"], day["fast_lost"]) == (day["published"], 0)
    assert day["slow_got"] + day["slow_lost"] == day["published"] and day["slow_lost"] > 0
    # From the second hour on the same hour costs the same: one object kept per 500 events would be seen.
    for blocks in (day["blocks_full"][1:], day["blocks_empty"][1:]):
        assert max(blocks) - min(blocks) < 50 * len(blocks)
    assert max(day["rss_bytes"]) - day["rss_bytes"][1] < 2**21
