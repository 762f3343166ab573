"""How a run stands at one instant: counts, rows, why a job waits, and the time that is left."""

import pytest

from mnemo_cli.orchestrate.admission import Refusal, Room
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.picture import Pictures
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting

BUDGET = 1000
ROOMS = (Room("the budget", 0, BUDGET, BUDGET),)


def job(name, *after, **fields):
    return Job(id=name, name=fields.pop("kind", name), command=("x",), after=after, **{"claim_bytes": 100, **fields})


class Stage:
    """A run of these jobs over a deterministic engine, with its pictures."""

    def __init__(self, folder, jobs, *, slots, typical):
        self.world = World()
        self.journal = Journal.create(folder / "journal")
        waiting = Waiting(self.journal.outcome_of)
        scheduler = Scheduler(slots=slots, budget_bytes=BUDGET, waiting=waiting, learned=Learned())
        engine = Fake(self.world, slots=slots)
        self.run = Run(
            engine, self.journal, scheduler, waiting, Plan(jobs), RunSettings(100), lambda one: self.pictures.note(one)
        )
        self.pictures = Pictures(self.run, typical.get)

    def turn(self, at=0.0):
        self.run.turn(ROOMS, Now(at, at))
        self.run.scheduler.note_use(self.world.used_bytes, now_seconds=at)

    def now(self, at=0.0, *, is_complete=True):
        return self.pictures.now(ROOMS, now_seconds=at, is_complete=is_complete)

    def end(self, name, number=1, status=0, **fields):
        self.world.end(Key(name, number), Ended(status=status, seconds=1.0, **fields))


@pytest.fixture
def stage(tmp_path):
    stages = []

    def make(*jobs, slots=2, typical=None):
        stages.append(Stage(tmp_path, jobs, slots=slots, typical=typical or {}))
        return stages[-1]

    yield make
    for one in stages:
        one.journal.close()


def test_it_counts_what_runs_waits_and_is_over(stage):
    it = stage(*(job(name) for name in "abcd"), job("e", retries=1), slots=5)
    it.turn()
    it.end("a")
    it.end("b", status=1)
    it.end("e", status=1)
    it.turn(1.0)
    picture = it.now(1.0)
    assert (picture.done, picture.failed, picture.retried, picture.running, picture.waiting) == (1, 1, 1, 3, 0)
    assert (picture.total, it.now(1.0, is_complete=False).total) == (5, None)
    assert picture.claimed_bytes == 300


def test_what_all_use_is_unknown_while_one_of_them_is(stage):
    it = stage(job("a"), job("b"))
    it.turn()
    it.turn()
    it.world.used_bytes[Key("a", 1)] = 30
    it.turn(1.0)
    assert it.now(1.0).used_bytes is None
    it.world.used_bytes[Key("b", 1)] = 40
    it.turn(2.0)
    assert it.now(2.0).used_bytes == 70


def test_the_peak_is_the_highest_use_that_was_shown(stage):
    it = stage(job("a"))
    it.turn()
    for at, used_bytes in enumerate((50, 80, 20)):
        it.world.used_bytes[Key("a", 1)] = used_bytes
        it.turn(float(at))
        (row,) = it.now(float(at)).rows
    assert (row.state, row.used_bytes, row.peak_bytes, row.seconds) == ("running", 20, 80, 2.0)


def test_a_row_says_why_its_job_waits(stage):
    it = stage(job("runs"), job("large", claim_bytes=950), job("after", "runs", "large"), slots=3)
    it.turn()
    why = {row.id: row.why for row in it.now().rows if row.state == "waiting"}
    assert why == {"large": Refusal("the budget", 950, 900), "after": "after large and 1 more"}
    full = stage(job("a"), job("b"), slots=1)
    full.turn()
    assert [row.why for row in full.now().rows] == [None, "all slots are taken"]


def test_the_time_left_is_the_work_that_is_left_shared_among_the_slots(stage):
    it = stage(*(job(name, kind="k") for name in "abcd"), typical={"k": 10.0})
    it.turn()
    picture = it.now(4.0)
    assert [row.left_seconds for row in picture.rows if row.state != "waiting"] == [6.0, 6.0]
    assert picture.left_seconds == (6 + 6 + 10 + 10) / 2
    assert it.now(400.0).left_seconds == 10.0


def test_the_time_left_is_unknown_as_long_as_a_part_of_it_is(stage):
    it = stage(job("a", kind="k"), job("b", kind="new"), slots=1, typical={"k": 10.0})
    it.turn()
    assert it.now(1.0).left_seconds is None
