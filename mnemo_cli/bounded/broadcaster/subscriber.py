"""Reads the events of a broadcaster, each reader at its own pace; what it missed it is told."""

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.gates import NOTHING, Gate, Nothing, wait_for

if TYPE_CHECKING:
    from mnemo_cli.bounded.broadcaster import EventBroadcaster

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lagged:
    """This many events were gone, out of the ring or expired, before the subscriber came for them."""

    lost: int


class BroadcasterClosed(RuntimeError):
    """No event will come any more; for publish: nobody would get it."""


class Subscriber(Generic[T]):
    """Gets every event in order, or `Lagged` where some are missing: `for event in subscriber: …` until close().

    Threads that share one share its events. `EventBroadcaster.subscribe` makes it.
    """

    def __init__(self, broadcaster: "EventBroadcaster[T]", cursor: int) -> None:
        self.broadcaster = broadcaster
        self.cursor = cursor
        self.closed = False

    def get(self, timeout: float | None = None) -> T | Lagged:
        """Waits for the next event, `timeout` seconds at most, and then raises TimeoutError."""
        if timeout is not None:
            amounts.patience(timeout)
        event = self.broadcaster.read(self, None)
        if event is NOTHING:
            event = wait_for(self.read, self.broadcaster.leave, timeout)
        if event is NOTHING:
            raise TimeoutError(f"no event came within {timeout} s; wait longer, or see whether anybody publishes")
        return event

    def read(self, gate: Gate) -> T | Lagged | Nothing:
        """One step of get(), without the wait."""
        return self.broadcaster.read(self, gate)

    def close(self) -> None:
        """Whoever waits in it gets BroadcasterClosed; an iteration ends."""
        self.broadcaster.close_subscriber(self)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T | Lagged:
        try:
            return self.get()
        except BroadcasterClosed:
            raise StopIteration from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
