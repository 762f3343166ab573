"""The screen around the frames, on a terminal that is only a text: when it draws, and that it always gives back.

Keys, resizing and signals on a real terminal are in tests/terminal.
"""

import io
import signal
from collections.abc import Callable

import pytest
from rich.console import Console

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Event, Level, Moment
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.screen import Screen, terminal_console
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

MomentOf = Callable[..., Moment]


def _screen(written: io.StringIO, show_rows: Callable[[int], None] = lambda rows: None) -> Screen:
    console = Console(file=written, force_terminal=True, width=80, height=24)
    rhythm = Rhythm(interval_seconds=1.0)
    return Screen(console, WaitingClock(), rhythm, Edges(), Look(), show_rows=show_rows)


def _frames(written: io.StringIO) -> int:
    return written.getvalue().count(" ETA to limit ")


def test_a_glance_is_drawn_only_when_something_happened(moment_of: MomentOf) -> None:
    written = io.StringIO()
    event = Event(time_seconds=1.0, event="level", level=Level.CRITICAL, text="high → critical")
    with _screen(written) as screen:
        for moment, frames in [
            (moment_of(verdict={"events": (event,)})._replace(reported=False), 0),
            (moment_of(), 1),
            (moment_of()._replace(reported=False), 1),
            (moment_of(verdict={"events": (event,)})._replace(reported=False), 2),
            (moment_of(), 3),
        ]:
            screen.show(moment)
            assert _frames(written) == frames

    assert "events 2" in written.getvalue()


def test_it_says_how_many_processes_it_can_show(moment_of: MomentOf) -> None:
    rows: list[int] = []
    with _screen(io.StringIO(), rows.append) as screen:
        screen.show(moment_of())

    assert rows == [9, 9]


def test_the_line_of_components_takes_the_place_of_a_process(moment_of: MomentOf, telling: Callable) -> None:
    rows: list[int] = []
    with _screen(io.StringIO(), rows.append) as screen:
        screen.show(moment_of(sample={"trackers": telling(0)}))

    assert rows == [9, 8]


def test_an_error_while_it_starts_gives_the_terminal_back() -> None:
    written = io.StringIO()
    before = signal.getsignal(signal.SIGWINCH)

    def refuse(rows: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), _screen(written, refuse):
        pass

    assert "\x1b[?1049l" in written.getvalue()
    assert written.getvalue().rindex("\x1b[?25h") > written.getvalue().rindex("\x1b[?25l")
    assert signal.getsignal(signal.SIGWINCH) is before


def test_a_full_disk_is_not_taken_for_a_closed_window(moment_of: MomentOf) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            if " ETA " in self.getvalue():
                self.truncate(0)
                raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"), _screen(Full()) as screen:
        screen.show(moment_of())


@pytest.mark.parametrize(
    ("choice", "environment", "no_color"),
    [
        ("auto", {}, False),
        ("auto", {"NO_COLOR": "1"}, True),
        ("never", {}, True),
        ("never", {"FORCE_COLOR": "1"}, True),
        ("always", {}, False),
        ("always", {"NO_COLOR": "1"}, False),
    ],
)
def test_the_choice_of_colour_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, choice: str, environment: dict[str, str], no_color: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)

    assert terminal_console(choice).no_color == no_color
