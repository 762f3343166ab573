"""A guard over moments that the test makes: the limit is of a hundred bytes, and use is what the test says."""

import queue
from collections.abc import Iterator

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.guard.guard import Guard, GuardOptions, Watching
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Sample, Scope
from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.watch.clock import Clock

DEADLINE_SECONDS = 30.0


class Watched:
    """Feeds a guard: `use` says what is used from now on, and returns when the guard has heeded it."""

    def __init__(self) -> None:
        self.tracker = MemoryTracker("watched")
        self.noted: list[Moment] = []
        self.closed = 0
        self._used: queue.Queue[int | None] = queue.Queue()
        self._heeded: queue.Queue[None] = queue.Queue()

    def guard(self, **plan: object) -> Guard:
        watching = Watching(self._moments, self.tracker.requests, self.noted.append, (self._close,))
        return Guard(GuardOptions(**plan), watching, StepEdges())  # type: ignore[arg-type]

    def use(self, *used_bytes: int) -> None:
        for one in used_bytes:
            self._used.put(one)
            self._heeded.get(timeout=DEADLINE_SECONDS)

    def end(self) -> None:
        """No more moments."""
        self._used.put(None)

    def _moments(self, clock: Clock) -> Iterator[Moment]:
        state, used = State(), 0
        while clock.wait(0.002):
            try:
                said = self._used.get_nowait()
            except queue.Empty:
                fed = False
            else:
                if said is None:
                    return
                used, fed = said, True
            limit = Memory(LimitSource(kind="budget"), used, 100)
            sample = Sample(clock.unix_seconds(), clock.seconds(), Scope(kind="host", name="host"), (limit,))
            state, verdict = step(state, sample, Edges())
            yield Moment(sample, verdict)
            if fed:
                self._heeded.put(None)

    def _close(self) -> None:
        self.closed += 1
        self._heeded.put(None)
