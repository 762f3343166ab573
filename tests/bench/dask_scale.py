"""A simulation: a million jobs on 1,000 workers that only count, through the real journal, scheduler and run.

Nothing is started and time is simulated. What it shows is that mnemo's own cost for a job does not grow with the
number of jobs; what a Dask scheduler bears is Dask's to say.
"""

import heapq
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.engine import Capacity, EngineEvent, Finished, Order
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Ended, Identity, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.placing import PlacingScheduler
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.waiting import Waiting
from mnemo_cli.orchestrate.worker import Worker
from mnemo_cli.units import GIB, MIB
from tests.bench.measure import Table

WORKERS, SLOTS, NAMES = 1000, 4, 50
FEW, MANY = 10_000, 1_000_000
_TURN_SECONDS, _REPORT_SECONDS = 0.1, 2.0
_LIMIT_BYTES = 16 * GIB


class Simulated:
    """Workers that only count: each attempt takes its time and its memory, and ends well."""

    descriptor = -1
    capacity = Capacity(WORKERS * SLOTS, "none", can_freeze=False, is_elsewhere=True)

    def __init__(self) -> None:
        self.now = 0.0
        self._random = random.Random(9)
        self._ends: list[tuple[float, Key, int, str]] = []
        self._used = dict.fromkeys((f"w{at}" for at in range(WORKERS)), 0)
        self._use: dict[Key, int] = {}
        self._reported = float("-inf")

    def start(self, orders: Sequence[Order]) -> None:
        for order in orders:
            assert order.worker is not None
            peak_bytes = int(self._random.uniform(0.5, 1.5) * (1 + hash(order.command) % 8) * 128 * MIB)
            self._used[order.worker] += peak_bytes
            self._use[order.key] = peak_bytes
            seconds = self._random.uniform(5, 15)
            heapq.heappush(self._ends, (self.now + seconds, order.key, peak_bytes, order.worker))

    def events(self) -> tuple[EngineEvent, ...]:
        found: list[EngineEvent] = []
        while self._ends and self._ends[0][0] <= self.now:
            _, key, peak_bytes, worker = heapq.heappop(self._ends)
            self._used[worker] -= peak_bytes
            del self._use[key]
            found.append(Finished(key, Ended(0, 10.0, peak_bytes=peak_bytes, peak_source="cgroup")))
        return tuple(found)

    def workers(self) -> Sequence[Worker]:
        if self.now - self._reported < _REPORT_SECONDS:
            return ()
        self._reported = self.now
        return [self._worker(name, used) for name, used in self._used.items()]

    def _worker(self, name: str, used_bytes: int) -> Worker:
        budget_bytes = int(0.6 * _LIMIT_BYTES)
        room = Room("the group", used_bytes, budget_bytes, _LIMIT_BYTES - used_bytes)
        return Worker(
            name, name, name, SLOTS, (room,), budget_bytes, Level.NORMAL, _LIMIT_BYTES, "cgroup", used_bytes, self.now
        )

    def use(self) -> Mapping[Key, int]:
        return self._use

    def finding(self, key: Key) -> None: ...

    def pause(self, key: Key) -> bool:
        return False

    def resume(self, key: Key) -> None: ...

    def stop(self, key: Key, *, grace_seconds: float) -> None: ...

    def recover(self, attempts: Mapping[Key, Identity | None]) -> tuple[EngineEvent, ...]:
        return ()

    def close(self) -> None: ...


class Timed(PlacingScheduler):
    """Knows how long admission took."""

    admission_seconds = 0.0

    def next(self, rooms: object, *, now_seconds: float) -> Flight | None:
        began = time.process_time()
        try:
            return super().next((), now_seconds=now_seconds)
        finally:
            self.admission_seconds += time.process_time() - began


class Cost(NamedTuple):
    cpu_seconds: float
    admission_seconds: float
    grown_bytes: int


def run() -> None:
    table = Table(f"dask_scale: {MANY:,} simulated jobs on {WORKERS:,} workers of {SLOTS} slots")
    few, many = _simulated(FEW), _simulated(MANY)
    admission = many.admission_seconds / MANY * 1e6
    table.add("admission per job", f"{admission:.1f} µs", "", admission, 50.0, " µs")
    costs = [one.cpu_seconds / jobs * 1e6 for one, jobs in ((few, FEW), (many, MANY))]
    table.add(f"CPU per job, × that of {FEW:,}", f"{costs[1]:.0f} µs", f"{costs[0]:.0f} µs", costs[1] / costs[0], 1.2)
    table.add("memory beyond the start", f"{many.grown_bytes / 1e6:.0f} MB", "", many.grown_bytes / 1e6, 300.0, " MB")


def _simulated(jobs: int) -> Cost:
    """In a child, so that the memory of one is not that of the other."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(write, "w") as out:
            out.write(" ".join(map(str, _run(jobs))))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        cpu_seconds, admission_seconds, grown_bytes = told.read().split()
    os.waitpid(child, 0)
    return Cost(float(cpu_seconds), float(admission_seconds), int(grown_bytes))


def _run(jobs: int) -> Cost:
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name:
        journal, engine = Journal.create(Path(name, "journal")), Simulated()
        waiting = Waiting(journal.outcome_of)
        learned = Learned()
        # Names that were run before: until then few of each are begun, and that cost is one of time, not of number.
        for at in range(NAMES):
            learned.add(f"n{at}", [256 * MIB, 512 * MIB, GIB])
        scheduler = Timed(most_slots=None, waiting=waiting, learned=learned)
        one = Run(engine, journal, scheduler, waiting, Plan(_jobs(jobs)), RunSettings(10_000), lambda happening: None)
        before_bytes, began = _peak_bytes(), time.process_time()
        measured = 0.0
        while not one.is_over:
            one.turn((), Now(engine.now, 1e9 + engine.now))
            engine.now += _TURN_SECONDS
            if engine.now - measured >= 1.0:
                measured = engine.now
                scheduler.note_use(engine.use(), now_seconds=engine.now)
        cost = Cost(time.process_time() - began, scheduler.admission_seconds, _peak_bytes() - before_bytes)
        assert journal.standing.done == jobs
        journal.close()
    return cost


def _jobs(count: int) -> Iterator[Job]:
    return (Job(id=f"j{at}", name=f"n{at % NAMES}", command=("work", str(at % NAMES))) for at in range(count))


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
