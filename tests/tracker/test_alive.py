"""An owner is alive when the very process that made the file still runs, and nobody speaks for another."""

import os
import subprocess
import sys

import pytest

from mnemo_cli.tracker.alive import Owners
from mnemo_cli.tracker.lives import Lives
from mnemo_cli.tracker.owner import Owner, ended, mount_namespace, namespace_of, start_ticks
from mnemo_cli.tracker.reading import Header

OURS = namespace_of("self")
STAT = "{pid} ({name}) {state} 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 {threads} 0 {started} 1 1 1\n"


def header(pid, started, namespace=OURS, name="app"):
    return Header(
        pid=pid, started=started, boot_id=bytes(16), namespace=namespace, made_seconds=0.0, state=1, name=name,
        made_nanoseconds=0, folded_count=0, folded_last=(0, 0, 0),
    )  # fmt: skip


def make_process(proc, pid, *, started=500, namespace=OURS, inner=None, state="S", name="a) b (c", threads=1, uid=None):
    """One process of a faked /proc; no real one has so large a pid."""
    folder = proc / str(pid)
    (folder / "ns").mkdir(parents=True)
    (folder / "ns/pid").symlink_to(f"pid:[{namespace}]")
    (folder / "ns/mnt").symlink_to("mnt:[42]")
    (folder / "stat").write_text(STAT.format(pid=pid, name=name, state=state, threads=threads, started=started))
    numbers = " ".join(map(str, (pid, inner) if inner else (pid,)))
    uids = f"\nUid:\t{uid}\t{uid}\t{uid}\t{uid}" if uid is not None else ""
    (folder / "status").write_text(f"Name:\tx{uids}\nNSpid:\t{numbers}\nThreads:\t1\n")


BIG = 1 << 29


@pytest.fixture
def proc(tmp_path):
    (tmp_path / "self/ns").mkdir(parents=True)
    (tmp_path / "self/ns/pid").symlink_to(f"pid:[{OURS}]")
    return tmp_path


@pytest.fixture
def owners(proc):
    return Owners(str(proc))


def test_this_process_is_alive():
    own, owners = Owner(), Owners()
    owners.look_at({os.getpid()})
    mine = header(own.pid, own.started)
    assert [owners.pid_of(mine, os.geteuid()) for _ in range(2)] == [os.getpid()] * 2
    assert owners.runs(mine) and owners.can_tell(mine)


def test_another_process_with_its_pid_is_not_the_owner():
    own, owners = Owner(), Owners()
    owners.look_at({os.getpid()})
    assert owners.pid_of(header(own.pid, own.started - 1), os.geteuid()) is None
    assert not owners.runs(header(own.pid, own.started - 1))


@pytest.mark.parametrize("reap", [False, True])
def test_a_process_that_ended_is_dead_before_and_after_it_is_reaped(reap):
    process = subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE)
    owners = Owners()
    with open(f"/proc/{process.pid}/stat", "rb") as file:
        theirs = header(process.pid, start_ticks(file.read()))
    try:
        owners.look_at({process.pid})
        assert owners.pid_of(theirs, os.geteuid()) == process.pid
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        if reap:
            process.wait()
        owners.look_at({process.pid})
        assert owners.pid_of(theirs, os.geteuid()) is None
        assert not owners.runs(theirs)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("state", "threads", "over"), [("S", 1, False), ("Z", 1, True), ("Z", 0, True), ("X", 1, True), ("Z", 3, False)]
)
def test_a_first_thread_that_ended_is_not_the_end_of_the_others(state, threads, over):
    assert ended(STAT.format(pid=1, name="x", state=state, threads=threads, started=5).encode()) == over


@pytest.mark.parametrize("pid", [0, -1, -5, BIG, 1 << 62, -(1 << 63)])
def test_a_pid_that_nobody_has_is_dead(pid):
    owners = Owners()
    assert owners.pid_of(header(pid, 0), os.geteuid()) is None and not owners.runs(header(pid, 0))


