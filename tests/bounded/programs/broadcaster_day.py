"""`python -m tests.bounded.programs.broadcaster_day`: a day of events in seconds, and what became of memory.

Each hour has a pause, in which all that is left expires, a steady part, and a burst that overruns the ring.
"""

import json
import os
import sys

import psutil

from mnemo_cli.bounded.broadcaster import EventBroadcaster, Lagged

HOURS = 24
CAPACITY, TTL_SECONDS = 1000, 60.0
PAYLOAD_BYTES = 400  # in blocks of Python's own allocator, which can be counted
# Seconds of the hour, events per second: 720,000 events a day with MNEMO_FULL_COUNTS=1, else 216,000.
FULL = os.environ.get("MNEMO_FULL_COUNTS") == "1"
STEADY, BURST, PAUSE = ((3000, 5), (300, 50), (300, 0)) if FULL else ((3000, 1), (300, 20), (300, 0))


class Day:
    def __init__(self):
        self.now = 0.0
        self.counters = {"used": 0, "most_used": 0, "evicted_total": 0, "expired_total": 0}
        self.events = EventBroadcaster(CAPACITY, TTL_SECONDS, clock=lambda: self.now, report=self.count)
        self.published = 0
        self.fast, self.slow = self.events.subscribe(), self.events.subscribe()
        self.heard = {"fast": [0, 0], "slow": [0, 0]}

    def count(self, counter, value):
        self.counters[counter] = value
        if counter == "used":
            self.counters["most_used"] = max(value, self.counters["most_used"])

    def hear(self, name, subscriber):
        """All that is there: how many it got, how many it lost."""
        while True:
            try:
                event = subscriber.get(0)
            except TimeoutError:
                return
            if isinstance(event, Lagged):
                self.heard[name][1] += event.lost
            else:
                self.heard[name][0] += 1

    def part(self, seconds, rate):
        for second in range(seconds):
            for index in range(rate):
                self.now += 1 / rate
                self.events.publish(index.to_bytes(PAYLOAD_BYTES, "big"))
            self.published += rate
            self.now += 0 if rate else 1
            if second % 10 == 9:
                self.hear("fast", self.fast)
            if second % 60 == 59:
                self.hear("slow", self.slow)


def main():
    day, blocks_full, blocks_empty, rss = Day(), [0] * HOURS, [0] * HOURS, [0] * HOURS
    for hour in range(HOURS):
        day.part(*STEADY)
        day.part(*BURST)
        blocks_full[hour] = sys.getallocatedblocks()
        rss[hour] = psutil.Process().memory_info().rss
        day.part(*PAUSE)
        blocks_empty[hour] = sys.getallocatedblocks()
    counters = day.counters
    print(
        json.dumps(
            {
                "hours": day.now / 3600,
                "published": day.published,
                "limit": CAPACITY,
                "most_used": counters["most_used"],
                "used": counters["used"],
                "evicted": counters["evicted_total"],
                "expired": counters["expired_total"],
                "blocks_full": blocks_full,
                "blocks_empty": blocks_empty,
                "rss_bytes": rss,
                **{f"{name}_got": got for name, (got, _) in day.heard.items()},
                **{f"{name}_lost": lost for name, (_, lost) in day.heard.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
