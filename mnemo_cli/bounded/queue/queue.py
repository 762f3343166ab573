"""Work that waits to be done, never more of it than a limit: a full queue makes the producer wait, or refuses.

Lower priorities come out first, as with queue.PriorityQueue and nice(1), and equals in the order in
which they came. Producers that wait are let in first come, first served: nobody overtakes them,
whatever the priority or size of what they bring; priorities order what is inside. So a large item
at the head of the line holds up small ones behind it, and `offer` refuses while anybody waits.

Any number of threads may use a queue; `for_asyncio` lets tasks share it with them. Like
queue.Queue it must not be used in a finalizer or a signal handler: its lock may be held there.
"""

import sys
import time
from collections.abc import Callable
from typing import Generic, Self, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.gates import NOTHING, Place, ThreadGate, wait_for
from mnemo_cli.bounded.queue.exchange import Exchange, QueueEmpty
from mnemo_cli.bounded.report import Report, silent
from mnemo_cli.bounded.resources import Resources

T = TypeVar("T")


class WorkQueue(Generic[T]):
    """At most `limit` items and, where `limit_bytes` is given, at most that many bytes as `size_of` counts them.

    sys.getsizeof counts an object without what it refers to: give a `size_of` that knows your items.
    Without either of the two the bytes are not counted as items come and go (that would cost half as much
    again), nor reported, but added up when asked for. `clock` measures how long producers were blocked;
    time-outs run in real time.
    """

    def __init__(
        self,
        limit: int = 10_000,
        *,
        limit_bytes: int | None = None,
        size_of: Callable[[T], int] = sys.getsizeof,
        report: Report = silent,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = amounts.count(limit, "limit")
        self.limit_bytes = amounts.count_or_none(limit_bytes, "limit_bytes")
        self._counts_bytes = limit_bytes is not None or size_of is not sys.getsizeof
        self.exchange: Exchange[T] = Exchange(
            limit, limit_bytes, size_of if self._counts_bytes else None, report, clock
        )
        report("limit", limit)
        if limit_bytes is not None:
            report("limit_bytes", limit_bytes)

    @classmethod
    def of(cls, resources: Resources, *, report: Report = silent) -> Self:
        """As large as the settings say."""
        return cls(resources.work_queue_limit, report=report)

    def put(self, item: T, *, priority: int = 0, timeout: float | None = None) -> None:
        """Waits for room (backpressure), `timeout` seconds at most, and then raises QueueFull.

        An exception while it waits, such as KeyboardInterrupt, takes the item back, unless somebody
        has got it already.
        """
        if timeout is not None:
            amounts.patience(timeout)
        entry = self.exchange.put_now(item, priority)
        if entry is None:
            return
        gate = ThreadGate()
        place = Place(entry, priority, gate)
        try:
            self.exchange.line_up(place)
            gate.wait(timeout)
            self.exchange.settle(place, timeout)
        finally:
            self.exchange.withdraw(place)

    def offer(self, item: T, priority: int = 0) -> bool:
        """False at once, and counted as rejected, when there is no room or somebody waits for it."""
        accepted = self.exchange.put_now(item, priority) is None
        if not accepted:
            self.exchange.reject()
        return accepted

    def get(self, timeout: float | None = None) -> T:
        """The next item, or QueueEmpty after `timeout` seconds; after close() what is left, then QueueClosed."""
        if timeout is not None:
            amounts.patience(timeout)
        item = self.exchange.take(None)
        if item is NOTHING:
            item = wait_for(self.exchange.take, self.exchange.leave, timeout)
        if item is NOTHING:
            raise QueueEmpty(f"no work came within {timeout} s; wait longer, or see whether producers live")
        return item

    def close(self) -> None:
        """No new work: those who wait to put get QueueClosed; getters get what is left first."""
        self.exchange.close()

    def drain(self) -> tuple[T, ...]:
        """Closes, and takes out all that is left, in order: what is to be saved for the next run."""
        self.exchange.close()
        return self.exchange.take_all()

    def shrink(self, fraction: float) -> int:
        """0: work that was accepted is never dropped, and storage is given back as items leave.

        To make a queue smaller hold its producers back, or drain() it and save what comes out.
        """
        amounts.share(fraction)
        return 0

    def __len__(self) -> int:
        return len(self.exchange)

    @property
    def used_bytes(self) -> int:
        return self.exchange.used_bytes if self._counts_bytes else sum(map(sys.getsizeof, self.exchange.items()))

    @property
    def rejected_total(self) -> int:
        """Items refused for want of room: by `offer`, and by `put` after its time-out."""
        return self.exchange.rejected_total

    @property
    def blocked_seconds_total(self) -> float:
        """How long producers waited for room, those that still wait not counted."""
        return self.exchange.blocked_seconds_total

    @property
    def closed(self) -> bool:
        return self.exchange.closed

    @property
    def producers_waiting(self) -> int:
        return len(self.exchange.producers)

    @property
    def consumers_waiting(self) -> int:
        return len(self.exchange.consumers)
