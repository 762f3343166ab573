"""A run on a terminal: what happens in it is shown until it is over or left."""

import os
from collections import deque
from types import TracebackType

from rich.console import Console

from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.orchestrate.run.loop import Loop
from mnemo_cli.orchestrate.run.picture import Pictures
from mnemo_cli.orchestrate.run.run import Happening
from mnemo_cli.output.dashboard import keys
from mnemo_cli.output.dashboard.look import Look, is_utf_8
from mnemo_cli.output.dashboard.memory import clock_text
from mnemo_cli.output.dashboard.pace import faster, slower
from mnemo_cli.output.dashboard.terminal import Terminal
from mnemo_cli.output.orchestrate.frame import RunView, run_frame
from mnemo_cli.output.orchestrate.keys import DRAIN
from mnemo_cli.output.orchestrate.words import happening_text
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

_MOST_EVENTS = 50
_ENDS_NOW = "draining: q again ends everything now, any other key goes on draining"


class RunScreen:
    """Shows a run until it is left; `q` drains it."""

    def __init__(
        self,
        console: Console,
        clock: WaitingClock,
        rhythm: Rhythm,
        edges: Edges,
        loop: Loop,
        pictures: Pictures,
        look: Look,
        *,
        plan: str,
    ) -> None:
        self._clock, self._rhythm, self._edges = clock, rhythm, edges
        self._look = look if is_utf_8(os.environ) else look._replace(ascii_only=True)
        self._loop, self._pictures, self._plan = loop, pictures, plan
        self._terminal = Terminal(console, clock, press=self._press, draw=self.draw)
        self._past: deque[str] = deque(maxlen=_MOST_EVENTS)
        self._began_seconds = clock.seconds()
        self._latest: Moment | None = None
        self._shown: RunView | None = None
        self._paused = self._helping = False

    def __enter__(self) -> "RunScreen":
        self._terminal.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._terminal.__exit__(kind, value, trace)

    def happened(self, happening: Happening) -> None:
        if happening.what != "started":
            self._past.appendleft(f"{clock_text(happening.now.unix_seconds)}  {happening_text(happening)}")

    def climbed(self, event: LadderEvent) -> None:
        self._past.appendleft(f"{clock_text(event.time_seconds)}  {event.step.word}: {event.action}: {event.text}")

    def show(self, moment: Moment) -> None:
        for event in moment.verdict.events:
            self._past.appendleft(f"{clock_text(event.time_seconds)}  {event.event}: {event.text}")
        if moment.reported:
            self._latest = moment
        if not self._paused and (moment.reported or moment.verdict.events):
            self.draw()

    def draw(self) -> None:
        """One frame for the terminal's present size; a paused view shows what it showed."""
        if self._latest is None:
            return
        if not self._paused or self._shown is None:
            self._shown = self._view_of(self._latest)
        view = self._shown._replace(helping=self._helping, notice=self._notice_now())
        self._terminal.put(run_frame(view, *self._terminal.size))

    def _view_of(self, moment: Moment) -> RunView:
        now_seconds = self._clock.seconds()
        return RunView(
            plan=self._plan,
            moment=moment,
            picture=self._pictures.now(
                self._loop.rooms(),
                now_seconds=now_seconds,
                is_complete=self._loop.source_is_exhausted,
                unix_seconds=self._clock.unix_seconds(),
            ),
            edges=self._edges,
            step=self._loop.conductor.step.word,
            look=self._look,
            events=tuple(self._past),
            interval_seconds=self._rhythm.interval_seconds,
            seconds=now_seconds - self._began_seconds,
            is_draining=self._loop.is_draining,
        )

    def _notice_now(self) -> str | None:
        return _ENDS_NOW if self._loop.is_draining else None

    def _press(self, key: str) -> None:
        if key == DRAIN.typed:
            self._loop.drain()
        elif key == keys.HELP.typed:
            self._helping = not self._helping
        elif key == keys.PAUSE.typed:
            self._paused = not self._paused
        elif key == keys.FASTER.typed:
            faster(self._rhythm, self._clock)
        elif key == keys.SLOWER.typed:
            slower(self._rhythm, self._clock)
