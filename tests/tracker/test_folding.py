"""Folding keeps a folder small and every total exact, whoever dies when; cleaning removes what nobody counts in."""

import fcntl
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.adding import folded
from mnemo_cli.tracker.discovery import files_in
from mnemo_cli.tracker.folding import clean, tidy


def totals(host):
    """By program: (workers, allocated bytes, requests, rejected) of all that are dead or folded."""
    gaps = []
    with host.open_folder() as (descriptor, path):
        files = files_in(descriptor, path, gaps)
    assert gaps == []
    seen = {}
    for name in {file.header.name for file in files}:
        total = folded([file for file in files if file.header.name == name])
        requests = sum(metric.value for metric in total.metrics if metric.name == "requests")
        seen[name] = (total.processes, total.allocated_bytes_total, requests, total.component("inbox").rejected_total)
    return seen


def tidy_all(host, keep=8):
    with host.open_folder() as (descriptor, path):
        return tidy(descriptor, path, keep=keep)


def clean_all(host):
    with host.open_folder() as (descriptor, path):
        return clean(descriptor, path)


def bear(nursery, *sizes, name="app"):
    for size_bytes in sizes:
        assert nursery.ask(name, size_bytes).endswith(" 0"), "the worker ended well"


def test_the_newest_eight_stay_and_the_others_are_one_file(host):
    nursery = host.start("nursery.py")
    bear(nursery, *range(1, 13))
    before = host.file_names()
    assert tidy_all(host) == 4
    after = host.file_names()
    assert len(after) == 9 and [name for name in after if name not in before] == ["folded-app"]
    with host.open_folder() as (descriptor, path):
        kept = [file for file in files_in(descriptor, path, []) if file.header.state != layout.FOLDED]
    assert sorted(file.content[layout.ALLOCATED_AT * 8] for file in kept) == list(range(5, 13))
    assert totals(host) == {"app": (12, 78, 78, 78)}
    assert tidy_all(host) == 0


def test_programs_are_folded_each_into_its_own_file(host):
    nursery = host.start("nursery.py")
    bear(nursery, 1, 2, 3, name="a/b.%")
    bear(nursery, 10, 20, name="..")
    assert tidy_all(host, keep=0) == 5
    assert host.file_names() == ["folded-..", "folded-a%2Fb.%25"]
    assert totals(host) == {"a/b.%": (3, 6, 6, 6), "..": (2, 30, 30, 30)}


def test_the_living_are_left_alone(host):
    nursery, living = host.start("nursery.py"), host.start("held.py", "app")
    path = living.line().split()[0]
    bear(nursery, 1, 2)
    assert tidy_all(host, keep=0) == 2
    living.ask("allocate", 5)
    assert host.read(living.pid)[0][0].used_bytes == 5
    assert sorted(host.file_names()) == sorted(["folded-app", Path(path).name])


def test_files_of_another_pid_namespace_are_left_alone(host):
    bear(host.start("nursery.py"), 1)
    (path,) = host.folder.iterdir()
    with path.open("r+b") as file:
        file.seek(layout.NAMESPACE_AT * 8)
        file.write(layout.word(4711))
    assert tidy_all(host, keep=0) == 0
    assert clean_all(host) == 0
    assert host.file_names() == [path.name]


def test_a_file_that_cannot_be_read_is_left_alone_and_keeps_nobody_from_folding(host):
    bear(host.start("nursery.py"), 1, 2, 3)
    bad = sorted(host.folder.iterdir())[1]
    with bad.open("r+b") as file:
        file.seek(layout.ALLOCATED_AT * 8)
        file.write(layout.word(-1))
    (host.folder / "junk").write_text("junk")
    assert tidy_all(host, keep=0) == 2
    assert host.file_names() == sorted([bad.name, "folded-app", "junk"])


def test_a_folded_file_of_a_newer_mnemo_is_not_written_over(host):
    nursery = host.start("nursery.py")
    bear(nursery, 1)
    tidy_all(host, keep=0)
    sums = host.folder / "folded-app"
    with sums.open("r+b") as file:
        file.seek(layout.VERSION_AT * 8)
        file.write(layout.word(2))
    newer = sums.read_bytes()
    bear(nursery, 2)
    assert tidy_all(host, keep=0) == 0
    assert sums.read_bytes() == newer and len(host.file_names()) == 2


def test_a_folded_file_beyond_the_entries_that_are_looked_at_is_not_lost(host, monkeypatch):
    nursery = host.start("nursery.py")
    bear(nursery, 1, 2)
    tidy_all(host, keep=0)
    bear(nursery, 4)
    real = os.scandir

    class Without:
        def __init__(self, folder):
            self.entries = real(folder)

        def __enter__(self):
            return (entry for entry in self.entries if entry.name != "folded-app")

        def __exit__(self, *raised):
            self.entries.close()

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", Without)
        assert tidy_all(host, keep=0) == 1
    assert totals(host) == {"app": (3, 7, 7, 7)}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["one", "two"]), st.integers(1, 1 << 40)),
        st.tuples(st.just("tidy"), st.integers(0, 4)),
        st.tuples(st.just("die"), st.integers(1, 40)),
    ),
    max_size=12,
)


