"""The terminal while the dashboard owns it: keys, resizing, drawing, and giving it back as it was."""

import contextlib
import errno
import os
import re
import signal
import sys
import termios
import tty
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.style import Style

from mnemo_cli import __version__
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.output.dashboard import keys
from mnemo_cli.output.dashboard.frame import frame, process_rows
from mnemo_cli.output.dashboard.look import Look, is_utf_8
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.spans import Line
from mnemo_cli.output.dashboard.view import View
from mnemo_cli.sampling.own import read_own_cost
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

# An arrow, a function key, or a key with Alt: none of ours, and no text either.
_ESCAPE_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O?.)?", re.DOTALL)
_SHORTEST_INTERVAL_SECONDS, _LONGEST_INTERVAL_SECONDS = 0.1, 60.0


class Screen:
    """Shows moments until it is left. `quit_question` is asked before the first q is believed."""

    def __init__(
        self,
        console: Console,
        clock: WaitingClock,
        rhythm: Rhythm,
        edges: Edges,
        look: Look,
        *,
        show_rows: Callable[[int], None],
        quit_question: str | None = None,
    ) -> None:
        self._console = console
        self._clock = clock
        self._rhythm = rhythm
        self._edges = edges
        self._look = look if is_utf_8(os.environ) else look._replace(ascii_only=True)
        self._show_rows = show_rows
        self._quit_question = quit_question
        self._memory = ViewMemory()
        self._styles: dict[str, Style] = {}
        self._latest: Moment | None = None
        # What a paused view shows: the moment and the memory of when it was paused.
        self._held: tuple[Moment | None, ViewMemory] | None = None
        self._helping = False
        self._notice: str | None = None
        self._own = (clock.seconds(), read_own_cost(Path("/")))
        self._own_cpu_ratio: float | None = None
        self._live = Live(
            console=console, auto_refresh=False, screen=True, redirect_stdout=False, redirect_stderr=False
        )

    def __enter__(self) -> "Screen":
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._live)
            if sys.stdin is not None and sys.stdin.isatty():
                self._take_keys(stack)
            for number, answer in ((signal.SIGWINCH, self.draw), (signal.SIGTSTP, self._suspend)):
                old = signal.signal(number, lambda *_, answer=answer: self._clock.call_soon(answer))
                stack.callback(signal.signal, number, old)
            self._show_rows(process_rows(*self._console.size))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.close()
        except (OSError, termios.error) as err:
            if err.args[0] != errno.EIO:
                raise
            _abandon_terminal()

    def show(self, moment: Moment) -> None:
        """Take in a moment; draw when it is a reported one or something happened, and nobody paused the view."""
        self._memory.note(moment)
        if moment.reported:
            self._latest = moment
        if self._held is not None:
            return
        if moment.reported:
            self._note_own_cost()
        if moment.reported or moment.verdict.events:
            self.draw()

    def draw(self) -> None:
        """One frame for the terminal's present size."""
        shown, memory = self._held or (self._latest, self._memory)
        if shown is None:
            return
        width, height = self._console.size
        self._show_rows(process_rows(width, height, has_trackers=bool(shown.sample.trackers)))
        own = self._own[1]
        view = View(
            moment=shown,
            memory=memory,
            edges=self._edges,
            look=self._look,
            host_name=os.uname().nodename,
            version=__version__,
            interval_seconds=self._rhythm.interval_seconds,
            own_cpu_ratio=self._own_cpu_ratio,
            own_rss_bytes=own.rss_bytes,
            paused=self._held is not None,
            helping=self._helping,
            notice=self._notice,
        )
        self.put(frame(view, width, height))

    def put(self, lines: list[Line]) -> None:
        """Lines that fill the terminal; one that is gone ends the watch."""
        try:
            self._live.update(_Ready(self._segments(lines)), refresh=True)
        except OSError as err:
            if err.errno != errno.EIO:
                raise
            self._clock.stop()  # the terminal is gone

    def _segments(self, lines: list[Line]) -> list[Segment]:
        """As few as possible: what Rich does with each one costs more than all the rest of a frame."""
        segments: list[Segment] = []
        for position, spans in enumerate(lines):
            if position:
                segments.append(Segment.line())
            segments.extend(
                Segment("".join(text for text, _ in run), self._style(style))
                for style, run in groupby(spans, key=itemgetter(1))
            )
        return segments

    def _style(self, words: str) -> Style | None:
        if not words:
            return None
        style = self._styles.get(words)
        if style is None:
            style = self._styles[words] = Style.parse(words)
        return style

    def _suspend(self) -> None:
        """Ctrl-Z: give the terminal back, stop until somebody continues us, and take it again."""
        self._stack.close()
        os.kill(os.getpid(), signal.SIGSTOP)
        self.__enter__()
        self.draw()

    def _take_keys(self, stack: contextlib.ExitStack) -> None:
        terminal = sys.stdin.fileno()
        old = termios.tcgetattr(terminal)
        stack.callback(termios.tcsetattr, terminal, termios.TCSADRAIN, old)
        # Its default throws away what was typed meanwhile.
        tty.setcbreak(terminal, termios.TCSADRAIN)
        self._clock.answer(terminal, lambda: self._read_keys(terminal))
        stack.callback(self._clock.forget, terminal)

    def _read_keys(self, terminal: int) -> None:
        typed = os.read(terminal, 1024)
        if not typed:  # the terminal is gone
            self._clock.stop()
            return
        for key in _ESCAPE_SEQUENCE.sub(b"", typed).decode(errors="replace"):
            self._press(key)
        self.draw()

    def _press(self, key: str) -> None:
        asked, self._notice = self._notice is not None, None
        if key == keys.QUIT.typed:
            if self._quit_question is None or asked:
                self._clock.stop()
            else:
                self._notice = self._quit_question
        elif key == keys.HELP.typed:
            self._helping = not self._helping
        elif key == keys.PAUSE.typed:
            self._held = (self._latest, self._memory.snapshot()) if self._held is None else None
        elif key in (keys.FASTER.typed, keys.SLOWER.typed):
            factor = 0.5 if key == keys.FASTER.typed else 2.0
            self._rhythm.interval_seconds = max(
                _SHORTEST_INTERVAL_SECONDS, min(_LONGEST_INTERVAL_SECONDS, self._rhythm.interval_seconds * factor)
            )
            self._clock.wake()

    def _note_own_cost(self) -> None:
        now, cost = self._clock.seconds(), read_own_cost(Path("/"))
        before, earlier = self._own
        if now > before:
            self._own_cpu_ratio = (cost.cpu_seconds_total - earlier.cpu_seconds_total) / (now - before)
        self._own = now, cost


def terminal_console(color: str) -> Console:
    """The terminal; colour by --color, else NO_COLOR, else FORCE_COLOR, else what the terminal can."""
    if color == "never":
        return Console(no_color=True)
    if color == "always":
        return Console(no_color=False, color_system="256" if os.environ.get("NO_COLOR") else "auto")
    return Console()


def _abandon_terminal() -> None:
    """Its window was closed: what is still to be written, at the latest by the interpreter's end, goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            termios.tcgetattr(stream.fileno())
        except termios.error as err:
            if err.args[0] == errno.EIO:
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class _Ready:
    """Segments that need no more layout: Rich only writes them."""

    def __init__(self, segments: list[Segment]) -> None:
        self._segments = segments

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._segments
