"""What the tests of a run stand on: a loop over a deterministic engine, a machine with one limit, time that counts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Sample, Scope
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.counters import RunCounters
from mnemo_cli.orchestrate.run.loop import Loop, LoopSettings
from mnemo_cli.orchestrate.run.run import Happening, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

LIMIT = 1000
EDGES = Edges(moderate_ratio=0.4, high_ratio=0.6, critical_ratio=0.8, release_margin_ratio=0.05)
Step = Callable[[], object] | None


class CountingClock(WaitingClock):
    """A wait takes no time, and moves the clock by as much, or by `shortest_seconds`: a look may be late."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.shortest_seconds = 0.01

    def seconds(self) -> float:
        return self.now

    def unix_seconds(self) -> float:
        return 1e9 + self.now

    def wait(self, seconds: float) -> bool:
        while self._soon:
            self._soon.popleft()()
        self.now += max(seconds, self.shortest_seconds)
        return not self.stopped


class Ramp(NamedTuple):
    """A job that grows by so much a second and ends well when it has its size."""

    size_bytes: int
    bytes_per_second: int


class Machine:
    """One limit, which `used` and the jobs use; `steps` are called before each sample."""

    rows = 0
    pids = ()

    def __init__(self, world: World, limit: int) -> None:
        self.used: int | None = 100
        self.limit, self.ooms = limit, 0
        self.steps = iter(())
        self._world = world

    @property
    def used_by_all(self) -> int | None:
        return None if self.used is None else self.used + sum(self._world.used_bytes.values())

    def sample(self, *, time_seconds: float, clock_seconds: float) -> Sample:
        if (step := next(self.steps, None)) is not None:
            step()
        memory = Memory(source=LimitSource(kind="host"), used_bytes=self.used_by_all, limit_bytes=self.limit)
        return Sample(
            time_seconds=time_seconds,
            clock_seconds=clock_seconds,
            scope=Scope(kind="host", name="host"),
            limits=(memory,),
            host_oom_kills_total=self.ooms,
        )

    glance = sample

    def close(self) -> None:
        pass


class Stage:
    """A run of these jobs; `told` is what happened, `climbed` what the ladder did."""

    def __init__(
        self,
        folder: Path,
        jobs: Iterable[Job],
        *,
        slots: int = 3,
        limit: int = LIMIT,
        counters: RunCounters | None = None,
        **settings: object,
    ) -> None:
        self.world, self.clock = World(), CountingClock()
        self.journal = Journal.create(folder / "journal")
        self.told: list[tuple[str, str]] = []
        self.climbed: list[tuple[str, str]] = []
        self.happenings: list[Happening] = []
        self.engine = Fake(self.world, slots=slots)
        waiting, source = Waiting(self.journal.outcome_of), Plan(jobs)
        budget_bytes = settings.get("own_budget_bytes") or int(EDGES.high_ratio * limit)
        scheduler = Scheduler(slots=slots, budget_bytes=budget_bytes, waiting=waiting, learned=Learned())
        self.run = Run(
            self.engine, self.journal, scheduler, waiting, source, RunSettings(100), self._note,
            lambda death: f"{death.key.job} died of {death.reason}",
        )  # fmt: skip
        self.machine = Machine(self.world, limit)
        self.loop = Loop(
            self.run, self.engine, source, self.journal, self.clock, LoopSettings(EDGES, **settings),
            lambda: self.machine.ooms, lambda event: self.climbed.append((event.action, event.outcome)),
            counters,
        )  # fmt: skip

    def play(self, *steps: Step, then: Iterable[Step] = (), most: int = 1000) -> None:
        """Each step before one sample; `then` goes on after them."""
        self.machine.steps = chain(steps, then)
        for number, _ in enumerate(self.loop.moments(self.machine, Rhythm(interval_seconds=1.0))):
            assert number < most, "the run never came to its end"

    def key(self, job: str) -> Key:
        (key,) = [key for key in self.world.running if key.job == job]
        return key

    def end(self, job: str, status: int = 0, **fields: object) -> None:
        self.world.end(self.key(job), Ended(status=status, seconds=1.0, **fields))

    def use(self, **used_bytes: int) -> Callable[[], None]:
        """A step: what these jobs use from then on."""
        return lambda: self.world.used_bytes.update({self.key(job): size for job, size in used_bytes.items()})

    def uses(self, used: int | None) -> Callable[[], None]:
        """A step: what others use from then on."""
        return lambda: setattr(self.machine, "used", used)

    def growing(self, ramps: Mapping[str, Ramp]) -> Iterator[Step]:
        """Steps without end: each job that is not frozen grows, and is killed above its limit."""
        last_seconds = self.clock.now

        def grow() -> None:
            nonlocal last_seconds
            span_seconds, last_seconds = self.clock.now - last_seconds, self.clock.now
            for key in set(self.world.running) - self.world.frozen:
                self._grow(key, ramps[key.job], span_seconds)

        while True:
            yield grow

    @property
    def running(self) -> list[str]:
        return [key.job for key in self.world.running]

    @property
    def frozen(self) -> list[str]:
        return sorted(key.job for key in self.world.frozen)

    def _grow(self, key: Key, ramp: Ramp, seconds: float) -> None:
        limit_bytes = self.world.running[key].limit_bytes
        used_bytes = self.world.used_bytes.get(key, 0) + int(ramp.bytes_per_second * seconds)
        if limit_bytes is not None and min(used_bytes, ramp.size_bytes) > limit_bytes:
            self.world.end(key, Ended(-9, seconds=1.0, kernel_oom=True, peak_bytes=limit_bytes, peak_source="cgroup"))
        elif used_bytes >= ramp.size_bytes:
            self.world.end(key, Ended(0, seconds=1.0, peak_bytes=ramp.size_bytes, peak_source="cgroup"))
        else:
            self.world.used_bytes[key] = used_bytes

    def _note(self, happening: Happening) -> None:
        self.happenings.append(happening)
        self.told.append((happening.job.id, happening.what))


def jobs(*names: str, **fields: object) -> list[Job]:
    return [Job(id=name, name=name, command=("x",), **{"claim_bytes": 50, **fields}) for name in names]
