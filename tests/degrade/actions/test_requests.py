"""Real programs with and without a guard, asked through their counters files; and the work of this process."""

import subprocess
import sys

import pytest

from mnemo_cli.degrade.actions.requests import Restart, Throttle, programs_of
from mnemo_cli.errors import NotSentError
from mnemo_cli.model import Sample, Scope, Tracker
from mnemo_cli.tracker.asking import answer, ask
from tests.degrade.actions.stage import BEGIN, alert, notice, over, until
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

pytestmark = pytest.mark.usefixtures("shared_memory_is_left_as_it_was")
GUARDED = """
import sys
from mnemo_cli import guard
held = guard(limit_bytes=1 << 50, save=lambda: print("saved", flush=True), interval_seconds=3600)
print("ready", flush=True)
for line in sys.stdin:
    print(held.is_throttled, flush=True)
"""


TRACKER = Tracker("app", 1, None, 1, 0, 0, 0, 0, 0, 0, 0, None, 0, 0)


class Guarded:
    """A program that runs a guard, and says whether it is throttled."""

    def __init__(self):
        self._program = subprocess.Popen(
            [sys.executable, "-c", GUARDED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._program.pid
        assert self.line() == "ready"

    @property
    def is_throttled(self):
        self._program.stdin.write("\n")
        self._program.stdin.flush()
        return self.line() == "True"

    def line(self):
        return self._program.stdout.readline().strip()

    def wait(self):
        return self._program.wait(60)

    def end(self):
        self._program.kill()
        self._program.communicate()


@pytest.fixture
def guarded():
    program = Guarded()
    yield program
    program.end()


def test_programs_of_the_target_slow_down_while_an_alert_fires_and_not_after(guarded, caplog):
    action = Throttle(lambda: (guarded.pid,))
    action.send(notice())
    until(lambda: guarded.is_throttled, "the throttle")
    action.send(notice(over(alert())))
    until(lambda: not guarded.is_throttled, "the end of the throttle")
    assert [record.getMessage() for record in caplog.records] == [
        "throttle_requests (MemoryCritical): 1 program asked to slow down",
        "throttle_requests (MemoryCritical): 1 program let go on as before",
    ]


def test_while_another_alert_fires_that_wants_it_the_throttle_stays(guarded):
    action = Throttle(lambda: (guarded.pid,))
    action.send(notice())
    until(lambda: guarded.is_throttled, "the throttle")
    ended = over(alert("A"))
    action.send(notice(*notice().episodes, ended)._replace(news=(ended,)))
    (ticket,) = ask({guarded.pid}, "shrink", 0.0, gaps=[])
    until(lambda: answer(ticket), "its answer, and so that of the throttle before it")
    assert guarded.is_throttled


def test_a_repeat_asks_again_and_says_nothing(guarded, caplog):
    Throttle(lambda: (guarded.pid,)).send(notice(is_repeat=True))
    until(lambda: guarded.is_throttled, "the throttle")
    assert not caplog.records


def test_who_was_asked_is_released_even_when_it_is_in_the_target_no_more(guarded, caplog):
    pids = [guarded.pid]
    action = Throttle(lambda: tuple(pids))
    action.send(notice())
    until(lambda: guarded.is_throttled, "the throttle")
    pids.clear()
    action.send(notice(over(alert())))
    # By itself it would let go after a minute.
    assert "1 program let go on as before" in caplog.text
    until(lambda: not guarded.is_throttled, "the end of the throttle")


def test_a_program_is_asked_to_restart_and_does(guarded, caplog):
    Restart(lambda: (guarded.pid,)).send(notice())
    assert guarded.line() == "saved"
    assert guarded.wait() == 75
    assert "restart_recommended (MemoryCritical): 1 program asked to save their state" in caplog.text


@pytest.mark.parametrize("kind", [Throttle, Restart])
def test_where_nobody_can_be_asked_it_is_a_recommendation(kind, caplog):
    with subprocess.Popen(["sleep", "60"]) as plain:
        kind(lambda: (plain.pid,)).send(notice())
        kind(lambda: ()).send(notice())
        plain.kill()
    assert len(caplog.records) == 2
    assert all("recommended only: no program of the target" in one.getMessage() for one in caplog.records)


def test_files_that_cannot_be_asked_in_are_told(guarded):
    """The file is full of something else by now."""
    from pathlib import Path

    (file,) = Path("/dev/shm").glob(f"mnemosyne-*/{guarded.pid}-*")
    content = file.read_bytes()
    file.write_bytes(b"x" * len(content))
    with pytest.raises(NotSentError, match="no program can be asked: "):
        Restart(lambda: (guarded.pid,)).send(notice())


def test_the_programs_of_a_sample_are_those_that_keep_counters():
    sample = Sample(BEGIN, 0.0, Scope("host", "host"), ())
    trackers = tuple(TRACKER._replace(pid=pid) for pid in (7, None, 9))
    assert programs_of(sample._replace(trackers=trackers)) == (7, 9)
