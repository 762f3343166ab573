"""psutil and Linux's own files give the same model of the same live processes; what psutil lacks is a gap."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import SourceError, TargetError
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Level, Moment, Process, Sample, Scope
from mnemo_cli.recording.document import sample_document
from mnemo_cli.sampling.asked import NOBODY, Asked, PssMode
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.macos import VmStat
from mnemo_cli.sampling.portable import Portable, PsutilIndex
from mnemo_cli.sampling.portable_host import SWAP, VIRTUAL, host_memory
from mnemo_cli.sampling.target import TargetChoice

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="compares with Linux's own files")

HOST = TargetChoice(kind="host")
EDGES = Edges()
MIB = 1 << 20
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Three processes that hold different amounts, all asleep in a read when "ready" is printed. Each
# further line makes the first one grow by 16 MiB.
FAMILY = """
import os, sys
held_back, release = os.pipe()
ready, tell = os.pipe()
for mib in (6, 12):
    if os.fork() == 0:
        os.close(release)
        ballast = bytearray(b"x") * (mib << 20)
        os.write(tell, b"x")
        os.read(held_back, 1)
        os._exit(0)
    os.read(ready, 1)
ballast = [bytearray(b"x") * (3 << 20)]
print("ready", flush=True)
for line in sys.stdin:
    ballast.append(bytearray(b"x") * (16 << 20))
    print("grown", flush=True)
os.close(release)
os.wait(), os.wait()
"""
SLEEPER = "import sys; print('ready', flush=True); sys.stdin.read()"


@contextlib.contextmanager
def started(script: str, executable: str = sys.executable) -> Iterator[subprocess.Popen[str]]:
    argv = [executable, "-I", "-S", "-c", script]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        yield child
        if child.stdin is not None:
            child.stdin.close()


@pytest.fixture
def family() -> Iterator[subprocess.Popen[str]]:
    with started(FAMILY) as child:
        yield child


def grow(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None and child.stdout is not None
    print("more", file=child.stdin, flush=True)
    assert child.stdout.readline() == "grown\n"


def tree(child: subprocess.Popen[str], budget_bytes: int | None = None) -> TargetChoice:
    return TargetChoice(kind="process", pid=child.pid, budget_bytes=budget_bytes)


def sample(sampler: Machine | Portable) -> Sample:
    return sampler.sample(time_seconds=1.0, clock_seconds=1.0)


def glance(sampler: Machine | Portable) -> Sample:
    return sampler.glance(time_seconds=2.0, clock_seconds=2.0)


def levels(reading: Sample) -> tuple[Level | None, ...]:
    return step(State(), reading, EDGES)[1].levels


def gap_fields(reading: Sample) -> set[str]:
    return {gap.field for gap in reading.gaps}


def by_pid(reading: Sample) -> dict[int, Process]:
    return {process.pid: process for process in reading.processes}


@contextlib.contextmanager
def another_user() -> Iterator[None]:
    """The kernel checks the effective user: for a while we may read others' processes no more."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user for a while")


# Both samplers on one machine


@on_linux
@pytest.mark.parametrize("rows", [0, 5])
def test_both_samplers_know_the_processes_in_scope_even_without_rows(family, rows):
    for choice in (tree(family), HOST):
        machine, portable = Machine(choice, asked=Asked(rows=rows)), Portable(choice, asked=Asked(rows=rows))
        sample(machine), sample(portable)
        if choice is HOST:
            assert {family.pid, os.getpid()} <= set(machine.pids) & set(portable.pids)
        else:
            assert len(machine.pids) == 3 and set(machine.pids) == set(portable.pids)
        machine.close()
        portable.close()


@on_linux
def test_both_samplers_agree_on_the_machine():
    machine, portable = Machine(HOST, asked=NOBODY), Portable(HOST, asked=NOBODY)
    before, ours, after = sample(machine).host, sample(portable).host, sample(machine).host
    assert ours.limit_bytes == before.limit_bytes
    assert 0.97 * min(before.used_bytes, after.used_bytes) <= ours.used_bytes
    assert ours.used_bytes <= 1.03 * max(before.used_bytes, after.used_bytes)
    assert ours.swap_total_bytes == before.swap_total_bytes
    assert ours.reclaimable_bytes == pytest.approx(before.reclaimable_bytes, rel=0.05, abs=32 * MIB)
    machine.close()
    portable.close()


