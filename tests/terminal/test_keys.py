"""Every key of the dashboard on a real terminal, at a small family of processes."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemo_cli.output.dashboard.keys import KEYS

pytestmark = pytest.mark.terminal

_UP, _DOWN, _RIGHT, _LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
_ESC, _ENTER, _BACKSPACE, _CLEAR = "\x1b", "\r", "\x7f", "\x15"
_FAMILY = ("sh", "-c", "sleep 1001 & sleep 1002 & wait")


@pytest.fixture
def family() -> "Iterator[subprocess.Popen[bytes]]":
    """A shell and its two sleepers."""
    with subprocess.Popen(_FAMILY, start_new_session=True) as shell:
        yield shell
        os.killpg(shell.pid, signal.SIGKILL)


@pytest.fixture
def watched(dashboard, family):
    """`watched("--allow-signal", size=…)`: the dashboard of the family, all of it on the screen."""

    def start(*words, **more):
        terminal = dashboard("--pid", str(family.pid), *words, **more)
        terminal.until("sleep 1002")
        return terminal

    return start


def _rows(terminal) -> list[str]:
    """The commands in their order."""
    found = (re.search(r"sh -c|sleep 100\d|sleep \(2\)", line) for line in terminal.text.splitlines()[3:-1])
    return [match[0] for match in found if match is not None]


def test_the_numbers_open_the_pages(watched):
    terminal = watched()

    for key, wanted in [
        ("2", "(3 of 3 processes"),
        ("3", "GROUP (* binds)"),
        ("4", "counts what it holds"),
        ("5", "ALERTS"),
        ("6", "HISTORY 5 min"),
        ("1", " SWAP "),
    ]:
        terminal.send(key)
        terminal.until(wanted)
        terminal.until(" q quit")


def test_the_list_is_filtered_while_one_types_and_esc_brings_it_back(watched):
    terminal = watched()

    terminal.send("/")
    terminal.until(lambda: terminal.last_line == "/")
    terminal.send("1001")
    terminal.until(lambda: len(_rows(terminal)) == 2)  # the shell has it in its command
    terminal.send(f"{_CLEAR}re:^sleep")
    terminal.until(lambda: _rows(terminal) in (["sleep 1001", "sleep 1002"], ["sleep 1002", "sleep 1001"]))
    terminal.send(_ENTER)
    terminal.until("2 of 2 found, of 3")
    terminal.until(lambda: terminal.last_line.startswith("esc back"))
    terminal.send("/x")
    terminal.until("0 of 0 found")
    terminal.send(_ESC)
    terminal.until("2 of 2 found")
    terminal.send(_ESC)
    terminal.until("3 of 3 processes")


def test_a_wrong_filter_is_told_in_its_line_and_nothing_is_lost(watched):
    terminal = watched()

    terminal.send("/re:sh" + _ENTER)
    terminal.until("1 of 1 found")
    terminal.send("/(" + _ENTER)
    terminal.until("re:sh( is not a regular expression")
    assert terminal.last_line.startswith("/ re:sh(")
    assert "1 of 1 found" in terminal.text
    terminal.send(_BACKSPACE + _ENTER)
    terminal.until(lambda: terminal.last_line.startswith("esc back"))
    assert "1 of 1 found" in terminal.text


def test_a_paste_goes_into_the_filter_and_nowhere_else(watched):
    terminal = watched("--allow-signal")

    terminal.send("\x1b[200~qKq\x1b[201~/")
    terminal.until(lambda: terminal.last_line == "/")
    terminal.send("\x1b[200~re:^sleep\n\x1b[201~" + _ENTER)
    terminal.until("2 of 2 found")
    assert b"\x1b[?2004h" in terminal.raw
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert terminal.raw.rindex(b"\x1b[?2004l") > terminal.raw.rindex(b"\x1b[?2004h")


def test_the_table_is_sorted_by_the_next_column_and_the_other_way_round(watched):
    terminal = watched()

    terminal.send("s")
    terminal.until("sort:RSS v")
    terminal.send("S")
    terminal.until("sort:RSS ^")
    terminal.send("sssssss")
    terminal.until("sort:USER")
    terminal.send("s")
    terminal.until("sort:PSS")


def test_children_stand_below_their_parents_and_names_in_one_row(watched):
    terminal = watched()

    terminal.send("t")
    terminal.until("├─")
    assert _rows(terminal)[0] == "sh -c"
    terminal.send("g")
    terminal.until("sleep (2)")
    assert "├─" not in terminal.text
    terminal.send("g")
    terminal.until("sleep 1002")


def test_the_cursor_goes_up_and_down_and_enter_looks_at_one_process(watched):
    # What others do with the pages that are shared moves PSS, and with the next sample the rows.
    terminal = watched("--interval", "60")
    assert terminal.under_cursor == ""

    for keys, row in [(_DOWN, 0), (_DOWN, 1), ("j", 2), (_DOWN, 2), ("k", 1), (_UP, 0), ("\x1b[F", 2), ("\x1b[H", 0)]:
        terminal.send(keys)
        terminal.until(lambda row=row: _rows(terminal)[row] in terminal.under_cursor and terminal.under_cursor != "")
    for keys, row in [("\x1b[6~", 2), ("\x1b[5~", 0)]:
        terminal.send(keys)
        terminal.until(lambda row=row: _rows(terminal)[row] in terminal.under_cursor and terminal.under_cursor != "")
    pid = terminal.under_cursor.split()[0]
    terminal.send(_ENTER)
    terminal.until(" FDS ")
    assert f" {pid} " in terminal.text
    terminal.send(_DOWN)
    terminal.until("(lines 2-")
    terminal.send(_ESC)
    terminal.until(lambda: terminal.under_cursor.startswith(pid))
    terminal.send(_ESC)
    terminal.until(lambda: terminal.under_cursor == "")


def test_a_process_that_ends_while_it_is_looked_at_brings_the_list_back(watched, family):
    terminal = watched()
    terminal.send("/re:^sleep" + _ENTER)
    terminal.until("2 of 2 found")
    terminal.send(_DOWN)
    terminal.until(lambda: terminal.under_cursor != "")
    pid = int(terminal.under_cursor.split()[0])
    terminal.send(_ENTER)
    terminal.until(" FDS ")

    os.kill(pid, signal.SIGKILL)

    terminal.until(f"process {pid} is not in this sample")
    terminal.until("1 of 1 found")


def test_whose_pss_is_read_can_be_chosen(watched):
    terminal = watched()

    terminal.send("p")
    terminal.until("PSS: of all processes")
    terminal.until("PSS all ")
    terminal.send("p")
    terminal.until("PSS of the tree ")
    terminal.send("p")
    terminal.until("PSS visible ")


def test_the_history_is_zoomed(watched):
    terminal = watched()

    for key, window in [("[", " 2min "), ("[", " 1min "), ("]", " 2min "), ("]", " 5min "), ("]", " 10min ")]:
        terminal.send(key)
        terminal.until(window)


def test_the_past_is_stepped_through_while_paused(watched):
    terminal = watched("--interval", "1s")
    terminal.send(_LEFT)
    terminal.until("space pauses the view")
    clocks = [terminal.clock]
    while len(clocks) < 4:
        terminal.until(lambda: terminal.clock != clocks[-1])
        clocks.append(terminal.clock)
    terminal.send(" ")
    terminal.until("PAUSED")
    assert terminal.clock == clocks[-1] or terminal.clock not in clocks
    last = terminal.clock
    for key, steps in [(_LEFT, 1), (_LEFT, 2), (_RIGHT, 1)]:
        terminal.send(key)
        terminal.until(f"PAUSED {steps} back")
        assert terminal.clock < last
    terminal.send(_RIGHT)
    terminal.until(lambda: "back " not in terminal.text.splitlines()[0])
    assert terminal.clock == last
    terminal.send(" ")
    terminal.until(lambda: "PAUSED" not in terminal.text and terminal.clock > last)


def test_marks_snapshots_and_recordings_are_written(watched, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    terminal = watched()

    terminal.send("m")
    terminal.until("mark 1 is in the memory log")
    terminal.send("w")
    terminal.until(lambda: any(tmp_path.glob("*.json")))
    terminal.until("the newest sample is in ")
    (snapshot,) = tmp_path.glob("*.json")
    assert json.loads(snapshot.read_text())["schema"] == "mnemo.sample/1"
    terminal.send("R")
    terminal.until("recording to ")
    terminal.until("REC 00:00:0")
    terminal.send("R")
    terminal.until(" is closed")
    assert len(list(tmp_path.glob("*.mnr"))) == 1


def test_an_alert_is_acknowledged(watched, tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "alerts:\n  - name: Always\n    condition: memory_usage_pct > 0\n    severity: warning\n    for: 0s\n"
    )
    terminal = watched("--rules", str(rules))
    terminal.until("Always")

    terminal.send("a")
    terminal.until("acknowledged: Always")
    terminal.send("5")
    terminal.until("ACKED")
    terminal.send("a")
    terminal.until("acknowledged already")


# The signal


def _choose_sleeper(terminal) -> int:
    terminal.send("/re:^sleep" + _ENTER)
    terminal.until("2 of 2 found")
    terminal.send(_DOWN)
    terminal.until(lambda: terminal.under_cursor != "")
    return int(terminal.under_cursor.split()[0])


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_signal_is_asked_for_first_and_goes_to_the_process_under_the_cursor(watched, gone):
    terminal = watched("--allow-signal")
    pid = _choose_sleeper(terminal)

    terminal.send("K")
    terminal.until(f"send SIGTERM to {pid} sleep")
    terminal.send("yqKx")
    terminal.send(_ESC)
    terminal.until(lambda: "esc back" in terminal.last_line)
    assert not gone(pid)
    terminal.send("K" + _ENTER)
    terminal.until(f"SIGTERM was sent to process {pid}")
    terminal.until(lambda: gone(pid))
    terminal.until("1 of 1 found")
    assert terminal.under_cursor == ""


def test_another_signal_can_be_chosen(watched, gone):
    terminal = watched("--allow-signal")
    pid = _choose_sleeper(terminal)

    terminal.send("K" + _RIGHT * 5)
    terminal.until(f"send SIGSTOP to {pid} sleep")
    terminal.send(_ENTER)
    terminal.until(lambda: _state(pid) == "T")
    terminal.send("K" + _LEFT * 3)
    terminal.until(f"send SIGCONT to {pid} sleep")
    terminal.send(_ENTER)
    terminal.until(lambda: _state(pid) == "S")


def test_the_list_may_change_while_the_dialog_is_open(watched, family, gone):
    """The question stays what it was; once its process has ended no key sends anything to anybody."""
    terminal = watched("--allow-signal")
    pid = _choose_sleeper(terminal)
    terminal.send("K")
    terminal.until(f"send SIGTERM to {pid} sleep")

    os.kill(pid, signal.SIGKILL)

    terminal.until("1 of 1 found")
    terminal.until("has ended; nothing was sent")
    assert f"process {pid} sleep" in terminal.last_line
    terminal.send(_ENTER)
    terminal.until(lambda: "esc back" in terminal.last_line)
    assert family.poll() is None and "sleep 100" in terminal.text


def test_without_leave_nothing_is_signalled(watched, gone):
    terminal = watched()
    pid = _choose_sleeper(terminal)

    terminal.send("K")
    terminal.until("without --allow-signal")
    terminal.send(_ENTER)
    terminal.until(" FDS ")

    assert not gone(pid)


def test_ctrl_z_with_a_question_open_keeps_the_question(watched, restored, family):
    terminal = watched("--allow-signal")
    pid = _choose_sleeper(terminal)
    terminal.send("K")
    terminal.until(f"send SIGTERM to {pid}")
    terminal.process.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    left = terminal.raw.count(b"\x1b[?2004h")

    terminal.process.send_signal(signal.SIGCONT)

    terminal.until(lambda: terminal.raw.count(b"\x1b[?2004h") > left)
    terminal.until(f"send SIGTERM to {pid}")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.exit_code() == 143
    restored(terminal)


def test_a_storm_of_resizes_with_a_filter_half_typed_loses_nothing(watched):
    terminal = watched()
    terminal.send("2/re:^sl")

    for size in [(80, 24), (1, 1), (160, 45), (30, 5), (220, 70), (7, 40), (100, 30)] * 7:
        terminal.resize(*size)
    terminal.send("eep")
    terminal.until(lambda: terminal.last_line == "/ re:^sleep")
    terminal.until("2 of 2 found")


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 45)])
def test_a_question_can_be_read_at_any_size(watched, dashboard, family, size):
    terminal = dashboard("--pid", str(family.pid), size=size)

    terminal.send("/re:(")
    terminal.until(lambda: terminal.last_line.startswith("/ re:("))
    terminal.until("is not a")


def test_esc_is_answered_though_it_begins_every_arrow(watched):
    terminal = watched()
    terminal.send("?")
    terminal.until("halve the interval")

    terminal.send(_ESC)

    terminal.until("    PID ")


def test_a_sequence_that_comes_in_parts_is_one_key(watched):
    terminal = watched()

    terminal.send("\x1b")
    terminal.send("[")
    terminal.send("B")
    terminal.until(lambda: terminal.under_cursor != "")


def test_no_key_of_the_table_is_forgotten_here():
    """Space, q, ?, + and - are in test_dashboard.py and test_leaving.py."""
    source = Path(__file__).read_text()
    written = {"up": "_UP", "down": "_DOWN", "left": "_LEFT", "right": "_RIGHT", "enter": "_ENTER", "esc": "_ESC"}
    elsewhere = {"q", "?", "space", "+", "-"}
    for key in KEYS:
        word = written.get(key.typed) or f'"{key.typed}'
        assert key.typed in elsewhere or source.count(word) > (key.typed in written), key


def test_ctrl_s_does_not_stop_the_watch(watched):
    terminal = watched("--interval", "1s")

    terminal.send("\x13")
    terminal.send("2")
    terminal.until("(3 of 3 processes")
    last = terminal.clock
    terminal.until(lambda: terminal.clock > last)
