"""The live view of a run on a real terminal: jobs come and go, q drains, and the terminal is given back."""

import pytest

pytestmark = pytest.mark.terminal


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "gate").mkdir()
    path = tmp_path / "jobs.txt"
    path.write_text("true\nuntil test -e " + str(tmp_path / "gate/open") + "; do sleep 0.02; done\necho later\n")
    return path


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (40, 8)])
def test_the_view_follows_the_run_and_leaves_a_report(mnemo, restored, plan, tmp_path, size):
    terminal = mnemo("orchestrate", str(plan), "--slots", "1", size=size)
    terminal.until(" 1 done" if size != (40, 8) else "JOBS 1 of 1")
    terminal.until("mnemo orchestrate")
    if size != (40, 8):
        terminal.until("all slots are taken")
    (tmp_path / "gate/open").touch()
    assert terminal.exit_code() == 0
    restored(terminal)
    assert b"3 done in" in terminal.raw


def test_q_drains_and_the_help_tells_so(mnemo, restored, plan, tmp_path):
    terminal = mnemo("orchestrate", str(plan), "--slots", "1", "--journal", str(tmp_path / "j"))
    terminal.until(" 1 done")
    terminal.send("?")
    terminal.until("start no more jobs")
    terminal.send("?q")
    terminal.until("DRAINING")
    (tmp_path / "gate/open").touch()
    assert terminal.exit_code() == 130
    restored(terminal)
    assert b"2 done, 1 waiting" in terminal.raw


def test_a_closed_window_drains(mnemo, plan, tmp_path, gone):
    terminal = mnemo("orchestrate", str(plan), "--slots", "1", "--journal", str(tmp_path / "j"))
    terminal.until(" 1 done")
    terminal.hang_up()
    (tmp_path / "gate/open").touch()
    assert terminal.process.wait(timeout=20) in (129, 130)
    assert (tmp_path / "j").exists() and not (tmp_path / "j.lock").exists()
