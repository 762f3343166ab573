"""Any sequence of calls on a work queue, and any order in which its waiters may run, against a simple model."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from mnemo_cli.bounded.gates import NOTHING, Place, Standing
from mnemo_cli.bounded.queue import QueueClosed, QueueEmpty, QueueFull, WorkQueue
from mnemo_cli.bounded.queue.exchange import Exchange
from tests.examples import FEW_RUNS

PRIORITIES = st.sampled_from([0, 0, 0, -1, 2, 7])
SIZES = st.integers(0, 12)


class Item:
    def __init__(self, size_bytes):
        self.size_bytes = size_bytes


class Model:
    """A list sorted by priority; sorting keeps the order of equals."""

    def __init__(self, limit, limit_bytes):
        self.limit, self.limit_bytes, self.content = limit, limit_bytes, []

    @property
    def used_bytes(self):
        return sum(item.size_bytes for _, item in self.content)

    def fits(self, item):
        return len(self.content) < self.limit and (
            self.limit_bytes is None or self.used_bytes + item.size_bytes <= self.limit_bytes
        )

    def put(self, item, priority):
        self.content.append((priority, item))
        self.content.sort(key=lambda entry: entry[0])

    def take(self):
        return self.content.pop(0)[1]


class OneThread(RuleBasedStateMachine):
    """What a single thread sees: nothing ever waits."""

    @initialize(limit=st.integers(1, 5), limit_bytes=st.none() | st.integers(12, 30))
    def make(self, limit, limit_bytes):
        self.told = {"used": 0, "used_bytes": 0, "rejected_total": 0}
        self.work = WorkQueue(
            limit, limit_bytes=limit_bytes, size_of=lambda item: item.size_bytes, report=self.told.__setitem__
        )
        self.model, self.rejected, self.closed = Model(limit, limit_bytes), 0, False

    @rule(size_bytes=SIZES, priority=PRIORITIES, offer=st.booleans())
    def put(self, size_bytes, priority, offer):
        item, fits = Item(size_bytes), self.model.fits(Item(size_bytes))
        try:
            if offer:
                accepted = self.work.offer(item, priority)
            else:
                accepted = self.work.put(item, priority=priority, timeout=0) is None
        except QueueFull:
            accepted = False
        except QueueClosed:
            assert self.closed
            return
        assert accepted == fits and not self.closed
        if accepted:
            self.model.put(item, priority)
        self.rejected += not accepted

    @rule()
    def get(self):
        try:
            item = self.work.get(0)
        except (QueueEmpty, QueueClosed) as error:
            assert not self.model.content and isinstance(error, QueueClosed) == self.closed
        else:
            assert item is self.model.take()

    @rule(fraction=st.floats(0, 1))
    def shrink(self, fraction):
        assert self.work.shrink(fraction) == 0

    @precondition(lambda self: len(self.model.content) > 2)
    @rule(drain=st.booleans())
    def close(self, drain):
        self.closed = True
        if drain:
            assert list(self.work.drain()) == [item for _, item in self.model.content]
            self.model.content.clear()
        else:
            self.work.close()

    @invariant()
    def counters_agree(self):
        assert len(self.work) == self.told["used"] == len(self.model.content)
        assert self.work.used_bytes == self.told["used_bytes"] == self.model.used_bytes
        assert self.work.rejected_total == self.told["rejected_total"] == self.rejected


class NotedGate:
    """Notes that it was opened; whether its waiter ever runs is for the machine to choose."""

    def __init__(self, reachable=True):
        self.opened, self.reachable = False, reachable

    def open(self):
        assert not self.opened, "opened twice"
        self.opened = self.reachable
        return self.reachable


class ManyWaiters(RuleBasedStateMachine):
    """Waiters stop and run again at the steps of the exchange, in every order; those of a dead loop never do."""

    producers = Bundle("producers")
    consumers = Bundle("consumers")

    @initialize(limit=st.integers(1, 3), limit_bytes=st.none() | st.integers(12, 20))
    def make(self, limit, limit_bytes):
        self.told, self.now = {"used": 0, "used_bytes": 0, "blocked_seconds_total": 0}, 0
        self.exchange = Exchange(
            limit, limit_bytes, lambda item: item.size_bytes, self.told.__setitem__, lambda: self.now
        )
        self.model, self.line, self.blocked = Model(limit, limit_bytes), [], 0
        self.waiting = []

    def let_in(self):
        while self.line and self.model.fits(self.line[0].entry[1]):
            self.out_of_line(self.line[0])

    def out_of_line(self, place, accepted=True):
        self.line.remove(place)
        self.blocked += self.now - place.since_seconds
        if accepted and place.gate.reachable:
            self.model.put(place.entry[1], place.priority)

    @rule(seconds=st.integers(1, 3))
    def time_goes_by(self, seconds):
        self.now += seconds

    @rule(target=producers, size_bytes=SIZES, priority=PRIORITIES, reachable=st.sampled_from([True, True, True, False]))
    def put(self, size_bytes, priority, reachable):
        item = Item(size_bytes)
        entry = self.exchange.put_now(item, priority)
        assert (entry is None) == (not self.line and self.model.fits(item))
        if entry is None:
            self.model.put(item, priority)
            return multiple()
        place = Place(entry, priority, NotedGate(reachable))
        self.exchange.line_up(place)
        self.line.append(place)
        return place

    @rule(place=consumes(producers))
    def producer_ends_its_wait(self, place):
        """When its gate was opened, or its time is up."""
        accepted = place not in self.line
        try:
            self.exchange.settle(place, 1.0)
            assert accepted
        except QueueFull:
            assert not accepted
            self.out_of_line(place, accepted=False)
            self.let_in()
        self.exchange.withdraw(place)
        assert place.standing is Standing.OVER

    @rule(place=consumes(producers))
    def producer_is_interrupted(self, place):
        if place in self.line:
            self.out_of_line(place, accepted=False)
        self.model.content = [entry for entry in self.model.content if entry[1] is not place.entry[1]]
        self.exchange.withdraw(place)
        self.exchange.withdraw(place)
        self.let_in()

    @rule(target=consumers, reachable=st.sampled_from([True, True, False]))
    def get(self, reachable):
        gate = NotedGate(reachable)
        return multiple() if self.take(gate) else gate

    @rule(target=consumers, gate=consumes(consumers))
    def consumer_runs(self, gate):
        if not gate.opened:
            return gate
        gate.opened = False
        return multiple() if self.take(gate) else gate

    def take(self, gate):
        item = self.exchange.take(gate)
        assert (item is NOTHING) == (not self.model.content)
        if item is NOTHING:
            if gate not in self.waiting:
                self.waiting.append(gate)
            return False
        assert item is self.model.take()
        self.let_in()
        if gate in self.waiting:
            self.waiting.remove(gate)
        return True

    @rule(gate=consumes(consumers))
    def consumer_gives_up(self, gate):
        self.waiting.remove(gate)
        self.exchange.leave(gate)

    @invariant()
    def the_line_is_first_come_first_served(self):
        assert list(self.exchange.producers) == self.line
        assert all(place.standing is Standing.WAITING for place in self.line)

    @invariant()
    def no_call_is_lost(self):
        """No consumer sleeps while there is more work than others were called for."""
        asleep = [gate for gate in self.waiting if gate.reachable and not gate.opened]
        called = sum(gate.opened for gate in self.waiting)
        assert not asleep or len(self.exchange) <= called

    @invariant()
    def counters_agree(self):
        assert len(self.exchange) == self.told["used"] == len(self.model.content)
        assert self.exchange.used_bytes == self.told["used_bytes"] == self.model.used_bytes
        assert self.exchange.blocked_seconds_total == self.told["blocked_seconds_total"] == self.blocked


def test_work_of_a_producer_that_is_let_in_calls_a_consumer_that_sleeps():
    """The machine would need luck: two asleep, one called, and it runs only when a producer waits."""
    exchange = Exchange(1, None, None, lambda counter, value: None, lambda: 0.0)
    first, second = NotedGate(), NotedGate()
    assert exchange.take(first) is exchange.take(second) is NOTHING
    assert exchange.put_now("a", 0) is None
    exchange.line_up(Place(exchange.put_now("b", 0), 0, NotedGate()))
    assert (first.opened, second.opened) == (True, False)
    assert exchange.take(first) == "a"
    assert second.opened and exchange.take(second) == "b"


TestOneThread = OneThread.TestCase
TestManyWaiters = ManyWaiters.TestCase
TestOneThread.settings = settings(max_examples=FEW_RUNS, stateful_step_count=40)
TestManyWaiters.settings = settings(max_examples=FEW_RUNS, stateful_step_count=60)
