"""The jobs that wait: for others to be done, for their turn, for memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.waiting import PATIENCE_SECONDS, Entry, Waiting


def job(name, **more):
    return Job(id=name, name=name, command=("true",), **more)


def waiting(*jobs, known=None):
    queue = Waiting((known or {}).get)
    for one in jobs:
        queue.add(Entry(one))
    return queue


def taken(queue, fits=lambda entry: True, now_seconds=0.0):
    found = []
    while (entry := queue.select(fits, now_seconds=now_seconds)) is not None:
        found.append(entry.job.id)
    return found


def test_jobs_go_by_priority_and_then_by_age():
    assert taken(waiting(job("a"), job("b", priority=5), job("c"), job("d", priority=5))) == ["b", "d", "a", "c"]


def test_a_job_waits_for_those_it_comes_after():
    queue = waiting(job("b", after=("a",)), job("a"))
    assert taken(queue) == ["a"]
    queue.done("a")
    assert taken(queue) == ["b"]


def test_some_are_taken_out_and_those_that_wait_for_them_stay():
    queue = waiting(job("a"), job("b", priority=5), job("c", after=("a",)), job("d", after=("c",)), job("e"))
    assert [entry.job.id for entry in queue.take_out(lambda entry: entry.job.id in "abc")] == ["b", "a", "c"]
    assert taken(queue) == ["e"]
    assert [given.id for given in queue.failed("c")] == ["d"] and not len(queue)
    assert queue.take_out(lambda entry: True) == ()


def test_a_job_that_was_done_before_is_not_waited_for():
    assert taken(waiting(job("b", after=("a",)), known={"a": True})) == ["b"]


def test_a_job_whose_dependency_has_failed_already_is_refused_and_says_which():
    queue = Waiting({"a": False}.get)
    assert queue.add(Entry(job("b", after=("a",)))) == "a"
    assert len(queue) == 0


def test_a_failure_takes_everything_with_it_that_waited_for_it():
    queue = waiting(job("b", after=("a",)), job("c", after=("b", "x")), job("d"))
    assert {one.id for one in queue.failed("a")} == {"b", "c"}
    queue.done("x")
    assert taken(queue) == ["d"]


def test_jobs_that_wait_for_one_that_never_came_are_named():
    assert [one.id for one in waiting(job("b", after=("nobody",))).stuck()] == ["b"]


def test_a_smaller_job_passes_one_that_does_not_fit():
    queue = waiting(job("large"), job("small"))
    assert taken(queue, lambda entry: entry.job.id == "small") == ["small"]
    assert taken(queue) == ["large"]


def test_a_job_is_not_passed_for_ever():
    queue = waiting(job("large"), job("small"))
    assert queue.select(lambda entry: False, now_seconds=0.0) is None
    small_only = lambda entry: entry.job.id == "small"  # noqa: E731
    assert queue.select(small_only, now_seconds=PATIENCE_SECONDS) is None
    assert taken(queue) == ["large", "small"]


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_waiting_job_can_be_taken_out(name):
    queue = waiting(job("a"), job("b", after=("x",)), job("c"))
    assert queue.remove(name).id == name
    assert queue.remove(name) is None
    assert len(queue) == 2


@given(st.lists(st.integers(-3, 3)), st.sets(st.integers(0, 30)))
def test_whatever_is_passed_over_keeps_its_place(priorities, misfits):
    queue = waiting(*(job(str(at), priority=priority) for at, priority in enumerate(priorities)))
    in_order = [entry.job.id for entry in queue.entries()]
    first = taken(queue, lambda entry: int(entry.job.id) not in misfits)
    assert first == [name for name in in_order if int(name) not in misfits]
    assert taken(queue) == [name for name in in_order if int(name) in misfits]