@on_linux
def test_both_samplers_agree_on_the_processes_of_a_tree(family):
    machine, portable = sample(Machine(tree(family))), sample(Portable(tree(family)))
    theirs, later = by_pid(machine), by_pid(sample(Machine(tree(family))))
    ours = {process.pid: process for process in portable.processes}
    assert len(ours) == 3
    assert ours.keys() == theirs.keys()
    for pid, process in ours.items():
        other = theirs[pid]
        for field in ("ppid", "started", "name", "uid", "command", "threads", "fds", "fd_soft_limit", "swap_bytes"):
            assert getattr(process, field) == getattr(other, field), field
        assert abs(process.rss_bytes - other.rss_bytes) <= 8 * PAGE_BYTES
        # Both fall and rise with every other process of this machine that maps the same libraries.
        for field in ("pss_bytes", "uss_bytes"):
            before, after = sorted((getattr(other, field), getattr(later[pid], field)))
            assert 0.95 * before <= getattr(process, field) <= 1.05 * after, field


@on_linux
def test_both_samplers_put_the_largest_process_first(family):
    machine, portable = sample(Machine(tree(family))), sample(Portable(tree(family)))
    assert [process.pid for process in portable.processes] == [process.pid for process in machine.processes]
    assert portable.processes[0].rss_bytes > 12 * MIB


@on_linux
def test_both_samplers_agree_on_what_a_tree_uses(family):
    machine, portable = sample(Machine(tree(family))), sample(Portable(tree(family)))
    assert portable.target.used_bytes == pytest.approx(machine.target.used_bytes, rel=0.05)
    assert (portable.target.processes, portable.target.used_is_rss) == (3, False)
    assert portable.process_count == 3
    assert portable.scope == machine.scope == Scope(kind="process", name=f"pid {family.pid}", pid=family.pid)


@on_linux
@pytest.mark.parametrize(
    ("ratio", "level"),
    [(0.2, Level.NORMAL), (0.5, Level.MODERATE), (0.7, Level.HIGH), (0.9, Level.CRITICAL), (1.5, Level.CRITICAL)],
)
def test_both_samplers_lead_to_the_same_levels(family, ratio, level):
    used_bytes = sample(Machine(tree(family))).target.used_bytes
    choice = tree(family, budget_bytes=round(used_bytes / ratio))
    machine, portable = sample(Machine(choice)), sample(Portable(choice))
    assert portable.limits[0].source == machine.limits[0].source
    assert levels(portable)[0] == levels(machine)[0] == level
    assert levels(portable)[-1] == levels(machine)[-1]
    assert "limits" in gap_fields(portable), "the groups above the host are not seen, and that is said"


@on_linux
def test_both_samplers_find_a_process_by_its_name(tmp_path):
    program = tmp_path / "probe-with-a-long-name"
    program.symlink_to(Path(sys.executable).resolve())
    choice = TargetChoice(kind="name", pattern="^probe-with-a-long-name$")
    with started(SLEEPER, str(program)) as child:
        for sampler in (Portable(choice), Machine(choice)):
            reading = sample(sampler)
            assert [process.pid for process in reading.processes] == [child.pid]
            assert reading.scope == Scope(kind="name", name="^probe-with-a-long-name$")


@on_linux
def test_both_samplers_show_a_hostile_name_as_plain_text(tmp_path):
    program = tmp_path / "a\x1b[31m\nb"
    program.symlink_to(Path(sys.executable).resolve())
    with started(SLEEPER, str(program)) as child:
        (ours,), (theirs,) = sample(Portable(tree(child))).processes, sample(Machine(tree(child))).processes
        assert ours.name == theirs.name == "a\\x1b[31m\\x0ab"
        assert ours.command == theirs.command
        assert ours.command.isprintable()


