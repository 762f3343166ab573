"""The real clock: pipes are answered while it waits, and a wait can be ended early."""

import contextlib
import itertools
import os
import select
import signal
import threading
import time

import pytest

from mnemo_cli.watch.clock import WaitingClock

LONG_SECONDS = 30.0


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    for descriptor in (reader, writer):
        with contextlib.suppress(OSError):  # the test may have closed it
            os.close(descriptor)


@pytest.fixture
def clock():
    return WaitingClock()


def took(wait):
    began = time.monotonic()
    answer = wait()
    return time.monotonic() - began, answer


def test_a_wait_lasts_as_long_as_asked_and_says_go_on(clock):
    for seconds in (0.0, 0.0005, 0.002, 0.0123):
        elapsed, go_on = took(lambda seconds=seconds: clock.wait(seconds))
        assert go_on
        assert elapsed >= seconds


def test_short_waits_are_not_rounded_up_to_whole_milliseconds(clock):
    """Of many, since the machine may be busy: the best ones show what the clock itself adds."""
    shortest = min(took(lambda: clock.wait(0.0021))[0] for _ in range(50))
    assert 0.0021 <= shortest < 0.0030


def test_a_readable_pipe_calls_back_and_the_wait_goes_on(clock, pipe):
    reader, writer = pipe
    read = []
    clock.answer(reader, lambda: read.append(os.read(reader, 10)))
    os.write(writer, b"key")
    elapsed, go_on = took(lambda: clock.wait(0.02))
    assert (read, go_on) == ([b"key"], True)
    assert elapsed >= 0.02


@pytest.mark.parametrize("seconds", [0.0, 0.0004])
def test_even_a_wait_of_nothing_looks_at_the_pipes(clock, pipe, seconds):
    """A loop that is always late must still be stoppable by a key."""
    reader, writer = pipe
    clock.answer(reader, clock.stop)
    os.write(writer, b"q")
    assert clock.wait(seconds) is False


def test_wake_ends_a_wait_early_and_the_watch_goes_on(clock, pipe):
    reader, writer = pipe
    clock.answer(reader, lambda: (os.read(reader, 1), clock.wake()))
    os.write(writer, b" ")
    elapsed, go_on = took(lambda: clock.wait(LONG_SECONDS))
    assert go_on
    assert elapsed < LONG_SECONDS / 2


def test_a_wake_ends_one_wait_only(clock):
    clock.wake()
    assert took(lambda: clock.wait(LONG_SECONDS))[0] < LONG_SECONDS / 2
    assert took(lambda: clock.wait(0.01))[0] >= 0.01


def test_stop_ends_the_wait_and_every_later_one(clock, pipe):
    reader, writer = pipe
    clock.answer(reader, clock.stop)
    os.write(writer, b"q")
    elapsed, go_on = took(lambda: clock.wait(LONG_SECONDS))
    assert not go_on
    assert elapsed < LONG_SECONDS / 2
    assert clock.wait(LONG_SECONDS) is False


def test_a_forgotten_pipe_is_not_answered(clock, pipe):
    reader, writer = pipe
    clock.answer(reader, clock.stop)
    clock.forget(reader)
    os.write(writer, b"q")
    assert clock.wait(0.005) is True


def test_a_callback_may_forget_another_pipe_that_is_readable_too(clock):
    pipes = [os.pipe() for _ in range(2)]
    called = []

    def answer_only_one(position):
        called.append(position)
        for reader, _ in pipes:
            clock.forget(reader)

    for position, (reader, writer) in enumerate(pipes):
        clock.answer(reader, lambda position=position: answer_only_one(position))
        os.write(writer, b"x")
    assert clock.wait(0.005)
    assert len(called) == 1
    for descriptor in (descriptor for pair in pipes for descriptor in pair):
        os.close(descriptor)


def test_the_end_of_a_pipe_is_told_and_can_be_forgotten(clock, pipe):
    reader, writer = pipe
    read = []

    def at_end():
        read.append(os.read(reader, 1))
        clock.forget(reader)

    clock.answer(reader, at_end)
    os.close(writer)
    assert clock.wait(0.005)
    assert read == [b""]


def test_a_byte_from_another_thread_ends_a_wait(clock, pipe):
    reader, writer = pipe
    clock.answer(reader, lambda: (os.read(reader, 1), clock.wake()))
    ready = threading.Event()
    thread = threading.Thread(target=lambda: (ready.wait(), os.write(writer, b"x")))
    thread.start()
    ready.set()
    assert took(lambda: clock.wait(LONG_SECONDS))[0] < LONG_SECONDS / 2
    thread.join()


def test_what_a_signal_handler_asks_for_is_called_in_the_next_wait(clock):
    called = []
    clock.call_soon(lambda: called.append(1))
    assert called == []
    assert clock.wait(0.0)
    assert called == [1]


def test_stop_after_ends_the_watch_by_itself_and_says_so(clock):
    clock.stop_after(0.01)
    elapsed, go_on = took(lambda: clock.wait(LONG_SECONDS))
    assert not go_on
    assert 0.01 <= elapsed < LONG_SECONDS / 2
    assert clock.timed_out


def test_a_stop_before_the_time_is_up_is_no_timeout(clock):
    clock.stop_after(LONG_SECONDS)
    clock.stop()
    assert clock.wait(1.0) is False
    assert not clock.timed_out


def test_a_wait_of_a_year_is_not_too_long_for_the_system_call(clock, pipe):
    reader, writer = pipe
    clock.answer(reader, clock.stop)
    os.write(writer, b"q")
    assert clock.wait(366 * 86400.0) is False


def test_the_two_clocks_are_the_systems(clock):
    assert clock.unix_seconds() == pytest.approx(time.time(), abs=5)
    assert clock.seconds() == pytest.approx(time.monotonic(), abs=5)


def test_a_signal_does_not_cut_a_wait_short(clock):
    received = []
    old = signal.signal(signal.SIGALRM, lambda *_: received.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.005)
        elapsed, go_on = took(lambda: clock.wait(0.02))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert (received, go_on) == ([1], True)
    assert elapsed >= 0.02


def test_an_unknown_descriptor_cannot_be_forgotten(clock):
    with pytest.raises(KeyError):
        clock.forget(select.PIPE_BUF)


# A beat


def test_a_beat_goes_on_in_a_long_wait_and_leaves_it_its_length(clock):
    beats = []
    clock.call_every(0.02, lambda: beats.append(time.monotonic()))
    elapsed, go_on = took(lambda: clock.wait(0.11))
    assert go_on and elapsed >= 0.11
    assert len(beats) >= 3
    assert all(later - earlier >= 0.02 for earlier, later in itertools.pairwise(beats))


def test_a_beat_goes_on_over_many_short_waits(clock):
    beats = []
    clock.call_every(0.02, lambda: beats.append(1))
    while len(beats) < 3:
        clock.wait(0.001)
    assert took(lambda: clock.wait(0.0))[1]


def test_a_beat_is_silent_while_nobody_waits(clock):
    """That is what it is for: a watch that hangs in a reading is not heard."""
    beats = []
    clock.call_every(0.001, lambda: beats.append(1))
    time.sleep(0.01)
    assert beats == []


def test_a_beat_may_end_the_wait(clock):
    clock.call_every(0.01, clock.stop)
    elapsed, go_on = took(lambda: clock.wait(LONG_SECONDS))
    assert not go_on and elapsed < 10
