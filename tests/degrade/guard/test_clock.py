"""Waiting ends early when woken, stopped, asked or hastened."""

import threading
import time

from mnemo_cli.degrade.guard.clock import GuardClock

LONG_SECONDS = 3600.0
DEADLINE_SECONDS = 30.0


def waited(clock: GuardClock, seconds: float = LONG_SECONDS) -> bool:
    begin = time.monotonic()
    answer = clock.wait(seconds)
    assert time.monotonic() - begin < DEADLINE_SECONDS
    return answer


def test_a_wait_of_its_own_length_goes_on():
    clock = GuardClock(lambda: False)
    begin = clock.seconds()
    assert waited(clock, 0.01) and clock.seconds() - begin >= 0.01
    assert abs(clock.unix_seconds() - time.time()) < DEADLINE_SECONDS


def test_waking_ends_a_wait_from_another_thread_and_also_the_next_one():
    clock = GuardClock(lambda: False)
    threading.Timer(0.05, clock.wake).start()
    assert waited(clock)
    clock.wake()
    assert waited(clock)


def test_stopping_ends_the_wait_and_the_watch():
    clock = GuardClock(lambda: False)
    threading.Timer(0.05, clock.stop).start()
    assert not waited(clock)
    assert not waited(clock)


def test_a_request_ends_a_wait():
    assert waited(GuardClock(lambda: True))


def test_a_hastened_clock_waits_briefly():
    clock = GuardClock(lambda: False)
    clock.hasten()
    assert waited(clock)
