"""The journal: a row before each start, a row after each end."""

import os
import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import DuplicateJobError, JournalError, UsageError
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.journal import Arrival, Departure
from mnemo_cli.orchestrate.journal.lock import JournalLock
from mnemo_cli.orchestrate.journal.spec import job_of, spec_of
from mnemo_cli.orchestrate.outcome import Tally


def job(name, **more):
    return Job(id=name, name="work", command=("true",), **more)


@pytest.fixture
def journal(tmp_path):
    opened = Journal.create(tmp_path / "run.journal")
    yield opened
    opened.close()


def departed(name, number=1):
    return Departure(Key(name, number), claim_bytes=100, limit_bytes=200, began_seconds=5.0)


def arrived(name, reason="ok", state="done", number=1, **more):
    ended = Ended(status=0 if reason == "ok" else 1, seconds=1.5, peak_bytes=80, peak_source="cgroup")
    return Arrival(Key(name, number), reason, ended, state, claim_bytes=None, tally=Tally(), **more)


def test_a_job_goes_from_waiting_to_running_to_done(journal):
    journal.accept([job("a")])
    assert (journal.state_of("a"), journal.outcome_of("a")) == ("waiting", None)
    journal.departing([departed("a")])
    assert journal.state_of("a") == "running"
    assert [row.job_id for row in journal.attempts(open_only=True)] == ["a"]
    journal.arrived([arrived("a")])
    assert journal.outcome_of("a") is True
    row = next(journal.attempts())
    assert (row.status, row.peak_bytes, row.peak_source, row.reason) == (0, 80, "cgroup", "ok")
    assert list(journal.unfinished()) == []


def test_an_attempt_that_failed_leaves_its_job_waiting_for_the_next(journal):
    journal.accept([job("a")])
    journal.departing([departed("a")])
    journal.arrived([arrived("a", "oom-limit", "waiting")._replace(claim_bytes=160, tally=Tally(ooms=1))])
    row = next(journal.unfinished())
    assert (row.state, row.number, row.claim_bytes, row.tally) == ("waiting", 2, 160, Tally(ooms=1))
    assert journal.standing.oom == 1


def test_what_waited_for_a_failed_job_fails_with_it(journal):
    journal.accept([job("a"), job("b", after=("a",))])
    journal.departing([departed("a")])
    journal.arrived([arrived("a", "exit", "failed")], given_up=[job("b")])
    assert [(row.job.id, row.reason) for row in journal.jobs()] == [("a", "exit"), ("b", "dependency-failed")]
    assert journal.standing.failed == 2


def test_an_id_that_comes_twice_is_named_and_nothing_of_its_batch_is_taken(journal):
    journal.accept([job("a")])
    with pytest.raises(DuplicateJobError, match="'a'"):
        journal.accept([job("b"), job("a")])
    with pytest.raises(DuplicateJobError, match="'c'"):
        journal.accept([job("c"), job("c")])
    assert journal.state_of("b") is None


def test_requests_to_cancel_are_taken_once(journal):
    other = Journal.read(journal.path)
    other.ask_to_cancel(["a", "b"])
    other.close()
    assert journal.take_cancellations() == ("a", "b")
    assert journal.take_cancellations() == ()


def test_a_job_of_which_nobody_knows_has_no_outcome(journal):
    assert journal.outcome_of("nobody") is None


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    command=st.lists(_NAMES, min_size=1).map(tuple),
    env=st.dictionaries(_NAMES, _NAMES),
    after=st.lists(_NAMES).map(tuple),
    priority=st.integers(-5, 5),
    critical=st.booleans(),
    claim=st.none() | st.integers(0, 2**50),
    timeout=st.none() | st.floats(0, 1e6),
)
def test_a_job_survives_the_journal(command, env, after, priority, critical, claim, timeout):
    written = Job(
        id="é", name="n", command=command, env=env, after=after, priority=priority, critical=critical,
        claim_bytes=claim, timeout_seconds=timeout,
    )  # fmt: skip
    assert job_of("é", "n", spec_of(written)) == written


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be one" * 50, b"\0" * 4096])
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no journal"):
        Journal.create(path)
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(UsageError, match="no journal"):
        Journal.create(path)


def test_a_journal_of_a_newer_version_is_refused(journal):
    with sqlite3.connect(journal.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UsageError, match="newer mnemo"):
        Journal.read(journal.path)


def test_a_damaged_journal_is_refused(journal):
    journal.accept([job(str(at)) for at in range(500)])
    journal.checkpoint()
    journal.close()
    content = bytearray(journal.path.read_bytes())
    content[8192:-4096] = b"\xaa" * (len(content) - 8192 - 4096)
    journal.path.write_bytes(content)
    with pytest.raises(UsageError, match="damaged"):
        Journal.create(journal.path)


def test_an_absent_journal_cannot_be_looked_at(tmp_path):
    with pytest.raises(UsageError, match="there is no journal"):
        Journal.read(tmp_path / "none")


def test_a_journal_in_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(JournalError, match="cannot use the journal"):
        Journal.create(tmp_path / "no" / "run.journal")


def test_a_second_orchestrator_is_refused_and_told_who_has_it(tmp_path):
    held = JournalLock(tmp_path / "j")
    code = (
        "import sys\nfrom pathlib import Path\nfrom mnemo_cli.orchestrate.journal.lock import JournalLock\n"
        "JournalLock(Path(sys.argv[1]))"
    )
    refused = subprocess.run([sys.executable, "-c", code, tmp_path / "j"], capture_output=True, text=True)
    assert refused.returncode == 1
    assert f"in use by an orchestrator (pid {os.getpid()})" in refused.stderr
    held.release()
    held.release()
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "j"]).returncode == 0


def test_a_lock_of_a_program_that_was_killed_is_free(tmp_path):
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom mnemo_cli.orchestrate.journal.lock import JournalLock\n"
        "lock = JournalLock(Path(sys.argv[1]))\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "j"]).returncode == -9
    JournalLock(tmp_path / "j").release()
