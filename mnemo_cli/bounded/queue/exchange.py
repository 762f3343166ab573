"""Where the producers and consumers of a queue meet: every step is whole under one lock, and none of them waits.

`queue` (threads) and `for_asyncio` (tasks) make put and get of these steps and wait between them. An
item that fits goes in at once; else its producer gets a place in the line, and whoever makes room puts
the item for the first in the line. A consumer is only called, and takes what is next when it runs: one
that was called and never comes has taken nothing.
"""

import heapq
import itertools
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.gates import NOTHING, Entry, Gate, Nothing, Place, Standing
from mnemo_cli.bounded.report import Report

T = TypeVar("T")
SizeOf: TypeAlias = Callable[[T], int]
Clock: TypeAlias = Callable[[], float]


class QueueFull(queue.Full):
    """There was no room in time; the item was not put."""


class QueueEmpty(queue.Empty):
    """There was no item in time."""


class QueueClosed(RuntimeError):
    """The queue takes no more work; for a getter also: nothing is left."""


class Exchange(Generic[T]):
    """The state of a queue, and the steps that change it."""

    def __init__(
        self, limit: int, limit_bytes: int | None, size_of: SizeOf[T] | None, report: Report, clock: Clock
    ) -> None:
        self.used_bytes = 0
        self.producers: deque[Place[T]] = deque()
        self.consumers: deque[Gate] = deque()
        self.closed = False
        self.rejected_total = 0
        self.blocked_seconds_total = 0.0
        self._limit, self._limit_bytes = limit, limit_bytes
        self._most_bytes = float("inf") if limit_bytes is None else limit_bytes
        self._size_of, self._report, self._clock = size_of, report, clock
        self._lock = threading.Lock()
        # Priority 0 is the usual one: a deque costs a tenth of a heap.
        self._usual: deque[Entry[T]] = deque()
        self._ranked: list[tuple[int, int, Entry[T]]] = []
        self._arrivals = itertools.count()

    def __len__(self) -> int:
        with self._lock:
            return self._used()

    def put_now(self, item: T, priority: int) -> Entry[T] | None:
        """None when it is in; or nothing is changed, and this is the entry to line up with."""
        if type(priority) is not int:
            raise ValueError(f"priority is {priority!r}; give a whole number, lower ones come out first")
        size_bytes = 0 if self._size_of is None else amounts.size(self._size_of(item), item, self._limit_bytes)
        entry = (size_bytes, item)
        with self._lock:  # here and in take _tell and the usual case are written out: each call counts
            if self.closed:
                raise QueueClosed("the queue is closed and takes no more work")
            used = len(self._usual) + len(self._ranked) if self._ranked else len(self._usual)
            if used >= self._limit or self.producers:
                return entry
            if size_bytes:
                if self.used_bytes + size_bytes > self._most_bytes:
                    return entry
                self.used_bytes += size_bytes
                self._report("used_bytes", self.used_bytes)
            if priority:
                self._insert(entry, priority)
            else:
                self._usual.append(entry)
            self._report("used", used + 1)
            if self.consumers:
                self._call_consumer()
        return None

    def reject(self) -> None:
        with self._lock:
            self._count_rejection()

    def line_up(self, place: Place[T]) -> None:
        """Last in the line; there may be room by now."""
        with self._lock:
            place.since_seconds = self._clock()
            place.standing = Standing.WAITING
            if self.closed:
                self._let_go(place, Standing.CLOSED)
            else:
                self.producers.append(place)
                self._let_in(self._used(), self.used_bytes)

    def settle(self, place: Place[T], timeout_seconds: float | None) -> None:
        """The end of a wait: the item is in, or the reason why not."""
        if place.standing is Standing.ACCEPTED:  # nobody else changes that
            place.standing = Standing.OVER
            return
        with self._lock:
            standing = place.standing
            if standing is Standing.WAITING:
                self._step_out(place)
                self._count_rejection()
            place.standing = Standing.OVER
        if standing is Standing.CLOSED:
            raise QueueClosed("the queue was closed before there was room; the item was not put")
        if standing is Standing.WAITING:
            limits = f"{self._limit:,} items" + (f" and {self._limit_bytes:,} bytes" if self._limit_bytes else "")
            raise QueueFull(
                f"no room within {timeout_seconds} s in a queue of {limits}; "
                "wait longer, add consumers, or do without the item"
            )

    def withdraw(self, place: Place[T]) -> None:
        """After a wait that was broken off: as if the item had never been put, unless somebody has it already."""
        if place.standing is Standing.OVER:
            return
        with self._lock:
            if place.standing is Standing.WAITING:
                self._step_out(place)
            elif place.standing is Standing.ACCEPTED:
                self._remove(place.entry)
            place.standing = Standing.OVER

    def take(self, gate: Gate | None) -> T | Nothing:
        """An item; or NOTHING, and then `gate` stands in the line."""
        with self._lock:
            used = len(self._usual) + len(self._ranked) if self._ranked else len(self._usual)
            if used:
                size_bytes, item = self._pop_ranked() if self._ranked else self._usual.popleft()
                self.used_bytes -= size_bytes
                if self.producers:
                    self._let_in(used, self.used_bytes + size_bytes)
                    return item
                if size_bytes:
                    self._report("used_bytes", self.used_bytes)
                self._report("used", used - 1)
                return item
            if self.closed:
                raise QueueClosed("the queue is closed and nothing is left in it")
            if gate is not None:
                self.consumers.append(gate)
            return NOTHING

    def leave(self, gate: Gate) -> None:
        """The end of a consumer's wait; one that was called and took nothing passes the call on."""
        with self._lock:
            if gate in self.consumers:
                self.consumers.remove(gate)
            elif self._used():
                self._call_consumer()

    def close(self) -> None:
        with self._lock:
            self.closed = True
            while self.producers:
                self._let_go(self.producers.popleft(), Standing.CLOSED)
            while self.consumers:
                self.consumers.popleft().open()

    def items(self) -> tuple[T, ...]:
        """What is in it now, in no order."""
        with self._lock:
            return tuple(item for _, item in (*self._usual, *(ranked[2] for ranked in self._ranked)))

    def take_all(self) -> tuple[T, ...]:
        """All that is left in a closed queue, in order."""
        with self._lock:
            before, before_bytes = self._used(), self.used_bytes
            items = tuple((self._pop_ranked() if self._ranked else self._usual.popleft())[1] for _ in range(before))
            self.used_bytes = 0
            self._tell(before, before_bytes)
            return items

    # What follows is done under the lock.

    def _used(self) -> int:
        return len(self._usual) + len(self._ranked)

    def _pop_ranked(self) -> Entry[T]:
        """The next one while there are priorities other than 0."""
        return heapq.heappop(self._ranked)[2] if self._ranked[0][0] < 0 or not self._usual else self._usual.popleft()

    def _call_consumer(self) -> None:
        """One is enough for one item."""
        while self.consumers and not self.consumers.popleft().open():
            pass

    def _let_in(self, before: int, before_bytes: int) -> None:
        """Puts for the producers at the head of the line while there is room."""
        while self.producers and self._used() < self._limit:
            place = self.producers[0]
            if self.used_bytes + place.entry[0] > self._most_bytes:
                break
            self.producers.popleft()
            if self._let_go(place, Standing.ACCEPTED):
                self.used_bytes += place.entry[0]
                self._insert(place.entry, place.priority)
                self._call_consumer()
        self._tell(before, before_bytes)

    def _insert(self, entry: Entry[T], priority: int) -> None:
        if priority:
            heapq.heappush(self._ranked, (priority, next(self._arrivals), entry))
        else:
            self._usual.append(entry)

    def _step_out(self, place: Place[T]) -> None:
        """Out of the line; who stands behind may fit where this one did not."""
        if place in self.producers:
            self.producers.remove(place)
        self._count_wait(place)
        self._let_in(self._used(), self.used_bytes)

    def _remove(self, entry: Entry[T]) -> None:
        """Takes back what was put, if it is still there. By identity: `==` would run the program's code."""
        before, before_bytes = self._used(), self.used_bytes
        self._usual = deque(one for one in self._usual if one is not entry)
        self._ranked = [one for one in self._ranked if one[2] is not entry]
        heapq.heapify(self._ranked)
        self.used_bytes -= entry[0] * (before - self._used())
        self._let_in(before, before_bytes)

    def _let_go(self, place: Place[T], standing: Standing) -> bool:
        place.standing = standing
        self._count_wait(place)
        return place.gate.open()

    def _count_wait(self, place: Place[T]) -> None:
        waited_seconds = self._clock() - place.since_seconds
        if waited_seconds > 0:
            self.blocked_seconds_total += waited_seconds
            self._report("blocked_seconds_total", self.blocked_seconds_total)

    def _count_rejection(self) -> None:
        self.rejected_total += 1
        self._report("rejected_total", self.rejected_total)

    def _tell(self, before: int, before_bytes: int) -> None:
        if self.used_bytes != before_bytes:
            self._report("used_bytes", self.used_bytes)
        if self._used() != before:
            self._report("used", self._used())
