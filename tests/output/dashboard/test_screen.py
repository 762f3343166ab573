"""The screen around the frames, on a terminal that is only a text: when it draws, what it asks for, what it hands on.

Keys, resizing and signals on a real terminal are in tests/terminal.
"""

import io
import signal
import threading
from collections.abc import Callable

import pytest
from rich.console import Console

from mnemo_cli.errors import OutputError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Alert, Event, Level, Moment
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.screen import Screen
from mnemo_cli.output.dashboard.terminal import terminal_console
from mnemo_cli.output.dashboard.view import Recording
from mnemo_cli.sampling.asked import Asked, PssMode
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

MomentOf = Callable[..., Moment]


class Files:
    """What the owner of a watch does when it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def mark(self, text: str) -> str:
        self.asked.append(text)
        return f"put {text} into the log"

    def snapshot(self) -> str:
        raise OutputError("cannot write snapshot.json: No space left on device")

    def record(self) -> str:
        self.asked.append("record")
        return "recording to m.mnr"


def _screen(written: io.StringIO, **parts: object) -> Screen:
    console = Console(file=written, force_terminal=True, width=80, height=24)
    rhythm = Rhythm(interval_seconds=1.0)
    return Screen(console, WaitingClock(), rhythm, Edges(), Look(), **parts)  # type: ignore[arg-type]


def _typed(screen: Screen, *keys: str) -> None:
    """As the terminal does: keys, and then a frame."""
    for key in keys:
        screen._press(key)
    screen.draw()


def _frames(written: io.StringIO) -> int:
    return written.getvalue().count(" ETA to limit ")


def _last(written: io.StringIO) -> str:
    """The last frame, from the host's name on."""
    return written.getvalue().rpartition(" mnemo ")[2]


def _at(moment: Moment, seconds: float, **verdict: object) -> Moment:
    sample = moment.sample._replace(clock_seconds=1000 + seconds, time_seconds=1_795_356_000 + seconds)
    return Moment(sample=sample, verdict=moment.verdict._replace(**verdict))  # type: ignore[arg-type]


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


def test_what_is_needed_is_asked_for_once_and_again_when_it_changes(moment_of: MomentOf) -> None:
    asked: list[Asked] = []
    with _screen(io.StringIO(), ask=asked.append) as screen:
        screen.show(moment_of())
        screen.show(moment_of())
        assert len(asked) == 1
        _typed(screen, "2", "p")

    assert (asked[0].everyone, asked[0].pss) == (False, PssMode.VISIBLE)
    assert (asked[-1].everyone, asked[-1].pss) == (True, PssMode.ALL)


def test_who_wants_more_gets_a_sample_at_once(moment_of: MomentOf) -> None:
    clock, rhythm = WaitingClock(), Rhythm(interval_seconds=60.0)
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    with Screen(console, clock, rhythm, Edges(), Look()) as screen:
        screen.show(moment_of())
        _typed(screen, "down", "?", "?")
        assert not rhythm.at_once
        _typed(screen, "2")
        assert rhythm.at_once
        assert clock.wait(60.0)  # woken


def test_rows_that_a_key_scrolled_to_are_read_at_once_and_those_that_change_places_are_not(
    moment_of: MomentOf,
) -> None:
    rhythm = Rhythm(interval_seconds=60.0)
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    first = moment_of().sample.processes[0]
    unread = [first._replace(pid=pid, name=f"n{pid}", pss_bytes=None) for pid in range(1, 201)]
    with Screen(console, WaitingClock(), rhythm, Edges(), Look()) as screen:
        screen.show(moment_of(sample={"processes": tuple(unread)}))
        _typed(screen, "2")
        rhythm.at_once = False
        _typed(screen, "end")
        assert rhythm.at_once
        rhythm.at_once = False
        screen.show(moment_of(sample={"processes": tuple(reversed(unread))}))
        assert not rhythm.at_once


def test_keys_before_the_first_moment_do_nothing() -> None:
    with _screen(io.StringIO()) as screen:
        _typed(screen, "space", "down", "enter", "K", "2", "/")

        assert not screen.paused


