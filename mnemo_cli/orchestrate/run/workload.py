"""What the ladder acts upon in a run: admission, the attempts in flight, and the caches of the jobs."""

from collections.abc import Callable, Iterable

from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.balance import Going, balance
from mnemo_cli.orchestrate.engines.engine import Engine
from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.run.draining import Drain
from mnemo_cli.orchestrate.run.run import Run
from mnemo_cli.redact import printable
from mnemo_cli.watch.clock import Clock

# Asks the programs of a run to give up this share of their caches; how many were asked.
AskToShrink = Callable[[float], int]


class RunWorkload:
    """A degrade.workload.Workload. `exit_code` is set once the ladder has ended the run."""

    def __init__(
        self, run: Run, engine: Engine, journal: Journal, drain: Drain, clock: Clock, ask_to_shrink: AskToShrink
    ) -> None:
        self._run, self._engine, self._journal = run, engine, journal
        self._drain, self._clock, self._ask_to_shrink = drain, clock, ask_to_shrink
        self.exit_code: int | None = None
        # Frozen to keep the balance, and not by the ladder.
        self._held: set[Key] = set()
        # The one whose end gives memory back: nobody may freeze it.
        self._kept: Key | None = None

    def balance(self, rooms: Iterable[Room]) -> None:
        """Freeze in time whoever would take what the oldest needs, and let go on whoever need not wait any more."""
        if not self._engine.capacity.can_freeze:
            return
        scheduler = self._run.scheduler
        flights = scheduler.by_age()
        self._held.intersection_update(scheduler.flights)
        left = [room.left_bytes for room in rooms]
        known = [one for one in left if one is not None]
        decision = balance(
            [Going(scheduler.running_of(flight), flight.state == "frozen") for flight in flights],
            min(known) if known and len(known) == len(left) else None,
        )
        self._kept = flights[0].key if decision.goes and decision.goes[0] else None
        for at, (flight, goes) in enumerate(zip(flights, decision.goes, strict=True)):
            if not goes and flight.state == "running":
                self._hold(flight)
            elif goes and flight.state == "frozen" and (at == 0 or flight.key in self._held):
                self._let_go(flight)
        if decision.preempt and not any(one.state == "stopping" for one in scheduler.flights.values()):
            self.preempt_youngest()

    def shrink(self, fraction: float) -> str | None:
        asked = self._ask_to_shrink(fraction)
        return f"asked {asked} programs of the jobs to give up {fraction:.0%} of their caches" if asked else None

    def restore(self) -> str | None:
        """Programs that were asked to shrink let their caches grow by themselves."""
        return None

    def throttle(self, on: bool) -> str | None:
        self._run.scheduler.hold = self._run.scheduler.hold._replace(throttled=on)
        return "half as many jobs at once" if on else "as many jobs at once as before"

    def defer(self, on: bool) -> str | None:
        self._run.scheduler.hold = self._run.scheduler.hold._replace(deferred=on)
        return "jobs that are not critical wait" if on else "jobs that are not critical may start again"

    def freeze_youngest(self) -> str | None:
        if not self._engine.capacity.can_freeze:
            return None
        flight = self._run.scheduler.youngest(frozen=False)
        if flight is None or flight.was_deferred or flight.key == self._kept or not self._engine.pause(flight.key):
            return None
        flight.freeze(self._clock.seconds())
        return f"froze {_name(flight)}"

    def preempt_youngest(self) -> str | None:
        flight = self._run.scheduler.youngest(frozen=True)
        if flight is None:
            return None
        self._run.stop(flight, "preempted")
        return f"ended {_name(flight)}, to be begun again later"

    def thaw(self) -> str | None:
        frozen = [flight for flight in self._run.scheduler.flights.values() if flight.state == "frozen"]
        for flight in frozen:
            self._let_go(flight)
        return f"let {', '.join(map(_name, frozen))} go on" if frozen else None

    def accept(self, on: bool) -> str | None:
        if self._drain.is_on:
            return None
        self._run.scheduler.hold = self._run.scheduler.hold._replace(closed=not on)
        return "jobs are started again" if on else "no more jobs are started, and no more are read"

    def drain(self, deadline_seconds: float) -> str | None:
        now_seconds = self._clock.seconds()
        in_flight = self._drain.begin(deadline_seconds, now_seconds)
        return f"{in_flight} jobs may finish for {max(0, deadline_seconds - now_seconds):.0f} s" if in_flight else None

    @property
    def is_drained(self) -> bool:
        return not self._run.scheduler.flights

    def save(self) -> str | None:
        self._journal.checkpoint()
        return "the journal is on the disk"

    def close(self) -> str | None:
        """Whoever opened engine and journal closes them, after the last attempt is noted."""
        return None

    def kill_youngest(self) -> str | None:
        scheduler = self._run.scheduler
        flight = scheduler.youngest(frozen=False) or scheduler.youngest(frozen=True)
        if flight is None:
            return None
        self._run.stop(flight, "preempted", grace_seconds=0)
        return f"killed {_name(flight)}, to be begun again later"

    def leave(self, exit_code: int) -> str | None:
        self._drain.end_all()
        self.exit_code = exit_code
        return f"ends with code {exit_code}: run it again with --resume"

    def _hold(self, flight: Flight) -> None:
        if self._engine.pause(flight.key):
            flight.freeze(self._clock.seconds())
            self._held.add(flight.key)

    def _let_go(self, flight: Flight) -> None:
        self._engine.resume(flight.key)
        flight.thaw(self._clock.seconds())
        self._held.discard(flight.key)


def _name(flight: Flight) -> str:
    return printable(flight.job.id)
