"""What a view shows: the present, or while it is paused one of the moments that were kept."""

from typing import NamedTuple

from mnemo_cli.model import Moment
from mnemo_cli.output.dashboard.kept import Kept, memory_then
from mnemo_cli.output.dashboard.memory import ViewMemory


class Shown(NamedTuple):
    """A moment, and what was known of the past in it."""

    moment: Moment
    memory: ViewMemory


class _Held(NamedTuple):
    """How it was when the view was paused: the moment whole, and the kept ones, the same moment last."""

    present: Shown
    moments: tuple[Moment, ...]


class Present:
    """Fed with every moment, paused or not."""

    def __init__(self) -> None:
        self.memory = ViewMemory()
        self._latest: Moment | None = None
        self._kept = Kept()
        self._held: _Held | None = None
        self._stepped: tuple[int, Shown] | None = None

    @property
    def is_paused(self) -> bool:
        return self._held is not None

    @property
    def latest(self) -> Moment | None:
        """The last reported moment, whatever is shown."""
        return self._latest

    @property
    def kept(self) -> int:
        """How many moments can be stepped through."""
        return len(self._held.moments) if self._held is not None else len(self._kept)

    def note(self, moment: Moment) -> None:
        self.memory.note(moment)
        if moment.reported:
            self._latest = moment
            self._kept.note(moment)

    def pause(self) -> None:
        """Hold what is there; without a first moment there is nothing to hold."""
        if self._latest is not None and self._held is None:
            self._held = _Held(Shown(self._latest, self.memory.snapshot()), self._kept.hold())

    def resume(self) -> None:
        self._held = self._stepped = None

    def shown(self, steps_back: int) -> Shown | None:
        """None before the first moment."""
        if self._held is None:
            return None if self._latest is None else Shown(self._latest, self.memory)
        position = len(self._held.moments) - 1 - steps_back
        if steps_back <= 0 or position < 0:
            return self._held.present
        if self._stepped is None or self._stepped[0] != position:
            moments, memory = self._held.moments, self._held.present.memory
            self._stepped = position, Shown(moments[position], memory_then(moments, position, memory))
        return self._stepped[1]
