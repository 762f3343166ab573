"""Lets tasks of asyncio wait at a queue or a broadcaster that threads use at the same time.

Only the waiting is here: everything else is done on the queue or broadcaster itself, which never blocks
for longer than a step. Each wait belongs to the loop that runs it, so one adapter may serve several loops.
A task that is cancelled leaves nothing behind: no place in a line, no call that another should have got.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.broadcaster import BroadcasterClosed, Lagged, Subscriber
from mnemo_cli.bounded.gates import NOTHING, Gate, Nothing, Place
from mnemo_cli.bounded.queue import QueueEmpty, WorkQueue

T = TypeVar("T")


class TaskGate:
    """Opened from any thread; shut again once its task has passed."""

    __slots__ = ("_future", "_loop")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[None] = self._loop.create_future()

    def open(self) -> bool:
        try:
            self._loop.call_soon_threadsafe(self._let_pass)
        except RuntimeError:  # the loop is closed, and its tasks with it
            return False
        return True

    async def wait(self, timeout_seconds: float | None) -> bool:
        """Whether it was opened in time."""
        opened, _ = await asyncio.wait((self._future,), timeout=timeout_seconds)
        self._future = self._loop.create_future()
        return bool(opened)

    def _let_pass(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


class AsyncWorkQueue(Generic[T]):
    """put and get of a WorkQueue for tasks; `offer`, `close`, `drain` and the counters are on `queue`."""

    def __init__(self, queue: WorkQueue[T]) -> None:
        self.queue = queue

    async def put(self, item: T, *, priority: int = 0, timeout: float | None = None) -> None:
        """As WorkQueue.put. When cancelled it takes the item back, unless somebody has got it already."""
        amounts.patience(timeout)
        exchange = self.queue.exchange
        entry = exchange.put_now(item, priority)
        if entry is None:
            return
        gate = TaskGate()
        place = Place(entry, priority, gate)
        try:
            exchange.line_up(place)
            await gate.wait(timeout)
            exchange.settle(place, timeout)
        finally:
            exchange.withdraw(place)

    async def get(self, timeout: float | None = None) -> T:
        """As WorkQueue.get."""
        amounts.patience(timeout)
        item = await _wait_for(self.queue.exchange.take, self.queue.exchange.leave, timeout)
        if item is NOTHING:
            raise QueueEmpty(f"no work came within {timeout} s; wait longer, or see whether producers live")
        return item


class AsyncSubscriber(Generic[T]):
    """`async for event in AsyncSubscriber(broadcaster.subscribe()): …` until either is closed."""

    def __init__(self, subscriber: Subscriber[T]) -> None:
        self.subscriber = subscriber

    async def get(self, timeout: float | None = None) -> T | Lagged:
        """As Subscriber.get."""
        amounts.patience(timeout)
        event: T | Lagged | Nothing = await _wait_for(self.subscriber.read, self.subscriber.broadcaster.leave, timeout)
        if event is NOTHING:
            raise TimeoutError(f"no event came within {timeout} s; wait longer, or see whether anybody publishes")
        return event

    def close(self) -> None:
        self.subscriber.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T | Lagged:
        try:
            return await self.get()
        except BroadcasterClosed:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _wait_for(
    attempt: Callable[[Gate], T | Nothing], leave: Callable[[Gate], None], timeout_seconds: float | None
) -> T | Nothing:
    """As gates.wait_for, for a task."""
    found: T | Nothing = NOTHING
    loop = asyncio.get_running_loop()
    deadline = None if timeout_seconds is None else loop.time() + timeout_seconds
    gate = TaskGate()
    try:
        while (found := attempt(gate)) is NOTHING:
            if not await gate.wait(None if deadline is None else max(0.0, deadline - loop.time())):
                break
        return found
    finally:
        if found is NOTHING:
            leave(gate)
