"""A place where nothing really runs: attempts end when and how a test says, deterministically.

Its world outlives it, as processes and exit records outlive a supervisor: make another Fake of the
same world to see what a crash leaves behind.
"""

from collections.abc import Callable, Mapping, Sequence

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.engine import Capacity, EngineEvent, Finished, Lost, Order, Started
from mnemo_cli.orchestrate.job import Ended, Identity, Key
from mnemo_cli.orchestrate.worker import Worker


class World:
    """What goes on without any supervisor: attempts that run, frozen ones, and the records of those that ended."""

    def __init__(self) -> None:
        self.running: dict[Key, Order] = {}
        self.frozen: set[Key] = set()
        self.records: dict[Key, Ended] = {}
        self.starts: list[Key] = []
        self.used_bytes: dict[Key, int] = {}
        self.news: Callable[[EngineEvent], None] = lambda event: None

    def begin(self, order: Order) -> None:
        self.starts.append(order.key)
        self.running[order.key] = order
        self.news(Started(order.key, _identity(order.key)))

    def end(self, key: Key, ended: Ended) -> None:
        """The attempt ends; its record is written before anybody is told."""
        self._forget(key)
        self.records[key] = ended
        self.news(Finished(key, ended))

    def vanish(self, key: Key) -> None:
        """The attempt is gone without a record."""
        self._forget(key)
        self.news(Lost(key, "nobody saw it end"))

    def _forget(self, key: Key) -> None:
        del self.running[key]
        self.frozen.discard(key)
        self.used_bytes.pop(key, None)


class Fake:
    """One supervisor's view of a world. Attempts that are stopped end at once, by the signal."""

    descriptor = -1

    def __init__(self, world: World, *, slots: int) -> None:
        self._world = world
        self._events: list[EngineEvent] = []
        world.news = self._events.append
        self.capacity = Capacity(slots=slots, enforcement="none", can_freeze=True)

    def start(self, orders: Sequence[Order]) -> None:
        for order in orders:
            if order.key in self._world.starts:
                raise EngineError(f"attempt {order.key.number} of job {order.key.job} was started before")
            self._world.begin(order)

    def events(self) -> tuple[EngineEvent, ...]:
        taken = tuple(self._events)
        self._events.clear()
        return taken

    def workers(self) -> Sequence[Worker]:
        return ()

    def use(self) -> Mapping[Key, int]:
        return dict(self._world.used_bytes)

    def finding(self, key: Key) -> None:
        """The machine is ours: who asks looks for himself."""
        return

    def pause(self, key: Key) -> bool:
        if key in self._world.running:
            self._world.frozen.add(key)
        return key in self._world.running

    def resume(self, key: Key) -> None:
        self._world.frozen.discard(key)

    def stop(self, key: Key, *, grace_seconds: float) -> None:
        if key in self._world.running:
            self._world.end(key, Ended(status=-15 if grace_seconds else -9, seconds=0.0))

    def recover(self, attempts: Mapping[Key, Identity | None]) -> tuple[EngineEvent, ...]:
        return tuple(map(self._recovered, attempts))

    def close(self, *, is_noted: bool = True) -> None:
        self._world.frozen.clear()
        self._world.news = lambda event: None

    def _recovered(self, key: Key) -> EngineEvent:
        if key in self._world.records:
            return Finished(key, self._world.records[key])
        return Started(key, _identity(key)) if key in self._world.running else Lost(key, "it never began")


def _identity(key: Key) -> Identity:
    return Identity(pid=1, started=key.number, boot_id="fake")
