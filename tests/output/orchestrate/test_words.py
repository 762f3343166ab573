"""How ends, waits and verdicts are told."""

import pytest

from mnemo_cli.orchestrate.admission import Refusal
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import AttemptRow, JobRow
from mnemo_cli.orchestrate.outcome import Again, Tally
from mnemo_cli.orchestrate.report import JobResult
from mnemo_cli.orchestrate.run.ends import Death
from mnemo_cli.orchestrate.run.run import Happening, Now
from mnemo_cli.output.orchestrate.verdict import engine_verdict
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
        "a (attempt 2) the kernel ended it at its own memory limit in 3s, peak 200M; it is tried again with 320M"
    )


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


@pytest.mark.parametrize(
    ("reason", "ended", "limit_bytes", "text"),
    [
        ("oom-limit", {"kernel_oom": True, "peak_bytes": 128 * MIB}, 128 * MIB,
         "killed by the kernel at its limit of 128M (peak 128M)"),
        ("oom-limit", {"kernel_oom": True}, None, "killed by the kernel at its limit"),
        ("oom-mnemo", {"capped": True, "status": -15}, 128 * MIB, "ended by mnemo at its limit of 128M"),
        ("signal", {"peak_bytes": 5 * MIB}, 128 * MIB, "ended by SIGKILL, no memory evidence (peak 5.0M)"),
        ("signal", {"status": -33}, None, "ended by signal 33, no memory evidence"),
        ("oom-host-suspected", {"status": 137}, None,
         "ended by SIGKILL, while the machine's OOM killer was at work"),
        ("signal", {"status": None}, None, None),
    ],
)  # fmt: skip
def test_what_the_engine_alone_knows_of_a_death(reason, ended, limit_bytes, text):
    death = Death(Key("a", 1), JOB, reason, Ended(**{"status": -9, "seconds": 1.0, **ended}), limit_bytes, None)
    assert engine_verdict(death) == text


def test_a_death_is_told_with_its_verdict_and_what_comes_next():
    ended = Ended(status=-9, seconds=3.0, peak_bytes=200 * MIB, kernel_oom=True)
    told = Happening(NOW, JOB, 2, "oom-limit", ended, Again(320 * MIB, Tally()), "killed by the kernel")
    assert happening_text(told) == ("a (attempt 2) died after 3s: killed by the kernel; it is tried again with 320M")
