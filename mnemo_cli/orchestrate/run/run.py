"""A run in turns: events in, the journal kept, jobs fed and started.

The journal is written before a start and after an end, several of them in one transaction where they
come together. When it can no longer be written, nothing more is started, and what runs may finish.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import DuplicateJobError, MnemoError
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.engine import Engine, EngineEvent, Finished, Lost, NotStarted, Started
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Ended, Job, Reason
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.journal import Departure
from mnemo_cli.orchestrate.journal.rows import JobState
from mnemo_cli.orchestrate.outcome import Again, Final, StopWord
from mnemo_cli.orchestrate.run.bookkeeping import Bookkeeping
from mnemo_cli.orchestrate.run.ends import End, VerdictOf, arrival_of, headline_of, no_verdict
from mnemo_cli.orchestrate.run.orders import Orders
from mnemo_cli.orchestrate.run.source import Source
from mnemo_cli.orchestrate.scheduler import Hold, Scheduler
from mnemo_cli.orchestrate.waiting import Entry, Waiting

_ASKING_SECONDS = 1.0


class RunSettings(NamedTuple):
    """`queue_limit` bounds the jobs in waiting: past it the source is not read. `output_folder` None: our streams.

    `working_folder` is where jobs run that name no other; theirs are relative to it.
    """

    queue_limit: int
    output_folder: Path | None = None
    working_folder: Path | None = None


class Now(NamedTuple):
    """Monotonic seconds and Unix time, read once per turn."""

    clock_seconds: float
    unix_seconds: float


class Happening(NamedTuple):
    """Something that a view or a log shows. `ended` is None for a start; `headline` says why an attempt died."""

    now: Now
    job: Job
    number: int
    what: Reason | str
    ended: Ended | None = None
    decision: Again | Final | None = None
    headline: str | None = None


class Run:
    """Owns nothing that it did not make: engine, journal and source are closed by whoever opened them."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        scheduler: Scheduler,
        waiting: Waiting,
        source: Source,
        settings: RunSettings,
        tell: Callable[[Happening], None],
        verdict_of: VerdictOf = no_verdict,
    ) -> None:
        self.scheduler = scheduler
        self.waiting = waiting
        self.refused = 0
        self._engine, self._source, self._settings = engine, source, settings
        self._books = Bookkeeping(journal, self.close)
        self._orders = Orders(settings.output_folder, settings.working_folder)
        self._tell, self._verdict_of = tell, verdict_of
        self._host_ooms: int | None = None
        self._host_ooms_rose = False
        self._next_asking_seconds = float("-inf")

    @property
    def journal_error(self) -> MnemoError | None:
        """Why the journal cannot be written any more; None while it can."""
        return self._books.error

    @property
    def is_over(self) -> bool:
        """Nothing runs, and nothing more will start."""
        if self.scheduler.flights:
            return False
        return self.scheduler.hold.closed or (self._source.is_exhausted and not len(self.waiting))

    @property
    def wants_jobs(self) -> bool:
        """Whether the source is to be read: backpressure begins here."""
        return (
            not self.scheduler.hold.closed
            and not self._source.is_exhausted
            and len(self.waiting) < self._settings.queue_limit
        )

    def note_host_ooms(self, oom_kills_total: int | None) -> None:
        """The machine's counter; a rise makes a SIGKILL without other evidence suspicious until the next sample."""
        before, self._host_ooms = self._host_ooms, oom_kills_total
        self._host_ooms_rose = before is not None and oom_kills_total is not None and oom_kills_total > before

    def turn(self, rooms: Sequence[Room], now: Now) -> None:
        """Everything that can be done now."""
        self.heed(self.take(now), now)
        for flight in self.scheduler.to_relieve():
            self.stop(flight, "preempted")
        self._stop_overdue(now)
        self._cancel_as_asked(now)
        self._feed(now)
        self._start(rooms, now)
        hopeless = self.scheduler.give_up_hopeless(now_seconds=now.clock_seconds)
        self._drop([entry.job for entry in hopeless], "never-fits", now)
        self._give_up_stuck(now)

    def take(self, now: Now) -> Sequence[EngineEvent]:
        """What the engine tells, to be heeded: what became of workers is noted while their attempts count as there."""
        events = self._engine.events()
        self.scheduler.note_workers(self._engine.workers(), now_seconds=now.clock_seconds)
        return events

    def heed(self, events: Sequence[EngineEvent], now: Now) -> None:
        """Take in what the engine tells."""
        ends: list[End] = []
        for event in events:
            if event.key not in self.scheduler.flights:
                continue  # told twice, or of an attempt that was given up
            match event:
                case Started(key, identity, worker_id):
                    self.scheduler.started(key, identity, worker_id)
                case Finished(key, ended):
                    result = self.scheduler.ended(
                        key, ended, host_ooms_rose=self._host_ooms_rose, now_seconds=now.clock_seconds
                    )
                    ends.append(End(result, ended, headline_of(result, ended, self._verdict_of)))
                case NotStarted(key, code, why):
                    ended = Ended(status=code, seconds=0.0)
                    ends.append(End(self.scheduler.settle(key, "not-started"), ended, why))
                case Lost(key):
                    is_unwanted = self.scheduler.flights[key].stopped_for == "cancelled"
                    ends.append(End(self.scheduler.settle(key, "cancelled" if is_unwanted else "lost"), None, None))
        if ends:
            self._note_ends(ends, now)

    def take_up(self, entry: Entry, now: Now) -> None:
        """Queue a job that the journal knows; one that can never fit is over at once."""
        if self.scheduler.never_fits(entry.job):
            self._drop([entry.job], "never-fits", now)
        elif self.waiting.add(entry) is not None:
            self._drop([entry.job], "dependency-failed", now)

    def close(self) -> None:
        """Take no more work; what runs may finish."""
        self.scheduler.hold = Hold(closed=True)

    def stop(self, flight: Flight, word: StopWord, *, grace_seconds: float | None = None) -> None:
        """Ask an attempt to end, and end it after its grace."""
        grace = flight.job.kill_grace_seconds if grace_seconds is None else grace_seconds
        self.scheduler.stopping(flight, word)
        self._engine.stop(flight.key, grace_seconds=grace)

    def cancel(self, job_ids: Sequence[str], now: Now) -> None:
        """Running or waiting; ids that are neither are over already. What ends anyway is looked at after its end."""
        for job_id in job_ids:
            if (flight := self._flight_of(job_id)) is not None:
                if flight.state != "stopping":
                    self.stop(flight, "cancelled")
            elif (job := self.waiting.remove(job_id)) is not None:
                self._drop([job], "cancelled", now)

    def _note_ends(self, ends: Sequence[End], now: Now) -> None:
        given_up = [job for end in ends for job in end.settled.given_up]
        self._books.arrived(list(map(arrival_of, ends)), given_up)
        for settled, ended, headline in ends:
            job, number = settled.flight.job, settled.flight.entry.number
            self._tell(Happening(now, job, number, settled.reason, ended, settled.decision, headline))
        for job in given_up:
            self._tell(Happening(now, job, 0, "dependency-failed"))

    def _stop_overdue(self, now: Now) -> None:
        for flight in self.scheduler.overdue(now.clock_seconds):
            self.stop(flight, "timeout")

    def _cancel_as_asked(self, now: Now) -> None:
        """Once a second: with short jobs there are a thousand turns in it."""
        if now.clock_seconds < self._next_asking_seconds:
            return
        self._next_asking_seconds = now.clock_seconds + _ASKING_SECONDS
        self.cancel(self._books.asked_to_cancel(), now)

    def _feed(self, now: Now) -> None:
        if not self.wants_jobs:
            return
        jobs = self._source.take(self._settings.queue_limit - len(self.waiting))
        for job in self._accepted(jobs, now) if jobs else ():
            self.take_up(Entry(job), now)

    def _accepted(self, jobs: Sequence[Job], now: Now) -> Sequence[Job]:
        """The jobs that the journal has taken; of two with one id the first."""
        try:
            return jobs if self._books.accepted(jobs) else ()
        except DuplicateJobError:
            if len(jobs) > 1:
                return [job for one in jobs for job in self._accepted([one], now)]
            self.refused += 1
            self._tell(Happening(now, jobs[0], 0, "refused: its id is taken"))
            return ()

    def _start(self, rooms: Sequence[Room], now: Now) -> None:
        flights = []
        while (flight := self.scheduler.next(rooms, now_seconds=now.clock_seconds)) is not None:
            flights.append(flight)
        if not flights:
            return
        departures = [Departure(f.key, f.claim_bytes, f.limit_bytes, now.unix_seconds) for f in flights]
        if self._books.departing(departures):
            self._engine.start(list(map(self._orders.order, flights)))
            for flight in flights:
                self._tell(Happening(now, flight.job, flight.entry.number, "started"))
        else:
            for flight in flights:
                self.scheduler.take_back(flight.key)

    def _give_up_stuck(self, now: Now) -> None:
        """Jobs that wait for ids that never came: told when nothing else can happen."""
        if self._source.is_exhausted and not self.scheduler.flights and len(self.waiting) == self.waiting.blocked:
            stuck = self.waiting.stuck()
            for job in stuck:
                self.waiting.remove(job.id)
            self._drop(stuck, "dependency-failed", now)

    def _drop(self, jobs: Sequence[Job], reason: Reason, now: Now) -> None:
        """Jobs that end without an attempt, and those that waited for them."""
        dropped = [*jobs, *(dependent for job in jobs for dependent in self.waiting.failed(job.id))]
        if not dropped:
            return
        state: JobState = "cancelled" if reason == "cancelled" else "failed"
        own = {job.id for job in jobs}
        self._books.settle(jobs, state, reason)
        self._books.settle([job for job in dropped if job.id not in own], "failed", "dependency-failed")
        for job in dropped:
            self._tell(Happening(now, job, 0, reason if job.id in own else "dependency-failed"))

    def _flight_of(self, job_id: str) -> Flight | None:
        return next((flight for flight in self.scheduler.flights.values() if flight.job.id == job_id), None)
