"""What passes through a broadcaster and a work queue: CPU per event, and per item against queue.Queue.

Both report to something as dear as the tracker: a word in a mapped file.
"""

import mmap
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import get_args

from mnemo_cli.bounded.broadcaster import EventBroadcaster
from mnemo_cli.bounded.queue import WorkQueue
from mnemo_cli.bounded.report import Counter, Report
from tests.bench.measure import Table, cpu_seconds_per_call, microseconds, paired

LIMIT = 10_000
TIMES = 20_000
RUNS = 21


def run() -> None:
    table = Table("bounded traffic: CPU in one process")
    with mmap.mmap(-1, mmap.PAGESIZE) as memory, memoryview(memory) as raw, raw.cast("d") as words:
        _publish(table, "publish, nobody subscribes, silent", EventBroadcaster(), wanted=1000)
        _publish(table, "   reporting to a mapped word", EventBroadcaster(report=_to(words)), wanted=1000)
        _publish(table, "   and its bytes counted", EventBroadcaster(limit_bytes=2**20, report=_to(words)), wanted=None)
        for name, traffic in (("put and get, one thread", _one_thread), ("   2 producers, 2 consumers", _four_threads)):
            ours: WorkQueue[int] = WorkQueue(LIMIT, report=_to(words))
            peer: queue.Queue[int] = queue.Queue(LIMIT)
            mnemo, theirs, ratio = paired(lambda t=traffic, q=ours: t(q), lambda t=traffic, q=peer: t(q), runs=RUNS)  # type: ignore[misc]
            table.add(f"{name}, × queue.Queue", microseconds(mnemo), microseconds(theirs), ratio, 1.0)


def _to(words: "memoryview[float]") -> Report:
    places = {counter: place for place, counter in enumerate(get_args(Counter))}

    def report(counter: Counter, value: float) -> None:
        words[places[counter]] = value

    return report


def _publish(table: Table, name: str, events: EventBroadcaster[int], *, wanted: float | None) -> None:
    """The best of many: an absolute figure, and neighbours on the machine double it for seconds at a time."""
    measure = cpu_seconds_per_call(partial(events.publish, 1), TIMES // 10)
    cost = min(measure() for _ in range(RUNS * 20))
    table.add(name, f"{cost * 1e9:.0f} ns", "", cost * 1e9, wanted, " ns")


def _one_thread(work: "WorkQueue[int] | queue.Queue[int]") -> float:
    def pair() -> None:
        work.put(1)
        work.get()

    return cpu_seconds_per_call(pair, TIMES)()


def _four_threads(work: "WorkQueue[int] | queue.Queue[int]") -> float:
    def repeat(call: Callable[[], object]) -> threading.Thread:
        def loop() -> None:
            for _ in range(TIMES):
                call()

        return threading.Thread(target=loop)

    def traffic() -> None:
        threads = [repeat(call) for _ in range(2) for call in (lambda: work.put(1), work.get)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return cpu_seconds_per_call(traffic, 1)() / (2 * TIMES)
