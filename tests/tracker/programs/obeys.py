"""`obeys.py SHM [TRACKERS]`: keeps trackers; answers each line it hears with what is asked, "number ratio" by kind.

"answer CODE" answers all that is pending with that code; "fork" answers from a child with what it is asked.
"""

import os
import sys

from mnemo_cli.tracker import MemoryTracker

trackers = [
    MemoryTracker("obeys", published=True, shared_memory=sys.argv[1])
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
]


def pending():
    found = [(one.name, one.number, one.ratio) for tracker in trackers for one in tracker.requests().pending()]
    return repr(found)


print(trackers[0].path, flush=True)
for line in sys.stdin:
    word, *rest = line.split()
    if word == "answer":
        for tracker in trackers:
            requests = tracker.requests()
            for request in requests.pending():
                requests.answer(request, int(rest[0]))
    if word == "fork":
        pid = os.fork()
        if not pid:
            print(pending(), flush=True)
            os._exit(0)
        os.waitpid(pid, 0)
    else:
        print(pending(), flush=True)
