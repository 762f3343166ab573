"""One collector at work in a thread of its own, so that a source which hangs can be left behind.

Its items come through a short queue: what is not taken yet holds little memory.
"""

import queue
import threading
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene, State
from mnemo_cli.sampling.files import reason

_MOST_WAITING = 4
# How often the thread looks whether it was left behind.
_LOOK_SECONDS = 0.5


class MemberEnd(NamedTuple):
    """After the chunks of a member: what was missing at its end, None for a whole one."""

    missing: Missing | None


class End(NamedTuple):
    """The last item: None when the collector came to its own end."""

    missing: Missing | None


# A member is followed by its chunks and a MemberEnd.
Item: TypeAlias = Member | bytes | MemberEnd | Missing | End


class Feed:
    """The items of a collector, which begins at once."""

    def __init__(self, collector: Collector, scene: Scene) -> None:
        self._items = items(collector, scene)
        self._queue: queue.Queue[Item] = queue.Queue(_MOST_WAITING)
        self._left_behind = False
        self._has_thread = True
        try:
            threading.Thread(target=self._work, name=f"collector {collector.id}", daemon=True).start()
        except RuntimeError:
            # Nobody may start a thread where RLIMIT_NPROC is used up: then without the time limit.
            self._has_thread = False

    def next(self, timeout_seconds: float) -> Item | None:
        """The next item; None when there is none in time."""
        if not self._has_thread:
            return next(self._items, End(None))
        try:
            return self._queue.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def leave(self) -> None:
        """Nobody takes any more: the thread ends as soon as its source lets it."""
        self._left_behind = True

    def _work(self) -> None:
        for item in self._items:
            while not self._put(item):
                if self._left_behind:
                    return

    def _put(self, item: Item) -> bool:
        try:
            self._queue.put(item, timeout=_LOOK_SECONDS)
        except queue.Full:
            return False
        return True


def items(collector: Collector, scene: Scene) -> Iterator[Item]:
    """All that a collector yields, with the chunks of its members in between; never raises."""
    try:
        for item in collector.collect(scene):
            yield item
            if isinstance(item, Member):
                yield from _chunks(item)
    except OSError as err:
        yield End(Missing(collector.id, _state(err), reason(err)))
    except Exception as bug:  # noqa: BLE001 a plug-in that fails must not cost the others their place
        yield End(Missing(collector.id, "error", f"{type(bug).__name__}: {bug}"))
    else:
        yield End(None)


def _chunks(member: Member) -> Iterator[Item]:
    try:
        yield from member.chunks
    except OSError as err:
        yield MemberEnd(Missing(member.source, _state(err), reason(err)))
    else:
        yield MemberEnd(None)


def _state(error: OSError) -> State:
    return "denied" if isinstance(error, PermissionError) else "error"
