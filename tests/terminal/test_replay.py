"""A recording on the screen: it goes at its pace, stands still when it is paused, and stays at its end."""

import re

import pytest

from mnemo_cli.limits.levels import Edges
from mnemo_cli.output.lines import LineFormat, moment_text
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.recorder import Recorder
from tests.output.plot.builders import moments, process, with_events

pytestmark = pytest.mark.terminal


@pytest.fixture
def ndjson(tmp_path):
    """Ten minutes, one sample a second; at 300 s there is a gap of an hour."""
    several = list(moments(*[500] * 300, processes=lambda position: [process(7, 50, name="worker")]))
    late = [
        with_events(moment._replace(sample=moment.sample._replace(clock_seconds=3900.0 + position)))
        for position, moment in enumerate(moments(*[700] * 300, start_seconds=1_700_003_900.0))
    ]
    path = tmp_path / "night.ndjson"
    path.write_text("".join(moment_text(moment, LineFormat.NDJSON) for moment in several + late))
    return path


@pytest.fixture
def replay(mnemo, ndjson):
    def start(*words):
        terminal = mnemo("monitor", "--replay", str(ndjson), *words)
        terminal.until("REPLAY")
        return terminal

    return start


def test_it_begins_with_the_first_sample_of_the_recorded_place(replay):
    terminal = replay("--speed", "0.1")
    terminal.until("22:13:20 UTC")
    assert "night.ndjson" in terminal.text and "REPLAY 0%" in terminal.text
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_it_begins_at_a_time_with_what_was_before_it_in_the_history(replay):
    terminal = replay("--speed", "0.1", "--at", "+2m")
    terminal.until("22:15:20 UTC")
    history = next(line for line in terminal.text.splitlines() if "5min" in line)
    assert len(history.replace("5min", "").split()[0]) > 10


def test_space_stops_it_and_the_next_space_lets_it_go_on_from_there(replay):
    terminal = replay("--speed", "20")
    terminal.until("REPLAY 1%")
    terminal.send(" ")
    terminal.until("PAUSED")
    stopped = terminal.clock
    assert {screen for screen in terminal.watch(1.0) if stopped not in screen} == set()
    terminal.send(" ")
    terminal.until(lambda: "PAUSED" not in terminal.text and terminal.clock > stopped)
    minutes, seconds = (int(part) for part in stopped.split()[0].split(":")[1:])
    now = [int(part) for part in terminal.clock.split()[0].split(":")[1:]]
    assert (now[0] - minutes) * 60 + now[1] - seconds < 19


def test_at_its_end_it_stays_and_says_so(replay):
    terminal = replay("--speed", "1000")
    terminal.until("the recording ends here")
    assert "REPLAY 100%" in terminal.text
    assert "the recording ends here" in max(terminal.watch(0.5))
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_a_gap_is_skipped_and_said(replay):
    terminal = replay("--speed", "10", "--at", "+298s")
    terminal.until("nothing was recorded for 1h00m")
    assert terminal.clock.startswith("23:18:")


def test_the_levels_are_those_of_the_recording(mnemo, tmp_path):
    """Not those of the settings, of which high begins at 98 % here."""
    about = About(version="0", host_name="h", interval_seconds=1.0, edges=Edges(high_ratio=0.55))
    recorder = Recorder(tmp_path / "a.mnr", about, pytest.fail, max_bytes=1 << 20)
    for moment in moments(500, 500):
        recorder.note(moment)
    recorder.close()
    terminal = mnemo("monitor", "--replay", str(tmp_path / "a.mnr"), "--speed", "0.1", size=(120, 40))
    terminal.until("MEM  [")
    bar = re.search(r"MEM  \[(.+?)\]", terminal.text)[1]
    edges = [position / len(bar) for position, sign in enumerate(bar) if sign == "|"]
    assert edges == pytest.approx([0.4, 0.55, 0.8], abs=0.02)


def test_it_leaves_the_terminal_as_it_was(replay, restored):
    terminal = replay("--speed", "5")
    terminal.process.terminate()
    assert terminal.exit_code() == 143
    restored(terminal)


def test_what_is_strange_is_said_after_the_screen_has_gone(replay, ndjson):
    ndjson.write_bytes(b"what\n" + ndjson.read_bytes())
    terminal = replay("--speed", "5")
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert b"night.ndjson: 1 line is left out; line 1: it is not JSON" in terminal.raw
