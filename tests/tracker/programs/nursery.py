"""`nursery.py SHM`: each line "NAME BYTES" is the whole life of a forked worker; "tidy KEEP" is the parent's own work.

"die AT" is the life of a child that folds everything, and ends before its system call number AT.
"""

import os
import sys

from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.tracker.folding import tidy

shared_memory = sys.argv[1]
folder = f"{shared_memory}/mnemosyne-{os.geteuid()}"


def work(name, size_bytes):
    tracker = MemoryTracker(name, published=True, shared_memory=shared_memory)
    assert tracker.gap is None, tracker.gap
    tracker.record_allocation(size_bytes)
    tracker.record_deallocation(1)
    tracker.counter("requests", unit="requests").inc(size_bytes)
    tracker.gauge("temperature", unit="celsius").set(size_bytes)
    tracker.component("inbox")("rejected_total", size_bytes)
    tracker.set_work_queue_size(size_bytes)


def tidy_keeping(keep):
    descriptor = os.open(folder, os.O_RDONLY)
    count = tidy(descriptor, folder, keep=keep)
    os.close(descriptor)
    return count


def die_at(last):
    """Every call of the operating system that folding makes is counted; the last is not made."""
    calls = 0

    def counted(call):
        def instead(*arguments, **options):
            nonlocal calls
            calls += 1
            if calls == last:
                os._exit(9)
            return call(*arguments, **options)

        return instead

    for name in ("open", "close", "pread", "pwrite", "posix_fallocate", "replace", "unlink", "fstat", "scandir"):
        setattr(os, name, counted(getattr(os, name)))
    tidy_keeping(0)


def fork(life):
    """(pid, status) of a child that did this."""
    child = os.fork()
    if child == 0:
        try:
            life()
        except BaseException:  # noqa: BLE001 (a child must not go on with the parent's work)
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return child, os.waitpid(child, 0)[1]


for line in sys.stdin:
    word, number = line.split()
    if word == "tidy":
        print(tidy_keeping(int(number)), flush=True)
    elif word == "die":
        print(*fork(lambda last=int(number): die_at(last)), flush=True)
    else:
        print(*fork(lambda name=word, size_bytes=int(number): work(name, size_bytes)), flush=True)
