"""How ends, waits and verdicts are told."""

import pytest

from mnemo_cli.orchestrate.admission import Refusal
from mnemo_cli.orchestrate.job import Ended, Job
from mnemo_cli.orchestrate.journal import AttemptRow, JobRow
from mnemo_cli.orchestrate.outcome import Again, Tally
from mnemo_cli.orchestrate.report import JobResult
from mnemo_cli.orchestrate.run.run import Happening, Now
from mnemo_cli.output.orchestrate.words import ended_text, happening_text, verdict_text, why_text

MIB, GIB = 1 << 20, 1 << 30
NOW = Now(0.0, 1e9)
JOB = Job(id="a", name="n", command=("x",))


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (Refusal("r", 2 * GIB, 1434 * MIB), "needs 2.00G, free 1.40G"),
        (Refusal("r", 2 * GIB, -5), "needs 2.00G, free 0"),
        (Refusal("r", 2 * GIB, None), "needs 2.00G, free unknown"),
        ("all slots are taken", "all slots are taken"),
        (None, "is next"),
    ],
)
def test_why_a_job_waits(why, text):
    assert why_text(why) == text


@pytest.mark.parametrize(
    ("reason", "status", "text"),
    [
        ("exit", 3, "exit code 3"),
        ("signal", -9, "ended by SIGKILL"),
        ("signal", -33, "ended by signal 33"),
        ("not-started", 127, "its command was not found"),
        ("not-started", 126, "its command cannot be run"),
        ("not-started", None, "its command cannot be started"),
        ("ok", 0, "done"),
    ],
)
def test_how_an_attempt_ended(reason, status, text):
    assert ended_text(reason, status) == text


def test_an_oom_that_is_tried_again_says_with_how_much():
    ended = Ended(status=-9, seconds=3.0, peak_bytes=200 * MIB, peak_source="cgroup", kernel_oom=True)
    told = Happening(NOW, JOB, 2, "oom-limit", ended, Again(320 * MIB, Tally()))
    assert happening_text(told) == (
        "a (attempt 2): the kernel ended it at its own memory limit in 3s, peak 200M; it is tried again with 320M"
    )


@pytest.mark.parametrize(
    ("what", "ended", "headline", "text"),
    [
        ("ok", Ended(0, 3.0, peak_bytes=MIB), None, "a done in 3s, peak 1.0M"),
        ("exit", Ended(3, 3.0), None, "a: exit code 3 in 3s"),
        ("timeout", Ended(-15, 3.0), None, "a: its time-out ran out in 3s"),
        ("not-started", Ended(127, 0.0), "x: command not found", "a cannot be started: x: command not found"),
        ("dependency-failed", None, None, "a: a job that it comes after has failed or never came"),
        ("never-fits", None, None,
         "a: it asks for 1.00G, more than the budget: raise --budget, or lower its mem and mem_limit"),
    ],
)  # fmt: skip
def test_what_happened_reads_as_a_sentence(what, ended, headline, text):
    job = JOB._replace(claim_bytes=GIB)
    assert happening_text(Happening(NOW, job, 1, what, ended, headline=headline)) == text


def test_a_job_that_waited_for_somebody_who_never_came_says_for_whom():
    row = JobRow(JOB, "failed", "dependency-failed", 1, None, None, Tally())
    assert verdict_text(JobResult(row, None, 0, ("x\x1b",)), None) == "a: it comes after x\\x1b, which never came"


def test_a_job_that_could_not_begin_says_why():
    row = JobRow(JOB, "failed", "not-started", 1, None, None, Tally())
    attempt = AttemptRow("a", "n", 1, GIB, None, 0.0, "not-started", 127, 0.0, None, None, None, "x: command not found")
    assert verdict_text(JobResult(row, attempt, 1), None) == "a: cannot be started: x: command not found"


def test_a_verdict_says_how_much_more_a_job_needs():
    row = JobRow(JOB, "failed", "oom-limit", 4, None, 5 * GIB, Tally())
    attempt = AttemptRow("a", "n", 4, GIB, 2 * GIB, 0.0, "oom-limit", -9, 3.0, None, 2 * GIB, "cgroup", None)
    assert verdict_text(JobResult(row, attempt, 4), GIB) == (
        "a: the kernel ended it at its own memory limit; peak 2.00G of 2.00G; "
        "it needs at least 5.00G: raise --budget, or its mem and mem_limit (4 attempts)"
    )


def test_the_headline_of_forensics_is_told_where_there_is_one():
    row = JobRow(JOB, "failed", "signal", 1, None, None, Tally())
    attempt = AttemptRow("a", "n", 1, GIB, None, 0.0, "signal", -9, 3.0, None, None, None, "kill -9 by pid 7")
    assert verdict_text(JobResult(row, attempt, 1), GIB) == "a: kill -9 by pid 7"


def test_a_job_that_was_cancelled_after_an_attempt_died_was_cancelled():
    row = JobRow(JOB, "cancelled", "cancelled", 2, None, None, Tally())
    attempt = AttemptRow("a", "n", 1, GIB, None, 0.0, "signal", -9, 3.0, None, None, None, "kill -9 by pid 7")
    assert verdict_text(JobResult(row, attempt, 1), GIB) == "a: cancelled"


def test_a_death_is_told_with_its_verdict_and_what_comes_next():
    ended = Ended(status=-9, seconds=3.0, peak_bytes=200 * MIB, kernel_oom=True)
    told = Happening(NOW, JOB, 2, "oom-limit", ended, Again(320 * MIB, Tally()), "killed by the kernel")
    assert happening_text(told) == ("a (attempt 2) died after 3s: killed by the kernel; it is tried again with 320M")
