"""One destination and its thread: real ones, with an action that succeeds and fails as the test says."""

import logging
import os
import threading
import warnings

import pytest

from mnemo_cli.degrade.actions.grouping import Pace
from mnemo_cli.degrade.actions.lane import Lane
from tests.degrade.actions.stage import BEGIN, CALM, DEADLINE_SECONDS, Scripted, alert, refusal, until

QUICK = Pace(first_pause_seconds=0.01, longest_pause_seconds=0.02, most_per_minute=1000)


@pytest.fixture
def lanes():
    """Makes lanes, and ends them."""
    made = []

    def make(action, pace=QUICK):
        made.append(Lane(action, pace, CALM))
        return made[-1]

    yield make
    for lane in made:
        lane.end()
        lane.begin_closing()
        assert lane.join(DEADLINE_SECONDS)


def heed(lane, *alerts):
    lane.heed(alerts, BEGIN)


def done(lane):
    until(lambda: not lane.status.waiting, "the sending of all that waits")
    return lane.status


def test_no_thread_begins_before_there_is_something_to_tell(lanes):
    before = threading.active_count()
    lane = lanes(Scripted())
    heed(lane, alert(state="inactive"), alert(state="pending"))
    assert threading.active_count() == before
    heed(lane, alert())
    assert done(lane).sent_total == 1


def test_a_failure_is_counted_each_time_and_logged_once_and_so_is_its_end(lanes, caplog):
    caplog.set_level(logging.INFO, "mnemo")
    action = Scripted(*(refusal() for _ in range(5)))
    lane = lanes(action)
    heed(lane, alert("A"))
    status = done(lane)
    assert (status.sent_total, status.failed_total, status.is_failing) == (1, 5, False)
    assert (status.last_error, status.last_error_seconds is None) == ("no", False)
    until(lambda: len(caplog.records) == 2, "the second line")
    assert [record.getMessage() for record in caplog.records] == [
        "the action scripted (the test) failed: no; it is tried again until it succeeds",
        "the action scripted (the test) works again",
    ]
    assert action.told == [["A"]] * 6


def test_what_is_refused_for_good_is_told_so_and_the_next_news_is_sent(lanes, caplog):
    action = Scripted(refusal(again=False))
    lane = lanes(action)
    heed(lane, alert("A"))
    assert done(lane).is_failing
    heed(lane, alert("A"), alert("B"))
    until(lambda: lane.status.sent_total == 1, "the next news")
    assert action.told == [["A"], ["B"]] and "tried again with the next news" in caplog.text


def test_an_action_that_breaks_ends_nothing(lanes, caplog):
    lane = lanes(Scripted(RuntimeError("a bug"), ZeroDivisionError("another")))
    for name in "ABC":
        heed(lane, alert(name))
        done(lane)
    status = lane.status
    assert (status.sent_total, status.failed_total) == (1, 2)
    assert "a bug" in caplog.text and status.last_error == "an error of its own, which the log has"


def test_while_one_notice_hangs_what_comes_is_put_together_and_what_passed_is_not_told(lanes):
    action = Scripted()
    action.gate.clear()
    lane = lanes(action)
    heed(lane, alert("A"))
    until(lambda: action.notices, "the first notice")
    for number in range(100):
        heed(lane, alert("Flapping", since=BEGIN + number), alert("Steady", since=BEGIN))
        heed(lane, alert("Flapping", "resolved"))
    assert lane.status.waiting == 2
    action.gate.set()
    done(lane)
    assert action.told == [["A"], ["Steady"]]


def test_closing_sends_what_waits_at_once_and_once(lanes):
    slow = Pace(group_wait_seconds=1e6)
    good, bad = Scripted(), Scripted(*(refusal() for _ in range(9)))
    for action in (good, bad):
        lane = lanes(action, slow)
        heed(lane, alert("A"))
        lane.begin_closing()
        assert lane.join(DEADLINE_SECONDS)
        assert len(action.notices) == 1


def test_a_thread_that_cannot_start_is_told_once_and_tried_again(lanes, caplog, monkeypatch):
    action = Scripted()
    lane = lanes(action)
    with monkeypatch.context() as limits:
        # No process of the tests may use up the tasks of the machine.
        limits.setattr(threading.Thread, "start", _refuse)
        heed(lane, alert("A"))
        heed(lane, alert("A"))
    assert not action.notices and caplog.text.count("no thread can be started (can't start new thread)") == 1
    heed(lane, alert("A"))
    assert done(lane).sent_total == 1


def _refuse(self):
    raise RuntimeError("can't start new thread")


def test_a_forked_process_has_a_thread_of_its_own(lanes):
    reading, writing = os.pipe()

    class Piped(Scripted):
        def send(self, notice):
            os.write(writing, f"{os.getpid()} ".encode())

    lane = lanes(Piped())
    heed(lane, alert("A"))
    done(lane)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # to fork beside threads
        pid = os.fork()
    if pid == 0:
        heed(lane, alert("B"))
        lane.begin_closing()
        os._exit(0 if lane.join(DEADLINE_SECONDS) else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert os.read(reading, 100).decode().split() == [str(os.getpid()), str(pid)]
    os.close(reading)
    os.close(writing)


def test_alerts_that_were_dropped_are_told_in_the_log(lanes, caplog):
    lane = lanes(Scripted(), Pace(group_wait_seconds=1e6))
    heed(lane, *(alert(f"A{number}") for number in range(1003)))
    assert (lane.status.waiting, lane.status.dropped_total) == (1000, 3)
    lane.begin_closing()
    assert lane.join(DEADLINE_SECONDS)
    assert "was not told of 3 alerts: there were too many" in caplog.text
