"""A small service as others write it: five bounded components, threads that work on them, and a guard's hooks.

What grows without a bound in it are sessions, blocks of memory that clients hold; the script says how many.
"""

import contextlib
import itertools
import mmap
import sqlite3
import threading
import time
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from mnemo_cli.bounded.broadcaster import BroadcasterClosed, EventBroadcaster
from mnemo_cli.bounded.embeddings import EmbeddingsCache
from mnemo_cli.bounded.history import OperationHistory
from mnemo_cli.bounded.pool import ConnectionPool, PoolClosed
from mnemo_cli.bounded.queue import QueueClosed, QueueEmpty, QueueFull, WorkQueue
from mnemo_cli.degrade.caches import Shrinkable
from mnemo_cli.degrade.guard import NotAccepting
from mnemo_cli.degrade.guard.guard import Guard
from mnemo_cli.orchestrate.demo.script import SLOW_REQUEST_AT_RATIO, chunks_to_hold, wanted_ratio
from mnemo_cli.tracker import MemoryTracker

_DIMENSIONS = 768
_ROW_BYTES = _DIMENSIONS * 4
_QUEUE_LIMIT, _EVENT_LIMIT, _HISTORY_LIMIT, _POOL_LIMIT = 500, 1000, 1000, 10
_WORKERS = 2
# A sixteenth of the limit is a cache that is worth shrinking, and leaves the sessions the most of it.
_CACHE_SHARE = 16
_CHUNKS = 256
_WAIT_SECONDS = 0.05
_WORK_SECONDS = 0.004


