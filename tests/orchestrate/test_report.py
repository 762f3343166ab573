"""What became of a run, read from its journal."""

import pytest

from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.journal import Arrival, Departure
from mnemo_cli.orchestrate.outcome import Tally
from mnemo_cli.orchestrate.report import NameSummary, died, results, summaries


@pytest.fixture
def journal(tmp_path):
    opened = Journal.create(tmp_path / "journal")
    yield opened
    opened.close()


def take(journal, name, *ends):
    """A job and its attempts, each as (reason, status, peak)."""
    journal.accept([Job(id=name, name=name[0], command=("x",))])
    for number, (reason, status, peak_bytes) in enumerate(ends, start=1):
        key = Key(name, number)
        journal.departing([Departure(key, 100, 200, 5.0)])
        state = "done" if reason == "ok" else "waiting" if number < len(ends) else "failed"
        ended = Ended(status=status, seconds=1.0, peak_bytes=peak_bytes)
        journal.arrived([Arrival(key, reason, ended, state, None, Tally())])


def test_each_job_comes_with_its_last_attempt_and_their_count(journal):
    take(journal, "a1", ("oom-limit", -9, 90), ("ok", 0, 100))
    take(journal, "never")
    take(journal, "b1", ("signal", -9, None))
    found = {one.row.job.id: (one.attempts, one.exit_code, one.row.state) for one in results(journal)}
    assert found == {"a1": (2, 0, "done"), "never": (0, None, "waiting"), "b1": (1, 137, "failed")}


def test_attempts_are_counted_by_name(journal):
    take(journal, "a1", ("oom-limit", -9, 90), ("ok", 0, 100))
    take(journal, "a2", ("oom-host-suspected", -9, None), ("exit", 1, 50))
    (one,) = summaries(journal)
    assert (one.name, one.runs, one.done, one.ooms, one.retries) == ("a", 4, 1, 2, 2)
    assert list(one.peaks_bytes) == [90, 100, 50]


def test_those_that_only_waited_for_one_that_died_did_not_die_themselves(journal):
    take(journal, "good", ("ok", 0, 1))
    take(journal, "bad", ("exit", 1, 1))
    take(journal, "after")
    take(journal, "cancelled")
    journal.settle(["after"], "failed", "dependency-failed")
    journal.settle(["cancelled"], "cancelled", "cancelled")
    assert [one.row.job.id for one in died(journal)] == ["bad", "cancelled"]


def test_one_that_waited_for_somebody_who_never_came_is_told(journal):
    journal.accept([Job(id="late", name="l", command=("x",), after=("here", "nobody")), Job("here", "h", ("x",))])
    journal.settle(["late"], "failed", "dependency-failed")
    assert [(one.row.job.id, one.absent) for one in died(journal)] == [("late", ("nobody",))]


@pytest.mark.parametrize(
    ("peaks", "percent", "peak"),
    [((), 50, None), ((7,), 50, 7), ((1, 2, 3, 4), 50, 2), (tuple(range(1, 101)), 95, 95), ((3, 1, 2), 100, 3)],
)
def test_the_peak_that_so_many_stayed_below(peaks, percent, peak):
    summary = NameSummary("n")
    summary.peaks_bytes.extend(peaks)
    assert summary.peak_bytes(percent) == peak


@pytest.mark.parametrize(
    ("peaks", "budget", "claim"),
    [((), 1000, None), ((100,), 1000, 150), ((100,), 120, 120), ((100,), None, 150), ((100, 100, 100), None, 110)],
)
def test_the_claim_that_is_suggested(peaks, budget, claim):
    summary = NameSummary("n")
    summary.peaks_bytes.extend(peaks)
    assert summary.suggested_claim_bytes(budget) == claim
