"""Any sequence of calls on a history, against a model that keeps every operation and knows how many are folded."""

import math

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mnemo_cli.bounded.history import HistoryFull, OperationHistory
from tests.examples import FEW_RUNS

SECONDS = 100


class History(RuleBasedStateMachine):
    @initialize(limit=st.integers(1, 8), keep=st.integers(0, 7), limit_bytes=st.none() | st.integers(20, 60))
    def make(self, limit, keep, limit_bytes):
        self.limit, self.keep, self.limit_bytes = limit, min(keep, limit - 1), limit_bytes
        self.operations, self.folded, self.failures, self.folds = [], 0, 0, 0
        self.now, self.due, self.broken, self.told = 0, SECONDS, False, {}
        self.history = OperationHistory(
            limit,
            SECONDS,
            fold=self.fold,
            snapshot=(),
            keep=self.keep,
            limit_bytes=limit_bytes,
            size_of=len,
            clock=lambda: self.now,
            report=self.told.__setitem__,
        )

    def fold(self, snapshot, operations):
        assert operations, "there was nothing to fold"
        if self.broken:
            raise OSError("no disk")
        return snapshot + tuple(operations)

    def window(self):
        return self.operations[self.folded :]

    def used(self):
        return sum(map(len, self.window()))

    def is_full(self, size=0):
        return len(self.window()) == self.limit or self.used() + size > (self.limit_bytes or math.inf)

    def fold_but(self, kept):
        """What a fold of all but `kept` operations does to the model; True when it worked."""
        count = len(self.window()) - kept
        self.due = self.now + SECONDS
        if count and self.broken:
            self.failures += 1
            return False
        self.folded += count
        self.folds += count > 0
        return True

    def kept(self, size=0):
        most = math.inf if self.limit_bytes is None else min(self.limit_bytes // 2, self.limit_bytes - size)
        kept = min(self.keep, len(self.window()))
        while kept and sum(map(len, self.window()[-kept:])) > most:
            kept -= 1
        return kept

    @rule(operation=st.text("ab", max_size=20))
    def append(self, operation):
        if self.is_full(len(operation)) and not self.fold_but(self.kept(len(operation))):
            with pytest.raises(HistoryFull):
                self.history.append(operation)
            return
        self.history.append(operation)
        self.operations.append(operation)
        if len(self.window()) == self.limit or self.now >= self.due:
            self.fold_but(self.kept())

    @rule()
    def compact(self):
        count = len(self.window()) - self.kept()
        if self.fold_but(self.kept()):
            assert self.history.compact() == count
        else:
            with pytest.raises(OSError, match="no disk"):
                self.history.compact()

    @rule(fraction=st.sampled_from([0, 0.3, 0.5, 1]))
    def shrink(self, fraction):
        before = self.used()
        self.fold_but(len(self.window()) - math.ceil(len(self.window()) * fraction))
        assert self.history.shrink(fraction) == before - self.used()

    @rule(seconds=st.sampled_from([1, 99, 100]))
    def wait(self, seconds):
        self.now += seconds

    @precondition(lambda self: hasattr(self, "broken"))
    @rule()
    def the_fold_breaks_or_is_mended(self):
        self.broken = not self.broken

    @invariant()
    def agrees(self):
        if not hasattr(self, "history"):
            return
        history = self.history
        assert history.state() == (tuple(self.operations[: self.folded]), tuple(self.window()))
        assert len(history) == len(self.window()) <= self.limit
        assert history.used_bytes == self.used() <= (self.limit_bytes or math.inf)
        assert (history.evicted_total, history.compactions_total) == (self.folded, self.folds)
        assert history.failures_total == self.failures
        assert (self.told.get("used", 0), self.told.get("used_bytes", 0)) == (len(history), history.used_bytes)
        assert self.told.get("evicted_total", 0) == self.folded


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=FEW_RUNS)
