"""Where a thread stands until a component lets it go on; the gate for a task of asyncio is in `for_asyncio`."""

import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Final, Generic, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
Entry: TypeAlias = tuple[int, T]  # size in bytes, item


class Nothing(Enum):
    """There is nothing to take yet (None may be somebody's item)."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING


class Gate(Protocol):
    """One waiter's own; whoever opens it has first taken it out of the line, so that it is opened once."""

    def open(self) -> bool:
        """Lets the waiter go on; False when it can no longer be reached. Called under the component's lock."""
        ...


class ThreadGate:
    """Shut again once somebody has passed."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def open(self) -> bool:
        self._lock.release()
        return True

    def wait(self, timeout_seconds: float | None) -> bool:
        """Whether it was opened in time."""
        return self._lock.acquire(timeout=-1 if timeout_seconds is None else timeout_seconds)


def wait_for(
    attempt: Callable[[Gate], T | Nothing], leave: Callable[[Gate], None], timeout_seconds: float | None
) -> T | Nothing:
    """What `attempt` finds, now or when its gate has been opened; NOTHING when the time is up."""
    found: T | Nothing = NOTHING
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    gate = ThreadGate()
    try:
        while (found := attempt(gate)) is NOTHING:
            if not gate.wait(None if deadline is None else max(0.0, deadline - time.monotonic())):
                break
        return found
    finally:
        if found is NOTHING:
            leave(gate)


class Standing(Enum):
    """How a producer's wait goes."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    OVER = "over"


class Place(Generic[T]):
    """A producer's place in the line."""

    __slots__ = ("entry", "gate", "priority", "since_seconds", "standing")

    def __init__(self, entry: Entry[T], priority: int, gate: Gate) -> None:
        self.entry, self.priority, self.gate = entry, priority, gate
        self.since_seconds = 0.0
        self.standing = Standing.OVER
