"""`held.py SHM NAME`: keeps one tracker and does what each line of its input says."""

import os
import sys

from mnemo_cli.tracker import MemoryTracker

tracker = MemoryTracker(sys.argv[2], published=True, shared_memory=sys.argv[1])
gauge, counter = tracker.gauge("temperature", unit="celsius"), tracker.counter("requests", unit="requests")
queue = tracker.component("inbox")
print(tracker.path, tracker.gap, flush=True)
for line in sys.stdin:
    word, *numbers = line.split()
    if word == "allocate":
        tracker.record_allocation(int(numbers[0]))
    elif word == "gauge":
        gauge.set(float(numbers[0]))
    elif word == "count":
        counter.inc(int(numbers[0]))
    elif word == "queue":
        tracker.set_work_queue_size(int(numbers[0]))
        queue("rejected_total", int(numbers[0]))
    elif word == "close":
        tracker.close()
    elif word == "setuid":
        os.setuid(int(numbers[0]))
    elif word == "die":
        os._exit(0)
    print("done", flush=True)