@on_linux
def test_secrets_in_a_command_line_are_masked():
    argv = [sys.executable, "-I", "-S", "-c", SLEEPER, "--password=hunter2-and-more"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        (process,) = sample(Portable(tree(child))).processes
        child.stdin.close()
    assert "--password=" in process.command
    assert "hunter2" not in process.command


# Targets


def test_the_own_scope_is_the_machine_with_all_its_processes():
    reading = sample(Portable(TargetChoice(), asked=Asked(rows=1000)))
    assert reading.scope == Scope(kind="host", name="host")
    assert os.getpid() in {process.pid for process in reading.processes}
    assert reading.target.used_bytes == reading.host.used_bytes
    assert reading.process_count >= len(reading.processes) > 1


def test_only_the_wanted_rows_are_shown_and_all_are_counted():
    reading = sample(Portable(HOST, asked=Asked(rows=1)))
    assert len(reading.processes) == 1
    assert reading.process_count > 1


def test_processes_that_were_not_asked_for_are_a_gap():
    reading = sample(Portable(HOST, asked=NOBODY))
    assert (reading.processes, reading.process_count, reading.target.processes) == ((), None, None)
    assert "target.processes" in gap_fields(reading)


def test_everyone_is_there_with_what_is_cheap_and_those_that_are_named_in_full():
    reading = sample(Portable(HOST, asked=Asked(rows=0, everyone=True, pids={os.getpid()})))
    assert len(reading.processes) == reading.process_count
    own = by_pid(reading)[os.getpid()]
    assert own.command is not None and own.threads is not None
    others = [process for process in reading.processes if process.pid != os.getpid()]
    assert others and all(process.name and process.command is None for process in others)
    assert any(process.rss_bytes for process in others)
    assert f"{len(others)} others were asked for their RSS only" in {gap.reason for gap in reading.gaps}


def test_the_rows_of_a_tree_are_its_largest_and_those_that_are_named(family):
    whole = sample(Portable(tree(family), asked=Asked(rows=0, everyone=True))).processes
    assert len(whole) == 3
    for rows, pids in ((1, set()), (0, {family.pid}), (2, {family.pid}), (3, {family.pid})):
        shown = sample(Portable(tree(family), asked=Asked(rows=rows, pids=pids))).processes
        assert len(shown) == len({process.pid for process in shown})
        assert rows <= len(shown) <= rows + len(pids) and pids <= {process.pid for process in shown}


@on_linux
def test_without_pss_none_is_read_and_with_the_pss_of_all_it_is():
    off = sample(Portable(HOST, asked=Asked(rows=0, pids={os.getpid()}, pss=PssMode.OFF)))
    (own,) = off.processes
    assert (own.pss_bytes, own.uss_bytes) == (None, None) and own.rss_bytes
    assert ("processes.pss_bytes", "PSS was not asked for") in {(gap.field, gap.reason) for gap in off.gaps}
    everyone = sample(Portable(HOST, asked=Asked(rows=0, everyone=True, pss=PssMode.ALL)))
    assert by_pid(everyone)[os.getpid()].pss_bytes


def test_processes_are_counted_without_rows_where_a_rule_asks_how_many():
    reading = sample(Portable(HOST, asked=Asked(rows=0, counted=True)))
    assert reading.processes == () and reading.process_count == reading.target.processes > 1
    assert "target.processes" not in gap_fields(reading)


def test_a_control_group_is_refused_with_what_to_do_instead():
    with pytest.raises(TargetError, match=r"/app: control groups exist on Linux only.*use --pid"):
        Portable(TargetChoice(kind="cgroup", path="/app"))


def test_a_process_that_is_not_there_is_refused():
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", ""]) as child:
        pass
    with pytest.raises(TargetError, match=f"there is no process {child.pid}"):
        Portable(tree(child))


def test_a_name_that_nobody_has_is_refused():
    with pytest.raises(TargetError, match="no process has a name that matches"):
        Portable(TargetChoice(kind="name", pattern="^no such name, surely$"))


def test_a_name_that_is_no_expression_is_refused():
    with pytest.raises(TargetError, match="not a regular expression"):
        Portable(TargetChoice(kind="name", pattern="("))


# Processes that end, and processes that do not let us look


def test_a_tree_that_ended_has_no_processes_and_uses_nothing(family):
    portable = Portable(tree(family, budget_bytes=1 << 30))
    assert sample(portable).target.processes == 3
    family.stdin.close()
    family.wait()
    for reading in (glance(portable), sample(portable)):
        assert (reading.target.processes, reading.target.used_bytes) == (0, 0)
    assert sample(portable).processes == ()


def test_a_zombie_holds_nothing_and_is_not_unknown():
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "print('ready')"], stdout=subprocess.PIPE) as child:
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        reading = sample(Portable(tree(child)))
    (zombie,) = reading.processes
    assert (zombie.rss_bytes, zombie.pss_bytes, reading.target.used_bytes) == (0, None, 0)
    assert not reading.target.used_is_rss
    assert not {"target.used_bytes", "processes.pss_bytes"} & gap_fields(reading)


