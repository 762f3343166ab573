"""The loop over a deterministic engine: the ladder acts on the run, a drain comes to its end, the limit is followed."""

from itertools import chain
from pathlib import Path

import pytest

from mnemo_cli.degrade.steps import Step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Sample, Scope
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.job import Ended, Job
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.loop import Loop, LoopSettings
from mnemo_cli.orchestrate.run.run import Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

LIMIT = 1000
EDGES = Edges(moderate_ratio=0.4, high_ratio=0.6, critical_ratio=0.8, release_margin_ratio=0.05)


class CountingClock(WaitingClock):
    """A wait takes no time, and moves the clock by as much."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def seconds(self):
        return self.now

    def unix_seconds(self):
        return 1e9 + self.now

    def wait(self, seconds):
        while self._soon:
            self._soon.popleft()()
        self.now += max(seconds, 0.01)
        return not self.stopped


class Machine:
    """One limit, used as the test says; `steps` are called before each sample."""

    rows = 0
    pids = ()

    def __init__(self, steps):
        self.used, self.limit, self.ooms = 100, LIMIT, 0
        self.steps = iter(steps)

    def sample(self, *, time_seconds, clock_seconds):
        if (step := next(self.steps, None)) is not None:
            step()
        memory = Memory(source=LimitSource(kind="host"), used_bytes=self.used, limit_bytes=self.limit)
        return Sample(
            time_seconds=time_seconds,
            clock_seconds=clock_seconds,
            scope=Scope(kind="host", name="host"),
            limits=(memory,),
            host_oom_kills_total=self.ooms,
        )

    glance = sample

    def close(self):
        pass


class Stage:
    """A run of these jobs; `told` is what happened, `climbed` what the ladder did."""

    def __init__(self, folder: Path, jobs, *, slots=3, **settings):
        self.world, self.clock = World(), CountingClock()
        self.journal = Journal.create(folder / "journal")
        self.told, self.climbed = [], []
        self.engine = Fake(self.world, slots=slots)
        waiting, source = Waiting(self.journal.outcome_of), Plan(jobs)
        scheduler = Scheduler(slots=slots, budget_bytes=600, waiting=waiting, learned=Learned())
        self.run = Run(
            self.engine, self.journal, scheduler, waiting, source, RunSettings(100),
            lambda happening: self.told.append((happening.job.id, happening.what)),
            lambda death: f"{death.key.job} died of {death.reason}",
        )  # fmt: skip
        self.machine = Machine([])
        self.loop = Loop(
            self.run, self.engine, source, self.journal, self.clock, LoopSettings(EDGES, **settings),
            lambda: self.machine.ooms, lambda event: self.climbed.append((event.action, event.outcome)),
        )  # fmt: skip

    def play(self, *steps, then=(), most=1000):
        """Each step before one sample; `then` goes on after them."""
        self.machine.steps = chain(steps, then)
        for number, _ in enumerate(self.loop.moments(self.machine, Rhythm(interval_seconds=1.0))):
            assert number < most, "the run never came to its end"

    def end(self, job, status=0, **fields):
        (key,) = [key for key in self.world.running if key.job == job]
        self.world.end(key, Ended(status=status, seconds=1.0, **fields))

    @property
    def running(self):
        return [key.job for key in self.world.running]

    def uses(self, used):
        return lambda: setattr(self.machine, "used", used)


@pytest.fixture
def stage(tmp_path):
    stages = []

    def make(jobs, **settings):
        stages.append(Stage(tmp_path, jobs, **settings))
        return stages[-1]

    yield make
    for one in stages:
        one.journal.close()


def jobs(*names, **fields):
    return [Job(id=name, name=name, command=("x",), claim_bytes=50, **fields) for name in names]


def test_it_ends_when_the_last_job_has(stage):
    it = stage(jobs("a", "b"))
    it.play(None, lambda: it.end("a"), lambda: it.end("b"))
    assert [what for _, what in it.told] == ["started", "started", "ok", "ok"]
    assert it.loop.is_over and not it.loop.drained


def test_at_critical_the_run_drains_and_leaves_with_75(stage):
    it = stage(jobs("a", "b", "c", "d", "e"), slots=2, drain_timeout_seconds=10.0)
    it.play(None, it.uses(920), None, lambda: it.end("b"), None)
    assert it.loop.drained
    assert it.loop.conductor.step >= Step.CRITICAL
    assert it.journal.standing.done == 1
    assert it.journal.standing.waiting == 4
    assert ("save", "done") in it.climbed
    assert it.clock.now <= 15.0


def test_high_freezes_the_youngest_and_low_lets_it_go_on(stage):
    it = stage(jobs("a", "b"))
    seen = []
    it.play(
        None,
        it.uses(700),
        lambda: seen.append(sorted(key.job for key in it.world.frozen)),
        it.uses(100),
        None,
        None,
        lambda: seen.append(sorted(key.job for key in it.world.frozen)),
        lambda: it.end("a"),
        lambda: it.end("b"),
    )
    assert seen[0] in (["a"], ["b"]) and seen[1] == []
    assert it.journal.standing.done == 2


def test_at_high_the_run_goes_on_one_by_one_where_others_fill_the_memory(stage):
    it = stage(jobs("a", "b"))

    def one_by_one():
        yield it.uses(700)
        for name in ("a", "b"):
            began = it.clock.now
            while it.clock.now < began + 60.0:
                yield None
                assert it.running == [name] and not it.world.frozen
            yield lambda name=name: it.end(name)

    it.machine.used = 700
    it.play(then=one_by_one(), most=5000)
    assert it.journal.standing.done == 2
    assert "preempted" not in [what for _, what in it.told]


def test_a_person_s_drain_waits_and_the_second_one_does_not(stage):
    it = stage(jobs("a", "b", "c"), slots=2)
    it.play(None, it.loop.drain, None, lambda: it.end("a"), it.loop.drain)
    assert ("c", "started") not in it.told
    assert ("b", "preempted") in it.told
    standing = it.journal.standing
    assert (standing.done, standing.waiting, it.loop.drained) == (1, 2, False)


def test_what_is_not_critical_is_asked_to_end_first(stage):
    it = stage([*jobs("a"), *jobs("b", critical=True)], drain_timeout_seconds=30.0)
    it.play(None, it.loop.drain)
    ends = [job for job, what in it.told if what == "preempted"]
    assert ends == ["a", "b"]
    assert 29.0 <= it.clock.now <= 35.0


def test_resume_holds_the_run_back_and_lets_it_go_on(stage):
    it = stage(jobs("a", "b"), slots=1, on_critical="resume")

    def until_b_runs():
        yield from (it.uses(850), None, None, lambda: it.end("a"), None, None, it.uses(100))
        while "b" not in it.running:
            assert it.clock.now < 100.0
            yield None
        assert it.clock.now > 30.0
        yield lambda: it.end("b")

    it.play(None, then=until_b_runs())
    assert [job for job, what in it.told if what == "ok"] == ["a", "b"]
    assert not it.loop.drained


def test_a_sigkill_while_the_machine_kills_is_suspicious(stage):
    it = stage(jobs("a"))

    def killed():
        it.machine.ooms += 1
        it.end("a", status=-9)

    it.play(None, None, killed, None, None, None, lambda: it.end("a", status=-9))
    assert [what for _, what in it.told] == ["started", "oom-host-suspected", "started", "signal"]


def test_a_death_has_its_verdict_in_the_journal_and_any_other_end_has_none(stage):
    it = stage(jobs("killed", "wrong", "well"))
    it.play(None, lambda: it.end("killed", status=-9), lambda: it.end("wrong", status=1), lambda: it.end("well"))
    assert {attempt.job_id: attempt.headline for attempt in it.journal.attempts()} == {
        "killed": "killed died of signal",
        "wrong": None,
        "well": None,
    }


def test_the_budget_follows_the_limit(stage):
    it = stage(jobs("a"))
    seen = []
    it.play(
        None,
        lambda: setattr(it.machine, "limit", 500),
        lambda: seen.append(it.run.scheduler.budget_bytes),
        lambda: it.end("a"),
    )
    assert seen == [300]


def test_a_job_above_the_budget_never_starts_and_the_rest_runs(stage):
    it = stage([*jobs("a"), Job(id="huge", name="h", command=("x",), claim_bytes=601)])
    it.play(None, lambda: it.end("a"))
    assert ("huge", "never-fits") in it.told and ("a", "ok") in it.told
