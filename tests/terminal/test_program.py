"""`mnemo monitor -- CMD` on a terminal: the program's output is kept, and q asks before it ends anything."""

import os
import re
import signal
from pathlib import Path

import pytest

pytestmark = pytest.mark.terminal

_QUESTION = "the program is still running: q again asks it to end"


def _family(tmp_path: Path) -> tuple[str, str, str]:
    """A program that starts one of its own and waits for it; its pids go to a file."""
    return ("sh", "-c", f"sleep 1000 & echo $$ $! > {tmp_path}/pids.new; mv {tmp_path}/pids.new {tmp_path}/pids; wait")


def _pids(terminal, tmp_path: Path) -> list[int]:
    terminal.until((tmp_path / "pids").exists)
    return [int(word) for word in (tmp_path / "pids").read_text().split()]


def test_its_output_is_kept_and_its_last_lines_and_code_are_told_at_the_end(mnemo, restored, tmp_path):
    terminal = mnemo("monitor", "--", "sh", "-c", "seq 30; echo to stderr >&2; exit 7")

    assert terminal.exit_code() == 7
    restored(terminal)
    shown, _, after = terminal.raw.rpartition(b"\x1b[?1049l")
    words = after.decode()
    found = re.search(r"its output is in (\S+); the last lines:", words)
    assert found is not None
    assert Path(found[1]).parent == tmp_path
    assert Path(found[1]).read_text() == "".join(f"{n}\n" for n in range(1, 31)) + "to stderr\n"
    lines = words[found.end() :].split()
    assert lines == [*(str(n) for n in range(12, 31)), "to", "stderr"]
    assert re.search(r"mnemo: sh -c .*: peak .*exit 7", words)
    assert b"to stderr" not in shown


def test_its_input_is_empty(mnemo):
    terminal = mnemo("monitor", "--", "sh", "-c", "cat; echo end of input")
    terminal.send("typed for mnemo")

    assert terminal.exit_code() == 0
    assert b"  end of input\r\n" in terminal.raw


def test_q_asks_first_and_any_other_key_goes_on(dashboard, gone, tmp_path):
    terminal = dashboard("--", *_family(tmp_path))
    pids = _pids(terminal, tmp_path)

    terminal.send("q")
    terminal.until(_QUESTION)
    terminal.send("x")
    terminal.until(" q quit")

    assert not any(gone(pid) for pid in pids)
    terminal.send("q")
    terminal.until(_QUESTION)


def test_a_second_q_ends_the_program_and_what_it_started(dashboard, restored, gone, tmp_path):
    terminal = dashboard("--", *_family(tmp_path))
    pids = _pids(terminal, tmp_path)

    terminal.send("q")
    terminal.until(_QUESTION)
    terminal.send("q")

    assert terminal.exit_code() == 128 + signal.SIGTERM
    restored(terminal)
    assert all(gone(pid) for pid in pids)


def test_ctrl_c_goes_to_the_program_and_its_code_comes_back(dashboard, restored, tmp_path):
    ready = tmp_path / "ready"
    program = f"trap 'echo cleaned up; exit 5' INT; touch {ready}; while :; do sleep 0.1; done"
    terminal = dashboard("--", "sh", "-c", program)
    terminal.until(ready.exists)

    terminal.send("\x03")

    assert terminal.exit_code() == 5
    restored(terminal)
    assert b"  cleaned up\r\n" in terminal.raw


def test_sigterm_goes_to_the_program_and_what_it_started(dashboard, restored, gone, tmp_path):
    terminal = dashboard("--", *_family(tmp_path))
    pids = _pids(terminal, tmp_path)

    terminal.process.terminate()

    assert terminal.exit_code() == 143
    restored(terminal)
    assert all(gone(pid) for pid in pids)


def test_a_program_that_does_not_exist_never_touches_the_terminal(mnemo, tmp_path):
    terminal = mnemo("monitor", "--", str(tmp_path / "none"))

    assert terminal.exit_code() == 127
    assert b"\x1b" not in terminal.raw
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".log")]
