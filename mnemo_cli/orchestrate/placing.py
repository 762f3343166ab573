"""Who starts next, and on which of many workers: the scheduler of a run whose jobs are spread over machines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Refusal, Room, untaken_bytes
from mnemo_cli.orchestrate.fleet import Fleet
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Identity, Job, Key, Reason
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.ramp import may_be_tried
from mnemo_cli.orchestrate.roll import WorkerNow
from mnemo_cli.orchestrate.scheduler import Scheduler, Settled, said_bytes
from mnemo_cli.orchestrate.waiting import Entry, Waiting
from mnemo_cli.orchestrate.worker import Worker

_MOST_GONE = 100
_CRITICAL_TIMES = 2
# Who asks for more than every worker has is given up when no worker has come for so long.
_JOINING_SECONDS = 30.0


class PlacingScheduler(Scheduler):
    """`slots` and `budget_bytes` follow the workers: all slots, and the most that one job can have on one of them.

    `most_slots` None: as many at once as there are slots.
    """

    def __init__(self, *, most_slots: int | None, waiting: Waiting, learned: Learned) -> None:
        super().__init__(slots=0, budget_bytes=0, waiting=waiting, learned=learned)
        self.fleet = Fleet()
        self._most_slots = most_slots
        # By the ids of workers; of those that are gone the last ones only.
        self._done: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self._gone: dict[str, Worker] = {}
        # How often in a row each worker has told of critical level.
        self._critical: dict[str, int] = {}
        # When attempts of each name began, the oldest first: thousands run at once.
        self._began: dict[str, dict[Key, float]] = {}

    @property
    def share_slots(self) -> int:
        return self.fleet.share_slots

    def never_fits(self, job: Job) -> bool:
        """A larger worker may still come."""
        return False

    def give_up_hopeless(self, *, now_seconds: float) -> tuple[Entry, ...]:
        """When nothing else goes on, and nobody has joined for a while: workers of one cluster come one by one."""
        is_settled = len(self.fleet) > 0 and now_seconds - self.fleet.joined_seconds >= _JOINING_SECONDS
        if self.flights or self.hold.closed or not is_settled:
            return ()
        return self._waiting.take_out(lambda entry: said_bytes(entry.job) > self.budget_bytes)

    def note_workers(self, workers: Sequence[Worker], *, now_seconds: float) -> None:
        for worker in workers:
            self.fleet.note(worker, now_seconds)
            self._note_level(worker)
            if worker.is_lost:
                self._bury(worker)
        if workers:
            slots = self.fleet.slots
            self.slots = slots if self._most_slots is None else min(slots, self._most_slots)
            self.budget_bytes = self.fleet.budget_bytes
            self.ramp.widen(self.slots)

    def to_relieve(self) -> tuple[Flight, ...]:
        """The youngest on each worker that told of critical level twice in a row, but for the only one there.

        The others go on: what one machine of many cannot bear is begun again on another.
        """
        full = [worker_id for worker_id, times in self._critical.items() if times >= _CRITICAL_TIMES]
        return tuple(flight for worker_id in full if (flight := self._youngest_on(worker_id)) is not None)

    def roll(self, *, now_seconds: float, unix_seconds: float) -> tuple[WorkerNow, ...]:
        """Those that are there, and of those that are gone the ones that had jobs."""
        claimed: Counter[str] = Counter()
        jobs: Counter[str] = Counter()
        for flight in self.flights.values():
            if flight.worker is not None:
                claimed[flight.worker] += flight.claim_bytes
                jobs[flight.worker] += 1
        everybody = [*(stand.worker for stand in self.fleet.stands()), *self._gone.values()]
        return tuple(
            WorkerNow(
                name=worker.name,
                level=worker.level,
                limit_bytes=worker.limit_bytes,
                limit_source=worker.limit_source,
                used_bytes=worker.used_bytes,
                claimed_bytes=claimed[worker.id],
                jobs=jobs[worker.id],
                slots=worker.slots,
                heard_unix=unix_seconds - (now_seconds - worker.heard_seconds),
                done=self._done[worker.id],
                lost=self._lost[worker.id],
                is_lost=worker.is_lost,
            )
            for worker in everybody
        )

    def next(self, rooms: Iterable[Room], *, now_seconds: float) -> Flight | None:
        """Take off with the next job that fits on a worker; the rooms of this machine say nothing of that."""
        if self.why_none(now_seconds) is not None:
            return None
        chosen: list[tuple[Worker, int]] = []

        def fits(entry: Entry) -> bool:
            found = self._worker_for(entry, now_seconds)
            if found is not None:
                chosen.append(found)
            return found is not None

        entry = self._waiting.select(fits, now_seconds=now_seconds)
        if entry is None:
            return None
        ((worker, claim_bytes),) = chosen
        flight = self.flight_of(entry, now_seconds=now_seconds, claim_bytes=claim_bytes)
        flight.worker = worker.id
        if entry.job.limit_bytes is None and flight.limit_bytes is not None:
            flight.limit_bytes = min(flight.limit_bytes, max(worker.budget_bytes, flight.claim_bytes))
        self.flights[flight.key] = flight
        self._began.setdefault(flight.job.name, {})[flight.key] = now_seconds
        self.fleet.begin(worker.id, flight.key, flight.claim_bytes, entry.job.cpus)
        return flight

    def why_none(self, now_seconds: float) -> str | None:
        if not len(self.fleet) and not self.hold.closed:
            return "no worker is there"
        return super().why_none(now_seconds)

    def refusal_of(self, entry: Entry, rooms: Iterable[Room], *, now_seconds: float) -> Refusal | str | None:
        if self._worker_for(entry, now_seconds) is not None:
            return None
        if self._is_guess(entry) and self.flights and not self._may_be_tried(entry.job.name, now_seconds):
            return "the first of its name are measured"
        best = self.fleet.most_free()
        if best is None:
            return "no worker is there"
        worker, free_bytes = best
        claim_bytes = self.claim_of(entry)
        return "all slots are taken" if free_bytes >= claim_bytes else Refusal(worker.name, claim_bytes, free_bytes)

    def started(self, key: Key, identity: Identity | None, worker_id: str | None = None) -> None:
        """One that was begun before ours is on the worker that tells of it."""
        super().started(key, identity, worker_id)
        flight = self.flights[key]
        if flight.worker is None and worker_id is not None:
            flight.worker = worker_id
            self._began.setdefault(flight.job.name, {})[key] = flight.began_seconds
            self.fleet.begin(worker_id, key, flight.claim_bytes, flight.job.cpus)

    def note_use(self, use: Mapping[Key, int], *, now_seconds: float) -> None:
        super().note_use(use, now_seconds=now_seconds)
        self.fleet.weigh(
            [
                (flight.worker, key, untaken_bytes(self.running_of(flight)))
                for key, flight in self.flights.items()
                if flight.worker is not None
            ]
        )

    def settle(self, key: Key, reason: Reason, *, peak_bytes: int | None = None) -> Settled:
        worker_id = self.flights[key].worker
        self._leave(key)
        if worker_id is not None and reason in ("ok", "lost"):
            (self._done if reason == "ok" else self._lost)[worker_id] += 1
        return super().settle(key, reason, peak_bytes=peak_bytes)

    def take_back(self, key: Key) -> None:
        self._leave(key)
        super().take_back(key)

    def _note_level(self, worker: Worker) -> None:
        if worker.level is Level.CRITICAL and not worker.is_lost:
            self._critical[worker.id] = self._critical.get(worker.id, 0) + 1
        else:
            self._critical.pop(worker.id, None)

    def _youngest_on(self, worker_id: str) -> Flight | None:
        """Told again only when the worker has told again: what was ended takes its time to be gone."""
        self._critical[worker_id] = 0
        there = [flight for flight in self.flights.values() if flight.worker == worker_id]
        if len(there) < 2 or any(flight.state == "stopping" for flight in there):
            return None
        return max(there, key=lambda flight: (not flight.job.critical, flight.began_seconds))

    def _restrain(self, flight: Flight, now_seconds: float) -> None:
        """One machine of many."""
        if flight.worker is not None:
            self.fleet.restrain(flight.worker, now_seconds)

    def _leave(self, key: Key) -> None:
        flight = self.flights[key]
        self.fleet.end(flight.worker, key)
        name = flight.job.name
        began = self._began.get(name)
        if began is not None:
            began.pop(key, None)
            if not began:
                del self._began[name]

    def _may_be_tried(self, name: str, now_seconds: float) -> bool:
        if self._learned.has_ended(name):
            return True
        began = self._began.get(name)
        return began is None or may_be_tried(len(began), now_seconds - next(iter(began.values())))

    def _bury(self, worker: Worker) -> None:
        if len(self._gone) >= _MOST_GONE:
            oldest = next(iter(self._gone))
            del self._gone[oldest], self._done[oldest], self._lost[oldest]
        self._gone[worker.id] = worker

    def _worker_for(self, entry: Entry, now_seconds: float) -> tuple[Worker, int] | None:
        """And what it claims there."""
        if self._is_guess(entry) and self.flights and not self._may_be_tried(entry.job.name, now_seconds):
            return None
        claim_bytes = self.claim_of(entry)
        worker = self.fleet.best(claim_bytes, entry.job.cpus, now_seconds)
        return None if worker is None else (worker, claim_bytes)
