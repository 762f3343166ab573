"""What one collector delivers until it ends, is late, or the run is over: the reader's side of its feed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.feed import End, Feed, Item, MemberEnd

# Signals are looked for so often while nothing comes.
_LOOK_SECONDS = 0.1


class Terms(NamedTuple):
    """When a run is over: `deadline` in the clock's seconds, or as soon as `stopped` says so."""

    clock: Callable[[], float]
    deadline: float
    budget_seconds: float
    stopped: Callable[[], bool]


class Intake:
    """Only the time that is spent waiting for the collector counts as the collector's."""

    def __init__(self, collector: Collector, scene: Scene, terms: Terms) -> None:
        self._collector = collector
        self._terms = terms
        self._left_seconds = collector.timeout_seconds
        self._feed = Feed(collector, scene)
        self._end: Missing | None = None
        self._has_ended = False
        self._inside_member = False
        self._lacks_rest: Missing | None = None
        self.cut: Missing | None = None

    def items(self) -> Iterator[Member | Missing]:
        """Members, whose chunks are to be taken before the next item, and what is missing."""
        while not self._has_ended:
            item = self._next()
            if isinstance(item, Member):
                self._inside_member, self.cut = True, None
                yield item
                for _ in self.chunks():  # what nobody took
                    pass
                if self._lacks_rest is not None:
                    yield self._lacks_rest
                    self._lacks_rest = None
            elif isinstance(item, Missing):
                yield item
        self._feed.leave()
        if self._end is not None:
            yield self._end

    def chunks(self) -> Iterator[bytes]:
        """Of the member that `items` gave last; `cut` says afterwards why it ended early."""
        while self._inside_member:
            item = self._next()
            if isinstance(item, bytes):
                yield item
            elif isinstance(item, MemberEnd):
                self._inside_member, self.cut, self._lacks_rest = False, item.missing, item.missing
            elif isinstance(item, End):
                self._inside_member, self.cut = False, item.missing

    def _next(self) -> Item:
        item = self._wait()
        if isinstance(item, End):
            self._has_ended, self._end = True, item.missing
        return item

    def _wait(self) -> Item:
        terms = self._terms
        while True:
            if terms.stopped():
                return End(Missing(self._collector.id, "partial", "the run was interrupted"))
            began = terms.clock()
            if began >= terms.deadline:
                return End(Missing(self._collector.id, "timeout", _budget_words(terms)))
            if self._left_seconds <= 0:
                words = f"it took longer than {self._collector.timeout_seconds:g} s"
                return End(Missing(self._collector.id, "timeout", words))
            item = self._feed.next(min(_LOOK_SECONDS, self._left_seconds, terms.deadline - began))
            self._left_seconds -= terms.clock() - began
            if item is not None:
                return item


def _budget_words(terms: Terms) -> str:
    return f"the time budget of {terms.budget_seconds:g} s was used up"
