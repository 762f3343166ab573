"""Signals during a watch: they end a wait at once, and everything is as before afterwards."""

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.signals import EndingSignals

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_a_signal_is_told_ends_the_wait_and_has_a_code(number):
    clock, heard = WaitingClock(), []

    def on_end(told):
        heard.append(told)
        clock.stop()

    with EndingSignals(clock, on_end) as signals:
        assert signals.exit_code is None
        began = time.monotonic()
        clock.call_soon(lambda: os.kill(os.getpid(), number))
        assert clock.wait(30) is False
    assert time.monotonic() - began < 10
    assert (heard, signals.received, signals.exit_code) == ([number], number, 128 + number)


def test_a_signal_from_outside_wakes_a_wait_in_the_middle():
    clock = WaitingClock()
    with EndingSignals(clock, lambda _: clock.stop()):
        ours = os.getpid()
        sender = subprocess.Popen([sys.executable, "-I", "-S", "-c", f"import os; os.kill({ours}, 15)"])
        began = time.monotonic()
        assert clock.wait(30) is False
        assert time.monotonic() - began < 10
        assert sender.wait() == 0


def test_a_signal_that_does_not_stop_the_clock_leaves_the_wait_its_length():
    clock, heard = WaitingClock(), []
    with EndingSignals(clock, heard.append):
        clock.call_soon(lambda: os.kill(os.getpid(), signal.SIGTERM))
        began = time.monotonic()
        assert clock.wait(0.05) is True
        assert time.monotonic() - began >= 0.05
    assert heard == [signal.SIGTERM]


def test_handlers_and_wake_up_pipe_are_put_back_also_after_an_error():
    before = {number: signal.getsignal(number) for number in ENDING}
    open_before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    with pytest.raises(RuntimeError), EndingSignals(WaitingClock(), lambda _: None):
        assert all(signal.getsignal(number) != before[number] for number in ENDING)
        raise RuntimeError
    assert {number: signal.getsignal(number) for number in ENDING} == before
    assert signal.set_wakeup_fd(-1) == -1
    assert not open_before or len(os.listdir("/proc/self/fd")) == open_before


def test_a_signal_that_was_ignored_stays_ignored():
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with EndingSignals(WaitingClock(), lambda _: pytest.fail("it was heard")):
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, old)


ASK = "from mnemo_cli.watch.signals import shares_terminal; print(shares_terminal())"


def test_children_share_the_terminal_only_where_we_are_in_its_foreground():
    def ask(**streams):
        return subprocess.run([sys.executable, "-c", ASK], stdout=subprocess.PIPE, text=True, **streams).stdout

    assert ask(stdin=subprocess.DEVNULL) == "False\n"
    assert ask(preexec_fn=lambda: os.close(0)) == "False\n"
    leader, follower = pty.openpty()
    try:
        assert ask(stdin=follower) == "False\n", "a terminal that is not ours"
        assert ask(stdin=follower, preexec_fn=take_terminal) == "True\n"
    finally:
        os.close(leader)
        os.close(follower)


def take_terminal():
    """A session of its own with stdin as its terminal, as a login shell has it."""
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


# A reload


def test_a_hangup_reloads_in_the_next_wait_where_somebody_wants_that():
    clock, heard, reloads = WaitingClock(), [], []
    with EndingSignals(clock, heard.append, lambda: reloads.append(1)) as signals:
        os.kill(os.getpid(), signal.SIGHUP)
        assert reloads == []
        assert clock.wait(0.01) is True
        assert (reloads, heard, signals.exit_code) == ([1], [], None)
        os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [signal.SIGTERM]


HANGS_UP = """
import os, signal, sys
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.signals import EndingSignals, has_terminal

clock = WaitingClock()

def say(word):
    os.write(3, word.encode() + b"\\n")  # a handler may interrupt it, which files of Python do not like

def end(number):
    say(f"ends {number.name}")
    clock.stop()

with EndingSignals(clock, end, lambda: say("reloads")):
    say(f"terminal {has_terminal()}")
    while clock.wait(60):
        pass
"""


def test_a_closed_terminal_ends_and_a_hangup_by_hand_reloads():
    reader, writer = os.pipe()
    pid, master = pty.fork()
    if pid == 0:
        os.dup2(writer, 3, inheritable=True)
        os.execv(sys.executable, [sys.executable, "-c", HANGS_UP])
    os.close(writer)
    with open(reader) as said:
        assert said.readline() == "terminal True\n"
        os.kill(pid, signal.SIGHUP)
        assert said.readline() == "reloads\n"
        os.close(master)
        assert said.readline() == "ends SIGHUP\n"
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
