"""A run on the real machine: a turn whenever something happened, a moment of the watch now and then.

The engine's descriptor wakes it for the end of an attempt, the source's for more jobs, but only while
jobs are wanted: whoever writes them waits. The ladder is climbed with each moment.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mnemo_cli.degrade.conductor import Conductor, Listener
from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.degrade.reading import reading_of
from mnemo_cli.degrade.steps import OnCritical, Step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.model import Memory, Moment
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.engine import Engine, EngineEvent, Finished
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.run.counters import RunCounters
from mnemo_cli.orchestrate.run.draining import Drain
from mnemo_cli.orchestrate.run.looking import Looking
from mnemo_cli.orchestrate.run.rooms import budget_of, rooms
from mnemo_cli.orchestrate.run.run import Now, Run
from mnemo_cli.orchestrate.run.shrinking import ask_jobs_to_shrink
from mnemo_cli.orchestrate.run.source import Source
from mnemo_cli.orchestrate.run.workload import RunWorkload
from mnemo_cli.sampling.machine import Sampler
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.trackers import TrackerSource

# What was ended at once has this long to be told of; the journal knows of it on resume in any case.
_LAST_WORDS_SECONDS = 1.0


class LoopSettings(NamedTuple):
    """`own_budget_bytes` is a person's; None: the high edge of the limit that binds, read again with each moment."""

    edges: Edges
    own_budget_bytes: int | None = None
    on_critical: OnCritical = "drain"
    drain_timeout_seconds: float = 30.0


