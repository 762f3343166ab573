"""Used, peak and every total are exact under threads and signal handlers, and no interrupt leaves the lock taken."""

import json
import os
import sys
import threading

import pytest

from mnemo_cli.tracker import MemoryTracker

ALL = 8 * 50_000


def numbers(line):
    return json.loads(f"[{line.replace(' ', ', ')}]")


def test_eight_threads_lose_nothing(host):
    program = host.start("threads.py", "threads")
    counted = numbers(program.line())
    used, allocated, allocations, deallocated, deallocations, unbalanced, *tasks, requests = counted
    assert (allocated, allocations, deallocations, requests) == (3 * ALL, ALL, ALL, ALL)
    assert used == allocated - deallocated and unbalanced == 0 and used == ALL
    assert tasks == [0, ALL // 10, ALL // 10]


def test_the_control_without_a_lock_is_seen_to_lose_updates(host):
    """Without it the test above would prove nothing on this interpreter."""
    (counted,) = numbers(host.start("threads.py", "control").line())
    if counted == 8 * 50_000:
        pytest.skip("this interpreter does not switch threads inside the control: it cannot tell")
    assert counted < ALL


def test_a_signal_handler_that_records_loses_nothing_and_does_not_wait_for_itself(host):
    program = host.start("threads.py", "signals")
    calls, used, allocated, allocations, deallocated, deallocations, unbalanced, *tasks, requests = numbers(
        program.line()
    )
    assert (allocated, allocations, deallocations, requests) == (3 * calls, calls, calls, calls)
    assert (used, deallocated, unbalanced) == (calls, 2 * calls, 0)
    assert tasks == [calls, calls, 0]


def test_a_signal_handler_that_gives_back_takes_nothing_twice(host):
    lowest, used, allocated, _, deallocated, *_ = numbers(host.start("threads.py", "emptying").line())
    assert (lowest, used) == (0, 0)
    assert allocated == deallocated


def test_a_storm_of_interrupts_leaves_the_lock_free(host):
    """Three seconds of it; with MNEMO_FULL_COUNTS=1 a minute."""
    seconds = 60 if os.environ.get("MNEMO_FULL_COUNTS") else 3
    caught, *free = host.start("threads.py", "interrupts", seconds).line().split()
    if int(caught) < 100:
        pytest.skip("too few interrupts arrived on this machine")
    assert free == ["True"] * 3


class Interrupting:
    """A lock after whose taking an interrupt comes; and a second one at the next function of ours that begins."""

    def __init__(self, lock):
        self._lock = lock
        self.release = lock.release

    def acquire(self):
        self._lock.acquire()
        sys.settrace(interrupt_at_a_call)
        raise KeyboardInterrupt


def interrupt_at_a_call(frame, event, argument):
    raise KeyboardInterrupt


@pytest.mark.parametrize("method", ["record_allocation", "record_deallocation", "inc"])
def test_two_interrupts_in_a_row_leave_the_lock_free(method):
    tracker = MemoryTracker("app")
    counter = tracker.counter("requests", unit="requests")
    part = counter if method == "inc" else tracker
    lock, tracing = part._lock, sys.gettrace()
    part._lock = Interrupting(lock)
    interrupted = False
    try:
        getattr(part, method)(5)
    except KeyboardInterrupt:
        sys.settrace(tracing)
        interrupted = True
    part._lock = lock
    assert interrupted
    taken = []

    def take():
        taken.append(lock.acquire(blocking=False))
        if taken[0]:
            lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    assert taken == [True]
    seen = tracker.snapshot()
    assert (seen.allocations, seen.deallocations, seen.metrics[0].value) == (0, 0, 0)
    tracker.close()
