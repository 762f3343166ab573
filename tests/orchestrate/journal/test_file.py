"""What can befall a journal's file: any damage, removal, a full disk, a clock that is set back."""

import os
import sqlite3
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mnemo_cli.errors import JournalError, UsageError
from mnemo_cli.orchestrate.job import Ended, Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.journal import Arrival, Departure
from mnemo_cli.orchestrate.journal.reserve import RESERVE_BYTES, Reserve
from mnemo_cli.orchestrate.outcome import Tally
from mnemo_cli.orchestrate.report import died, results, summaries
from mnemo_cli.orchestrate.run.bookkeeping import Bookkeeping
from mnemo_cli.orchestrate.run.facts import Facts, whole_facts
from mnemo_cli.output.orchestrate.document import Whole, run_pieces
from mnemo_cli.output.orchestrate.report import report_text
from mnemo_cli.output.orchestrate.standing import status_text

ENDED = Ended(status=0, seconds=1.5, peak_bytes=80, peak_source="cgroup")


def arrival(name: str) -> Arrival:
    return Arrival(Key(name, 1), "ok", ENDED, "done", None, Tally())


def filled(path: Path) -> Journal:
    """Twenty jobs done, twenty that run, twenty that wait."""
    journal = Journal.create(path)
    journal.accept([Job(id=f"j{at}", name="n", command=("true",), env={"a": "b"}, retries=2) for at in range(60)])
    journal.departing([Departure(Key(f"j{at}", 1), 100, 200, 5.0) for at in range(40)])
    journal.arrived([arrival(f"j{at}") for at in range(20)])
    journal.describe(Facts(plan="p", slots=2, folder="/").as_texts)
    return journal


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "j"
    journal = filled(path)
    journal.checkpoint()
    journal.close()
    return path.read_bytes()


@pytest.fixture
def journal(tmp_path):
    opened = filled(tmp_path / "j")
    yield opened
    opened.close()


def read_through(path: Path) -> None:
    """Everything that a command or a resumed run reads of it."""
    journal = Journal.create(path)
    try:
        facts = whole_facts(journal.description)
        shown = Whole(facts.plan, None, facts.exit_code, facts.budget_bytes, facts.slots, journal.standing)
        list(journal.unfinished())
        "".join(run_pieces(shown, results(journal), summaries(journal)))
        report_text(shown, summaries(journal), died(journal))
        status_text(shown, tuple(journal.attempts(open_only=True)), time_seconds=0.0)
    finally:
        journal.close()


@given(
    changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=40),
    kept=st.none() | st.integers(0, 1 << 16),
)
def test_no_damage_is_an_internal_error(whole, tmp_path_factory, changes, kept):
    content = bytearray(whole[:kept])
    for at, byte in changes if content else ():
        content[at % len(content)] = byte
    path = tmp_path_factory.mktemp("damaged") / "j"
    path.write_bytes(content)
    try:
        read_through(path)
    except (UsageError, JournalError) as err:
        assert "journal" in str(err)


def test_a_journal_that_was_removed_is_written_anew_with_all_that_was_in_it(journal, tmp_path):
    journal.file.check_place()
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(JournalError, match="was removed while the run went on; it was written anew: "):
        journal.file.check_place()
    journal.file.check_place()
    journal.arrived([arrival("j20")])
    other = Journal.read(tmp_path / "j")
    assert (other.standing.done, other.standing.running, other.description["plan"]) == (21, 19, "p")
    other.close()


def test_whatever_has_taken_its_place_is_left_alone(journal, tmp_path):
    (tmp_path / "j").unlink()
    (tmp_path / "j").write_text("mine\n")
    with pytest.raises(JournalError, match=r"j\.restored"):
        journal.file.check_place()
    assert (tmp_path / "j").read_text() == "mine\n"
    assert journal.path == tmp_path / "j.restored"
    assert journal.standing.done == 20


def test_a_journal_whose_folder_is_gone_goes_on_where_nobody_sees_it(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    journal = filled(folder / "j")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    with pytest.raises(JournalError, match="cannot be written anew"):
        journal.file.check_place()
    assert journal.standing.done == 20
    journal.close()


def test_room_is_set_aside_and_given_back_once(journal, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())
    journal.file.set_room_aside()
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (journal.file.make_room(), journal.file.make_room()) == (True, False)


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are looked at in /proc")
def test_the_reserve_has_its_blocks_and_no_name(tmp_path):
    def held():
        links = Path("/proc/self/fd").iterdir()
        return [link.stat() for link in links if link.exists() and str(link.readlink()).startswith(str(tmp_path))]

    reserve = Reserve(tmp_path / "j")
    (file,) = held()
    assert (file.st_blocks * 512 >= RESERVE_BYTES[0], file.st_nlink) == (True, 0)
    reserve.release()
    assert held() == []


class Full(Journal):
    """A journal on a disk without room, until some is made."""

    def __init__(self, file):
        super().__init__(file)
        self.is_full = True
        file.make_room = lambda: not self.__dict__.__setitem__("is_full", False)

    def arrived(self, arrivals, given_up=()):
        if self.is_full:
            raise JournalError("full")
        super().arrived(arrivals, given_up)


def test_when_the_disk_is_full_nothing_more_begins_and_ends_are_noted_in_the_room_that_was_kept(journal):
    closed = []
    full = Full(journal.file)
    books = Bookkeeping(full, lambda: closed.append(True))
    books.arrived([arrival("j20")], ())
    assert (str(books.error), closed) == ("full", [True])
    assert full.state_of("j20") == "done"
    books.arrived([arrival("j21")], ())
    assert full.state_of("j21") == "done"
    assert not books.departing([Departure(Key("j50", 1), 1, None, 0.0)])
    assert not books.accepted([Job(id="new", name="n", command=("x",))])
    assert full.state_of("new") is None


def test_a_journal_that_is_damaged_while_its_run_goes_on_ends_admission(journal):
    books = Bookkeeping(journal, lambda: None)
    with sqlite3.connect(journal.path) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("UPDATE sqlite_schema SET sql = 'CREATE TABLE jobs (nonsense' WHERE name = 'jobs'")
        other.execute("PRAGMA schema_version = 99")
    other.close()
    books.arrived([arrival("j20")], ())
    assert books.error is not None and "journal" in str(books.error)


def test_a_clock_that_was_set_back_gives_no_negative_times(journal):
    journal.departing([Departure(Key("j41", 1), 100, None, 5e9)])
    shown = Whole("p", None, None, None, None, journal.standing)
    text = status_text(shown, tuple(journal.attempts(open_only=True)), time_seconds=10.0)
    (row,) = [line for line in text.splitlines() if line.startswith("j41")]
    assert row.split()[3] == "0s"


def test_the_folder_of_a_run_survives_whatever_it_is_called():
    for folder in ("/a b/%41", os.fsdecode(b"/\xff\n"), "/日本"):
        texts = Facts(plan=os.fsdecode(b"p\xff"), folder=folder, slots=3).as_texts
        assert all(text.encode() for text in texts.values() if text)
        found = whole_facts(texts)
        assert (found.folder, found.plan, found.slots) == (folder, "p\\xff", 3)
