"""Whatever happens in whatever order, crashes included: no result is lost, no job is done twice, all come to an end."""

import tempfile
from collections import Counter
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.job import Ended, Job
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.resuming import Unseen, resume
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Hold, Scheduler
from mnemo_cli.orchestrate.waiting import Waiting
from tests.examples import FEW_RUNS

SLOTS, BUDGET = 3, 1000
JOBS = tuple(
    Job(
        id=f"j{at}",
        name=f"name{at % 3}",
        command=("work",),
        after=() if at < 4 else (f"j{at - 4}",),
        priority=at % 2,
        critical=at % 5 == 0,
        claim_bytes=(None, 100, 600)[at % 3],
        cpus=(1.0, 2.0)[at % 2],
        retries=1,
        timeout_seconds=500.0,
    )
    for at in range(12)
)
ENDS = st.sampled_from(
    [
        Ended(status=0, seconds=1.0, peak_bytes=90, peak_source="cgroup"),
        Ended(status=0, seconds=1.0),
        Ended(status=1, seconds=1.0),
        Ended(status=-9, seconds=1.0),
        Ended(status=-9, seconds=1.0, kernel_oom=True, peak_bytes=200, peak_source="cgroup"),
        Ended(status=-15, seconds=1.0, capped=True, peak_bytes=900, peak_source="tree"),
        Ended(status=None, seconds=1.0),
    ]
)


class Runs(RuleBasedStateMachine):
    """The world and the journal live on; a crash takes everything else away."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.world = World()
        self.seconds = 0.0
        self.told = Counter()
        self.used_bytes = 0
        self._open()

    def _open(self):
        self.journal = Journal.create(Path(self.folder.name, "journal"))
        waiting = Waiting(self.journal.outcome_of)
        scheduler = Scheduler(slots=SLOTS, budget_bytes=BUDGET, waiting=waiting, learned=Learned())
        self.engine = Fake(self.world, slots=SLOTS)
        self.run = Run(
            self.engine, self.journal, scheduler, waiting, Unseen(Plan(JOBS), self.journal),
            RunSettings(queue_limit=5), self._note,
        )  # fmt: skip
        resume(self.run, self.engine, self.journal, self._now())

    def _now(self):
        return Now(self.seconds, 1e9 + self.seconds)

    def _note(self, happening):
        if happening.what == "ok":
            self.told[happening.job.id] += 1

    def _turn(self):
        self.run.turn([Room("budget", self.used_bytes, BUDGET, BUDGET - self.used_bytes)], self._now())

    @rule(seconds=st.floats(0, 200))
    def time_passes(self, seconds):
        self.seconds += seconds
        self._turn()

    @precondition(lambda self: self.world.running)
    @rule(data=st.data(), ended=ENDS)
    def an_attempt_ends(self, data, ended):
        self.world.end(data.draw(st.sampled_from(sorted(self.world.running))), ended)

    @precondition(lambda self: self.world.running)
    @rule(data=st.data())
    def an_attempt_vanishes(self, data):
        self.world.vanish(data.draw(st.sampled_from(sorted(self.world.running))))

    @rule(used_bytes=st.integers(0, BUDGET), known=st.booleans())
    def use_changes(self, used_bytes, known):
        self.used_bytes = used_bytes
        self.world.used_bytes = dict.fromkeys(self.world.running, used_bytes) if known else {}
        self.run.scheduler.note_use(self.engine.use(), now_seconds=self.seconds)

    @rule(throttled=st.booleans(), deferred=st.booleans())
    def the_ladder_holds_back(self, throttled, deferred):
        if not self.run.scheduler.hold.closed:
            self.run.scheduler.hold = Hold(throttled, deferred)

    @rule(job=st.sampled_from(JOBS))
    def somebody_cancels(self, job):
        self.journal.ask_to_cancel([job.id])

    @rule()
    def it_is_killed_and_taken_up_again(self):
        self.engine.close()
        self.journal.close()
        self._open()

    @invariant()
    def no_attempt_begins_twice(self):
        assert max(Counter(self.world.starts).values(), default=0) <= 1

    @invariant()
    def no_more_run_than_there_are_slots(self):
        assert len(self.world.running) <= SLOTS

    @invariant()
    def a_job_that_was_done_is_never_started_again(self):
        for key, ended in self.world.records.items():
            if ended.status == 0:
                assert not [one for one in self.world.starts if one.job == key.job and one.number > key.number]

    def teardown(self):
        if not hasattr(self, "world"):
            return
        self.run.scheduler.hold = Hold()
        self.used_bytes = 0
        for _ in range(2000):
            if self.run.is_over:
                break
            self.seconds += 1
            self._turn()
            for key in list(self.world.running):
                self.world.end(key, Ended(status=0, seconds=1.0))
        assert self.run.is_over, "the run never came to its end"
        assert self.journal.standing.unfinished == 0
        for row in self.journal.jobs():
            succeeded = [
                key for key, ended in self.world.records.items() if key.job == row.job.id and ended.status == 0
            ]
            assert (row.state == "done") == bool(succeeded), row
            assert len(succeeded) <= 1
        self.journal.close()
        self.folder.cleanup()


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=FEW_RUNS)
