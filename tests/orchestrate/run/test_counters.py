"""A run as others see it and ask it: through its counters file, as any program with a guard."""

import os

import pytest

from mnemo_cli.orchestrate.run.counters import RunCounters
from mnemo_cli.tracker.asking import answer, ask
from mnemo_cli.watch.trackers import PublishedTrackers
from tests.orchestrate.run.stage import jobs

pytestmark = pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="counters files lie in /dev/shm")


@pytest.fixture
def counters():
    made = RunCounters()
    yield made
    made.close()


def asked(request, ratio, tickets):
    """A step: somebody asks this very process."""

    def step():
        tickets[:] = [ticket for ticket in ask([os.getpid()], request, ratio, gaps=[]) if ticket.number]
        assert tickets

    return step


def test_a_request_to_restart_drains_the_run_which_leaves_with_75(stage, counters):
    tickets = []
    it = stage(jobs("a", "b", "c"), slots=2, counters=counters)
    it.play(None, asked("restart", 1.0, tickets), None, lambda: (it.end("a"), it.end("b")))
    assert it.loop.drained
    assert [one for one in it.told if one[0] == "c"] == []
    assert "done" in {answer(ticket) for ticket in tickets}


def test_a_request_to_throttle_halves_the_jobs_until_it_is_taken_back(stage, counters):
    tickets, seen = [], []
    it = stage(jobs("a", "b", "c", "d"), slots=2, counters=counters)
    it.play(
        None,
        asked("throttle", 1.0, tickets),
        lambda: (it.end("a"), it.end("b")),
        lambda: seen.append(len(it.running)),
        lambda: seen.append(len(it.running)),
        asked("throttle", 0.0, tickets),
        lambda: seen.append(len(it.running)),
        lambda: [it.end(one) for one in list(it.running)],
    )
    assert seen == [1, 1, 2]


def test_others_see_how_many_run_and_wait(stage, counters):
    found = []

    def look():
        (tracker,) = [
            one
            for one in PublishedTrackers(in_containers=False)({os.getpid()}, [], time_seconds=0.0)
            if one.name == "mnemo orchestrate" and one.pid == os.getpid()
        ]
        found.append({metric.name: metric.value for metric in tracker.metrics})

    it = stage(jobs("a", "b", "c"), slots=2, counters=counters)
    it.play(None, look, lambda: [it.end(one) for one in list(it.running)], lambda: it.end("c"))
    assert found == [{"jobs_running": 2, "jobs_waiting": 1}]
