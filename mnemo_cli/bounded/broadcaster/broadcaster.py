"""Events told to any number of subscribers: a ring of bounded size, where the oldest event goes first.

Publishing never waits, so a subscriber that is too slow misses events, and is told how many: once per
gap it gets `Lagged(lost)` in their place, then goes on with the oldest event that is still there. The
broadcaster knows no subscribers but those that wait: a forgotten one holds up nothing and keeps nothing.

Any number of threads may publish and read; `for_asyncio` lets tasks read. Like queue.Queue it must not
be used in a finalizer or a signal handler: its lock may be held there.
"""

import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Self, TypeAlias, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.broadcaster.subscriber import BroadcasterClosed, Lagged, Subscriber
from mnemo_cli.bounded.gates import NOTHING, Gate, Nothing
from mnemo_cli.bounded.report import Report, silent
from mnemo_cli.bounded.resources import Resources

T = TypeVar("T")
_Held: TypeAlias = tuple[float, int, T]  # published at, size in bytes, event
# Two would do to catch up with events that expire as fast as they came; more of them catch up sooner.
SWEPT_PER_PUBLISH = 8


class EventBroadcaster(Generic[T]):
    """The last `capacity` events of the last `ttl_seconds` and, with `limit_bytes`, no more bytes than that.

    sys.getsizeof counts an object without what it refers to: give a `size_of` that knows your events.
    Without either of the two the bytes are not counted as events come and go (that would double the cost
    of a publish), nor reported, but added up when asked for. Expired events go when somebody reads, and a
    few with each publish.
    """

    def __init__(
        self,
        capacity: int = 1000,
        ttl_seconds: float = 60.0,
        *,
        limit_bytes: int | None = None,
        size_of: Callable[[T], int] = sys.getsizeof,
        report: Report = silent,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = amounts.count(capacity, "capacity")
        self.ttl_seconds = amounts.lifetime(ttl_seconds, "ttl_seconds")
        self.limit_bytes = amounts.count_or_none(limit_bytes, "limit_bytes")
        self.evicted_total = 0
        self.expired_total = 0
        self._most_bytes = float("inf") if limit_bytes is None else limit_bytes
        self._size_of = None if limit_bytes is None and size_of is sys.getsizeof else size_of
        self._report, self._clock = report, clock
        self._lock = threading.RLock()
        self._held: deque[_Held[T]] = deque()
        self._used_bytes = 0
        # Nothing in the ring expires before that: events only become younger than those that were there.
        self._all_live_until = -math.inf
        self._next = 0
        self._waiting: list[Gate] = []
        self._closed = False
        report("limit", capacity)
        if limit_bytes is not None:
            report("limit_bytes", limit_bytes)

    @classmethod
    def of(cls, resources: Resources, *, report: Report = silent) -> Self:
        """As large and as lasting as the settings say."""
        return cls(resources.event_capacity, resources.event_ttl_seconds, report=report)

    def publish(self, event: T) -> int:
        """The event's number: 0 for the first, and so on."""
        size_bytes = 0 if self._size_of is None else amounts.size(self._size_of(event), event, self.limit_bytes)
        # `with` costs as much again as taking the lock. An interrupt (Ctrl-C) may come right after
        # either call, hence the except clause, which gives the lock back only if it is ours.
        lock = self._lock
        try:
            lock.acquire()
            if self._closed:
                raise BroadcasterClosed("the broadcaster is closed and takes no more events; make a new one")
            held, now = self._held, self._clock()
            entry = (now, size_bytes, event)
            # Names keep what is dropped until the lock is free: its finalizer may publish.
            if self._size_of is not None or now >= self._all_live_until:
                _dropped = self._make_room(size_bytes, now)
                self._all_live_until = (held[0][0] if held else now) + self.ttl_seconds
            elif len(held) >= self.limit:  # written out: the usual case of a ring
                _oldest = held.popleft()
                self.evicted_total += 1
                if self._report is not silent:
                    self._report("evicted_total", self.evicted_total)
            else:
                self._report("used", len(held) + 1)
            number = self._next
            self._next = number + 1
            held.append(entry)
            if self._waiting:
                self._wake()
            lock.release()
        except BaseException:
            try:  # noqa: SIM105 (suppress() is a function that a second interrupt may end at its first line)
                lock.release()
            except RuntimeError:
                pass
            raise
        return number

    def subscribe(self, *, replay: bool = False) -> Subscriber[T]:
        """Sees what is published from now on; with `replay` first what is still there."""
        with self._lock:
            if self._closed:
                raise BroadcasterClosed("the broadcaster is closed and has no more events; make a new one")
            return Subscriber(self, self._next - len(self._held) if replay else self._next)

    def close(self) -> None:
        """No new events: subscribers get what is left, and those that wait wake up."""
        with self._lock:
            self._closed = True
            self._wake()

    def shrink(self, fraction: float) -> int:
        """Drops what has expired and then this share of the rest, the oldest first; the bytes that freed."""
        amounts.share(fraction)
        with self._lock:
            held, used, used_bytes = self._held, len(self._held), self._used_bytes
            dropped = self._expire(self._clock(), used)
            dropped += self._evict(len(held) - math.ceil(len(held) * fraction), self._most_bytes)
            self._tell(len(held), used, used_bytes)
        return self._sum_bytes(dropped)

    def __len__(self) -> int:
        """Events that are kept; some of them may have expired since anybody looked."""
        return len(self._held)

    @property
    def used_bytes(self) -> int:
        if self._size_of is not None:
            return self._used_bytes
        with self._lock:
            held = tuple(self._held)
        return self._sum_bytes(held)

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def subscribers_waiting(self) -> int:
        return len(self._waiting)

    # What a Subscriber and an AsyncSubscriber do, each step whole under the lock.

    def read(self, subscriber: Subscriber[T], gate: Gate | None) -> T | Lagged | Nothing:
        """The event at the subscriber's cursor; or NOTHING, and then `gate` will be opened when there is news."""
        with self._lock:
            if subscriber.closed:
                raise BroadcasterClosed("this subscriber is closed; subscribe() gives a new one")
            held, now = self._held, self._clock()
            if held and held[0][0] <= now - self.ttl_seconds:
                used, used_bytes = len(held), self._used_bytes
                _dropped = self._expire(now, used)
                self._tell(len(held), used, used_bytes)
            cursor, oldest = subscriber.cursor, self._next - len(held)
            if cursor < oldest:
                subscriber.cursor = oldest
                return Lagged(oldest - cursor)
            if cursor < self._next:
                subscriber.cursor = cursor + 1
                return held[cursor - oldest][2]
            if self._closed:
                raise BroadcasterClosed("the broadcaster is closed and every event in it was read")
            if gate is not None:
                self._waiting.append(gate)
            return NOTHING

    def leave(self, gate: Gate) -> None:
        """The end of a subscriber's wait."""
        with self._lock:
            if gate in self._waiting:
                self._waiting.remove(gate)

    def close_subscriber(self, subscriber: Subscriber[T]) -> None:
        with self._lock:
            subscriber.closed = True
            self._wake()

    # What follows is done under the lock, and hands out what it dropped.

    def _make_room(self, size_bytes: int, now_seconds: float) -> list[_Held[T]]:
        """For an event of that size, which the counters have already."""
        used, used_bytes = len(self._held), self._used_bytes
        dropped = self._expire(now_seconds, SWEPT_PER_PUBLISH)
        dropped += self._evict(self.limit - 1, self._most_bytes - size_bytes)
        self._used_bytes += size_bytes
        self._tell(len(self._held) + 1, used, used_bytes)
        return dropped

    def _expire(self, now_seconds: float, most: int) -> list[_Held[T]]:
        """The oldest events whose time is over, `most` at most."""
        held = self._held
        dropped: list[_Held[T]] = []
        while most > len(dropped) and held and held[0][0] <= now_seconds - self.ttl_seconds:
            self._used_bytes -= held[0][1]
            dropped.append(held.popleft())
        if dropped:
            self.expired_total += len(dropped)
            self._report("expired_total", self.expired_total)
        return dropped

    def _evict(self, most: int, most_bytes: float) -> list[_Held[T]]:
        """The oldest events, until no more than that is left."""
        held = self._held
        dropped: list[_Held[T]] = []
        while held and (len(held) > most or self._used_bytes > most_bytes):
            self._used_bytes -= held[0][1]
            dropped.append(held.popleft())
        if dropped:
            self.evicted_total += len(dropped)
            self._report("evicted_total", self.evicted_total)
        return dropped

    def _tell(self, used: int, before: int, before_bytes: int) -> None:
        if used != before:
            self._report("used", used)
        if self._used_bytes != before_bytes:
            self._report("used_bytes", self._used_bytes)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for gate in waiting:
            gate.open()

    def _sum_bytes(self, held: Iterable[_Held[T]]) -> int:
        """Asks each event for its size where the sizes were not kept."""
        counted = self._size_of is not None
        return sum(size_bytes if counted else sys.getsizeof(event) for _, size_bytes, event in held)
