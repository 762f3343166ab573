"""Tells of a SQLAlchemy pool what a pool of ours tells of itself: how many connections are lent, of how many.

Nothing is limited here: the pool is SQLAlchemy's, followed by its public events. Only `_max_overflow`
is not public. SQLAlchemy is no dependency: its module for events is imported when a pool is handed in.
"""

import importlib
import threading
from collections.abc import Callable
from typing import Protocol

from mnemo_cli.bounded.report import Report
from mnemo_cli.model import UNLIMITED, Limit


class Pool(Protocol):
    """As much of sqlalchemy.pool.Pool as every kind of it has."""

    def connect(self) -> object: ...
    def status(self) -> str: ...


class Engine(Protocol):
    """An engine of SQLAlchemy, whose pool is wanted."""

    @property
    def pool(self) -> Pool: ...


class AsyncEngine(Protocol):
    """Likewise for asyncio."""

    @property
    def sync_engine(self) -> Engine: ...


def track_sqlalchemy_pool(source: Pool | Engine | AsyncEngine, report: Report) -> "TrackedPool":
    """Tells `used` from now on, and `limit` once; TypeError for anything but a pool or an engine.

    A pool without a limit (max_overflow=-1, NullPool) or with one that it does not tell has none
    told: a component that shows a size without a limit is what `mnemo limits check` finds.
    """
    engine: object = getattr(source, "sync_engine", source)
    pool: object = getattr(engine, "pool", engine)
    if not hasattr(pool, "dispatch") or not callable(getattr(pool, "connect", None)):
        raise TypeError(
            f"a {type(source).__name__} is no pool and no engine of SQLAlchemy; pass what create_engine gave"
        )
    return TrackedPool(pool, report)


class TrackedPool:
    """Follows one pool, and those that take its place after engine.dispose(), until close().

    A pool that does not tell how many are out already (NullPool) is counted from 0.
    """

    def __init__(self, pool: object, report: Report) -> None:
        self.limit = _limit_of(pool)
        self._pool, self._report = pool, report
        # SQLAlchemy gives lost connections back from the garbage collector, which may interrupt us.
        self._lock = threading.RLock()
        self._out: set[object] = set()
        before = _count_of(pool, "checkedout")
        self._out_before = 0 if before is None else before
        self._told = -1
        self._events = importlib.import_module("sqlalchemy.event")
        self._listeners: dict[str, Callable[..., None]] = {
            "checkout": self._went_out,
            "checkin": self._came_back,
            "detach": self._came_back,
        }
        if isinstance(self.limit, int):
            report("limit", self.limit)
        self._tell()
        for name, listener in self._listeners.items():
            self._events.listen(pool, name, listener)

    @property
    def used(self) -> int:
        """Connections checked out."""
        return self._out_before + len(self._out)

    def close(self) -> None:
        """Stops listening; a second time does nothing."""
        with self._lock:
            listeners, self._listeners = self._listeners, {}
        for name, listener in listeners.items():
            self._events.remove(self._pool, name, listener)

    def _went_out(self, connection: object, record: object, fairy: object) -> None:
        # A connection that turns out to be dead is replaced in its record, and the event comes again.
        with self._lock:
            self._out.add(record)
            self._tell()

    def _came_back(self, connection: object, record: object) -> None:
        with self._lock:
            if record in self._out:
                self._out.discard(record)
            elif self._out_before:
                self._out_before -= 1
            self._tell()

    def _tell(self) -> None:
        while self._told != self.used:
            self._told = self.used
            self._report("used", self._told)


def _limit_of(pool: object) -> Limit | None:
    """None when it does not tell."""
    kept = _count_of(pool, "size")
    overflow = getattr(pool, "_max_overflow", None)
    if kept is None or not isinstance(overflow, int):
        return None
    # A size of 0 is unlimited too, and SQLAlchemy then sets its overflow to −1.
    return UNLIMITED if overflow < 0 else kept + overflow


def _count_of(pool: object, name: str) -> int | None:
    method = getattr(pool, name, None)
    count = method() if callable(method) else None
    return count if isinstance(count, int) else None