class Demo:
    """Runs in threads of its own between `start` and `end`; a Guard is told of its components and hooks."""

    def __init__(self, folder: Path, tracker: MemoryTracker, *, limit_bytes: int, seconds: float) -> None:
        self.done = self.saved = 0
        self._limit_bytes, self._seconds = limit_bytes, seconds
        self._chunk_bytes = max(mmap.PAGESIZE, limit_bytes // _CHUNKS // mmap.PAGESIZE * mmap.PAGESIZE)
        self._sessions: list[mmap.mmap] = []
        self._over, self._may_index = threading.Event(), threading.Event()
        self._may_index.set()
        self._threads: list[threading.Thread] = []
        self._began_seconds = 0.0
        self._vector = array("f", range(_DIMENSIONS))
        self._queue: WorkQueue[int] = WorkQueue(_QUEUE_LIMIT, report=tracker.component("work_queue"))
        self._events: EventBroadcaster[str] = EventBroadcaster(_EVENT_LIMIT, report=tracker.component("event_queue"))
        self._cache: EmbeddingsCache[int] = EmbeddingsCache(
            max(1, limit_bytes // _CACHE_SHARE // _ROW_BYTES),
            _DIMENSIONS,
            backing="array",  # numpy alone takes more memory than this whole service
            report=tracker.component("embeddings_cache"),
        )
        self._history: OperationHistory[int, int] = OperationHistory(
            _HISTORY_LIMIT,
            fold=lambda total, operations: total + len(operations),
            snapshot=0,
            report=tracker.component("operation_history"),
        )
        self._pool: ConnectionPool[sqlite3.Connection] = ConnectionPool(
            lambda: _connected(folder / "demo.db"), _POOL_LIMIT, report=tracker.component("db_connections")
        )

    @property
    def components(self) -> Sequence[Shrinkable]:
        return (self._cache, self._history, self._events, self._queue, self._pool)

    @property
    def elapsed_ratio(self) -> float:
        return (time.monotonic() - self._began_seconds) / self._seconds

    def start(self, guard: Guard) -> None:
        """Everything begins to work, under this guard."""
        self._began_seconds = time.monotonic()
        works: list[Callable[[Guard], None]] = [
            self._produce, *[self._work] * _WORKERS, self._listen, self._index, self._hold_sessions, self._answer_slowly
        ]  # fmt: skip
        for work in works:
            name = f"mnemo demo {work.__name__.strip('_')}"
            self._threads.append(threading.Thread(target=work, args=(guard,), name=name, daemon=True))
            self._threads[-1].start()

    def end(self) -> None:
        """Every thread has ended, and nothing is held."""
        self._over.set()
        self._may_index.set()
        self.close()
        for thread in self._threads:
            thread.join()
        for session in self._sessions:
            session.close()
        self._sessions.clear()

    # the guard's hooks

    def pause(self) -> None:
        self._may_index.clear()

    def resume(self) -> None:
        self._may_index.set()

    def save(self) -> None:
        """What was accepted and not done yet is there for the next run."""
        left = self._queue.drain()
        with self._pool.connection() as connection, connection:
            connection.executemany("INSERT INTO left_over VALUES (?)", [(item,) for item in left])
        self.saved = len(left)

    def close(self) -> None:
        self._queue.close()
        self._events.close()
        self._pool.close(wait_seconds=1.0)

    # the load

    def _produce(self, guard: Guard) -> None:
        """Faster than the workers: the queue fills, and then this waits."""
        for item in itertools.count():
            while guard.accepting() and not self._over.is_set():
                try:
                    self._queue.put(item, timeout=_WAIT_SECONDS)
                    break
                except QueueFull:
                    continue
                except QueueClosed:
                    return
            else:
                return

    def _work(self, guard: Guard) -> None:
        while not self._over.is_set():
            try:
                # Taken inside the block: an item is never between the queue and the work that a drain waits for.
                with guard.work():
                    self._serve(self._queue.get(timeout=_WAIT_SECONDS))
            except QueueEmpty:
                continue
            except (NotAccepting, QueueClosed, PoolClosed):
                return

    def _serve(self, item: int) -> None:
        self._over.wait(_WORK_SECONDS)
        if self._cache.get(item) is None:
            self._cache.put(item, self._vector)
        with self._pool.connection() as connection, connection:
            connection.execute("INSERT INTO done VALUES (?)", (item,))
        self._history.append(item)
        with contextlib.suppress(BroadcasterClosed):
            self._events.publish(f"item {item} is done")
        self.done += 1

    def _listen(self, guard: Guard) -> None:
        """A subscriber that is slower than the publishers: it is told how much it lost."""
        with self._events.subscribe() as subscriber, contextlib.suppress(BroadcasterClosed):
            while not self._over.wait(_WORK_SECONDS):
                with contextlib.suppress(TimeoutError):
                    subscriber.get(timeout=_WAIT_SECONDS)

    def _index(self, guard: Guard) -> None:
        """A background job: optional, so it is put off at high, and paused by the guard."""
        for item in itertools.count():
            self._may_index.wait()
            if self._over.wait(_WAIT_SECONDS):
                return
            if guard.accepting(optional=True):
                self._cache.get(item)

    def _answer_slowly(self, guard: Guard) -> None:
        """One request that a drain waits for until the last moment."""
        while self.elapsed_ratio < SLOW_REQUEST_AT_RATIO:
            if self._over.wait(_WAIT_SECONDS):
                return
        with contextlib.suppress(NotAccepting), guard.work():
            self._over.wait()

    def _hold_sessions(self, guard: Guard) -> None:
        """As the script wants it, by what the guard has seen last and what was taken since."""
        seen, held_then = guard.moment, 0
        while not self._over.wait(_WAIT_SECONDS):
            if guard.moment is not seen:
                seen, held_then = guard.moment, len(self._sessions)
            binding = None if seen is None else seen.verdict.binding
            if binding is None or binding.used_bytes is None:
                continue
            held = len(self._sessions)
            wanted = chunks_to_hold(
                held,
                used_bytes=binding.used_bytes + (held - held_then) * self._chunk_bytes,
                limit_bytes=self._limit_bytes,
                ratio=wanted_ratio(self.elapsed_ratio),
                chunk_bytes=self._chunk_bytes,
            )
            self._hold(wanted)

    def _hold(self, wanted: int) -> None:
        while len(self._sessions) > wanted:
            self._sessions.pop().close()
        while len(self._sessions) < wanted:
            session = mmap.mmap(-1, self._chunk_bytes)
            session.write(b"x" * self._chunk_bytes)
            self._sessions.append(session)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE IF NOT EXISTS done (item INTEGER)")
    connection.execute("CREATE TABLE IF NOT EXISTS left_over (item INTEGER)")
    return connection
