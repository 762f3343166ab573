"""A cache of embeddings that cannot outgrow its limit: the one used least recently makes room.

It has two ceilings: `limit` entries and, where given, `limit_bytes`, which counts the rows, the index and
the keys (a key may be the text that was embedded, and longer than its vector). Memory is taken as entries
come, and what `resize`, `shrink` and `clear` free goes back to the system at once (`rows` says how).
A vector with NaN or infinity is refused: in a search it would spoil every comparison that it is part of.
"""

import math
import sys
import threading
from array import array
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Generic, Self, TypeVar

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.embeddings.rows import Backing, Precision, Vector, rows
from mnemo_cli.bounded.report import Report, silent
from mnemo_cli.bounded.resources import Resources

Key = TypeVar("Key", bound=Hashable)

# What the index takes per entry beside the key itself: a place in a dict and its order, the row's number,
# two words by row. CPython 3.11: 110 bytes at 10,000 entries, 135 at 100,000, up to 160 after a shrink.
INDEX_BYTES = 130


class EmbeddingsCache(Generic[Key]):
    """Vectors of one length by key. Every method may be called from any thread.

    `get` gives a copy: a numpy array where numpy is installed, else an `array.array`. numpy is imported when
    the first cache is made (20 MB where the program has no other use for it; `backing="array"` does without).
    """

    def __init__(
        self,
        limit: int = 10_000,
        dimensions: int = 768,
        *,
        limit_bytes: int | None = None,
        dtype: Precision = "float32",
        backing: Backing | None = None,
        report: Report = silent,
    ) -> None:
        self.limit = amounts.count(limit, "limit")
        self.limit_bytes = amounts.count_or_none(limit_bytes, "limit_bytes")
        self.dimensions = amounts.count(dimensions, "dimensions")
        self.used_bytes = 0
        self.hits_total = self.misses_total = self.evicted_total = 0
        self._rows = rows(dimensions, dtype, backing)
        self._entry_bytes = self._rows.row_bytes + INDEX_BYTES
        if limit_bytes is not None and self._entry_bytes > limit_bytes:
            raise ValueError(f"limit_bytes is {limit_bytes:,}: one vector takes {self._entry_bytes:,}; raise it")
        # Rows 0 to len − 1 are in use: an entry that goes leaves its row to the last one.
        self._row_of: OrderedDict[Key, int] = OrderedDict()
        self._key_at: list[Key] = []
        self._key_bytes_at = array("Q")
        self._lock = threading.Lock()
        self._report = report
        report("limit", limit)
        if limit_bytes is not None:
            report("limit_bytes", limit_bytes)

    @classmethod
    def of(
        cls,
        resources: Resources,
        *,
        dimensions: int = 768,
        limit_bytes: int | None = None,
        dtype: Precision = "float32",
        report: Report = silent,
    ) -> Self:
        """A cache of the size that the settings give."""
        return cls(resources.embeddings_cache_limit, dimensions, limit_bytes=limit_bytes, dtype=dtype, report=report)

    def __len__(self) -> int:
        return len(self._key_at)

    def __contains__(self, key: Key) -> bool:
        """Whether it is there; asking is not using."""
        with self._lock:
            return key in self._row_of

    def get(self, key: Key) -> Vector | None:
        """A copy of the vector, which now is the one used last; None when it is not there."""
        with self._lock:
            number = self._row_of.get(key)
            if number is None:
                self.misses_total += 1
                self._report("misses_total", self.misses_total)
                return None
            self._row_of.move_to_end(key)
            self.hits_total += 1
            self._report("hits_total", self.hits_total)
            return self._rows.read(number)

    def put(self, key: Key, vector: Sequence[float] | Vector) -> None:
        """Keep a copy of `vector`; the entries used least recently make room for it."""
        row = self._rows.row(vector)
        with self._lock:
            number = self._row_of.get(key)
            if number is None:
                number = self._add(key)
            else:
                self._row_of.move_to_end(key)
            self._rows.write(number, row)

    def pop(self, key: Key) -> Vector | None:
        """Take the entry out: its vector, or None when it is not there."""
        with self._lock:
            number = self._row_of.get(key)
            if number is None:
                return None
            vector = self._rows.read(number)
            self._forget(key)
            return vector

    def discard(self, key: Key) -> bool:
        """Forget the entry; False when it is not there."""
        with self._lock:
            if key not in self._row_of:
                return False
            self._forget(key)
            return True

    def clear(self) -> int:
        """Forget everything and give the memory back: the bytes freed. Counters stay."""
        with self._lock:
            freed_bytes = self.used_bytes
            self._row_of.clear()
            self._key_at.clear()
            del self._key_bytes_at[:]
            self.used_bytes = 0
            self._settle()
            return freed_bytes

    def resize(self, limit: int) -> int:
        """Another limit; what is above it is evicted and its memory given back: the bytes freed."""
        with self._lock:
            self.limit = amounts.count(limit, "limit")
            self._report("limit", limit)
            return self._evict_to(limit)

    def shrink(self, fraction: float) -> int:
        """Evict this share of the entries, the least recently used first: the bytes freed."""
        amounts.share(fraction)
        with self._lock:
            return self._evict_to(len(self) - math.ceil(len(self) * fraction))

    def _add(self, key: Key) -> int:
        """A row for a key that is not there; what is oldest makes room for it."""
        key_bytes = sys.getsizeof(key)
        if self.limit_bytes is not None:
            size_bytes = amounts.size(self._entry_bytes + key_bytes, key, self.limit_bytes)
            while self.used_bytes + size_bytes > self.limit_bytes:
                self._evict()
        if len(self._key_at) < self.limit:
            return self._append(key, key_bytes)
        return self._replace_oldest(key, key_bytes)

    def _append(self, key: Key, key_bytes: int) -> int:
        number = len(self)
        self._rows.hold(number + 1)
        self._row_of[key] = number
        self._key_at.append(key)
        self._key_bytes_at.append(key_bytes)
        self.used_bytes += self._entry_bytes + key_bytes
        self._tell()
        return number

    def _replace_oldest(self, key: Key, key_bytes: int) -> int:
        _, number = self._row_of.popitem(last=False)
        self._row_of[key] = number
        self._key_at[number] = key
        self.used_bytes += key_bytes - self._key_bytes_at[number]
        self._key_bytes_at[number] = key_bytes
        self._count_eviction()
        self._report("used_bytes", self.used_bytes)
        return number

    def _evict(self) -> None:
        self._remove(next(iter(self._row_of)))
        self._count_eviction()

    def _remove(self, key: Key) -> None:
        number, last_key, last = self._row_of.pop(key), self._key_at.pop(), len(self._key_at)
        self.used_bytes -= self._entry_bytes + self._key_bytes_at[number]
        if number != last:
            self._rows.move(last, to=number)
            self._row_of[last_key] = number
            self._key_at[number] = last_key
            self._key_bytes_at[number] = self._key_bytes_at[last]
        self._key_bytes_at.pop()

    def _forget(self, key: Key) -> None:
        self._remove(key)
        self._rows.hold(len(self))
        self._tell()

    def _count_eviction(self) -> None:
        self.evicted_total += 1
        self._report("evicted_total", self.evicted_total)

    def _evict_to(self, count: int) -> int:
        before_bytes = self.used_bytes
        while len(self) > count:
            self._evict()
        self._settle()
        return before_bytes - self.used_bytes

    def _settle(self) -> None:
        """Give back what is no longer used, the index too: a dict keeps the table of its greatest size."""
        self._rows.hold(len(self), spare_segments=0)
        self._row_of = OrderedDict(self._row_of)
        self._tell()

    def _tell(self) -> None:
        self._report("used", len(self))
        self._report("used_bytes", self.used_bytes)
