"""What earlier runs have learned: kept, bounded, and never a reason for a run to fail."""

import sqlite3

import pytest

from mnemo_cli.orchestrate import history as history_module
from mnemo_cli.orchestrate.history import Attempt, History, RecallingLearned, typical_seconds

MIB = 1 << 20


@pytest.fixture
def path(tmp_path):
    return tmp_path / "below" / "history.db"


def test_what_was_noted_is_there_for_the_next_run(path):
    first = History(path)
    first.note("resize", Attempt(10 * MIB, 2.0), time_seconds=100.0)
    first.note("resize", Attempt(None, 4.0), time_seconds=200.0)
    first.save()
    first.close()
    second = History(path)
    assert second.attempts_of("resize") == (Attempt(10 * MIB, 2.0), Attempt(None, 4.0))
    assert second.attempts_of("other") == ()
    (one,) = second.all()
    assert (one.name, one.last_seconds, one.peaks_bytes) == ("resize", 200.0, (10 * MIB,))
    second.close()


def test_reading_makes_no_file(path):
    history = History(path)
    assert (history.all(), history.attempts_of("x"), history.error) == ((), (), None)
    assert not path.parent.exists()


def test_only_the_last_attempts_of_a_name_are_kept(path):
    history = History(path)
    for number in range(130):
        history.note("a", Attempt(number, 1.0), time_seconds=float(number))
        if number % 40 == 0:
            history.save()
    history.save()
    assert [attempt.peak_bytes for attempt in history.attempts_of("a")] == list(range(80, 130))
    history.close()


def test_the_name_that_was_not_run_for_longest_gives_way(path, monkeypatch):
    monkeypatch.setattr(history_module, "MOST_NAMES", 2)
    history = History(path)
    for seconds, name in enumerate(["old", "middle", "new"]):
        history.note(name, Attempt(1, 1.0), time_seconds=float(seconds))
    history.save()
    assert [one.name for one in history.all()] == ["new", "middle"]
    history.close()


def test_claims_are_recalled_when_a_name_is_first_asked_for(path):
    history = History(path)
    history.note("a", Attempt(100, 1.0), time_seconds=0.0)
    history.save()
    learned = RecallingLearned(history)
    assert learned.knows("a") and not learned.knows("b")
    assert learned.claim_bytes("a", budget_bytes=1000, slots=2) == 150
    learned.add("a", [200])
    assert learned.claim_bytes("a", budget_bytes=1000, slots=2) == 300
    history.close()


@pytest.mark.parametrize(
    "content",
    [
        b"not a database at all, but long enough to look at",
        "CREATE TABLE names (name TEXT, last REAL, attempts TEXT); INSERT INTO names VALUES ('a', 1, '[[\"x\"]]');",
        "CREATE TABLE names (name TEXT, last REAL, attempts TEXT); INSERT INTO names VALUES ('a', 1, '{');",
        "PRAGMA user_version = 9;",
    ],
    ids=["no database", "strange row", "half a row", "newer"],
)
def test_a_history_that_cannot_be_read_is_told_once_and_is_empty(path, content):
    path.parent.mkdir()
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        connection = sqlite3.connect(path)
        connection.executescript(content)
        connection.close()
    history = History(path)
    assert history.attempts_of("a") == ()
    assert str(path) in history.error
    history.note("a", Attempt(1, 1.0), time_seconds=0.0)
    history.save()
    history.close()


def test_the_typical_time_is_the_middle_one():
    assert typical_seconds([Attempt(None, 1.0), Attempt(None, 100.0), Attempt(None, 3.0)]) == 3.0
    assert typical_seconds([]) is None


def test_a_peak_of_nothing_was_never_measured(path):
    """Histories hold such: of programs that had ended when they were looked at."""
    history = History(path)
    for peak_bytes in (0, None, 10 * MIB):
        history.note("true", Attempt(peak_bytes, 0.0), time_seconds=100.0)
    history.save()
    assert history.all()[0].peaks_bytes == (10 * MIB,)
    assert RecallingLearned(history).claim_bytes("true", budget_bytes=1 << 30, slots=1) == 15 * MIB
    history.close()
