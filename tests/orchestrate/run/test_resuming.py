"""A run taken up again: what still runs is adopted, what ended is noted, whatever the clock says meanwhile."""

import pytest

from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.resuming import Unseen, resume
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting

JOBS = [Job(id=name, name=name, command=("x",), claim_bytes=10, timeout_seconds=100.0) for name in "abcd"]
ROOMS = [Room("budget", 0, 1000, 1000)]


@pytest.fixture
def begin(tmp_path):
    """A supervisor of the same world and journal as the one before it."""
    world, journals = World(), []

    def make(now):
        journals.append(Journal.create(tmp_path / "journal"))
        waiting = Waiting(journals[-1].outcome_of)
        scheduler = Scheduler(slots=3, budget_bytes=1000, waiting=waiting, learned=Learned())
        engine, source = Fake(world, slots=3), Unseen(Plan(JOBS), journals[-1])
        run = Run(engine, journals[-1], scheduler, waiting, source, RunSettings(100), lambda happening: None)
        resume(run, engine, journals[-1], now)
        return run

    make.world, make.journals = world, journals
    yield make
    for journal in journals:
        journal.close()


def test_a_clock_that_was_set_back_costs_no_result_and_no_time_out(begin):
    """By the wall clock the run goes on before it began, and our own clock begins anew after a crash."""
    run = begin(Now(5000.0, 2e9))
    run.turn(ROOMS, Now(5000.0, 2e9))
    assert [key.job for key in begin.world.running] == ["a", "b", "c"]
    begin.world.end(Key("a", 1), Ended(status=0, seconds=1.0))
    run = begin(Now(3.0, 1e9))
    run.turn(ROOMS, Now(4.0, 1e9 - 50))
    assert begin.journals[-1].state_of("a") == "done"
    assert {flight.stopped_for for flight in run.scheduler.flights.values()} == {None}
    assert all(flight.active_seconds(4.0) >= 0 for flight in run.scheduler.flights.values())
    for seconds in range(5, 200):
        for key in list(begin.world.running):
            begin.world.end(key, Ended(status=0, seconds=1.0))
        run.turn(ROOMS, Now(float(seconds), 1e9 - 100))
    assert run.is_over and begin.journals[-1].standing.done == 4
    assert all(count == 1 for count in map(begin.world.starts.count, begin.world.starts))
