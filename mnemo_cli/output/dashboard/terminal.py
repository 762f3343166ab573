"""The terminal while a screen owns it: keys come in, lines go out, and it is given back as it was.

What the keys mean and what the lines say is not here: see screen.py, and output/orchestrate/screen.py.
"""

import contextlib
import errno
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from types import TracebackType

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.style import Style

from mnemo_cli.output.dashboard.keyboard import PATIENCE_SECONDS, Keyboard
from mnemo_cli.output.dashboard.spans import Line
from mnemo_cli.watch.clock import WaitingClock

# Pasted text comes marked as such, and not as keys: a "q" or a "K" in it was not pressed.
# https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Bracketed-Paste-Mode
_MARK_PASTES, _MARK_NO_PASTES = "\x1b[?2004h", "\x1b[?2004l"
_READ_BYTES = 4096
# A sequence that comes in more parts than this is none.
_MOST_PARTS = 16
# A paste that stands still so long has lost its end.
_PASTE_PATIENCE_SECONDS = 1.0


class Terminal:
    """Entered, it is ours: `press` hears every key, and `draw` is called after them and after each new size."""

    def __init__(
        self, console: Console, clock: WaitingClock, *, press: Callable[[str], None], draw: Callable[[], None]
    ) -> None:
        self._console = console
        self._clock = clock
        self._press, self._draw = press, draw
        self._keyboard = Keyboard()
        self._read_at_seconds = 0.0
        self._styles: dict[str, Style] = {}
        self._live = Live(
            console=console, auto_refresh=False, screen=True, redirect_stdout=False, redirect_stderr=False
        )

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines, now."""
        width, height = self._console.size
        return width, height

    def __enter__(self) -> "Terminal":
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._live)
            if sys.stdin is not None and sys.stdin.isatty():
                self._take_keys(stack)
            for number, answer in ((signal.SIGWINCH, self._draw), (signal.SIGTSTP, self._suspend)):
                old = signal.signal(number, lambda *_, answer=answer: self._clock.call_soon(answer))
                stack.callback(signal.signal, number, old)
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
        self._draw()

    def _take_keys(self, stack: contextlib.ExitStack) -> None:
        terminal = sys.stdin.fileno()
        old = termios.tcgetattr(terminal)
        stack.callback(termios.tcsetattr, terminal, termios.TCSADRAIN, old)
        # Its default throws away what was typed meanwhile.
        tty.setcbreak(terminal, termios.TCSADRAIN)
        _stop_nothing(terminal)
        stack.callback(self._write, _MARK_NO_PASTES)
        self._write(_MARK_PASTES)
        self._clock.answer(terminal, lambda: self._read_keys(terminal))
        stack.callback(self._clock.forget, terminal)

    def _write(self, sequence: str) -> None:
        self._console.file.write(sequence)
        self._console.file.flush()

    def _read_keys(self, terminal: int) -> None:
        typed = os.read(terminal, _READ_BYTES)
        if not typed:  # the terminal is gone
            self._clock.stop()
            return
        before, self._read_at_seconds = self._read_at_seconds, self._clock.seconds()
        keys: tuple[str, ...] = ()
        if self._keyboard.is_pasting and self._read_at_seconds - before > _PASTE_PATIENCE_SECONDS:
            keys = self._keyboard.give_up()
        for key in (*keys, *self._keyboard.feed(typed), *self._rest_of_a_sequence(terminal)):
            self._press(key)
        self._draw()

    def _rest_of_a_sequence(self, terminal: int) -> tuple[str, ...]:
        """Esc begins every sequence: whether it was a key by itself shows only when nothing follows."""
        keys: tuple[str, ...] = ()
        for _ in range(_MOST_PARTS):
            if not self._keyboard.is_waiting:
                break
            typed = os.read(terminal, _READ_BYTES) if select.select([terminal], [], [], PATIENCE_SECONDS)[0] else b""
            keys += self._keyboard.feed(typed) if typed else self._keyboard.give_up()
        return keys


def terminal_console(color: str) -> Console:
    """The terminal; colour by --color, else NO_COLOR, else FORCE_COLOR, else what the terminal can."""
    if color == "never":
        return Console(no_color=True)
    if color == "always":
        return Console(no_color=False, color_system="256" if os.environ.get("NO_COLOR") else "auto")
    return Console()


def _stop_nothing(terminal: int) -> None:
    """Else Ctrl-S holds back what is written, and with it sampling, alerts and recording."""
    modes = termios.tcgetattr(terminal)
    modes[0] &= ~termios.IXON
    termios.tcsetattr(terminal, termios.TCSADRAIN, modes)


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
