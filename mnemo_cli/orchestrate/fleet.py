"""Where an attempt may start, of many workers: each one's rooms, slots, and what our attempts there may still take.

A job must fit on one worker, never into the sum. The worker with the most memory left is taken, so that a
claim that was wrong hits whoever can bear it best. After a loss the host starts again with one job: starting
everything at once again is what brings a machine down a second time (facts/orchestrate §1).
"""

import heapq
from collections.abc import Iterator, Sequence

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import FILL_RATIO, RESERVED_RATIO
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.ramp import Ramp
from mnemo_cli.orchestrate.worker import Worker

# A host that has lost no worker for so long is trusted again.
_SUSPECT_SECONDS = 60.0
_MOST_SUSPECTS = 1000
_SILENT_SECONDS = 10.0


class Stand:
    """One worker with the attempts that are there. `free_bytes` is the largest claim that may start there now."""

    __slots__ = ("_cpus", "_loads", "_reserved_bytes", "free_bytes", "ramp", "slots_taken", "version", "worker")

    def __init__(self, worker: Worker, version: int = 0) -> None:
        self.worker = worker
        self.ramp = Ramp(worker.slots)
        self.slots_taken = 0.0
        self.version = version
        self._loads: dict[Key, int] = {}
        self._cpus: dict[Key, float] = {}
        self._reserved_bytes = 0
        self.free_bytes = self._reckoned()

    @property
    def jobs(self) -> int:
        return len(self._loads)

    def has_slot(self, cpus: float) -> bool:
        """One that asks for more slots than there are runs alone."""
        return not self._loads or self.slots_taken + cpus <= self.worker.slots

    def may_start(self, cpus: float, now_seconds: float) -> bool:
        """One that is silent may be gone already."""
        if not self.worker.is_reached or now_seconds - self.worker.heard_seconds > _SILENT_SECONDS:
            return False
        return self.has_slot(cpus) and len(self._loads) < self.ramp.at_once(now_seconds)

    def begin(self, key: Key, untaken_bytes: int, cpus: float) -> None:
        self._cpus[key] = cpus
        self.slots_taken += cpus
        self.weigh(key, untaken_bytes)
        self.reckon()

    def weigh(self, key: Key, untaken_bytes: int) -> None:
        """What it may still take; `reckon` follows."""
        self._reserved_bytes += untaken_bytes - self._loads.get(key, 0)
        self._loads[key] = untaken_bytes

    def end(self, key: Key) -> None:
        if key in self._loads:
            self._reserved_bytes -= self._loads.pop(key)
            self.slots_taken -= self._cpus.pop(key)
            self.reckon()

    def reckon(self) -> None:
        self.version += 1
        self.free_bytes = self._reckoned()

    def _reckoned(self) -> int:
        """As admission does for one machine; and a worker at critical level takes nothing more beside others."""
        worker = self.worker
        if worker.level is Level.CRITICAL and self._loads:
            return -1
        free = [worker.budget_bytes]
        for room in worker.rooms:
            if not self._loads:
                free += [] if room.headroom_bytes is None else [room.headroom_bytes]
            elif room.used_bytes is None:
                return -1
            else:
                free.append(
                    int(FILL_RATIO * room.budget_bytes - room.used_bytes - RESERVED_RATIO * self._reserved_bytes)
                )
        return min(free)


