"""However the dashboard ends, the terminal is as it was, and the exit code says why."""

import os
import signal

import pytest

pytestmark = pytest.mark.terminal

_BREAKS_AT_THE_SECOND_FRAME = """
import mnemo_cli.output.dashboard.frame as module

whole, drawn = module.frame, []


def frame(*arguments):
    drawn.append(1)
    if len(drawn) == 2:
        raise ZeroDivisionError("the second frame")
    return whole(*arguments)


module.frame = frame
"""


def test_q_ends_with_0(dashboard, restored):
    terminal = dashboard()

    terminal.send("q")

    assert terminal.exit_code() == 0
    restored(terminal)


def test_ctrl_c_ends_with_130(dashboard, restored):
    terminal = dashboard()

    terminal.send("\x03")

    assert terminal.exit_code() == 130
    restored(terminal)
    assert b"Traceback" not in terminal.raw


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_with_128_and_its_number(dashboard, restored, number):
    terminal = dashboard("--interval", "60s")

    terminal.process.send_signal(number)

    assert terminal.exit_code() == 128 + number
    restored(terminal)


def test_a_signal_at_any_time_restores_the_terminal(mnemo):
    terminal = mnemo("monitor")
    terminal.until(lambda: b"\x1b[?1049h" in terminal.raw)

    terminal.process.send_signal(signal.SIGTERM)

    assert terminal.exit_code() == 143
    assert terminal.modes() == terminal.before
    assert terminal.raw.count(b"\x1b[?1049l") >= 1


def test_a_closed_window_ends_it(dashboard):
    terminal = dashboard()

    terminal.hang_up()

    assert terminal.process.wait(20) == 129


def test_a_bug_of_ours_restores_the_terminal_and_then_says_so(dashboard, restored, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(_BREAKS_AT_THE_SECOND_FRAME)

    terminal = dashboard(env={"PYTHONPATH": str(tmp_path)})

    assert terminal.exit_code() == 3
    restored(terminal)
    _, _, after = terminal.raw.rpartition(b"\x1b[?1049l")
    assert b"internal error: ZeroDivisionError: the second frame" in after
    assert b"Traceback" not in terminal.raw


def test_a_duration_ends_with_0(mnemo, restored):
    terminal = mnemo("monitor", "--duration", "300ms")

    assert terminal.exit_code() == 0
    restored(terminal)


def test_a_timeout_ends_with_124(mnemo, restored):
    terminal = mnemo("monitor", "--timeout", "300ms")

    assert terminal.exit_code() == 124
    restored(terminal)


def test_keys_typed_ahead_are_not_left_to_the_shell(dashboard, restored):
    """A q after the end would be typed into the shell's next prompt."""
    terminal = dashboard()

    terminal.send("?q")

    assert terminal.exit_code() == 0
    restored(terminal)


@pytest.mark.parametrize("stdin", ["null", "closed"])
def test_without_a_keyboard_it_draws_and_ctrl_c_ends_it(dashboard, restored, stdin):
    terminal = dashboard(stdin=stdin)
    before = terminal.clock
    terminal.until(lambda: terminal.clock > before)

    terminal.send("\x03")

    assert terminal.exit_code() == 130
    restored(terminal)


def test_a_target_that_ends_leaves_a_restored_terminal_and_a_summary(dashboard, restored):
    pid = os.posix_spawnp("sleep", ["sleep", "1000"], {"PATH": os.environ["PATH"]})
    try:
        terminal = dashboard("--pid", str(pid))
        os.kill(pid, signal.SIGKILL)
    finally:
        os.waitpid(pid, 0)

    assert terminal.exit_code() == 0
    restored(terminal)
    _, _, after = terminal.raw.rpartition(b"\x1b[?1049l")
    assert f"mnemo: pid {pid}: peak ".encode() in after


def test_a_target_that_is_not_there_never_touches_the_terminal(mnemo):
    terminal = mnemo("monitor", "--pid", str(2**22 - 1))

    assert terminal.exit_code() == 2
    assert b"\x1b[" not in terminal.raw


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(dashboard, restored):
    terminal = dashboard()

    terminal.process.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)

    assert os.WIFSTOPPED(status)
    terminal.until(lambda: terminal.raw.rstrip().endswith(b"\x1b[?25h") or b"\x1b[?1049l" in terminal.raw)
    left = terminal.raw.count(b"\x1b[?1049h")

    terminal.process.send_signal(signal.SIGCONT)

    terminal.until(lambda: terminal.raw.count(b"\x1b[?1049h") > left)
    terminal.until("COMMAND")
    terminal.send("q")
    assert terminal.exit_code() == 0
    restored(terminal)


def test_a_key_that_was_typed_while_it_stood_still_counts_when_it_goes_on(dashboard, restored):
    terminal = dashboard()
    terminal.process.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(terminal.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    terminal.send("q")
    terminal.process.send_signal(signal.SIGCONT)
    assert terminal.exit_code() == 0
    restored(terminal)
