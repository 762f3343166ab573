"""`busy.py SHM`: records, opens components and metrics, and closes and makes trackers, until it is killed."""

import itertools
import sys

from mnemo_cli.tracker import MemoryTracker

shared_memory = sys.argv[1]
print("begins", flush=True)
trackers = []
for number in itertools.count():
    if number % 3000 == 0 and len(trackers) < 50:
        tracker = MemoryTracker("busy", published=True, shared_memory=shared_memory)
        trackers.append(tracker)
    tracker.record_allocation(number)
    tracker.record_deallocation(number // 2)
    tracker.set_work_queue_size(number)
    tracker.component(f"c{number % 9}")("hits_total", number)
    tracker.counter(f"n{number % 16}", unit="s").inc()
    tracker.gauge(f"g{number % 16}", unit="s").set(number)
    if number == 100:
        print("works", flush=True)
