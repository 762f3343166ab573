"""MemoryTracker: what a program records of itself, at a cost that it does not notice.

Recording an allocation costs about as much as one increment in a metrics library. A published
tracker lies in a file (`layout`) that mnemo reads while the program runs and after it was killed.
"""

import os
import time

# As in counters.
from _thread import RLock

from mnemo_cli.tracker import layout
from mnemo_cli.tracker.counters import Component, Counter, Gauge
from mnemo_cli.tracker.forking import forget, remember
from mnemo_cli.tracker.layout import ALLOCATED_AT, ALLOCATIONS_AT, MOST, PEAK_AT, USED_AT
from mnemo_cli.tracker.numbers import at_least, limit_word, refusal
from mnemo_cli.tracker.owner import program_name
from mnemo_cli.tracker.span import Span
from mnemo_cli.tracker.standard import COMPONENTS, USED_WORDS
from mnemo_cli.tracker.storage import SHARED_MEMORY, private, shared
from mnemo_cli.tracker.thresholds import EDGES, level_index, log_change, rising

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from mnemo_cli.model import Level, Limit, Tracker
    from mnemo_cli.tracker.requests import Requests

    _Metric = TypeVar("_Metric", Gauge, Counter)


class MemoryTracker:
    """Counters of one program; every method may be called from any thread.

    `limit_bytes` is what the used bytes are held against, `edges` where the levels begin.
    `published` puts the counters into a file below `shared_memory`; where that cannot be they are
    private, and `gap` says why. A forked child gets a tracker of its own: the same limits, from zero.

    Sizes and numbers are whole, 0 or more; ValueError or TypeError otherwise, and nothing is counted.
    """

    def __init__(
        self,
        name: "str | None" = None,
        *,
        limit_bytes: "int | None" = None,
        edges: "tuple[float, float, float, float]" = EDGES,
        published: bool = False,
        shared_memory: str = SHARED_MEMORY,
    ) -> None:
        self.name = program_name() if name is None else name
        layout.label(self.name, layout.NAME_BYTES)
        self.edges = rising(edges)
        self.limit_bytes = None if limit_bytes is None else at_least("limit_bytes", limit_bytes, 1)
        self._shared_memory = shared_memory if published else None
        self._components = {row[0]: Component(slot, *row) for slot, row in enumerate(COMPONENTS)}
        self._metrics: dict[str, Gauge | Counter] = {}
        self.begin()
        remember(self)

    def begin(self) -> None:
        """Count from zero, into a storage of this process: at the start, and in a forked child."""
        root = self._shared_memory
        self._storage = private("it is not published") if root is None else shared(self.name, root)
        self._words = self._storage.words
        self._lock = RLock()
        self._used = self._peak = self._allocated = self._allocations = 0
        self._level = 0
        self._rated_seconds, self._rated_bytes, self._rate = time.monotonic(), 0, 0.0
        self._words[layout.LIMIT_AT] = self.limit_bytes or layout.NO_LIMIT_TOLD
        for part in (*self._components.values(), *self._metrics.values()):
            part.bind(self._storage)

    @property
    def path(self) -> "str | None":
        """The file that others read; None when the counters are private."""
        return self._storage.path

    @property
    def gap(self) -> "str | None":
        """Why nobody else sees the counters; None when they are in a file."""
        return self._storage.reason

    def record_allocation(self, size_bytes: int) -> None:
        """So many bytes were taken."""
        if size_bytes.__class__ is not int or size_bytes < 0:
            size_bytes = at_least("size_bytes", size_bytes, 0)
        words, lock = self._words, self._lock
        try:
            lock.acquire()
            # A total of more than 63 bits is refused by the first store, before anything has changed.
            words[ALLOCATED_AT] = self._allocated = self._allocated + size_bytes
            words[ALLOCATIONS_AT] = self._allocations = self._allocations + 1
            words[USED_AT] = self._used = used = self._used + size_bytes
            if used > self._peak:
                words[PEAK_AT] = self._peak = used
            lock.release()
        except BaseException as err:
            try:  # noqa: SIM105 (as in counters)
                lock.release()
            except RuntimeError:
                pass
            if isinstance(err, ValueError):
                raise ValueError(f"{refusal('size_bytes', size_bytes, 0)}: all allocations have 63 bits") from None
            raise

    def record_deallocation(self, size_bytes: int) -> None:
        """So many bytes were given back. More than were in use is counted as unbalanced, and leaves none in use."""
        if size_bytes.__class__ is not int or not 0 <= size_bytes <= MOST:
            size_bytes = at_least("size_bytes", size_bytes, 0)
        words, lock = self._words, self._lock
        try:
            lock.acquire()
            # No call from here to the release: a signal handler that records would run between.
            balanced = size_bytes if size_bytes < self._used else self._used
            words[layout.DEALLOCATED_AT] += balanced
            words[layout.DEALLOCATIONS_AT] += 1
            words[layout.UNBALANCED_AT] += balanced < size_bytes
            words[layout.USED_AT] = used = self._used - balanced
            self._used = used
            lock.release()
        except BaseException:
            try:  # noqa: SIM105 (as in counters)
                lock.release()
            except RuntimeError:
                pass
            raise

    def set_event_queue_size(self, events: int) -> None:
        self._set("event_queue", events)

    def set_work_queue_size(self, items: int) -> None:
        self._set("work_queue", items)

    def set_embeddings_cache_entries(self, entries: int) -> None:
        self._set("embeddings_cache", entries)

    def set_embeddings_cache_bytes(self, size_bytes: int) -> None:
        self._components["embeddings_cache"]("used_bytes", at_least("size_bytes", size_bytes, 0))

    def set_history_ops(self, operations: int) -> None:
        self._set("operation_history", operations)

    def set_network_connections(self, connections: int) -> None:
        self._set("network_connections", connections)

    def increment_db_connections(self) -> None:
        self._add("db_connections", 1)

    def decrement_db_connections(self) -> None:
        self._add("db_connections", -1)

    def increment_spawned_tasks(self) -> None:
        """One more task was spawned, and is active."""
        self._add("active_tasks", 1, layout.SPAWNED_AT)

    def decrement_spawned_tasks(self) -> None:
        """One of the active tasks is completed."""
        self._add("active_tasks", -1, layout.COMPLETED_AT)

    def allocation(self, size_bytes: int) -> Span:
        """A with-block that holds so many bytes."""
        return Span(self.record_allocation, self.record_deallocation, size_bytes)

    def connection(self) -> Span:
        """A with-block that holds a database connection."""
        return Span(self.increment_db_connections, self.decrement_db_connections)

    def task(self) -> Span:
        """A with-block that is a task."""
        return Span(self.increment_spawned_tasks, self.decrement_spawned_tasks)

    def set_limit(self, component: str, limit: "Limit") -> None:
        """How many a component may hold, 1 or more, or UNLIMITED; KeyError for a component that is not there."""
        self._known(component).set_limit(limit_word(limit))

    def component(self, name: str, *, unit: str = "items", policy: str = "block") -> Component:
        """The component of that name, made at the first call; ValueError when there are too many.

        `policy` says what happens when it is full: "block" and "reject" push back, and such a
        component has a level; "evict_lru", "drop_oldest" and "compact" are healthy when full; "none".
        """
        with self._lock:
            if name not in self._components:
                if len(self._components) == layout.COMPONENTS:
                    raise ValueError(f"a tracker has {layout.COMPONENTS} components: {', '.join(self._components)}")
                part = Component(len(self._components), name, unit, policy)
                part.bind(self._storage)
                self._components[name] = part
            return self._components[name]

    def gauge(self, name: str, *, unit: str) -> Gauge:
        """The program's own gauge of that name, made at the first call; ValueError for a counter's name."""
        return self._metric(name, unit, Gauge)

    def counter(self, name: str, *, unit: str) -> Counter:
        """The program's own counter of that name, made at the first call; ValueError for a gauge's name."""
        return self._metric(name, unit, Counter)

    def requests(self) -> "Requests":
        """What others ask of this program, to be obeyed and answered. Made anew in a forked child."""
        from mnemo_cli.tracker.requests import Requests

        return Requests(self._words)

    def snapshot(self) -> "Tracker":
        """Every counter now; printable. The allocation rate is that since the snapshot before."""
        from mnemo_cli.tracker.reading import decode

        with self._lock:
            now_seconds = time.monotonic()
            if now_seconds > self._rated_seconds:
                self._rate = (self._allocated - self._rated_bytes) / (now_seconds - self._rated_seconds)
                self._rated_seconds, self._rated_bytes = now_seconds, self._allocated
            content = bytes(self._words)
        return decode(content, pid=os.getpid(), name=self.name, rate=self._rate)

    def log_statistics(self) -> None:
        """Every counter as one message of the logger "mnemo.tracker", at level info."""
        import logging

        logging.getLogger("mnemo.tracker").info("%s", self.snapshot())

    def check_thresholds(self) -> "Level | None":
        """The level of the used bytes against the limit, None without a limit; logs when it has changed.

        Moderate and high are warnings, critical is an error, as everywhere in mnemo.
        """
        from mnemo_cli.model import Level

        if self.limit_bytes is None:
            return None
        with self._lock:
            before, used_bytes = self._level, self._used
            self._level = level_index(used_bytes / self.limit_bytes, self.edges, before)
        level = Level(self._level)
        if level != before:
            log_change(self.name, level, used_bytes, self.limit_bytes)
        return level

    def close(self) -> None:
        """Readers show this tracker no more. Recording goes on without harm; a fork copies it no more."""
        self._words[layout.STATE_AT] = layout.CLOSED
        forget(self)

    def __enter__(self) -> "MemoryTracker":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _set(self, component: str, used: int) -> None:
        self._words[USED_WORDS[component]] = at_least("the number", used, 0)

    def _add(self, component: str, change: int, total_word: "int | None" = None) -> None:
        """Change how many are in use; below none it is unbalanced, and none stay in use."""
        word = USED_WORDS[component]
        with self._lock:
            # No call in here, as above; a number that is not told yet is -1.
            used = self._words[word]
            used = change if used < 0 else used + change
            if used < 0:
                self._words[layout.UNBALANCED_AT] += 1
                used = 0
            elif total_word is not None:
                self._words[total_word] += 1
            self._words[word] = used

    def _known(self, component: str) -> Component:
        if component not in self._components:
            raise KeyError(f"no component is called {component!r}; there are {', '.join(self._components)}")
        return self._components[component]

    def _metric(self, name: str, unit: str, kind: "type[_Metric]") -> "_Metric":
        with self._lock:
            if name not in self._metrics:
                if len(self._metrics) == layout.METRICS:
                    raise ValueError(f"a tracker has {layout.METRICS} gauges and counters: {', '.join(self._metrics)}")
                part = kind(len(self._metrics), name, unit)
                part.bind(self._storage)
                self._metrics[name] = part
            found = self._metrics[name]
        if not isinstance(found, kind):
            raise ValueError(f"{name!r} is a {type(found).__name__.lower()} already")
        return found