def test_the_owner_in_a_container_is_found_by_how_it_names_itself(owners, proc):
    make_process(proc, BIG + 1, namespace=777, inner=7)
    make_process(proc, BIG + 2, namespace=778, inner=7)
    make_process(proc, BIG + 3, namespace=777, inner=8)
    owners.look_at({BIG + 1, BIG + 2, BIG + 3})
    uid = os.geteuid()
    assert owners.pid_of(header(7, 500, 777), uid) == BIG + 1
    assert owners.pid_of(header(7, 500, 778), uid) == BIG + 2
    assert owners.pid_of(header(8, 500, 777), uid) == BIG + 3
    assert owners.pid_of(header(7, 501, 777), uid) is None
    assert owners.pid_of(header(7, 500, 779), uid) is None
    assert not owners.can_tell(header(7, 500, 777))


def test_the_owner_in_a_container_that_is_not_in_scope_is_not_sought(owners, proc):
    make_process(proc, BIG + 1, namespace=777, inner=7)
    owners.look_at({BIG + 9})
    assert owners.pid_of(header(7, 500, 777), os.geteuid()) is None


def test_a_process_of_our_own_namespace_is_never_taken_for_one_of_a_container(owners, proc):
    make_process(proc, BIG + 1, inner=7)
    owners.look_at({BIG + 1})
    assert owners.pid_of(header(7, 500, 777), os.geteuid()) is None


def test_nobody_speaks_for_the_process_of_another_user(owners, proc):
    make_process(proc, BIG + 1, uid=1234)
    os.chown(proc / str(BIG + 1) / "stat", 1234, -1) if os.geteuid() == 0 else None
    owners.look_at({BIG + 1})
    mine = header(BIG + 1, 500)
    assert owners.pid_of(mine, 4321) is None
    assert owners.pid_of(mine, 1234) == BIG + 1
    assert owners.pid_of(mine, 0) == BIG + 1, "a service of root that has become another user since"


def test_the_user_of_a_process_that_may_not_be_traced_is_asked_for(owners, proc):
    """Its files in /proc belong to root."""
    make_process(proc, BIG + 1, uid=1234)
    owners.look_at({BIG + 1})
    assert owners.pid_of(header(BIG + 1, 500), 1234) == BIG + 1


def test_a_damaged_proc_is_nobody(owners, proc):
    make_process(proc, BIG + 1, namespace=777, inner=7)
    (proc / str(BIG + 1) / "stat").write_text("5 (x) S")
    make_process(proc, BIG + 2, namespace=777, inner=8)
    (proc / str(BIG + 2) / "status").unlink()
    owners.look_at({BIG + 1, BIG + 2})
    assert owners.pid_of(header(7, 500, 777), 0) is None
    assert owners.pid_of(header(8, 500, 777), 0) is None
    assert Owners(str(proc / "nowhere")).pid_of(header(BIG + 1, 500), 0) is None
    assert mount_namespace(BIG + 3, str(proc)) is None


def test_the_lives_that_are_held_cost_a_bounded_number_of_descriptors():
    lives = Lives()
    processes = [subprocess.Popen(["sleep", "60"]) for _ in range(3)]
    before = len(os.listdir("/proc/self/fd"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mnemo_cli.tracker.lives._MOST_HELD", 2)
            pids = [process.pid for process in processes]
            if not lives.hold(pids[0]):
                pytest.skip("no pidfd can be opened here")
            assert [lives.hold(pid) for pid in (*pids, pids[0])] == [True, True, False, True]
        assert len(os.listdir("/proc/self/fd")) == before + 2
        assert set(lives.keep(set(pids))) == set(pids[:2])
        assert set(lives.keep({pids[1]})) == {pids[1]}
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert set(lives.keep(set(pids))) == set()
    assert len(os.listdir("/proc/self/fd")) == before


def test_without_pidfds_an_owner_is_looked_up_each_time(monkeypatch):
    monkeypatch.delattr("os.pidfd_open", raising=False)
    own, owners = Owner(), Owners()
    owners.look_at({os.getpid()})
    assert [owners.pid_of(header(own.pid, own.started), os.geteuid()) for _ in range(2)] == [os.getpid()] * 2
