"""The operations of a document that is edited for ever, in bounded memory: a window, and a snapshot of all before it.

The program gives `fold(snapshot, operations)`, which returns the snapshot with the operations in it. It is
called when the window reaches its limit, or when `compact_seconds` passed since the last time and another
operation comes. It must leave the snapshot that it was given as it is: should it raise, the window stays
whole, and so does the snapshot.

`used_bytes` and `limit_bytes` are those of the window; how large a snapshot grows is the fold's affair.
"""

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Generic, Self, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.report import Report, silent
from mnemo_cli.bounded.resources import Resources

Operation = TypeVar("Operation")
Snapshot = TypeVar("Snapshot")


class HistoryFull(RuntimeError):
    """The window is full and could not be folded (the cause says why): this operation was not taken."""


class OperationHistory(Generic[Operation, Snapshot]):
    """A rolling window of operations. Every method may be called from any thread.

    `keep` operations, the newest, stay in the window when it is folded: those are what a peer that is
    a little behind can be sent as they are; one that is further behind gets the snapshot. With 0 each
    fold empties the window; near the limit each fold gains little, and there are many.

    A fold runs in the thread whose append is due for it, and holds up no one else: others append and read
    meanwhile, and wait for it only when the window is full.
    """

    def __init__(
        self,
        limit: int = 1000,
        compact_seconds: float = 600.0,
        *,
        fold: Callable[[Snapshot, Sequence[Operation]], Snapshot],
        snapshot: Snapshot,
        keep: int = 0,
        limit_bytes: int | None = None,
        size_of: Callable[[Operation], int] = sys.getsizeof,
        clock: Callable[[], float] = time.monotonic,
        report: Report = silent,
    ) -> None:
        self.limit = amounts.count(limit, "limit")
        self.limit_bytes = amounts.count_or_none(limit_bytes, "limit_bytes")
        self._ceiling_bytes = amounts.LARGEST if limit_bytes is None else limit_bytes
        self.compact_seconds = amounts.lifetime(compact_seconds, "compact_seconds")
        if type(keep) is not int or not 0 <= keep < limit:
            raise ValueError(f"keep is {keep!r}; give a whole number from 0 to {limit - 1:,}, below the limit")
        self.keep = keep
        self.used_bytes = 0
        self.compactions_total = self.evicted_total = self.failures_total = 0
        self.last_error: BaseException | None = None
        self._fold_of_program, self._snapshot = fold, snapshot
        self._window: list[Operation] = []
        self._sizes: list[int] = []
        self._size_of, self._clock, self._report = size_of, clock, report
        self._due_seconds = clock() + self.compact_seconds
        self._lock = threading.Lock()
        # Taken before the other one, and held during a fold; only who has it takes operations out.
        self._folding = threading.Lock()
        self._folder: int | None = None
        report("limit", limit)
        if limit_bytes is not None:
            report("limit_bytes", limit_bytes)

    @classmethod
    def of(
        cls,
        resources: Resources,
        *,
        fold: Callable[[Snapshot, Sequence[Operation]], Snapshot],
        snapshot: Snapshot,
        keep: int = 0,
        limit_bytes: int | None = None,
        size_of: Callable[[Operation], int] = sys.getsizeof,
        report: Report = silent,
    ) -> Self:
        """A history of the size and interval that the settings give."""
        return cls(
            resources.history_limit,
            resources.history_compact_seconds,
            fold=fold,
            snapshot=snapshot,
            keep=keep,
            limit_bytes=limit_bytes,
            size_of=size_of,
            report=report,
        )

    def __len__(self) -> int:
        return len(self._window)

    def state(self) -> tuple[Snapshot, tuple[Operation, ...]]:
        """The snapshot and what came after it: a pair that belongs together, whatever others do."""
        with self._lock:
            return self._snapshot, tuple(self._window)

    def append(self, operation: Operation) -> None:
        """Add an operation, and fold when that is due.

        A fold that fails is counted and kept in `last_error`; it is tried again at the next interval, or
        when the window is full: then, if it fails again, HistoryFull says that the operation was not taken.
        """
        size_bytes = self._size_of(operation)
        if type(size_bytes) is not int or not 0 <= size_bytes <= self._ceiling_bytes:
            amounts.size(size_bytes, operation, self.limit_bytes)
        while True:
            with self._lock:
                count = len(self._window)
                if count < self.limit and self.used_bytes + size_bytes <= self._ceiling_bytes:
                    self._window.append(operation)
                    self._sizes.append(size_bytes)
                    self.used_bytes += size_bytes
                    self._report("used", count + 1)
                    self._report("used_bytes", self.used_bytes)
                    break
            self._make_room(size_bytes)
        if count + 1 == self.limit or self._clock() >= self._due_seconds:
            self._fold_unless_folding()

    def compact(self) -> int:
        """Fold now, all but the newest `keep` operations: how many that were. The fold's error is raised."""
        with self._alone():
            count = self._foldable()
            error = self._fold(count)
        if error is not None:
            raise error
        return count

    def shrink(self, fraction: float) -> int:
        """Fold this share of the window, the oldest first and whatever `keep` says: the bytes freed.

        0 when the fold fails; `last_error` then says why.
        """
        amounts.share(fraction)
        with self._alone():
            count = math.ceil(len(self) * fraction)
            freed_bytes = sum(self._sizes[:count])
            return freed_bytes if self._fold(count) is None else 0

    def _fold_unless_folding(self) -> None:
        if self._folding.acquire(blocking=False):
            try:
                # Another thread may have done it since.
                if len(self) == self.limit or self._clock() >= self._due_seconds:
                    self._fold(self._foldable())
            finally:
                self._folding.release()

    def _make_room(self, size_bytes: int) -> None:
        """Wait for the fold that is under way, or fold; HistoryFull when it fails."""
        with self._alone():
            if len(self) < self.limit and self.used_bytes + size_bytes <= self._ceiling_bytes:
                return
            error = self._fold(self._foldable(size_bytes))
        if error is not None:
            raise HistoryFull(
                f"the window is full ({len(self):,} operations, {self.used_bytes:,} bytes) and the fold failed: "
                f"{error!r}; mend it, then append this operation again"
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """As the only one who folds."""
        if self._folder == threading.get_ident():
            raise RuntimeError("the fold would wait for itself: it compacts its own history, or appends to a full one")
        with self._folding:
            yield

    def _foldable(self, room_bytes: int = 0) -> int:
        """All but the newest `keep`, and more where those hold half of `limit_bytes` or the room that is needed."""
        with self._lock:
            newest = self._sizes[: -self.keep - 1 : -1]
            most_bytes = min(self._ceiling_bytes // 2, self._ceiling_bytes - room_bytes)
            return len(self._sizes) - sum(total <= most_bytes for total in accumulate(newest))

    def _fold(self, count: int) -> BaseException | None:
        """Fold the oldest `count` operations; an error is counted, and everything is as it was."""
        self._due_seconds = self._clock() + self.compact_seconds
        if not count:
            return None
        with self._lock:
            snapshot, operations = self._snapshot, tuple(self._window[:count])
        self._folder = threading.get_ident()
        try:
            folded = self._fold_of_program(snapshot, operations)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as err:  # noqa: BLE001 loro raises it bare for an update that it cannot read
            self.failures_total += 1
            self.last_error = err
            return err
        finally:
            self._folder = None
            # Again: a fold may take longer than the interval.
            self._due_seconds = self._clock() + self.compact_seconds
        self._replace(count, folded)
        return None

    def _replace(self, count: int, snapshot: Snapshot) -> None:
        """The snapshot takes the place of the oldest `count` operations."""
        with self._lock:
            self._snapshot = snapshot
            self.used_bytes -= sum(self._sizes[:count])
            del self._window[:count], self._sizes[:count]
            self.evicted_total += count
            self.compactions_total += 1
            self.last_error = None
            self._report("evicted_total", self.evicted_total)
            self._report("used", len(self._window))
            self._report("used_bytes", self.used_bytes)