class Loop:
    """One run from its first moment to its last. `host_ooms` reads how many OOM kills the machine has counted."""

    def __init__(
        self,
        run: Run,
        engine: Engine,
        source: Source,
        journal: Journal,
        clock: WaitingClock,
        settings: LoopSettings,
        host_ooms: Callable[[], int | None],
        tell: Listener,
        counters: RunCounters | None = None,
    ) -> None:
        self._run, self._engine, self._source, self._clock = run, engine, source, clock
        self._settings, self._read_host_ooms, self._tell, self._counters = settings, host_ooms, tell, counters
        self._drain = Drain(run, engine)
        self._workload = RunWorkload(run, engine, journal, self._drain, clock, self._ask_to_shrink)
        self.conductor = Conductor(
            self._workload,
            tell,
            edges=StepEdges.of(settings.edges),
            on_critical=settings.on_critical,
            drain_timeout_seconds=settings.drain_timeout_seconds,
        )
        self._moment: Moment | None = None
        self._host_ooms: int | None = None
        self._listens = False
        self._ends_seconds: float | None = None

    @property
    def drained(self) -> bool:
        """The ladder has ended the run."""
        return self._workload.exit_code is not None

    @property
    def is_over(self) -> bool:
        """Nothing runs, and nothing more will start; or what was ended had its time to be told of."""
        return self._is_over(self._clock.seconds())

    @property
    def source_is_exhausted(self) -> bool:
        return self._source.is_exhausted

    @property
    def is_draining(self) -> bool:
        return self._drain.is_on

    def moments(
        self,
        sampler: Sampler,
        rhythm: Rhythm,
        *,
        trackers: TrackerSource | None = None,
        alerting: Alerting | None = None,
    ) -> Iterator[Moment]:
        """Every moment, after its turn; ends with the run."""
        if self._engine.descriptor >= 0:
            self._clock.answer(self._engine.descriptor, self._turn)
        clock = Looking(self._clock, self._fills_own_budget)
        watched = watch(
            sampler, edges=self._settings.edges, rhythm=rhythm, clock=clock, trackers=trackers, alerting=alerting
        )
        try:
            for moment in watched:
                self._heed(moment)
                yield moment
                if self._clock.stopped:
                    return
        finally:
            self._listen(False)
            if self._engine.descriptor >= 0:
                self._clock.forget(self._engine.descriptor)

    def drain(self) -> None:
        """What is in flight may finish until the drain time-out; repeated, everything ends now."""
        now_seconds = self._clock.seconds()
        if self._drain.is_on:
            self._drain.end_all()
            self._ends_seconds = min(self._ends_seconds or float("inf"), now_seconds + _LAST_WORDS_SECONDS)
        else:
            self._drain.begin(now_seconds + self._settings.drain_timeout_seconds, now_seconds)
        self._turn()

    def _heed(self, moment: Moment) -> None:
        self._moment = moment
        self._take_events(self._now())
        self._run.scheduler.note_use(self._engine.use(), now_seconds=self._clock.seconds())
        if not self._engine.capacity.is_elsewhere:
            self._climb(moment)
        self._turn()
        if self._counters is not None:
            self._counters.note(len(self._run.scheduler.flights), len(self._run.waiting))
        # From here on a rise means a kill of after this moment.
        self._note_host_ooms(moment.sample.host_oom_kills_total)

    def _climb(self, moment: Moment) -> None:
        """The ladder of this machine. Jobs on others have the limits of those: their workers look after them."""
        self._follow_limit(moment)
        self.conductor.after(reading_of(moment), time_seconds=moment.sample.time_seconds)
        if self._counters is not None:
            self._counters.obey(self.conductor, moment.sample)
        scheduler, nearly_critical = self._run.scheduler, self.conductor.ladder.above_critical > 0
        scheduler.hold = scheduler.hold._replace(nearly_critical=nearly_critical)
        # At critical what is in flight finishes if it can: to hold it back would only lose it.
        if not (self._drain.is_on and self.conductor.step >= Step.CRITICAL):
            for text in self._workload.balance(self.rooms()):
                self._tell(LadderEvent(moment.sample.time_seconds, self.conductor.step, "freeze", "done", text))

    def _follow_limit(self, moment: Moment) -> None:
        """The budget of a limit that was changed while we run; jobs that fitted before and never will now are over."""
        budget_bytes = budget_in(moment.sample.limits, self._settings.edges)
        if self._settings.own_budget_bytes is not None or budget_bytes is None:
            return
        scheduler, waiting = self._run.scheduler, self._run.waiting
        is_less, scheduler.budget_bytes = budget_bytes < scheduler.budget_bytes, budget_bytes
        if is_less:
            for entry in waiting.take_out(lambda entry: scheduler.never_fits(entry.job)):
                self._run.take_up(entry, self._now())

    def _turn(self) -> None:
        now = self._now()
        self._take_events(now)
        self._run.turn(self.rooms(), now)
        self._drain.tick(now.clock_seconds)
        self.conductor.tick(now.clock_seconds, time_seconds=now.unix_seconds)
        # Whoever is elsewhere may not be reached, and then never tells of an end.
        is_overdue = self._engine.capacity.is_elsewhere and self._drain.is_overdue(now.clock_seconds)
        if (self.drained or is_overdue) and self._ends_seconds is None:
            self._ends_seconds = now.clock_seconds + _LAST_WORDS_SECONDS
        if self._is_over(now.clock_seconds):
            self._clock.stop()
        self._listen(self._run.wants_jobs and not self._clock.stopped)

    def _take_events(self, now: Now) -> None:
        events = self._run.take(now)
        if any(map(_was_killed, events)):
            # The counter of the last moment is older than this end.
            self._note_host_ooms(self._read_host_ooms())
        self._run.heed(events, now)

    def _now(self) -> Now:
        return Now(self._clock.seconds(), self._clock.unix_seconds())

    def _note_host_ooms(self, total: int | None) -> None:
        """A moment may be older than what was read meanwhile: the counter only rises. It is this machine's."""
        if self._engine.capacity.is_elsewhere:
            return
        known = [number for number in (total, self._host_ooms) if number is not None]
        self._host_ooms = max(known, default=None)
        self._run.note_host_ooms(self._host_ooms)

    def _is_over(self, now_seconds: float) -> bool:
        """Held back by the ladder for a while is not over; a drain, or a journal that failed, is."""
        if self._run.scheduler.flights:
            return self._ends_seconds is not None and now_seconds >= self._ends_seconds
        if self._drain.is_on or self._run.journal_error is not None:
            return self.drained or not self.conductor.is_draining
        return self._source.is_exhausted and not len(self._run.waiting)

    def rooms(self) -> tuple[Room, ...]:
        """What jobs must fit into, as of the last moment."""
        flights = self._run.scheduler.flights.values()
        own_budget_bytes = self._settings.own_budget_bytes
        if own_budget_bytes is not None and any(flight.used_bytes is None for flight in flights):
            self._run.scheduler.note_use(self._engine.use(), now_seconds=self._clock.seconds())
        # One that cannot be read counts as what it claims.
        own_use = [flight.claim_bytes if flight.used_bytes is None else flight.used_bytes for flight in flights]
        return rooms(
            self._moment,
            self._settings.edges,
            own_budget_bytes=own_budget_bytes,
            own_use=own_use,
            can_freeze=self._engine.capacity.can_freeze,
        )

    def _fills_own_budget(self) -> bool:
        return self._settings.own_budget_bytes is not None and bool(self._run.scheduler.flights)

    def _ask_to_shrink(self, fraction: float) -> int:
        if self._moment is None:
            return 0
        identities = [flight.identity for flight in self._run.scheduler.flights.values()]
        leaders = {identity.pid for identity in identities if identity is not None}
        return ask_jobs_to_shrink(fraction, self._moment.sample.trackers, leaders)

    def _listen(self, wanted: bool) -> None:
        """To the source; a plan that is all there has nothing to listen to."""
        descriptor = self._source.descriptor
        if descriptor < 0 or wanted == self._listens:
            return
        self._listens = wanted
        if wanted:
            self._clock.answer(descriptor, self._turn)
        else:
            self._clock.forget(descriptor)


def budget_in(limits: Iterable[Memory], edges: Edges) -> int | None:
    """The smallest high edge of the limits on the path; None where none is known."""
    known = [memory.limit_bytes for memory in limits]
    return min((budget_of(limit_bytes, edges) for limit_bytes in known if isinstance(limit_bytes, int)), default=None)


def _was_killed(event: EngineEvent) -> bool:
    return isinstance(event, Finished) and event.ended.status in (-9, 137) and not event.ended.kernel_oom
