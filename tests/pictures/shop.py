"""A small shop under load, for the pictures of the README: what is recorded is a real run of it.

    python3 shop.py server          a queue that fills faster than it is emptied, a cache, connections, and a leak
    python3 shop.py resize 2        takes a few MiB and gives them back, over and over

Each runs until it is asked to end. `tests/picture.py` starts them in a memory group of their own.
"""

import mmap
import signal
import sys
import time

from mnemo_cli.bounded import ConnectionPool, EmbeddingsCache, EventBroadcaster, WorkQueue
from mnemo_cli.tracker import MemoryTracker

MIB = 1 << 20
TICK_SECONDS = 0.25
START_MIB, LEAK_MIB_PER_SECOND = 80, 1.15
# A tick's orders and answers: the queue passes 9,000 of 10,000 a hundred seconds after the start.
ORDERS, ANSWERS = 37, 31
OPEN_CONNECTIONS = 11


class Connection:
    """What the pool lends out here."""

    def close(self) -> None:
        pass


def server() -> None:
    tracker = MemoryTracker("shop", published=True)
    orders: WorkQueue[int] = WorkQueue(10_000, report=tracker.component("work_queue"))
    events: EventBroadcaster[int] = EventBroadcaster(1_000, report=tracker.component("event_queue"))
    pool = ConnectionPool(Connection, 20, report=tracker.component("db_connections"))
    vectors: EmbeddingsCache[int] = EmbeddingsCache(10_000, 64, report=tracker.component("embeddings_cache"))
    lent = [pool.checkout() for _ in range(OPEN_CONNECTIONS)]
    for number in range(6_650):
        orders.offer(number)
    kept = [touched(START_MIB * MIB)]
    number = 0
    while True:
        for _ in range(ORDERS):
            number += 1
            orders.offer(number)
            events.publish(number)
            vectors.put(number, [float(number % 7)] * 64)
        for _ in range(ANSWERS):
            orders.get()
        kept.append(touched(int(LEAK_MIB_PER_SECOND * TICK_SECONDS * MIB)))
        tracker.record_allocation(len(kept[-1]))
        time.sleep(TICK_SECONDS)
        assert lent


def resize(number: int) -> None:
    while True:
        pictures = []
        for _ in range(2 + number):
            pictures.append(touched(MIB))
            time.sleep(1.3)
        pictures.clear()


def touched(size_bytes: int) -> mmap.mmap:
    """Private memory of which every page was written."""
    memory = mmap.mmap(-1, size_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for position in range(0, size_bytes, mmap.PAGESIZE):
        memory[position] = 1
    return memory


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if sys.argv[1] == "server":
        server()
    else:
        resize(int(sys.argv[2]))
