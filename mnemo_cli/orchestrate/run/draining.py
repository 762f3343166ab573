"""The end of a run that stops early: what is in flight finishes until a deadline, and then is ended."""

from mnemo_cli.orchestrate.engines.engine import Engine
from mnemo_cli.orchestrate.run.run import Run

# What is not critical is asked to end this long before the deadline, or a third of the time, if that is less.
_LAST_STRETCH_SECONDS = 10.0


class Drain:
    """No more work is taken from `begin` on. Attempts that are ended wait for the next run: it costs no retry."""

    def __init__(self, run: Run, engine: Engine) -> None:
        self._run = run
        self._engine = engine
        self._asked_seconds = float("inf")
        self.deadline_seconds: float | None = None

    @property
    def is_on(self) -> bool:
        return self.deadline_seconds is not None

    def is_overdue(self, now_seconds: float) -> bool:
        """Everything was told to end at once."""
        return self.deadline_seconds is not None and now_seconds >= self.deadline_seconds

    def begin(self, deadline_seconds: float, now_seconds: float) -> int:
        """How many are in flight. What is frozen is asked to end at once, for the first one, which goes on."""
        self._run.close()
        if self.deadline_seconds is None or deadline_seconds < self.deadline_seconds:
            left_seconds = max(0.0, deadline_seconds - now_seconds)
            self._asked_seconds = deadline_seconds - min(_LAST_STRETCH_SECONDS, left_seconds / 3)
            self.deadline_seconds = deadline_seconds
        for at, flight in enumerate(self._run.scheduler.in_order()):
            if flight.state == "frozen" and at == 0:
                self._engine.resume(flight.key)
                flight.thaw(now_seconds)
            elif flight.state == "frozen":
                self._run.stop(flight, "preempted", grace_seconds=self._grace(now_seconds))
        return len(self._run.scheduler.flights)

    def tick(self, now_seconds: float) -> None:
        """What is not critical, or is frozen, is asked to end first; at the deadline everything is ended."""
        if self.deadline_seconds is None or now_seconds < self._asked_seconds:
            return
        if self.is_overdue(now_seconds):
            self.end_all()
            return
        for flight in list(self._run.scheduler.flights.values()):
            if flight.state == "frozen" or (flight.state != "stopping" and not flight.job.critical):
                self._run.stop(flight, "preempted", grace_seconds=self._grace(now_seconds))

    def end_all(self) -> None:
        """At once."""
        for flight in list(self._run.scheduler.flights.values()):
            self._run.stop(flight, "preempted", grace_seconds=0)

    def _grace(self, now_seconds: float) -> float:
        """0 would be SIGKILL without SIGTERM."""
        assert self.deadline_seconds is not None
        return max(0.1, self.deadline_seconds - now_seconds)
