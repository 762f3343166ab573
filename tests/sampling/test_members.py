"""Who belongs to a target: trees that lose their parents, pids that are used again, names, groups."""

import os

import pytest

from mnemo_cli.errors import TargetError
from mnemo_cli.sampling.index import Entry, ProcessIndex
from mnemo_cli.sampling.members import Members, compile_name, group_processes
from mnemo_cli.sampling.target import TargetChoice


def index_of(tmp_path, *processes: tuple) -> ProcessIndex:
    """(pid, parent, start time, name) of each process; the name may be left out."""
    index = ProcessIndex(tmp_path)
    for pid, ppid, started, *name in processes:
        index.entries[pid] = Entry(pid, ppid, started, *(name or ["x"]), 0, pid)
    return index


def pids(members: Members, index: ProcessIndex) -> set[int]:
    return {entry.pid for entry in members.among(index)}


def test_a_tree_is_the_process_and_everything_below(tmp_path):
    members = Members(TargetChoice(kind="process", pid=2), tmp_path)
    assert pids(members, index_of(tmp_path, (1, 0, 1), (2, 1, 2), (3, 2, 3), (4, 3, 4), (5, 1, 5))) == {2, 3, 4}


def test_a_grandchild_stays_in_the_tree_when_its_parent_is_gone(tmp_path):
    members = Members(TargetChoice(kind="process", pid=2), tmp_path)
    pids(members, index_of(tmp_path, (2, 1, 2), (3, 2, 3), (4, 3, 4)))
    assert pids(members, index_of(tmp_path, (1, 0, 1), (4, 1, 4))) == {4}
    assert pids(members, index_of(tmp_path, (1, 0, 1), (4, 1, 4), (6, 4, 9))) == {4, 6}


def test_a_stranger_with_a_members_pid_is_not_in_the_tree(tmp_path):
    members = Members(TargetChoice(kind="process", pid=2), tmp_path)
    pids(members, index_of(tmp_path, (2, 1, 2), (3, 2, 3)))
    assert pids(members, index_of(tmp_path, (2, 1, 77), (3, 1, 3), (9, 2, 78))) == {3}


def test_a_tree_that_has_ended_is_not_revived_by_a_stranger(tmp_path):
    members = Members(TargetChoice(kind="process", pid=2), tmp_path)
    assert pids(members, index_of(tmp_path, (2, 1, 2))) == {2}
    assert pids(members, index_of(tmp_path, (1, 0, 1))) == set()
    assert pids(members, index_of(tmp_path, (1, 0, 1), (2, 1, 77))) == set()


def test_a_process_that_is_not_there_has_no_tree(tmp_path):
    assert pids(Members(TargetChoice(kind="process", pid=9), tmp_path), index_of(tmp_path, (1, 0, 1))) == set()


@pytest.mark.parametrize("kind", ["own", "host"])
def test_our_own_scope_and_the_machine_have_every_process(tmp_path, kind):
    assert pids(Members(TargetChoice(kind=kind), tmp_path), index_of(tmp_path, (1, 0, 1), (2, 1, 2))) == {1, 2}


def test_a_name_means_every_match_and_what_is_below(tmp_path):
    members = Members(TargetChoice(kind="name", pattern="^work"), tmp_path)
    below = [(2, 1, 2, "worker"), (3, 2, 3, "sh"), (4, 1, 4, "housework"), (5, 1, 5, "works")]
    index = index_of(tmp_path, (1, 0, 1, "init"), *below)
    assert pids(members, index) == {2, 3, 5}


def test_we_ourselves_never_match_a_name(tmp_path):
    members = Members(TargetChoice(kind="name", pattern="."), tmp_path)
    assert pids(members, index_of(tmp_path, (1, 0, 1, "init"), (os.getpid(), 0, 1, "mnemo"))) == {1}


def test_a_name_that_the_kernel_cut_is_matched_by_the_programs_file_name(fake_host):
    root = fake_host({"proc/7/cmdline": b"/opt/a-very-long-program-name\0--worker\0", "proc/9/cmdline": None})
    cut = "a-very-long-pro"
    index = index_of(root, (7, 1, 1, cut), (8, 1, 1, cut), (9, 1, 1, cut))
    assert pids(Members(TargetChoice(kind="name", pattern="program-name$"), root), index) == {7}
    assert pids(Members(TargetChoice(kind="name", pattern="^a-very"), root), index) == {7, 8, 9}
    assert pids(Members(TargetChoice(kind="name", pattern="worker"), root), index) == set()


def test_the_kernel_cuts_at_bytes_and_not_at_letters(fake_host):
    root = fake_host({"proc/7/cmdline": "/opt/läuft-für-übermorgen\0".encode()})
    index = index_of(root, (7, 1, 1, "läuft-für-üb"))
    assert pids(Members(TargetChoice(kind="name", pattern="übermorgen$"), root), index) == {7}


@pytest.mark.parametrize("pattern", ["(", "[a", "*"])
def test_a_name_that_is_no_expression_is_an_error_that_shows_it(pattern):
    with pytest.raises(TargetError, match="is not a regular expression") as refused:
        compile_name(pattern)
    assert repr(pattern) in str(refused.value)


def test_a_group_has_its_processes_and_those_of_all_groups_below(fake_host):
    below = {"g/a/cgroup.procs": "3\n", "g/a/b/cgroup.procs": "", "g/other": "9\n"}
    root = fake_host({"g/cgroup.procs": "1\n2\n"} | below)
    assert group_processes(root / "g") == {1, 2, 3}
    members = Members(TargetChoice(kind="cgroup", path="/g"), root, root / "g")
    assert pids(members, index_of(root, (2, 1, 1), (3, 1, 1), (9, 1, 1))) == {2, 3}


@pytest.mark.parametrize("listing", [None, "-1\nx\n", b"\xff\xfe\n", "1" * 5000 + "\n", ""])
def test_an_absent_unreadable_or_damaged_listing_has_no_processes(fake_host, listing):
    root = fake_host({"g/cgroup.procs": listing, "g/a/cgroup.procs": "3\n"})
    assert group_processes(root / "g") == {3}
    assert group_processes(root / "gone") == set()


def test_a_listing_that_cannot_be_opened_does_not_hide_the_groups_below(fake_host):
    """As a threaded group's (EOPNOTSUPP): here a loop of links, which stops root too."""
    root = fake_host({"g/a/cgroup.procs": "3\n"})
    (root / "g/cgroup.procs").symlink_to("cgroup.procs")
    assert group_processes(root / "g") == {3}
