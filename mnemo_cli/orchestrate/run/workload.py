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

    def balance(self, rooms: Iterable[Room]) -> tuple[str, ...]:
        """Freeze in time whoever would take what the first one needs, and let go on whoever need not wait any more.

        What was done, for people. Once for each moment: what was decided before shows in the next one.
        """
        if not self._engine.capacity.can_freeze:
            return ()
        scheduler = self._run.scheduler
        flights = [flight for flight in scheduler.in_order() if flight.state != "stopping"]
        self._held.intersection_update(flight.key for flight in flights if flight.state == "frozen")
        attempts = [Going(scheduler.running_of(flight), flight.state == "frozen") for flight in flights]
        decision = balance(attempts, _left_bytes(rooms))
        go = [flight for flight, goes in zip(flights, decision.goes, strict=True) if goes]
        wait = [flight for flight in flights if flight not in go and flight.state == "running" and self._freeze(flight)]
        self._held.update(flight.key for flight in wait)
        # What the ladder froze is the ladder's, but for the first one.
        ours = self._held | {flight.key for flight in flights[:1]}
        thawed = self._thaw(flight for flight in go if flight.key in ours)
        said = [f"froze {_names(wait)}"] if wait else []
        said += [thawed] if thawed is not None else []
        # What another one gives back while it stops may be enough.
        if decision.preempt and len(flights) == len(scheduler.flights):
            said.append(self._preempt(flights[-1]))
        return tuple(said)

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
        scheduler = self._run.scheduler
        flight = scheduler.youngest(frozen=False)
        # The first one's end gives memory back: whether it goes on is decided by the balance.
        if flight is None or flight is scheduler.in_order()[0] or not self._freeze(flight):
            return None
        return f"froze {_name(flight)}"

    def preempt_youngest(self) -> str | None:
        flight = self._run.scheduler.youngest(frozen=True)
        return None if flight is None else self._preempt(flight)

    def thaw(self) -> str | None:
        return self._thaw(self._run.scheduler.flights.values())

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

    def _freeze(self, flight: Flight) -> bool:
        is_frozen = self._engine.pause(flight.key)
        if is_frozen:
            flight.freeze(self._clock.seconds())
        return is_frozen

    def _thaw(self, flights: Iterable[Flight]) -> str | None:
        frozen = [flight for flight in flights if flight.state == "frozen"]
        for flight in frozen:
            self._engine.resume(flight.key)
            flight.thaw(self._clock.seconds())
        return f"let {_names(frozen)} go on" if frozen else None

    def _preempt(self, flight: Flight) -> str:
        self._run.stop(flight, "preempted")
        return f"ended {_name(flight)}, to be begun again later"


def _left_bytes(rooms: Iterable[Room]) -> int | None:
    """In the tightest of them; None where one of them is not known."""
    left = [room.left_bytes for room in rooms]
    known = [one for one in left if one is not None]
    return min(known, default=None) if len(known) == len(left) else None


def _name(flight: Flight) -> str:
    return printable(flight.job.id)


def _names(flights: Iterable[Flight]) -> str:
    return ", ".join(map(_name, flights))
