"""`forks.py SHM`: trackers held since before the fork, in parent, child and grandchild; prints one JSON document."""

import json
import os
import sys

from mnemo_cli.model import UNLIMITED
from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.tracker.reading import decode, header_of

shared_memory = sys.argv[1]
published = MemoryTracker("app", published=True, shared_memory=shared_memory, limit_bytes=5000)
private = MemoryTracker("private")
closed = MemoryTracker("closed", published=True, shared_memory=shared_memory)
closed.close()
gauge, counter = published.gauge("temperature", unit="celsius"), published.counter("requests", unit="requests")
inbox = published.component("inbox", unit="letters", policy="reject")
record, set_gauge, inc = published.record_allocation, gauge.set, counter.inc


def seen():
    """What lies in the file that this process has now."""
    with open(published.path, "rb") as file:
        content = file.read()
    tracker = decode(content, pid=header_of(content).pid, name="app")
    return {
        "pid": tracker.pid,
        "own": os.getpid(),
        "path": published.path,
        "limit": tracker.limit_bytes,
        "used": tracker.used_bytes,
        "peak": tracker.peak_bytes,
        "allocated": tracker.allocated_bytes_total,
        "level": published.check_thresholds(),
        "components": [[part.name, part.used, str(part.limit), part.rejected_total] for part in tracker.components],
        "metrics": [[metric.name, metric.value] for metric in tracker.metrics],
        "private": private.snapshot().used_bytes,
        "closed": closed.path,
    }


def in_a_child(work):
    """What a forked child says of itself."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(work()).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as answer:
        said = answer.read()
    assert os.waitpid(child, 0)[1] == 0
    return json.loads(said)


def child():
    fresh = seen()
    record(7)
    set_gauge(-4)
    inc(2)
    published.set_work_queue_size(1)
    inbox("used", 4)
    inbox("rejected_total", 33)
    private.record_allocation(1)
    worked = seen()
    anew = published.component("outbox")
    anew("rejected_total", 1)
    return {"fresh": fresh, "worked": worked, "grandchild": in_a_child(seen), "after": seen()}


record(4500)
set_gauge(21.5)
inc(40)
published.set_work_queue_size(9)
published.set_limit("work_queue", 10)
published.set_limit("event_queue", UNLIMITED)
inbox("limit", 50)
inbox("rejected_total", 30)
outbox = published.component("outbox")
outbox("rejected_total", 5)
private.record_allocation(11)
before = seen()
children = [in_a_child(child) for _ in range(2)]
after = seen()
record(1)
inbox("rejected_total", 31)
print(json.dumps({"before": before, "children": children, "after": after, "end": seen()}), flush=True)
