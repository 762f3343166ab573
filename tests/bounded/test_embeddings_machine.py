"""Any sequence of calls on a cache of embeddings, against an ordered dict that knows nothing of rows."""

import math
import sys
from array import array
from collections import OrderedDict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mnemo_cli.bounded.embeddings.cache import INDEX_BYTES, EmbeddingsCache

KEYS = st.sampled_from(["a", "b" * 50, "c" * 200, 4, ("e", 5), "f", "g", "h", None])
# So long that four rows fill a segment: growing and giving back happen all the time.
DIMENSIONS = 65_536
FRACTIONS = st.sampled_from([0, 0.2, 0.5, 0.9, 1])


def vector(number):
    row = array("f", bytes(4 * DIMENSIONS))
    row[0] = row[-1] = number
    return row


VECTORS = [vector(number) for number in range(5)]


class Cache(RuleBasedStateMachine):
    backing, dtype, item_bytes = "numpy", "float32", 4

    @initialize(limit=st.integers(1, 9), rows=st.none() | st.integers(1, 7))
    def make(self, limit, rows):
        self.entry_bytes = DIMENSIONS * self.item_bytes + INDEX_BYTES
        self.limit, self.limit_bytes = limit, None if rows is None else rows * self.entry_bytes + 300
        self.model, self.evicted, self.told = OrderedDict(), 0, {}
        self.cache = EmbeddingsCache(
            limit,
            DIMENSIONS,
            limit_bytes=self.limit_bytes,
            backing=self.backing,
            dtype=self.dtype,
            report=self.told.__setitem__,
        )

    def size(self, key):
        return self.entry_bytes + sys.getsizeof(key)

    def used(self):
        return sum(map(self.size, self.model))

    def evict_while(self, wanted):
        while wanted():
            self.model.popitem(last=False)
            self.evicted += 1

    @rule(key=KEYS, number=st.integers(0, 4))
    def put(self, key, number):
        self.cache.put(key, VECTORS[number])
        if key not in self.model:
            most = math.inf if self.limit_bytes is None else self.limit_bytes
            self.evict_while(lambda: self.used() + self.size(key) > most)
            self.evict_while(lambda: len(self.model) >= self.limit)
        self.model[key] = number
        self.model.move_to_end(key)

    @rule(key=KEYS)
    def get(self, key):
        row = self.cache.get(key)
        if key in self.model:
            self.model.move_to_end(key)
        self.check(row, key)

    @rule(key=KEYS)
    def pop(self, key):
        self.check(self.cache.pop(key), key)
        self.model.pop(key, None)

    @rule(key=KEYS)
    def discard(self, key):
        assert self.cache.discard(key) == (key in self.model)
        self.model.pop(key, None)

    @rule(limit=st.integers(1, 9))
    def resize(self, limit):
        before, self.limit = self.used(), limit
        freed = self.cache.resize(limit)
        self.evict_while(lambda: len(self.model) > limit)
        assert freed == before - self.used()

    @rule(fraction=FRACTIONS)
    def shrink(self, fraction):
        before, left = self.used(), len(self.model) - math.ceil(len(self.model) * fraction)
        freed = self.cache.shrink(fraction)
        self.evict_while(lambda: len(self.model) > left)
        assert freed == before - self.used()

    @rule()
    def clear(self):
        assert self.cache.clear() == self.used()
        self.model.clear()

    def check(self, row, key):
        number = self.model.get(key)
        assert (row is None) == (number is None)
        assert row is None or (len(row) == DIMENSIONS and row[0] == row[DIMENSIONS - 1] == number)

    @invariant()
    def agrees(self):
        if not hasattr(self, "model"):
            return
        assert len(self.cache) == len(self.model) <= self.limit
        assert self.cache.used_bytes == self.used() <= (self.limit_bytes or sys.maxsize)
        assert self.cache.evicted_total == self.evicted == self.told.get("evicted_total", 0)
        assert (self.told.get("used", 0), self.told.get("used_bytes", 0)) == (len(self.model), self.used())
        assert self.told["limit"] == self.cache.limit == self.limit
        assert all(key in self.cache for key in self.model)

    def teardown(self):
        """Every vector is still its own key's."""
        for key in getattr(self, "model", ()):
            self.check(self.cache.get(key), key)


class HalfCache(Cache):
    dtype, item_bytes = "float16", 2


class ArrayCache(Cache):
    backing = "array"


SETTINGS = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestCache, TestHalfCache, TestArrayCache = Cache.TestCase, HalfCache.TestCase, ArrayCache.TestCase
TestCache.settings = TestHalfCache.settings = TestArrayCache.settings = SETTINGS
