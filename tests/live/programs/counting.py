"""`counting.py POOL_SIZE`: a program that counts itself, and does what it is told: an object of JSON for each line.

{"work": 9001, "connections": 41, "fill_mib": 60} sets each number that is in it, and is answered with "done".
POOL_SIZE is how many database connections it says that it may have; 0 leaves that to the settings.
"""

import json
import sys

from mnemo_cli.tracker import MemoryTracker

held, connections = b"", 0
with MemoryTracker("web", published=True) as tracker:
    tracker.set_work_queue_size(0)
    if int(sys.argv[1]):
        tracker.set_limit("db_connections", int(sys.argv[1]))
    print("ready", flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        if "work" in told:
            tracker.set_work_queue_size(told["work"])
        while connections < told.get("connections", connections):
            tracker.increment_db_connections()
            connections += 1
        while connections > told.get("connections", connections):
            tracker.decrement_db_connections()
            connections -= 1
        if "fill_mib" in told:
            held = b"x" * (told["fill_mib"] << 20)
        print("done", flush=True)
