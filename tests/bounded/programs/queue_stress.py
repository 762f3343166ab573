"""`python -m tests.bounded.programs.queue_stress LIMIT ITEMS MANNER`: threads pass work on; prints what became of it.

MANNER is `waits`, `gives up` (producers have little patience) or `interrupted` (consumers that are cancelled).
"""

import asyncio
import json
import sys
import threading
import time

from mnemo_cli.bounded.for_asyncio import AsyncWorkQueue
from mnemo_cli.bounded.queue import QueueClosed, QueueEmpty, QueueFull, WorkQueue

PRODUCERS, CONSUMERS = 4, 4
SIZES = (10, 200, 30)


class Counters:
    """The most that was ever told; the queue tells while it holds its lock, so nothing is missed."""

    def __init__(self):
        self.most = {"used": 0, "used_bytes": 0, "limit_bytes": 0}

    def __call__(self, counter, value):
        self.most[counter] = max(self.most.get(counter, 0), value)


class Producer(threading.Thread):
    def __init__(self, work, number, items, gives_up):
        super().__init__()
        self.work, self.number, self.items, self.gives_up = work, number, items, gives_up
        self.put = self.gave_up = 0

    def run(self):
        for index in range(self.items):
            while not self.put_once((self.number, index)):
                self.gave_up += 1
            self.put += 1

    def put_once(self, item):
        try:
            self.work.put(item, timeout=0.0005 if self.gives_up and sum(item) % 3 else None)
        except QueueFull:
            return False
        return True


class Consumer(threading.Thread):
    def __init__(self, work):
        super().__init__()
        self.work, self.got = work, []

    def run(self):
        while True:
            try:
                self.got.append(self.work.get(0.0005 if len(self.got) % 3 == 0 else None))
            except QueueEmpty:
                continue
            except QueueClosed:
                return


class CancelledConsumer(Consumer):
    """A task whose every third wait is broken off when it has begun."""

    def run(self):
        asyncio.run(self.consume())

    async def consume(self):
        work = AsyncWorkQueue(self.work)
        while True:
            getter = asyncio.ensure_future(self.get(work))
            await asyncio.sleep(0)
            if len(self.got) % 3 == 0:
                getter.cancel()
            try:
                await getter
            except asyncio.CancelledError:
                await asyncio.sleep(0.0001)
            except QueueClosed:
                return

    async def get(self, work):
        self.got.append(await work.get())


def is_in_order(got):
    """Each consumer sees the work of each producer in the order in which it was put."""
    return all(
        [index for number, index in got if number == producer]
        == sorted(index for number, index in got if number == producer)
        for producer in range(PRODUCERS)
    )


def main(limit, items, manner):
    counters = Counters()
    limit_bytes = int(1.2 * limit * sum(SIZES) / len(SIZES))  # the bytes bind too, though more seldom
    work = WorkQueue(limit, limit_bytes=limit_bytes, size_of=lambda item: SIZES[item[1] % len(SIZES)], report=counters)
    producers = [Producer(work, number, items // PRODUCERS, manner == "gives up") for number in range(PRODUCERS)]
    kinds = (Consumer, CancelledConsumer if manner == "interrupted" else Consumer)
    consumers = [kinds[number % 2](work) for number in range(CONSUMERS)]
    for producer in producers:
        producer.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (
        counters.most["used"] == limit and (manner != "gives up" or any(producer.gave_up for producer in producers))
    ):
        time.sleep(0.001)
    for consumer in consumers:
        consumer.start()
    for producer in producers:
        producer.join()
    work.close()
    for consumer in consumers:
        consumer.join()
    got = [item for consumer in consumers for item in consumer.got]
    print(
        json.dumps(
            {
                "put": sum(producer.put for producer in producers),
                "gave_up": sum(producer.gave_up for producer in producers),
                "got": len(got),
                "distinct": len(set(got)),
                "in_order": all(is_in_order(consumer.got) for consumer in consumers),
                "most_used": counters.most["used"],
                "most_used_bytes": counters.most["used_bytes"],
                "limit_bytes": work.limit_bytes,
                "blocked_seconds": work.blocked_seconds_total,
                "waiting": work.producers_waiting + work.consumers_waiting,
                "left": len(work),
                "left_bytes": work.used_bytes,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
