"""The monitor on a terminal: moments come in, keys change what is chosen, frames go out."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console

from mnemo_cli import __version__
from mnemo_cli.errors import MnemoError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Event, Level, Moment
from mnemo_cli.output.dashboard.acknowledged import Acknowledged
from mnemo_cli.output.dashboard.aiming import Aiming
from mnemo_cli.output.dashboard.asking import needed, needs_a_sample
from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.closer_look import CloserLook
from mnemo_cli.output.dashboard.frame import frame
from mnemo_cli.output.dashboard.held import Present, Shown
from mnemo_cli.output.dashboard.interaction import press, settled
from mnemo_cli.output.dashboard.look import Look, is_utf_8
from mnemo_cli.output.dashboard.pace import at_once, faster, slower
from mnemo_cli.output.dashboard.requests import Request, Requests
from mnemo_cli.output.dashboard.seeing import Sight
from mnemo_cli.output.dashboard.spans import Line
from mnemo_cli.output.dashboard.terminal import Terminal
from mnemo_cli.output.dashboard.view import Recording, View
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.own import read_own_cost
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

if TYPE_CHECKING:
    from mnemo_cli.sampling.group_tree import GroupTree
    from mnemo_cli.sampling.one_process import OneProcess

NO_SIGNALS = "no signals are sent: mnemo was started without --allow-signal"
_NOTHING_WRITTEN = "nothing is written by this watch"
# A notice gives way to the keys by itself; a question does not.
_NOTICE_SECONDS = 8.0


class Screen:
    """Shows moments until it is left; `quit_question` is asked before the first q is believed.

    `signal_refusal` says why K sends nothing, `replayed` how far a replay is, `host_name` whose moments they are."""

    def __init__(
        self,
        console: Console,
        clock: WaitingClock,
        rhythm: Rhythm,
        edges: Edges,
        look: Look,
        *,
        ask: Callable[[Asked], None] = lambda asked: None,
        read_groups: "Callable[[], GroupTree | None] | None" = None,
        read_process: "Callable[[int, int], OneProcess | None] | None" = None,
        requests: Requests | None = None,
        quit_question: str | None = None,
        columns: tuple[str, ...] = (),
        signal_refusal: str | None = NO_SIGNALS,
        recording: Callable[[], Recording | None] = lambda: None,
        replayed: Callable[[], float | None] = lambda: None,
        host_name: str | None = None,
    ) -> None:
        self._clock, self._rhythm, self._edges = clock, rhythm, edges
        self._look = look if is_utf_8(os.environ) else look._replace(ascii_only=True)
        self._ask_sampler, self._asked = ask, Asked()
        self._requests, self._recording, self._replayed = requests, recording, replayed
        self._columns = columns
        self._host_name = host_name or os.uname().nodename
        self._may_signal = signal_refusal is None
        self._choice = Choice()
        self._noticed_at_seconds, self._is_key = 0.0, False
        self._present = Present()
        self._closer = CloserLook(read_groups, read_process)
        self._sight = Sight(signal_refusal, quit_question)
        self._aiming = Aiming(Path("/"))
        self._acknowledged = Acknowledged()
        self._marks = 0
        self._own = (clock.seconds(), read_own_cost(Path("/")))
        self._own_cpu_ratio: float | None = None
        self._terminal = Terminal(console, clock, press=self._press, draw=self.draw)

    def __enter__(self) -> "Screen":
        self._ask(has_trackers=False)
        self._terminal.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._aiming.close()
        self._terminal.__exit__(kind, value, trace)

    @property
    def paused(self) -> bool:
        """Whether the view stands still; a replay does so, too."""
        return self._present.is_paused

    def show(self, moment: Moment) -> None:
        """Take in a moment; draw when it is a reported one or something happened, and nobody paused the view."""
        self._present.note(moment)
        if moment.reported:
            self._acknowledged.note(moment)
        if self._present.is_paused:
            return
        if moment.reported:
            self._note_own_cost()
            self._forget_the_notice()
        if moment.reported or moment.verdict.events:
            self.draw()

    def remember(self, moment: Moment) -> None:
        """Take in a moment and draw nothing: what a replay skips, or what was before its beginning."""
        self._present.note(moment)

    def draw(self) -> None:
        """One frame for the terminal's present size."""
        shown = self._present.shown(self._choice.steps_back)
        if shown is None:
            return
        width, height = self._terminal.size
        self._choice = self._aiming.follow(self._choice)
        view = self._view(shown)
        notice = self._choice.notice
        self._choice = settled(self._choice, self._sight.now(view, width, height, kept=self._present.kept))
        if self._choice.notice != notice:
            self._noticed_at_seconds = self._clock.seconds()
        view = view._replace(choice=self._choice)
        self._ask(has_trackers=bool(shown.moment.sample.trackers), view=view)
        self._is_key = False
        self.put(frame(view, width, height))

    def put(self, lines: list[Line]) -> None:
        """Lines that fill the terminal."""
        self._terminal.put(lines)

    def _view(self, shown: Shown) -> View:
        groups, one_process = self._closer.at(shown.moment, self._choice, is_paused=self._present.is_paused)
        return View(
            moment=shown.moment,
            memory=shown.memory,
            edges=self._edges,
            look=self._look,
            host_name=self._host_name,
            version=__version__,
            interval_seconds=self._rhythm.interval_seconds,
            choice=self._choice,
            own_cpu_ratio=self._own_cpu_ratio,
            own_rss_bytes=self._own[1].rss_bytes,
            groups=groups,
            one_process=one_process,
            acknowledged=self._acknowledged.names,
            recording=self._recording(),
            replayed_ratio=self._replayed(),
            may_signal=self._may_signal,
            columns=self._columns,
        )

    def _ask(self, *, has_trackers: bool, view: View | None = None) -> None:
        """Tell the sampler what this view needs; of more than before there shall be a sample at once."""
        width, height = self._terminal.size
        before, asked = self._asked, needed(self._choice, width, height, has_trackers, view=view)
        if asked == before:
            return
        self._asked = asked
        self._ask_sampler(asked)
        if view is None or self._present.is_paused:
            return
        if needs_a_sample(asked, before, view, is_key=self._is_key):
            at_once(self._rhythm, self._clock)

    def _press(self, key: str) -> None:
        shown = self._present.shown(self._choice.steps_back)
        if shown is None:
            return
        width, height = self._terminal.size
        self._choice = self._aiming.follow(self._choice)
        view = self._view(shown)
        seen = self._sight.now(view, width, height, kept=self._present.kept, is_pressed=True)
        self._choice, requests = press(self._choice, key, seen)
        self._pause_or_resume()
        for request in requests:
            if (sentence := self._carry_out(request)) is not None:
                self._choice = self._choice._replace(notice=sentence)
        self._noticed_at_seconds, self._is_key = self._clock.seconds(), True

    def _pause_or_resume(self) -> None:
        if not self._choice.paused:
            self._present.resume()
        elif not self._present.is_paused:
            self._present.pause()

    def _carry_out(self, request: Request) -> str | None:
        """What there is to say about it, failures included."""
        if request.kind == "quit":
            self._clock.stop()
        elif request.kind == "faster":
            faster(self._rhythm, self._clock)
        elif request.kind == "slower":
            slower(self._rhythm, self._clock)
        elif request.kind == "acknowledge":
            shown = self._present.shown(self._choice.steps_back)
            return self._acknowledged.add(None if shown is None else shown.moment, self._present.latest)
        elif request.kind == "signal":
            return self._aiming.send(request.argument)
        else:
            return self._hand_on(request)
        return None

    def _hand_on(self, request: Request) -> str:
        try:
            if request.kind == "mark":
                return self._mark()
            if self._requests is None:
                return _NOTHING_WRITTEN
            return self._requests.snapshot() if request.kind == "snapshot" else self._requests.record()
        except MnemoError as err:
            return str(err)

    def _mark(self) -> str:
        self._marks += 1
        text, latest = f"mark {self._marks}", self._present.latest
        is_past = latest is not None and self._replayed() is not None
        now_seconds = latest.sample.time_seconds if latest and is_past else self._clock.unix_seconds()
        event = Event(time_seconds=now_seconds, event="mark", level=Level.NORMAL, text=text)
        self._present.memory.events.appendleft(event)
        return text if self._requests is None else self._requests.mark(text)

    def _forget_the_notice(self) -> None:
        """A sentence that was read makes room for the keys."""
        age = self._clock.seconds() - self._noticed_at_seconds
        if age > _NOTICE_SECONDS and self._choice.notice != self._sight.quit_question:
            self._choice = self._choice._replace(notice=None)

    def _note_own_cost(self) -> None:
        now, cost = self._clock.seconds(), read_own_cost(Path("/"))
        before, earlier = self._own
        if now > before:
            self._own_cpu_ratio = (cost.cpu_seconds_total - earlier.cpu_seconds_total) / (now - before)
        self._own = now, cost
