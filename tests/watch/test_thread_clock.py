"""A watch in a thread: its wait is as long as asked, or ends at once when another thread says stop."""

import threading

from mnemo_cli.watch.thread_clock import ThreadClock

LONG_SECONDS = 3600.0


def test_a_wait_ends_by_itself_and_the_watch_goes_on():
    assert ThreadClock().wait(0.001)


def test_stop_ends_a_wait_that_is_under_way():
    clock, answers = ThreadClock(), []
    waiting = threading.Thread(target=lambda: answers.append(clock.wait(LONG_SECONDS)))
    waiting.start()
    clock.stop()
    waiting.join(30)
    assert answers == [False]


def test_after_stop_no_wait_begins():
    clock = ThreadClock()
    clock.stop()
    clock.stop()
    assert not clock.wait(LONG_SECONDS)


def test_the_clocks_go_forward():
    clock = ThreadClock()
    assert clock.seconds() <= clock.seconds() and clock.unix_seconds() > 0