class Fleet:
    """All workers. `budget_bytes` is the most that one job can have, on the largest worker that was seen in this run.

    `joined_seconds` is when the last one came.
    A heap of workers by what is free on them: a start costs the logarithm of their number.
    """

    def __init__(self) -> None:
        self._stands: dict[str, Stand] = {}
        self._largest = (0, 1)
        self._heap: list[tuple[int, str, int]] = []
        self._suspects: dict[str, float] = {}
        # Of those that went: one of the same name goes on from there, lest what the heap holds of them counts for it.
        self._last_version = 0
        self.slots = 0
        self.joined_seconds = float("-inf")

    def __len__(self) -> int:
        return len(self._stands)

    @property
    def budget_bytes(self) -> int:
        return self._largest[0]

    @property
    def share_slots(self) -> int:
        """How many share the largest budget, where nobody knows what a job needs."""
        return self._largest[1]

    def stands(self) -> Iterator[Stand]:
        yield from self._stands.values()

    def worker_of(self, worker_id: str | None) -> Worker | None:
        stand = None if worker_id is None else self._stands.get(worker_id)
        return None if stand is None else stand.worker

    def note(self, worker: Worker, now_seconds: float) -> None:
        """What a worker tells of itself, for the first time too; or that it is lost."""
        stand = self._stands.get(worker.id)
        if worker.is_lost:
            if stand is not None:
                self._lose(stand, now_seconds)
            return
        if stand is None:
            stand = self._stands[worker.id] = Stand(worker, self._last_version)
            self.slots += worker.slots
            self.joined_seconds = now_seconds
            if self._is_suspect(worker.host, now_seconds):
                stand.ramp.begin_slowly(now_seconds)
        self._largest = max(self._largest, (worker.budget_bytes, worker.slots))
        stand.worker = worker
        stand.reckon()
        self._push(stand)

    def best(self, claim_bytes: int, cpus: float, now_seconds: float) -> Worker | None:
        """Where it may start: of the workers with a slot for it, the one with the most memory left."""
        aside: list[tuple[int, str, int]] = []
        found = None
        while self._heap:
            item = self._heap[0]
            stand = self._stands.get(item[1])
            if stand is None or stand.version != item[2]:
                heapq.heappop(self._heap)
            elif stand.free_bytes < claim_bytes:
                break
            elif stand.may_start(cpus, now_seconds):
                found = stand.worker
                break
            else:
                aside.append(heapq.heappop(self._heap))
        for item in aside:
            heapq.heappush(self._heap, item)
        return found

    def most_free(self) -> tuple[Worker, int] | None:
        """The worker with the most memory left among those with a slot, and how much that is."""
        with_slot = [stand for stand in self._stands.values() if stand.has_slot(1.0)]
        stand = max(with_slot or self._stands.values(), key=lambda stand: stand.free_bytes, default=None)
        return None if stand is None else (stand.worker, stand.free_bytes)

    def begin(self, worker_id: str, key: Key, untaken_bytes: int, cpus: float) -> None:
        if (stand := self._stands.get(worker_id)) is not None:
            stand.begin(key, untaken_bytes, cpus)
            self._push(stand)

    def end(self, worker_id: str | None, key: Key) -> None:
        if worker_id is not None and (stand := self._stands.get(worker_id)) is not None:
            stand.end(key)
            self._push(stand)

    def restrain(self, worker_id: str, now_seconds: float) -> None:
        """Its machine ran out of memory: fewer at once, on every worker that is there."""
        suspect = self.worker_of(worker_id)
        for stand in self._stands.values():
            if suspect is not None and stand.worker.host == suspect.host:
                stand.ramp.restrain(stand.jobs, now_seconds)

    def weigh(self, loads: Sequence[tuple[str, Key, int]]) -> None:
        """What attempts may still take now: (worker, key, bytes)."""
        changed = set()
        for worker_id, key, untaken_bytes in loads:
            if (stand := self._stands.get(worker_id)) is not None:
                stand.weigh(key, untaken_bytes)
                changed.add(worker_id)
        for worker_id in changed:
            stand = self._stands[worker_id]
            stand.reckon()
            self._push(stand)

    def _lose(self, stand: Stand, now_seconds: float) -> None:
        """What shares its host is restrained too: it is the machine that is short."""
        worker = stand.worker
        del self._stands[worker.id]
        self.slots -= worker.slots
        self._last_version = max(self._last_version, stand.version)
        if stand.jobs:
            while len(self._suspects) >= _MOST_SUSPECTS:
                del self._suspects[next(iter(self._suspects))]
            self._suspects[worker.host] = now_seconds
            for other in self._stands.values():
                if other.worker.host == worker.host:
                    other.ramp.restrain(max(2, other.jobs * 2), now_seconds)

    def _is_suspect(self, host: str, now_seconds: float) -> bool:
        return now_seconds - self._suspects.get(host, float("-inf")) < _SUSPECT_SECONDS

    def _push(self, stand: Stand) -> None:
        """A full one comes back with the end of an attempt."""
        if stand.jobs and stand.slots_taken >= stand.worker.slots:
            return
        heapq.heappush(self._heap, (-stand.free_bytes, stand.worker.id, stand.version))
        if len(self._heap) > 64 + 4 * len(self._stands):
            self._heap = [item for item in self._heap if self._is_current(item)]
            heapq.heapify(self._heap)

    def _is_current(self, item: tuple[int, str, int]) -> bool:
        stand = self._stands.get(item[1])
        return stand is not None and stand.version == item[2]