def test_a_process_that_ends_between_listing_and_asking_is_skipped():
    index = PsutilIndex()
    with started(SLEEPER) as child:
        index.refresh([])
        entry = index.entries[child.pid]
    assert index.describe(entry) is None
    assert index.resident_bytes(child.pid) is None
    assert not index.is_running(child.pid)


@on_linux
@as_root
def test_where_pss_is_denied_rss_counts_and_is_marked(family):
    portable = Portable(tree(family, budget_bytes=1 << 30))
    with another_user():
        whole, fast = sample(portable), glance(portable)
    assert len(whole.processes) == 3
    for process in whole.processes:
        assert (process.pss_bytes, process.uss_bytes, process.fds) == (None, None, None)
        assert process.rss_bytes > MIB
    assert whole.target.used_is_rss and fast.target.used_is_rss
    assert whole.target.used_bytes == sum(process.rss_bytes for process in whole.processes)
    assert {"target.used_bytes", "processes.pss_bytes", "processes.fds"} <= gap_fields(whole)


@on_linux
@pytest.mark.parametrize("field", ["pss_bytes", "fds", "fd_soft_limit", "oom_score_adj", "cgroup", "command"])
def test_every_unknown_field_of_a_process_has_a_gap(family, field):
    reading = sample(Portable(tree(family)))
    unknown = any(getattr(process, field) is None for process in reading.processes)
    assert (f"processes.{field}" in gap_fields(reading)) == unknown


def test_what_psutil_never_tells_is_unknown_and_never_zero():
    reading = sample(Portable(HOST, asked=Asked(rows=3)))
    assert (reading.pressure, reading.host_oom_kills_total, reading.host.kernel_bytes) == (None, None, None)
    assert all(process.oom_score_adj is None for process in reading.processes)
    assert {"pressure", "host_oom_kills_total", "limits.host.kernel_bytes"} <= gap_fields(reading)
    assert "processes.oom_score_adj" in gap_fields(reading)


# Budgets and glances


def test_a_glance_reads_only_the_machines_use_and_limit():
    reading = glance(Portable(HOST))
    assert (reading.target, reading.processes, reading.process_count) == (None, (), None)
    (host,) = reading.limits
    assert 0 < host.used_bytes < host.limit_bytes
    assert (host.reclaimable_bytes, host.swap_used_bytes) == (None, None)


def test_a_glance_under_a_budget_follows_the_growth_of_the_tree(family):
    portable = Portable(tree(family, budget_bytes=64 * MIB))
    whole = sample(portable)
    assert glance(portable).limits[0].used_bytes == pytest.approx(whole.limits[0].used_bytes, abs=MIB)
    grow(family)
    grown = glance(portable)
    assert grown.limits[0].used_bytes - whole.limits[0].used_bytes == pytest.approx(16 * MIB, abs=MIB)
    assert grown.target.used_bytes == pytest.approx(sample(portable).target.used_bytes, rel=0.05)
    assert grown.processes == ()


def test_a_glance_before_the_first_sample_knows_the_tree_too(family):
    reading = glance(Portable(tree(family, budget_bytes=64 * MIB)))
    assert reading.target.processes == 3
    assert reading.limits[0].used_bytes > 20 * MIB


def test_a_budget_on_the_machine_is_compared_with_the_machines_use():
    portable = Portable(TargetChoice(kind="host", budget_bytes=1 << 50), asked=Asked(rows=1))
    for reading in (sample(portable), glance(portable)):
        budget, host = reading.limits
        assert (budget.source.kind, budget.used_bytes) == ("budget", host.used_bytes)


# Damaged sources: psutil reads /proc below PROCFS_PATH

MEMINFO = "MemTotal: 1000 kB\nMemFree: 300 kB\nMemAvailable: 600 kB\nSwapTotal: 50 kB\nSwapFree: 40 kB\n"
# Faked in /proc, but alive: psutil asks the kernel itself for the limits of a process.
PID, CHILD = os.getpid(), os.getppid()
STATUS = "Name:\tprobe\nUid:\t7\t8\t9\t10\nThreads:\t2\n"


