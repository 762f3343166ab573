"""A monitor without a screen that was started from a terminal: its window's end is its own, a signal by hand is not."""

import signal

import pytest

pytestmark = pytest.mark.terminal


@pytest.mark.parametrize("words", [("--headless",), ("--format", "plain")])
def test_a_hangup_by_hand_reloads_and_a_closed_window_ends_it(mnemo, tmp_path, words):
    log = tmp_path / "data/mnemosyne/logs/memory.log"
    terminal = mnemo("monitor", "--host", "--interval", "0.05", "-v", *words)
    terminal.until(log.exists)
    terminal.process.send_signal(signal.SIGHUP)
    terminal.until("the settings were read again; all as before")
    terminal.hang_up()
    assert terminal.process.wait(20) == 129
