"""Which processes exist: names that lie, listings that are damaged, pids that are used again."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.index import Entry, ProcessIndex, parse_stat

TAIL = b" S %d 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 %d 1000 10 18446744073709551615 0\n"
NASTY = (
    b"a b",
    b"a) R 1 (b",
    b"((((",
    b"))))",
    b"a\nb",
    b"\x1b[2Jx",
    b"\xff\xfe",
    b"",
    b") S 9 9",
    b"\r\x00",
    b"\xe2\x80\xae",
)


def stat(pid: int, name: bytes, ppid: int, started: int) -> bytes:
    return b"%d (%b)" % (pid, name) + TAIL % (ppid, started)


def proc(*processes: tuple[int, int, int], last_pid: int = 900) -> dict[str, bytes]:
    """(pid, parent, start time) of each process."""
    files = {f"proc/{pid}/stat": stat(pid, b"p%d" % pid, ppid, started) for pid, ppid, started in processes}
    return files | {"proc/loadavg": b"0.00 0.00 0.00 1/90 %d\n" % last_pid, "proc/self/cgroup": b""}


def test_a_good_stat_is_read():
    assert parse_stat(stat(7, b"nginx", 1, 4711)) == ("nginx", 1, 4711)


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_read_to_its_end_and_never_shown_raw(name):
    shown, ppid, started = parse_stat(stat(7, name, 3, 4711))
    assert (ppid, started) == (3, 4711)
    assert shown.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"\n", b"7 nginx S 1", b"7 (nginx", b"7 )nginx( S 1", b"7 (x) " + b"1 " * 19, b"\xff" * 300),
        stat(7, b"x", 1, 2)[:20],
        stat(7, b"x", 1, 2).replace(b" S 1", b" S -1"),
        stat(7, b"x", 1, 2).replace(b" 0 2 1000", b" 0 two 1000"),
    ],
)
def test_a_damaged_stat_is_refused(text):
    with pytest.raises(ValueError, match="not a process stat line"):
        parse_stat(text)


@given(st.binary(max_size=16), st.integers(0, 2**22), st.integers(0, 2**60))
def test_any_name_parent_and_start_survive(name, ppid, started):
    shown, *numbers = parse_stat(stat(7, name, ppid, started))
    assert numbers == [ppid, started]
    assert shown.isprintable()


@given(st.integers(1, 2**22), st.integers(10, 2**60), st.data())
def test_a_stat_cut_anywhere_is_right_or_refused(ppid, started, data):
    text = stat(7, b"x", ppid, started)
    part = text[: data.draw(st.integers(0, len(text)))]
    with contextlib.suppress(ValueError):
        assert parse_stat(part) == ("x", ppid, started)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(text):
    with pytest.raises(ValueError, match="not a process stat line"):
        parse_stat(text)


def test_every_process_of_proc_is_listed(fake_host):
    index = ProcessIndex(fake_host(proc((1, 0, 5), (7, 1, 6))))
    gaps = []
    assert index.refresh(gaps)
    index.close()
    found = {pid: (entry.ppid, entry.started, entry.name) for pid, entry in index.entries.items()}
    assert found == {1: (0, 5, "p1"), 7: (1, 6, "p7")}
    assert index.entries[7].uid == os.getuid()
    assert not gaps


def test_an_absent_proc_is_a_gap_and_keeps_what_was_known(fake_host, tmp_path):
    gaps = []
    assert ProcessIndex(tmp_path / "nowhere").refresh(gaps)
    assert [(gap.field, gap.source) for gap in gaps] == [("processes", "/proc")]


def test_unreadable_and_damaged_processes_are_left_out(fake_host):
    damaged = {"proc/8/stat": None, "proc/9/stat": b"9 (half", "proc/10/comm": b"x\n", "proc/11": b"a file\n"}
    index = ProcessIndex(fake_host(proc((1, 0, 5)) | damaged))
    gaps = []
    index.refresh(gaps)
    assert set(index.entries) == {1}
    assert not gaps
    index.close()


def test_nobody_is_looked_for_while_nobody_forked(fake_host):
    root = fake_host(proc((1, 0, 5), last_pid=7))
    index = ProcessIndex(root)
    assert index.refresh([])
    (root / "proc/8").mkdir()
    (root / "proc/8/stat").write_bytes(stat(8, b"new", 1, 9))
    assert not index.refresh([])
    assert set(index.entries) == {1}
    (root / "proc/loadavg").write_bytes(b"0.00 0.00 0.00 1/90 8\n")
    assert index.refresh([])
    assert set(index.entries) == {1, 8}
    assert not index.refresh([])
    index.close()


@pytest.mark.parametrize("loadavg", [None, b"", b"\xff nonsense"])
def test_without_a_readable_loadavg_processes_are_still_found(fake_host, loadavg):
    files = proc((1, 0, 5)) | {"proc/loadavg": loadavg}
    index = ProcessIndex(fake_host(files))
    index.refresh([])
    assert set(index.entries) == {1}
    index.close()


def test_without_a_loadavg_every_refresh_walks(fake_host):
    files = proc((1, 0, 5))
    del files["proc/loadavg"]
    root = fake_host(files)
    index = ProcessIndex(root)
    assert index.refresh([])
    assert index.refresh([])


def test_a_pid_used_again_is_another_process(fake_host):
    root = fake_host(proc((1, 0, 5), (7, 1, 6), last_pid=7))
    index = ProcessIndex(root)
    index.refresh([])
    old = index.entries[7]
    # The old folder stays while the new one is made: a file system may hand out its inode again.
    (root / "proc/7").rename(root / "old")
    (root / "proc/7").mkdir()
    (root / "proc/7/stat").write_bytes(stat(7, b"stranger", 1, 99))
    (root / "proc/loadavg").write_bytes(b"0.00 0.00 0.00 1/90 8\n")
    index.refresh([])
    index.close()
    assert (old.started, index.entries[7].started, index.entries[7].name) == (6, 99, "stranger")


def entries(*processes: tuple[int, int, int]) -> dict[int, Entry]:
    return {pid: Entry(pid, ppid, started, "x", 0, pid) for pid, ppid, started in processes}


def test_descendants_are_all_below_and_the_roots_that_exist(tmp_path):
    index = ProcessIndex(tmp_path)
    index.entries = entries((1, 0, 1), (2, 1, 2), (3, 2, 3), (4, 3, 4), (5, 1, 5))
    assert index.descendants([2]) == {2, 3, 4}
    assert index.descendants([5, 3, 99]) == {5, 3, 4}
    index.forget(3)
    index.forget(3)
    assert index.descendants([2]) == {2}


def test_a_ring_of_parents_ends(tmp_path):
    index = ProcessIndex(tmp_path)
    index.entries = entries((1, 3, 1), (2, 1, 1), (3, 2, 1))
    assert index.descendants([1]) == {1, 2, 3}


def test_a_stranger_with_the_pid_of_a_gone_parent_is_not_the_parent(tmp_path):
    """Nobody is older than their parent: 7 was given away again after its child 8 was listed."""
    index = ProcessIndex(tmp_path)
    index.entries = entries((7, 1, 500), (8, 7, 100), (9, 7, 500), (10, 7, 501))
    assert index.descendants([7]) == {7, 9, 10}


def test_a_process_seen_before_its_exec_gets_its_new_name_without_another_fork(fake_host):
    host = fake_host(proc((1, 0, 1)))
    index = ProcessIndex(host)
    index.refresh([])
    fake_host(proc((1, 0, 1), (50, 1, 20), last_pid=901))
    index.refresh([])
    (host / "proc/50/stat").write_bytes(stat(50, b"worker", 1, 20))
    assert index.refresh([]) is True
    assert index.entries[50].name == "worker"
    assert index.refresh([]) is False
    index.close()


@pytest.mark.skipif(not os.path.isdir("/proc/self") or os.geteuid() != 0, reason="only root may become somebody else")
def test_who_gave_up_root_without_an_exec_is_who_it_became():
    # Such a process cannot be dumped: the files below /proc/PID then belong to root, the folder does not.
    become, end = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        os.write(become[1], b"x")
        os.close(end[1])
        os.read(end[0], 1)
        os._exit(0)
    try:
        os.read(become[0], 1)
        index = ProcessIndex(Path("/"))
        with contextlib.closing(index):
            index.refresh([])
            assert index.entries[child].uid == 65534
    finally:
        for descriptor in (*become, *end):
            os.close(descriptor)
        os.waitpid(child, 0)
