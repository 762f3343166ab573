"""Who starts next, and what becomes of whom: the pure middle of a run.

It knows no engine, journal or clock: time, room and events are given to it, and it answers with what
to do. A deterministic engine and a simulated clock drive the very same code in the tests.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.orchestrate.admission import Refusal, Room, Running, refusal
from mnemo_cli.orchestrate.claims import limit_bytes
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Ended, Identity, Job, Key, Reason
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.outcome import Again, Final, StopWord, after_attempt, reason_of
from mnemo_cli.orchestrate.ramp import Ramp, may_be_tried
from mnemo_cli.orchestrate.roll import WorkerNow
from mnemo_cli.orchestrate.waiting import Entry, Waiting
from mnemo_cli.orchestrate.worker import Worker


class Hold(NamedTuple):
    """What the ladder asks of admission: fewer at once, no job that can wait, none at all.

    While jobs are deferred one runs all the same where none of ours does, unless it is `nearly_critical`.
    """

    throttled: bool = False
    deferred: bool = False
    closed: bool = False
    nearly_critical: bool = False


class Settled(NamedTuple):
    """What an attempt's end came to.

    `again` is the job back in waiting, if it is. `given_up` are the jobs that waited for it and can never run.
    """

    flight: Flight
    reason: Reason
    decision: Again | Final
    again: Entry | None = None
    given_up: tuple[Job, ...] = ()


class Scheduler:
    """Slots, budget and the jobs between their first turn and their last."""

    def __init__(self, *, slots: int, budget_bytes: int, waiting: Waiting, learned: Learned) -> None:
        self.slots = slots
        self.budget_bytes = budget_bytes
        self.hold = Hold()
        self.ramp = Ramp(slots)
        self.flights: dict[Key, Flight] = {}
        self._waiting = waiting
        self._learned = learned
        self._has_timeouts = False

    def claim_of(self, entry: Entry) -> int:
        """After an OOM the raised one, else the author's, else the learned one.

        What was reckoned is never above the budget of now, which may be less than it was: else it would wait for ever.
        """
        if entry.claim_bytes is not None:
            return min(entry.claim_bytes, self.budget_bytes)
        if entry.job.claim_bytes is not None:
            return entry.job.claim_bytes
        return self._learned.claim_bytes(entry.job.name, budget_bytes=self.budget_bytes, slots=self.share_slots)

    @property
    def share_slots(self) -> int:
        """How many share the budget, where nobody knows what a job needs."""
        return self.slots

    def note_workers(self, workers: Sequence[Worker], *, now_seconds: float) -> None:
        """What workers told of themselves; one place has none."""

    def to_relieve(self) -> tuple[Flight, ...]:
        """Attempts that have to give their memory back on workers that are too full; here the ladder sees to that."""
        return ()

    def roll(self, *, now_seconds: float, unix_seconds: float) -> tuple[WorkerNow, ...]:
        """How the workers stand; one place has none."""
        return ()

    def never_fits(self, job: Job) -> bool:
        """Whether its author asks for more than the whole budget."""
        return said_bytes(job) > self.budget_bytes

    def give_up_hopeless(self, *, now_seconds: float) -> tuple[Entry, ...]:
        """Takes out the jobs that waited for a place that will not come; with one place `never_fits` knows at once."""
        return ()

    def next(self, rooms: Iterable[Room], *, now_seconds: float) -> Flight | None:
        """Take off with the next job that may start now; None while none may."""
        if self.why_none(now_seconds) is not None:
            return None
        rooms, running = tuple(rooms), self._running()
        entry = self._waiting.select(
            lambda entry: self._refusal_of(entry, rooms, running, now_seconds) is None, now_seconds=now_seconds
        )
        if entry is None:
            return None
        flight = self.flight_of(entry, now_seconds=now_seconds)
        self.flights[flight.key] = flight
        return flight

    def flight_of(self, entry: Entry, *, now_seconds: float, claim_bytes: int | None = None) -> Flight:
        """The attempt as it would begin now, or as one of a run before ours goes on."""
        claim_bytes = self.claim_of(entry) if claim_bytes is None else claim_bytes
        self._has_timeouts = self._has_timeouts or entry.job.timeout_seconds is not None
        return Flight(entry, claim_bytes, self._limit_of(entry, claim_bytes), began_seconds=now_seconds)

    def why_none(self, now_seconds: float) -> str | None:
        """Why nobody at all may start now, in words."""
        if self.hold.closed:
            return "no more work is taken"
        at_once = self.ramp.at_once(now_seconds)
        if self.hold.throttled:
            at_once = max(1, at_once // 2)
        if len(self.flights) >= at_once:
            return "all slots are taken" if at_once == self.slots else f"{at_once} of {self.slots} slots for now"
        return None

    def refusal_of(self, entry: Entry, rooms: Iterable[Room], *, now_seconds: float) -> Refusal | str | None:
        """Why this job in particular waits; None when it may start."""
        return self._refusal_of(entry, rooms, self._running(), now_seconds)

    def in_order(self) -> list[Flight]:
        """As they are to end when memory is short: the critical ones first, then the older ones.

        Those that were told to stop come last: they will not end what they began.
        """
        return sorted(self.flights.values(), key=_precedence)

    def running_of(self, flight: Flight) -> Running:
        """As admission sees it: with what was learned since it began."""
        growth = None if flight.growth is None else flight.growth.bytes_per_second
        claim_bytes = max(flight.claim_bytes, self.claim_of(flight.entry))
        return Running(claim_bytes, flight.used_bytes, growth, flight.limit_bytes)

    def started(self, key: Key, identity: Identity | None, worker_id: str | None = None) -> None:
        flight = self.flights[key]
        flight.identity = identity
        if flight.state == "starting":
            flight.state = "running"

    def note_use(self, use: Mapping[Key, int], *, now_seconds: float) -> None:
        """What each attempt uses now; one that is not told is unknown."""
        for key, flight in self.flights.items():
            flight.note_use(use.get(key), now_seconds)

    def ended(self, key: Key, ended: Ended, *, host_ooms_rose: bool, now_seconds: float) -> Settled:
        """An attempt has ended."""
        flight = self.flights[key]
        rose = host_ooms_rose or ended.host_ooms_rose
        reason = reason_of(ended, stopped_for=flight.stopped_for, host_ooms_rose=rose)
        if reason == "ok":
            self._learned.note(flight.job.name, ended.peak_bytes)
        if reason == "oom-host-suspected":
            self._restrain(flight, now_seconds)
        return self.settle(key, reason, peak_bytes=ended.peak_bytes)

    def settle(self, key: Key, reason: Reason, *, peak_bytes: int | None = None) -> Settled:
        """Take the attempt out, and queue the job again or be done with it."""
        flight = self.flights.pop(key)
        entry = flight.entry
        decision = after_attempt(
            entry.job,
            reason,
            entry.tally,
            claim_bytes=flight.claim_bytes,
            peak_bytes=peak_bytes,
            budget_bytes=self.budget_bytes,
        )
        if isinstance(decision, Again) and self.never_fits(entry.job):
            # The budget is less than when it was let in.
            decision = Final(done=False, reason=reason, needed_bytes=said_bytes(entry.job))
        if isinstance(decision, Again):
            # A claim that was not raised stays as it was: learned ones go on learning.
            raised = decision.claim_bytes if decision.claim_bytes > flight.claim_bytes else entry.claim_bytes
            again = Entry(entry.job, entry.number + 1, raised, decision.tally)
            self._waiting.add(again)
            return Settled(flight, reason, decision, again)
        if decision.done:
            self._waiting.done(entry.job.id)
            return Settled(flight, reason, decision)
        return Settled(flight, reason, decision, given_up=self._waiting.failed(entry.job.id))

    def take_back(self, key: Key) -> None:
        """An attempt that does not begin after all."""
        del self.flights[key]

    def overdue(self, now_seconds: float) -> tuple[Flight, ...]:
        """The attempts whose time-out has passed and which nobody has stopped yet."""
        if not self._has_timeouts:
            return ()  # asked at every turn, of thousands
        return tuple(flight for flight in self.flights.values() if flight.is_overdue(now_seconds))

    def youngest(self, *, frozen: bool, critical: bool = False) -> Flight | None:
        """The attempt that loses least when it is frozen or preempted: the last one that began.

        Non-critical ones only, unless `critical`; those that are being stopped are left alone.
        """
        wanted = "frozen" if frozen else "running"
        candidates = [
            flight for flight in self.flights.values() if flight.state == wanted and flight.job.critical <= critical
        ]
        # Of several that began together, the last one.
        return max(reversed(candidates), key=lambda flight: flight.began_seconds, default=None)

    def stopping(self, flight: Flight, word: StopWord) -> None:
        """It has been told to stop; the first reason stands."""
        flight.stopped_for = flight.stopped_for or word
        flight.state = "stopping"

    def _restrain(self, flight: Flight, now_seconds: float) -> None:
        """The machine ran out of memory: fewer at once."""
        self.ramp.restrain(len(self.flights), now_seconds)

    def _running(self) -> tuple[Running, ...]:
        return tuple(map(self.running_of, self.in_order()))

    def _refusal_of(
        self, entry: Entry, rooms: Iterable[Room], running: Iterable[Running], now_seconds: float
    ) -> Refusal | str | None:
        # With nothing of ours running, waiting for others to need less could last for ever.
        may_go_on = not self.flights and not self.hold.nearly_critical
        if self.hold.deferred and not entry.job.critical and not may_go_on:
            return "deferred until memory is lower"
        slots_taken = sum(flight.job.cpus for flight in self.flights.values())
        # One that asks for more slots than there are runs alone.
        if self.flights and slots_taken + entry.job.cpus > self.slots:
            return "all slots are taken"
        if self._is_guess(entry):
            if not self.flights:
                return None  # nothing is known of it: its limit and the ladder hold, and somebody has to begin
            if not self._may_be_tried(entry.job.name, now_seconds):
                return "the first of its name are measured"
        return refusal(self.claim_of(entry), rooms, running)

    def _limit_of(self, entry: Entry, claim_bytes: int) -> int | None:
        """The author's, else as its claim and what is known of its name make it."""
        if entry.job.limit_bytes is not None:
            return entry.job.limit_bytes
        peaks = None if _is_said(entry) else self._learned.peaks(entry.job.name)
        return limit_bytes(claim_bytes, peaks=peaks, budget_bytes=self.budget_bytes)

    def _may_be_tried(self, name: str, now_seconds: float) -> bool:
        """Slowly until the first has ended well: the limit of each is the whole budget."""
        if self._learned.has_ended(name):
            return True
        began = [flight.began_seconds for flight in self.flights.values() if flight.job.name == name]
        return not began or may_be_tried(len(began), now_seconds - min(began))

    def _is_guess(self, entry: Entry) -> bool:
        """Whether nobody has said or seen what it needs."""
        return not _is_said(entry) and not self._learned.knows(entry.job.name)


def said_bytes(job: Job) -> int:
    """The larger of claim and limit, as far as its author has given them."""
    return max(size for size in (job.claim_bytes, job.limit_bytes, 0) if size is not None)


def _is_said(entry: Entry) -> bool:
    """By its author, or by an OOM of its own; else its claim comes from its name."""
    return entry.claim_bytes is not None or entry.job.claim_bytes is not None


def _precedence(flight: Flight) -> tuple[bool, bool, float]:
    return flight.state == "stopping", not flight.job.critical, flight.began_seconds