@pytest.fixture
def proc(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    (tmp_path / "meminfo").write_text(MEMINFO)
    (tmp_path / "vmstat").write_text("pswpin 1\npswpout 2\n")
    (tmp_path / "stat").write_text("btime 1700000000\n")
    return tmp_path


def put_process(proc: Path, pid: int, *, started: int, ppid: int = 1) -> None:
    fields = ["0"] * 48
    fields[0], fields[1], fields[19] = "S", str(ppid), str(started)
    folder = proc / str(pid)
    folder.mkdir(exist_ok=True)
    (folder / "stat").write_text(f"{pid} (probe) {' '.join(fields)}\n")
    (folder / "status").write_text(STATUS)
    (folder / "statm").write_text("900 30 5 1 0 80 0\n")
    (folder / "cmdline").write_bytes(b"probe\0--all\0")


@on_linux
def test_numbers_that_psutil_makes_up_are_unknown(proc):
    """Where a line is missing, psutil says 0 and warns."""
    host = sample(reading := Portable(HOST, asked=NOBODY)).host
    assert (host.used_bytes, host.limit_bytes, host.reclaimable_bytes) == (400 * 1024, 1000 * 1024, 300 * 1024)
    assert (host.swap_used_bytes, host.swap_total_bytes, host.paged_out_bytes_total) == (10 * 1024, 50 * 1024, 8192)
    assert (host.file_bytes, host.shmem_bytes) == (None, None)
    assert {"limits.host.file_bytes", "limits.host.shmem_bytes"} <= gap_fields(sample(reading))


@on_linux
def test_page_outs_are_unknown_where_nobody_counts_them(proc):
    (proc / "vmstat").unlink()
    reading = sample(Portable(HOST, asked=NOBODY))
    assert (reading.host.paged_out_bytes_total, reading.host.swap_used_bytes) == (None, 10 * 1024)
    assert "limits.host.paged_out_bytes_total" in gap_fields(reading)


@on_linux
@pytest.mark.parametrize("text", [None, "", "MemTotal: many kB\n", "MemTotal:\n", "\xff\n"])
def test_an_unreadable_machine_is_unknown_and_no_level(proc, text):
    if text is None:
        (proc / "meminfo").unlink()
    else:
        (proc / "meminfo").write_text(text)
    portable = Portable(HOST, asked=Asked(rows=5))
    for reading in (sample(portable), glance(portable)):
        assert (reading.host.used_bytes, reading.host.limit_bytes) == (None, None)
        assert {"limits.host", "limits.host.used_bytes", "limits.host.limit_bytes"} <= gap_fields(reading)
        assert levels(reading) == (None,)


@on_linux
def test_processes_that_cannot_be_listed_are_a_gap(proc):
    (proc / "stat").unlink()
    reading = sample(Portable(HOST, asked=Asked(rows=5)))
    assert reading.processes == ()
    assert "processes" in gap_fields(reading)


@on_linux
def test_a_process_that_cannot_be_read_is_a_gap_and_the_others_stay(proc):
    put_process(proc, PID, started=500)
    put_process(proc, CHILD, started=600)
    (proc / f"{CHILD}/stat").write_text("nonsense")
    reading = sample(Portable(HOST, asked=Asked(rows=5)))
    (process,) = reading.processes
    assert (process.pid, process.ppid, process.started, process.uid) == (PID, 1, 500, 8)
    assert (process.rss_bytes, process.pss_bytes, process.fds, process.threads) == (30 * PAGE_BYTES, None, None, 2)
    assert process.command == "probe --all"
    assert {"processes", "processes.pss_bytes", "processes.fds"} <= gap_fields(reading)


@on_linux
def test_a_process_of_unknown_size_comes_last(proc):
    for pid, statm in ((PID, "nonsense"), (CHILD, "900 0 0 1 0 80 0\n")):
        put_process(proc, pid, started=500)
        (proc / f"{pid}/statm").write_text(statm)
    reading = sample(Portable(HOST))
    assert [(process.pid, process.rss_bytes) for process in reading.processes] == [(CHILD, 0), (PID, None)]
    assert sample(Portable(HOST, asked=Asked(rows=1))).processes[0].pid == CHILD


@on_linux
def test_a_stranger_with_the_pid_of_the_target_is_not_watched(proc):
    put_process(proc, PID, started=500)
    portable = Portable(TargetChoice(kind="process", pid=PID, budget_bytes=1 << 30))
    assert sample(portable).target.processes == 1
    put_process(proc, PID, started=900)
    for reading in (glance(portable), sample(portable)):
        assert (reading.target.processes, reading.target.used_bytes) == (0, 0)


@on_linux
def test_a_clock_that_is_set_does_not_make_a_stranger_of_a_process(proc, monkeypatch):
    put_process(proc, PID, started=500)
    portable = Portable(TargetChoice(kind="process", pid=PID))
    # On Linux psutil moves the start with it; elsewhere the start stays and only the boot time moves.
    monkeypatch.setattr(psutil, "boot_time", lambda: 1_700_000_100.0)
    (process,) = sample(portable).processes
    assert process.started == 500


@on_linux
def test_a_child_stays_in_the_tree_when_its_parent_is_gone(proc):
    put_process(proc, PID, started=500)
    put_process(proc, CHILD, started=600, ppid=PID)
    portable = Portable(TargetChoice(kind="process", pid=PID))
    for file in (proc / str(PID)).iterdir():
        file.unlink()
    (proc / str(PID)).rmdir()
    put_process(proc, CHILD, started=600, ppid=1)
    assert [process.pid for process in sample(portable).processes] == [CHILD]


@on_linux
def test_a_member_of_unknown_size_makes_the_use_of_the_tree_unknown(proc):
    put_process(proc, PID, started=500)
    put_process(proc, CHILD, started=600, ppid=PID)
    portable = Portable(TargetChoice(kind="process", pid=PID, budget_bytes=1 << 30))
    assert sample(portable).target.used_bytes == 60 * PAGE_BYTES
    (proc / f"{CHILD}/statm").write_text("nonsense")
    for reading in (glance(portable), sample(portable)):
        assert (reading.target.used_bytes, reading.target.processes) == (None, 2)
        assert "target.used_bytes" in gap_fields(reading)
        assert levels(reading)[0] is None


# Other systems, and another psutil: what Linux's psutil cannot show by itself is put in its place


def test_a_zombie_that_psutil_refuses_to_measure_holds_nothing(monkeypatch):
    """psutil does so on macOS and BSD."""

    def refused(process):
        raise psutil.ZombieProcess(process.pid)

    index = PsutilIndex()
    index.refresh([])
    monkeypatch.setattr(psutil.Process, "memory_info", refused)
    assert index.resident_bytes(os.getpid()) == 0


@on_linux
def test_the_descriptor_limit_is_unknown_where_psutil_does_not_ask_for_it(family, monkeypatch):
    monkeypatch.delattr(psutil.Process, "rlimit")
    reading = sample(Portable(tree(family)))
    assert {process.fd_soft_limit for process in reading.processes} == {None}
    assert "processes.fd_soft_limit" in gap_fields(reading)


@on_linux
def test_no_descriptor_limit_is_an_answer(family, monkeypatch):
    monkeypatch.setattr(psutil.Process, "rlimit", lambda process, resource: (psutil.RLIM_INFINITY,) * 2)
    reading = sample(Portable(tree(family)))
    assert {process.fd_soft_limit for process in reading.processes} == {UNLIMITED}
    assert "processes.fd_soft_limit" not in gap_fields(reading)


@on_linux
def test_the_new_name_of_psutil_8_is_used_where_there_is_one(family, monkeypatch):
    footprint = psutil.Process.memory_full_info
    monkeypatch.setattr(psutil.Process, "memory_footprint", footprint, raising=False)
    monkeypatch.delattr(psutil.Process, "memory_full_info")
    assert sample(Portable(tree(family))).target.used_bytes > 20 * MIB


# macOS


def macos(vm_stat: str, pressure_level: str):
    return lambda argv: {"vm_stat": vm_stat, "sysctl": pressure_level}[argv[0].rpartition("/")[2]]


VM_STAT = (
    "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
    "Pages free:                                6127.\n"
    "File-backed pages:                       201733.\n"
    "Anonymous pages:                         380423.\n"
    "Pages stored in compressor:              611042.\n"
    "Pages occupied by compressor:            249880.\n"
)


def test_macos_tells_its_make_up_and_its_pressure_level_and_no_psi():
    reading = sample(Portable(HOST, asked=NOBODY, run=macos(VM_STAT, "2\n")))
    assert reading.host.compressed_bytes == 249880 * 16384
    assert (reading.host.anon_bytes, reading.host.file_bytes) == (380423 * 16384, 201733 * 16384)
    assert (reading.vm_pressure_level, reading.pressure) == ("warn", None)
    assert "pressure" in gap_fields(reading)
    assert not {"vm_pressure_level", "limits.host.anon_bytes", "limits.host.compressed_bytes"} & gap_fields(reading)


def test_macos_without_its_tools_is_unknown_and_goes_on():
    def absent(argv):
        raise SourceError(f"cannot run {argv[0]}: No such file or directory")

    reading = sample(Portable(HOST, asked=NOBODY, run=absent))
    assert (reading.host.compressed_bytes, reading.host.anon_bytes, reading.vm_pressure_level) == (None, None, None)
    assert {"vm_pressure_level", "limits.host.compressed_bytes", "limits.host.anon_bytes"} <= gap_fields(reading)
    assert reading.host.used_bytes > 0


def test_a_glance_starts_none_of_the_tools():
    asked = []
    portable = Portable(HOST, run=lambda argv: asked.append(argv) or "")
    glance(portable)
    assert not asked


def test_programs_that_read_the_document_get_what_macos_tells():
    reading = sample(Portable(HOST, asked=NOBODY, run=macos(VM_STAT, "4\n")))
    document = sample_document(Moment(sample=reading, verdict=step(State(), reading, EDGES)[1]))
    assert document["vm_pressure_level"] == "critical"
    assert document["memory"]["compressed_bytes"] == 249880 * 16384
    assert document["pressure"] is None


def test_the_answers_of_macos_make_the_same_model():
    """psutil has neither buffers, cached nor shared there."""
    virtual = dict.fromkeys(VIRTUAL) | {"total": 1000, "available": 400, "free": 100}
    swap = dict(zip(SWAP, (512, 128, 4096), strict=True))
    gaps = []
    host = host_memory(virtual, swap, VmStat(anon_bytes=300, file_bytes=200, compressed_bytes=50), gaps)
    assert (host.used_bytes, host.limit_bytes, host.headroom_bytes, host.reclaimable_bytes) == (600, 1000, 400, 300)
    assert (host.swap_total_bytes, host.swap_used_bytes, host.paged_out_bytes_total) == (512, 128, 4096)
    assert host.shmem_bytes is None
    assert "limits.host.shmem_bytes" in {gap.field for gap in gaps}


@given(st.fixed_dictionaries({field: st.none() | st.integers(0, 1 << 50) for field in (*VIRTUAL, *SWAP)}))
def test_whatever_psutil_answers_nothing_unknown_becomes_a_number(answers):
    gaps = []
    host = host_memory(answers, answers, None, gaps)
    assert (host.used_bytes is None) == (None in (answers["total"], answers["available"]))
    assert (host.file_bytes is None) == (None in (answers["buffers"], answers["cached"]))
    assert host.used_bytes is None or host.used_bytes >= 0
    told = {gap.field for gap in gaps}
    for name in ("used_bytes", "limit_bytes", "reclaimable_bytes", "file_bytes", "shmem_bytes", "swap_used_bytes"):
        assert (getattr(host, name) is None) == (f"limits.host.{name}" in told)


# Which of the two


def test_choosing_imports_neither_sampler_before_it_must():
    script = (
        "import sys; import mnemo_cli.sampling.choose; "
        "print({'psutil', 'mnemo_cli.sampling.machine', 'mnemo_cli.sampling.portable'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"


def test_portable_is_chosen_when_it_is_asked_for():
    assert isinstance(
        choose_sampler(HOST, portable=True, root=Path("/"), asked=NOBODY, most_descriptors=None), Portable
    )


@on_linux
def test_linux_is_read_through_its_own_files():
    sampler = choose_sampler(HOST, portable=False, root=Path("/"), asked=NOBODY, most_descriptors=4)
    assert isinstance(sampler, Machine)
    sampler.close()


def test_any_other_system_is_read_through_psutil(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    sampler = choose_sampler(HOST, portable=False)
    monkeypatch.undo()
    assert isinstance(sampler, Portable)
