"""`threads.py SHM WHAT [SECONDS]`: threads, signals or interrupts that record at once; prints what was counted."""

import os
import signal
import sys
import threading
import time

from mnemo_cli.tracker import MemoryTracker, layout

THREADS, CALLS = 8, 50_000
tracker = MemoryTracker("app", published=True, shared_memory=sys.argv[1])
counter = tracker.counter("requests", unit="requests")


def totals():
    seen = tracker.snapshot()
    return (
        seen.used_bytes, seen.allocated_bytes_total, seen.allocations, seen.deallocated_bytes_total, seen.deallocations,
        seen.unbalanced_total, seen.used_of("active_tasks"), seen.spawned_tasks, seen.completed_tasks_total,
        *(metric.value for metric in seen.metrics),
    )  # fmt: skip


def all_at_once(work, calls=CALLS):
    """Eight threads that do it so often, switched as often as the interpreter can."""
    start = threading.Barrier(THREADS)

    def run():
        start.wait()
        for _ in range(calls):
            work()

    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def recorded():
    tracker.record_allocation(3)
    tracker.record_deallocation(2)
    counter.inc()


def spanned():
    with tracker.task():
        pass


class Unlocked:
    """The control: a read and a write with a call between, and nothing that holds the others back."""

    total = 0

    def pause(self):
        """Where the interpreter may turn to another thread."""

    def inc(self):
        total = self.total
        self.pause()
        self.total = total + 1


def threads():
    all_at_once(recorded)
    all_at_once(spanned, CALLS // 10)
    print(*totals())


def control():
    unlocked = Unlocked()
    all_at_once(unlocked.inc)
    print(unlocked.total)


def signals():
    """A handler that records in the thread that records; until it ran some thousand times."""
    ran = mine = 0

    def record(number, frame):
        nonlocal ran
        ran += 1
        recorded()
        tracker.increment_spawned_tasks()

    signal.signal(signal.SIGALRM, record)
    signal.setitimer(signal.ITIMER_REAL, 50e-6, 50e-6)
    while ran < 5000:
        mine += 1
        recorded()
        tracker.increment_spawned_tasks()
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(ran + mine, *totals())


def emptying():
    """The same with more given back than was taken: what is left must not be taken twice."""
    ran = lowest = 0

    def empty():
        tracker.record_allocation(3)
        tracker.record_deallocation(10)

    def handle(number, frame):
        nonlocal ran
        ran += 1
        empty()

    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 30e-6, 30e-6)
    while ran < 20_000:
        empty()
        lowest = min(lowest, tracker._words[layout.USED_AT])
    signal.setitimer(signal.ITIMER_REAL, 0)
    tracker.increment_spawned_tasks()
    print(lowest, *totals())


def interrupts():
    """A child sends SIGINT in quick succession, which ends what the tracker is doing; then the lock must be free."""
    parent, caught = os.getpid(), 0

    def interrupt(number, frame):
        # Only there, so that this loop itself lives on.
        if os.path.dirname(frame.f_code.co_filename) == inside:
            raise KeyboardInterrupt

    inside = os.path.dirname(sys.modules[MemoryTracker.__module__].__file__)
    signal.signal(signal.SIGINT, interrupt)
    sender = os.fork()
    if sender == 0:
        while os.getppid() == parent:
            # The second may come while the first is being dealt with; without a pause handlers would pile up.
            for _ in range(3):
                os.kill(parent, signal.SIGINT)
            for _ in range(1000):
                pass
        os._exit(0)
    begin = time.monotonic()
    while (seconds := time.monotonic() - begin) < float(sys.argv[3]) or (caught < 1000 and seconds < 30):
        try:
            recorded()
            tracker.increment_spawned_tasks()
        except KeyboardInterrupt:
            caught += 1
    os.kill(sender, signal.SIGKILL)
    os.waitpid(sender, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print(caught, *map(found_free, (recorded, tracker.increment_spawned_tasks, tracker.snapshot)), flush=True)
    os._exit(0)


def found_free(call):
    """Whether another thread gets through."""
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(10)
    return not thread.is_alive()


{"threads": threads, "control": control, "signals": signals, "emptying": emptying, "interrupts": interrupts}[
    sys.argv[2]
]()
