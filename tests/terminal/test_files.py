"""What keys of the dashboard put into files: marks, snapshots, recordings."""

import json
import re
from pathlib import Path

import pytest

from mnemo_cli.recording.reading.line import Recorded
from mnemo_cli.recording.reading.stream import read_recording
from tests.schemas import validator_of

pytestmark = pytest.mark.terminal


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def recorded(path):
    with path.open("rb") as file:
        lines = list(read_recording(file, str(path)))
    assert all(isinstance(line, Recorded) for line in lines), lines
    return [line.moment for line in lines]


def marks(path):
    return [event.text for moment in recorded(path) for event in moment.verdict.events if event.event == "mark"]


def log_marks(tmp_path):
    documents = [json.loads(line) for line in (tmp_path / "data/mnemosyne/logs/memory.log").read_text().splitlines()]
    for document in documents:
        validator_of("log").validate(document)
    return [document["text"] for document in documents if document.get("event") == "mark"]


def test_m_marks_the_memory_log_and_the_recording(dashboard, tmp_path):
    terminal = dashboard("--record", "a.mnr")
    terminal.send("m")
    terminal.until("mark 1 is in the memory log and in the recording")
    terminal.send("m")
    terminal.until("mark 2 is in the memory log and in the recording")
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert log_marks(tmp_path) == ["mark 1", "mark 2"] == marks(Path("a.mnr"))


def test_without_a_recording_a_mark_is_in_the_log_alone(dashboard, tmp_path):
    terminal = dashboard()
    terminal.send("m")
    terminal.until("mark 1 is in the memory log")
    assert "and in the recording" not in terminal.text
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert log_marks(tmp_path) == ["mark 1"]


def test_w_writes_the_present_sample_to_a_file_of_its_own(dashboard):
    terminal = dashboard()
    for count in (1, 2):
        terminal.send("w")
        terminal.until(lambda count=count: len(list(Path().glob("mnemo-*.json"))) == count)
    terminal.until("the newest sample is in mnemo-")
    terminal.send("q")
    assert terminal.exit_code() == 0
    for path in Path().glob("mnemo-*.json"):
        document = json.loads(path.read_text())
        validator_of("sample").validate(document)
        assert len(document["processes"]) > 1


def test_r_begins_and_ends_recordings(dashboard):
    terminal = dashboard(size=(160, 45))
    terminal.send("R")
    terminal.until("recording to mnemo-")
    terminal.until("REC ")
    (path,) = Path().glob("mnemo-*.mnr")
    terminal.until(lambda: recorded(path))
    terminal.send("R")
    terminal.until("is closed")
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert recorded(path)


def test_r_ends_the_recording_of_the_option_and_goes_on_with_it(dashboard):
    terminal = dashboard("--record", "a.mnr", size=(160, 45))
    terminal.until("REC ")
    terminal.send("R")
    terminal.until("the recording a.mnr is closed")
    before = len(recorded(Path("a.mnr")))
    terminal.send("R")
    terminal.until("recording to a.mnr")
    terminal.until(lambda: len(recorded(Path("a.mnr"))) > before)
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert [str(path) for path in Path().iterdir()] == ["a.mnr"]


@pytest.mark.parametrize("key", ["w", "R"])
def test_where_nothing_can_be_written_the_screen_says_so_and_goes_on(dashboard, tmp_path, key):
    """A folder that is gone takes no file, not even root's."""
    terminal = dashboard()
    (tmp_path / "here").rmdir()
    terminal.send(key)
    terminal.until("No such file or directory")
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_a_recording_is_replayed_on_the_screen(dashboard, mnemo):
    first = dashboard("--record", "a.mnr")
    first.send("m")
    first.until("mark 1 is in the memory log")
    first.send("q")
    assert first.exit_code() == 0
    replay = mnemo("monitor", "--replay", "a.mnr", "--speed", "100", "--columns", "pid,rss,command")
    replay.until("the recording ends here")
    assert re.search(r"^ +PID +RSS +COMMAND", replay.text, re.MULTILINE)
    replay.send("q")
    assert replay.exit_code() == 0


def test_columns_are_chosen_by_the_option_before_the_settings(dashboard, tmp_path):
    variables = {"MNEMOSYNE_MONITOR_COLUMNS": "PID,SWAP,COMMAND"}
    by_environment = dashboard(env=variables)
    by_environment.until(lambda: re.search(r"^ +PID +SWAP +COMMAND", by_environment.text, re.MULTILINE) is not None)
    by_option = dashboard("--columns", "pid,thr,command", env=variables)
    by_option.until(lambda: re.search(r"^ +PID +THR +COMMAND", by_option.text, re.MULTILINE) is not None)


def test_k_is_refused_without_allow_signal(dashboard):
    terminal = dashboard()
    terminal.send("jK")
    terminal.until("mnemo was started without --allow-signal")