def test_an_error_while_it_starts_gives_the_terminal_back() -> None:
    """Python allows signal handlers in the main thread only."""
    written = io.StringIO()
    before = signal.getsignal(signal.SIGWINCH)
    errors: list[ValueError] = []

    def enter() -> None:
        try:
            _screen(written).__enter__()
        except ValueError as err:
            errors.append(err)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()

    assert len(errors) == 1
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


def test_a_paused_view_steps_back_and_the_present_goes_on(moment_of: MomentOf) -> None:
    written = io.StringIO()
    with _screen(written) as screen:
        for second in range(5):
            screen.show(_at(moment_of(), second))
        _typed(screen, "space")
        assert screen.paused and "14:00:04 UTC" in _last(written)
        frames = _frames(written)
        screen.show(_at(moment_of(), 5))
        assert _frames(written) == frames
        _typed(screen, "left", "left")
        assert "14:00:02 UTC" in _last(written) and "PAUSED" in _last(written)
        _typed(screen, "right")
        assert "14:00:03 UTC" in _last(written)
        _typed(screen, *["left"] * 99)
        assert "14:00:00 UTC" in _last(written)
        _typed(screen, "space")
        assert "14:00:05 UTC" in _last(written) and "PAUSED" not in _last(written)


def test_requests_go_to_whoever_owns_the_files_and_their_answer_is_said(moment_of: MomentOf) -> None:
    written, files = io.StringIO(), Files()
    with _screen(written, requests=files) as screen:
        screen.show(moment_of())
        _typed(screen, "m")
        assert "put mark 1 into the log" in _last(written)
        _typed(screen, "m", "R")
        assert "recording to m.mnr" in _last(written)
        _typed(screen, "w")
        assert "cannot write snapshot.json: No space left on device" in _last(written)

    assert files.asked == ["mark 1", "mark 2", "record"]


def test_a_mark_is_an_event_of_the_view(moment_of: MomentOf) -> None:
    written = io.StringIO()
    with _screen(written) as screen:
        screen.show(moment_of())
        _typed(screen, "m")

    assert "events 1" in _last(written)


def test_without_files_nothing_is_written(moment_of: MomentOf) -> None:
    written = io.StringIO()
    with _screen(written) as screen:
        screen.show(moment_of())
        for key in "wR":
            _typed(screen, key)
            assert "nothing is written by this watch" in _last(written)


def _alert(state: str) -> Alert:
    return Alert(name="MemoryHigh", state=state, severity="warning", since_seconds=1.0)  # type: ignore[arg-type]


def test_an_acknowledged_alert_is_news_again_when_it_fires_again(moment_of: MomentOf) -> None:
    written = io.StringIO()
    firing, over = (moment_of(verdict={"alerts": (_alert(state),)}) for state in ("firing", "resolved"))
    with _screen(written) as screen:
        screen.show(firing)
        _typed(screen, "a")
        assert "acknowledged: MemoryHigh" in _last(written)
        _typed(screen, "a")
        assert "acknowledged already" in _last(written)
        assert screen._acknowledged.names == {"MemoryHigh"}
        screen.show(over)
        assert screen._acknowledged.names == frozenset()
        _typed(screen, "a")
        assert "no alert fires" in _last(written)


def test_an_alert_that_fires_again_while_the_view_is_paused_is_news(moment_of: MomentOf) -> None:
    firing, over = (moment_of(verdict={"alerts": (_alert(state),)}) for state in ("firing", "resolved"))
    with _screen(io.StringIO()) as screen:
        screen.show(firing)
        _typed(screen, "a", "space")
        screen.show(over)
        screen.show(firing)
        _typed(screen, "space")
        assert screen._acknowledged.names == frozenset()


def test_only_what_the_paused_screen_shows_is_acknowledged(moment_of: MomentOf) -> None:
    written = io.StringIO()
    with _screen(written) as screen:
        screen.show(moment_of(verdict={"alerts": ()}))
        _typed(screen, "space")
        screen.show(moment_of(verdict={"alerts": (_alert("firing"),)}))
        _typed(screen, "a")
        assert "no alert of this moment fires now" in _last(written)
        assert screen._acknowledged.names == frozenset()
        _typed(screen, "space", "a")
        assert screen._acknowledged.names == {"MemoryHigh"}


