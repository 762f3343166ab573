"""`words.py SHM`: stores two numbers in turn in one word, gauge and counter alike, and never pauses."""

import sys

from mnemo_cli.tracker import MemoryTracker, layout

ONE, OTHER = 0x0123_4567_89AB_CDEF, 0x7EDC_BA98_7654_3210

tracker = MemoryTracker("words", published=True, shared_memory=sys.argv[1])
tracker.gauge("pattern", unit="bits")
words = tracker._words
words[layout.REQUESTS_AT] = ONE
print(tracker.path, flush=True)
while True:
    words[layout.REQUESTS_AT] = OTHER
    words[layout.REQUESTS_AT] = ONE
