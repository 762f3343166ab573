"""Whom a run tells what: the view that was chosen, the counts behind it, and the history."""

import contextlib
from collections import deque
from collections.abc import Iterator
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING

from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.model import Moment
from mnemo_cli.orchestrate.claims import REMEMBERED_PEAKS
from mnemo_cli.orchestrate.history import Attempt, History
from mnemo_cli.orchestrate.learned import MOST_NAMES
from mnemo_cli.orchestrate.run.picture import Pictures
from mnemo_cli.orchestrate.run.run import Happening
from mnemo_cli.output.orchestrate.events import JsonLines, Listener, PlainLines, Silence

if TYPE_CHECKING:
    from mnemo_cli.output.orchestrate.screen import RunScreen

_SAVE_SECONDS = 10.0


class View(Enum):
    """How a run is shown while it goes on."""

    LIVE = "live"
    LINES = "lines"
    NDJSON = "ndjson"
    NOTHING = "nothing"


class Telling:
    """Is told of everything by the run, the ladder and the watch, and tells it on."""

    def __init__(self, view: View, history: History, *, verbose: bool) -> None:
        self.history = history
        self._listener: Listener = Silence()
        if view is View.LINES:
            self._listener = PlainLines(starts=verbose)
        elif view is View.NDJSON:
            self._listener = JsonLines()
        self._seconds: dict[str, deque[float]] = {}
        self._saved_seconds = 0.0
        self._moment: Moment | None = None
        self.pictures: Pictures | None = None
        self.screen: RunScreen | None = None
        self.refused = 0

    def happened(self, happening: Happening) -> None:
        if self.pictures is not None:
            self.pictures.note(happening)
        self.refused += happening.what.startswith("refused")
        ended = happening.ended
        if happening.what == "ok" and ended is not None:
            attempt = Attempt(ended.peak_bytes, ended.seconds)
            self.history.note(happening.job.name, attempt, time_seconds=happening.now.unix_seconds)
            self._note_seconds(happening.job.name, ended.seconds)
        self._listener.happened(happening)
        if self.screen is not None:
            self.screen.happened(happening)

    def climbed(self, event: LadderEvent) -> None:
        level = None if self._moment is None else self._moment.verdict.level
        self._listener.climbed(event, level)
        if self.screen is not None:
            self.screen.climbed(event)

    def sampled(self, moment: Moment) -> None:
        self._moment = moment
        self._listener.sampled(moment)
        if self.screen is not None:
            self.screen.show(moment)
        if moment.sample.clock_seconds - self._saved_seconds >= _SAVE_SECONDS:
            self._saved_seconds = moment.sample.clock_seconds
            self.history.save()

    def typical_seconds(self, name: str) -> float | None:
        """How long a job of this name usually takes; None before one was seen."""
        seconds = self._seconds_of(name)
        return median(seconds) if seconds else None

    def _note_seconds(self, name: str, seconds: float) -> None:
        self._seconds_of(name).append(seconds)

    def _seconds_of(self, name: str) -> "deque[float]":
        """Those of earlier runs first; bounded as the history is."""
        if name not in self._seconds:
            if len(self._seconds) >= MOST_NAMES:
                del self._seconds[next(iter(self._seconds))]
            earlier = (attempt.seconds for attempt in self.history.attempts_of(name))
            self._seconds[name] = deque(earlier, maxlen=REMEMBERED_PEAKS)
        return self._seconds[name]

    @contextlib.contextmanager
    def shown(self, screen: "RunScreen | None") -> Iterator[None]:
        """While entered, the live view owns the terminal, where there is one."""
        if screen is None:
            yield
            return
        with screen:
            self.screen = screen
            yield
        self.screen = None