def test_a_notice_that_a_sample_brought_stands_as_long_as_one_that_a_key_brought(moment_of: MomentOf) -> None:
    class Later(WaitingClock):
        now_seconds = 0.0

        def seconds(self) -> float:
            return self.now_seconds

    written, clock = io.StringIO(), Later()
    console = Console(file=written, force_terminal=True, width=80, height=24)
    with Screen(console, clock, Rhythm(interval_seconds=1.0), Edges(), Look()) as screen:
        screen.show(moment_of())
        _typed(screen, "down", "enter")
        clock.now_seconds = 60.0
        screen.show(moment_of(sample={"processes": ()}))
        clock.now_seconds = 61.0
        screen.show(moment_of(sample={"processes": ()}))
        assert "is not in this sample" in _last(written)
        clock.now_seconds = 69.0
        screen.show(moment_of(sample={"processes": ()}))
        assert "is not in this sample" not in _last(written)


def test_a_filter_that_takes_too_long_gives_way_to_the_one_before(moment_of: MomentOf) -> None:
    moment = moment_of()
    one = moment.sample.processes[0]._replace(command="a" * 200 + "!")
    written = io.StringIO()
    with _screen(written) as screen:
        screen.show(moment_of(sample={"processes": (one,)}))
        _typed(screen, "/", *"a!", "enter", "/", "ctrl+u", *"re:(a+)+$")
        assert "re: takes too long" in _last(written)
        assert screen._choice.filter.text == "a!"
        _typed(screen, "esc")
        assert (screen._choice.filter.text, screen._choice.complaint) == ("a!", None)


def test_a_filter_that_becomes_slow_later_is_taken_away_with_a_word(moment_of: MomentOf) -> None:
    moment = moment_of()
    one = moment.sample.processes[0]
    written = io.StringIO()
    with _screen(written) as screen:
        screen.show(moment_of(sample={"processes": (one._replace(command="aaa"),)}))
        _typed(screen, "/", *"re:(a+)+$", "enter")
        assert screen._choice.filter.text == "re:(a+)+$"
        screen.show(moment_of(sample={"processes": (one._replace(command="a" * 200 + "!"),)}))
        assert "re: takes too long" in _last(written)
        assert screen._choice.filter.text == ""


def test_a_process_that_is_gone_leaves_no_cursor_behind(moment_of: MomentOf) -> None:
    moment = moment_of()
    rows = moment.sample.processes
    with _screen(io.StringIO()) as screen:
        screen.show(moment)
        _typed(screen, "down", "down")
        assert screen._choice.selected == (rows[1].pid, rows[1].started)
        screen.show(moment_of(sample={"processes": rows[:1]}))
        assert screen._choice.selected is None


def test_groups_and_one_process_are_read_once_a_moment_while_their_page_is_shown(moment_of: MomentOf) -> None:
    reads: list[object] = []
    screen = _screen(
        io.StringIO(),
        read_groups=lambda: reads.append("groups"),
        read_process=lambda pid, started: reads.append((pid, started)),
    )
    first = moment_of().sample.processes[0]
    with screen:
        screen.show(moment_of())
        assert reads == []
        _typed(screen, "3")
        _typed(screen, "?", "?")
        assert reads == ["groups"]
        screen.show(moment_of())
        assert reads == ["groups"] * 2
        _typed(screen, "1", "down", "enter")
        assert reads == ["groups"] * 2 + [(first.pid, first.started)]
        _typed(screen, "space", "3")
        assert len(reads) == 3


def test_what_is_recorded_and_how_far_a_replay_is_stand_in_the_header(moment_of: MomentOf) -> None:
    written = io.StringIO()
    recording = Recording(name="m.mnr", began_seconds=1_795_356_000, size_bytes=1000)
    with _screen(written, recording=lambda: recording, replayed=lambda: 0.25, host_name="elsewhere") as screen:
        screen.show(_at(moment_of(), 61))

    assert "elsewhere" in _last(written)
    assert "REC 00:01:01" in _last(written)
    assert "REPLAY 25%" in _last(written)


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