def test_any_sequence_of_deaths_and_tidies_keeps_the_totals(host):
    nursery = host.start("nursery.py")
    host.folder.mkdir(mode=0o700)

    @settings(max_examples=40)
    @given(STEPS)
    def course(steps):
        for path in host.folder.iterdir():
            path.unlink()
        workers, allocated = Counter(), Counter()
        for word, number in steps:
            if word in ("tidy", "die"):
                nursery.ask(word, number)
            else:
                bear(nursery, number, name=word)
                workers[word] += 1
                allocated[word] += number
        assert totals(host) == {name: (workers[name], *[allocated[name]] * 3) for name in workers}

    course()


def test_a_kill_at_every_call_of_folding_neither_loses_nor_doubles_anything(host):
    """Died at call 1, at call 2, … until it lives to the end; each time the totals are those of all workers."""
    nursery = host.start("nursery.py")
    workers = 0
    for last in range(1, 200):
        bear(nursery, 3, 50, 700)
        workers += 3
        expected = {"app": (workers, *[workers // 3 * 753] * 3)}
        status = int(nursery.ask("die", last).split()[1])
        assert totals(host) == expected, f"killed at call {last}"
        if status == 0:
            break
        # The next to tidy finishes it.
        tidy_all(host, keep=0)
        assert totals(host) == expected, f"finished after a kill at call {last}"
        assert host.file_names() == ["folded-app"]
    assert status == 0 and last > 20, "there were calls to be killed at"


def test_a_worker_that_was_added_but_not_removed_is_recognised_after_the_clock_was_set_back(host):
    """The folded file knows only the last: it must go before any other is added."""
    nursery = host.start("nursery.py")
    bear(nursery, 10)
    (first,) = host.folder.iterdir()
    content = first.read_bytes()
    tidy_all(host, keep=0)
    first.write_bytes(content)
    bear(nursery, 500)
    older = next(path for path in host.folder.iterdir() if path.name not in (first.name, "folded-app", ".lock"))
    with older.open("r+b") as file:
        file.seek(layout.MADE_AT * 8)
        file.write(layout.word(1))
    assert tidy_all(host, keep=0) == 1
    assert host.file_names() == ["folded-app"]
    assert totals(host) == {"app": (2, 510, 510, 510)}


TIDY_FOREVER = """
import os, sys
from mnemo_cli.tracker.folding import tidy
folder = os.open(sys.argv[1], os.O_RDONLY)
print("ready", flush=True)
while not os.path.exists(sys.argv[1] + "/.stop"):
    tidy(folder, sys.argv[1], keep=0)
print("done")
"""


def test_two_that_tidy_at_once_do_not_step_on_each_other(host):
    nursery = host.start("nursery.py")
    bear(nursery, 1)
    others = [host.run([sys.executable, "-c", TIDY_FOREVER, str(host.folder)]) for _ in range(2)]
    assert [other.line() for other in others] == ["ready", "ready"]
    bear(nursery, *range(2, 41))
    (host.folder / ".stop").touch()
    assert [(other.line(), other.wait()) for other in others] == [("done", 0)] * 2
    tidy_all(host, keep=0)
    assert totals(host) == {"app": (40, 820, 820, 820)}


def test_who_comes_second_does_nothing(host):
    bear(host.start("nursery.py"), 1, 2)
    with open(host.folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert tidy_all(host, keep=0) == 0
        assert clean_all(host) == 0
    assert len(host.file_names()) == 2


def test_cleaning_removes_the_programs_of_which_nobody_lives_and_folds_the_others(host):
    nursery, living = host.start("nursery.py"), host.start("held.py", "app")
    path = Path(living.line().split()[0])
    bear(nursery, 1, 2)
    bear(nursery, 3, name="gone")
    (host.folder / "junk").write_text("junk")
    (host.folder / ".hidden").write_text("mine")
    beside = Path(host.shared_memory) / "beside"
    beside.touch()
    assert clean_all(host) == 2  # the one of "gone", and two that became one
    assert host.file_names() == sorted([path.name, "folded-app", "junk"])
    assert (host.folder / ".hidden").exists() and beside.exists()
    living.kill()
    assert clean_all(host) == 2
    assert host.file_names() == ["junk"]


def test_a_folder_that_cannot_be_written_to_is_an_error(host):
    bear(host.start("nursery.py"), 1)
    with host.open_folder() as (descriptor, path), pytest.raises(OSError):
        shutil.rmtree(path)
        tidy(descriptor, path)


def test_a_hundred_short_lived_workers_leave_a_small_folder_and_exact_totals(host):
    """Nobody asks for it: each that begins looks, and folds when there are many dead."""
    nursery = host.start("nursery.py")
    most = 0
    for number in range(1, 101):
        bear(nursery, number)
        most = max(most, len(host.file_names()))
    assert most <= 19
    assert totals(host) == {"app": (100, 5050, 5050, 5050)}


@pytest.mark.parametrize("harm", ["lock is a folder", "folding is a folder"])
def test_a_program_begins_whatever_is_wrong_with_its_folder(host, harm):
    nursery = host.start("nursery.py")
    bear(nursery, *range(1, 17))
    (host.folder / (".lock" if "lock" in harm else ".folding")).mkdir()
    bear(nursery, *range(17, 21))
    with MemoryTracker("app", published=True, shared_memory=host.shared_memory) as tracker:
        assert tracker.gap is None
    assert len(host.file_names()) == 21
