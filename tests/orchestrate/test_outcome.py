"""What an attempt's end means, and what becomes of its job."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.orchestrate.job import Ended, Job
from mnemo_cli.orchestrate.outcome import MOST_FREE_ATTEMPTS, Again, Final, Tally, after_attempt, reason_of

JOB = Job(id="a", name="resize", command=("resize",), retries=1, oom_retries=2)
BUDGET = 1000


def ended(status, **more):
    return Ended(status=status, seconds=1.0, **more)


@pytest.mark.parametrize(
    ("end", "stopped_for", "host_ooms_rose", "reason"),
    [
        (ended(0), None, False, "ok"),
        (ended(0, kernel_oom=True), None, True, "ok"),  # a child was killed, and its parent coped
        (ended(0), "timeout", False, "ok"),  # it was done before our signal reached it
        (ended(-9, kernel_oom=True), None, False, "oom-limit"),
        (ended(1, kernel_oom=True), None, False, "oom-limit"),  # the parent reports its child's death
        (ended(-9, kernel_oom=True), "timeout", False, "oom-limit"),
        (ended(-15, capped=True), None, False, "oom-mnemo"),
        (ended(-15), "timeout", False, "timeout"),
        (ended(-15), "preempted", True, "preempted"),
        (ended(143), "cancelled", False, "cancelled"),
        (ended(None), None, False, "lost"),
        (ended(-9), None, True, "oom-host-suspected"),
        (ended(137), None, True, "oom-host-suspected"),
        (ended(-9), None, False, "signal"),
        (ended(137), None, False, "exit"),  # 137 alone is no OOM
        (ended(-15), None, True, "signal"),  # the kernel's OOM killer sends SIGKILL only
        (ended(3), None, True, "exit"),
    ],
)
def test_the_reason_comes_from_evidence(end, stopped_for, host_ooms_rose, reason):
    assert reason_of(end, stopped_for=stopped_for, host_ooms_rose=host_ooms_rose) == reason


def after(reason, tally=Tally(), *, job=JOB, claim=100, peak=None):  # noqa: B008 a tuple
    return after_attempt(job, reason, tally, claim_bytes=claim, peak_bytes=peak, budget_bytes=BUDGET)


def test_a_failure_is_tried_again_as_often_as_its_author_said():
    assert after("exit") == Again(100, Tally(retries=1))
    assert after("exit", Tally(retries=1)) == Final(done=False, reason="exit")


def test_a_reason_outside_retry_on_is_final():
    assert after("timeout", job=JOB._replace(retry_on=("exit",))) == Final(done=False, reason="timeout")


def test_an_oom_is_tried_again_with_more_and_costs_no_retry():
    assert after("oom-limit", peak=200) == Again(250, Tally(ooms=1))


def test_the_claim_grows_up_to_the_budget_and_then_the_job_says_what_it_needs():
    assert after("oom-limit", claim=900, peak=900) == Again(BUDGET, Tally(ooms=1))
    assert after("oom-limit", claim=BUDGET, peak=BUDGET) == Final(done=False, reason="oom-limit", needed_bytes=1600)


def test_a_job_that_used_the_whole_budget_is_not_tried_again():
    assert after("oom-mnemo", claim=600, peak=1200) == Final(done=False, reason="oom-mnemo", needed_bytes=1500)


@pytest.mark.parametrize("reason", ["preempted", "lost", "oom-host-suspected"])
def test_what_is_not_the_jobs_fault_costs_no_retry_and_changes_no_claim(reason):
    assert after(reason) == Again(100, Tally(free=1))


def test_a_job_that_is_lost_over_and_over_fails_in_the_end():
    assert after("lost", Tally(free=MOST_FREE_ATTEMPTS)) == Final(done=False, reason="lost")


def test_a_cancelled_job_is_over():
    assert after("cancelled") == Final(done=False, reason="cancelled")


@given(st.lists(st.sampled_from(["exit", "signal", "timeout", "oom-limit", "oom-mnemo", "preempted", "lost"])))
def test_every_job_ends_and_no_claim_shrinks(reasons):
    tally, claim = Tally(), 100
    for at, reason in enumerate(reasons):
        answer = after(reason, tally, claim=claim)
        if isinstance(answer, Final):
            return
        assert BUDGET >= answer.claim_bytes >= claim
        tally, claim = answer.tally, answer.claim_bytes
        assert at <= JOB.retries + JOB.oom_retries + MOST_FREE_ATTEMPTS
