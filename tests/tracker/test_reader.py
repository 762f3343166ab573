"""What is shown of the processes in scope: the living with their gauges, the dead with their counters only."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.model import Tracker
from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.tracker.reader import TrackerReader

from .conftest import PROGRAMS

NOBODY = 65534
HELD = str(PROGRAMS / "held.py")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def held(host, name="app", size_bytes=100):
    program = host.start("held.py", name)
    program.line()
    assert program.ask("allocate", size_bytes) == "done"
    return program


def test_a_living_process_is_shown_with_everything_it_keeps(host):
    program = held(host)
    for words in (("gauge", 21.5), ("count", 7), ("queue", 3)):
        program.ask(*words)
    (seen,), gaps = host.read(program.pid)
    assert gaps == []
    assert (seen.pid, seen.name, seen.processes, seen.used_bytes) == (program.pid, "app", 1, 100)
    assert seen.started == int(Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()[19])
    assert seen.used_of("work_queue") == 3
    assert [(metric.name, metric.value) for metric in seen.metrics] == [("temperature", 21.5), ("requests", 7)]


def test_only_processes_in_scope_are_shown(host):
    one, other = held(host), held(host, "other")
    assert [seen.pid for seen in host.read(one.pid)[0]] == [one.pid]
    assert [seen.name for seen in host.read(one.pid, other.pid)[0]] == ["app", "other"]
    assert host.read() == ((), [])


def test_two_trackers_of_one_process_are_both_shown(host):
    with (
        MemoryTracker("one", published=True, shared_memory=host.shared_memory),
        MemoryTracker("two", published=True, shared_memory=host.shared_memory),
    ):
        assert [(seen.name, seen.pid) for seen in host.read(os.getpid())[0]] == [
            ("one", os.getpid()),
            ("two", os.getpid()),
        ]
    assert host.read(os.getpid()) == ((), [])


def test_a_closed_tracker_is_not_shown_and_its_counters_live_on(host):
    one, other = held(host), held(host)
    one.ask("close")
    living, dead = host.read(one.pid, other.pid)[0]
    assert (living.pid, dead.pid, dead.allocated_bytes_total) == (other.pid, None, 100)


def test_dead_workers_of_a_living_program_are_one_entry_without_gauges(host):
    living = held(host, size_bytes=1)
    for size_bytes in (10, 200):
        worker = held(host, size_bytes=size_bytes)
        for words in (("gauge", 21.5), ("count", size_bytes), ("queue", size_bytes)):
            worker.ask(*words)
        worker.kill()
    stranger = held(host, "other")
    stranger.kill()
    alive, dead = host.read(living.pid)[0]
    assert (alive.pid, alive.allocated_bytes_total) == (living.pid, 1)
    assert (dead.pid, dead.name, dead.processes) == (None, "app", 2)
    assert (dead.used_bytes, dead.peak_bytes, dead.allocated_bytes_total) == (0, 200, 210)
    assert [(metric.name, metric.value) for metric in dead.metrics] == [("requests", 210)]
    inbox = dead.component("inbox")
    assert (inbox.used, inbox.rejected_total) == (0, 210)


def test_an_owner_that_waits_to_be_reaped_is_dead(host):
    living, worker = held(host), held(host, size_bytes=5)
    os.kill(worker.pid, 9)
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
    assert [seen.pid for seen in host.read(living.pid, worker.pid)[0]] == [living.pid, None]


def test_the_rate_is_that_since_the_reading_before_and_since_the_start_at_first(host):
    with MemoryTracker("app", published=True, shared_memory=host.shared_memory) as tracker:
        made_seconds = time.time()
        reader, gaps, scope = TrackerReader(host.root), [], {os.getpid()}
        tracker.record_allocation(1000)
        (first,) = reader.read(scope, gaps, time_seconds=made_seconds + 10)
        assert first.allocation_bytes_per_second == pytest.approx(100, rel=0.1)
        tracker.record_allocation(300)
        (second,) = reader.read(scope, gaps, time_seconds=made_seconds + 12)
        assert second.allocation_bytes_per_second == pytest.approx(150)
        assert gaps == []
        (third,) = reader.read(scope, gaps, time_seconds=made_seconds + 12)
        assert third.allocation_bytes_per_second is None
        assert [gap.field for gap in gaps] == ["trackers.allocation_bytes_per_second"]


def test_a_file_with_impossible_numbers_is_a_gap_and_hides_no_other(host):
    with (
        MemoryTracker("bad", published=True, shared_memory=host.shared_memory) as bad,
        MemoryTracker("good", published=True, shared_memory=host.shared_memory),
    ):
        bad._words[32] = -5
        seen, gaps = host.read(os.getpid())
    assert [tracker.name for tracker in seen] == ["good"]
    assert [(gap.source, gap.reason) for gap in gaps] == [
        (f"/dev/shm/{host.folder.name}/{Path(bad.path).name}", "a counter is negative, and no count is")
    ]


def test_a_dead_file_with_impossible_numbers_is_a_gap_beside_the_living(host):
    living, dead = held(host), held(host)
    path = next(path for path in host.folder.iterdir() if path.name.startswith(f"{dead.pid}-"))
    dead.kill()
    with path.open("r+b") as file:
        file.seek(34 * 8)
        file.write(b"\xff" * 8)
    seen, gaps = host.read(living.pid)
    assert [tracker.pid for tracker in seen] == [living.pid]
    assert len(gaps) == 1 and "dead worker" in gaps[0].reason


def test_a_gap_in_the_folder_of_a_user_who_is_not_in_scope_is_of_no_interest(host):
    program = held(host)
    stranger = Path(host.shared_memory) / "mnemosyne-54321"
    stranger.touch()
    assert host.read(program.pid)[1] == []
    if os.geteuid() == 0:
        stranger.unlink()
        stranger.mkdir(mode=0o700)
        (stranger / "1").write_text("junk")
        os.chown(stranger, 54321, 54321)
        os.chown(stranger / "1", 54321, 54321)
        assert host.read(program.pid)[1] == []
        program.ask("setuid", 54321)
        assert [gap.source for gap in host.read(program.pid)[1]] == ["/dev/shm/mnemosyne-54321/1"]


@as_root
def test_counters_of_root_are_believed_after_the_process_has_become_somebody_else(host):
    program = held(host)
    program.ask("setuid", NOBODY)
    assert [seen.pid for seen in host.read(program.pid)[0]] == [program.pid]


@as_root
def test_nobody_can_tell_anything_of_a_process_of_root(host):
    """A file with the pid and start of somebody else's process, in one's own folder."""
    program = held(host)
    stranger = Path(host.shared_memory) / f"mnemosyne-{NOBODY}"
    shutil.copytree(host.folder, stranger)
    for path in (stranger, *stranger.iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.chown(path, NOBODY, NOBODY)
    assert len(host.read(program.pid)[0]) == 1


AS_NOBODY = """
import os, sys, time
from pathlib import Path
from mnemo_cli.tracker import MemoryTracker
import mnemo_cli.tracker.reader as reader
os.setgroups([]), os.setgid(65534), os.setuid(65534)
tracker = MemoryTracker("own", published=True, shared_memory=sys.argv[1] + "/dev/shm")
for scope in ({os.getpid()}, {os.getpid(), int(sys.argv[2])}):
    gaps = []
    seen = reader.TrackerReader(Path(sys.argv[1])).read(scope, gaps, time_seconds=time.time() + 1)
    print([one.name for one in seen], [(gap.source, gap.reason) for gap in gaps], flush=True)
"""


@as_root
def test_an_unprivileged_reader_sees_its_own_and_a_gap_only_when_it_concerns_the_scope(host):
    for directory in (host.root, host.root / "dev"):
        directory.chmod(0o755)
    (host.root / "dev/shm").chmod(0o1777)
    program = held(host)
    reader = host.run([sys.executable, "-c", AS_NOBODY, str(host.root), str(program.pid)])
    assert reader.line() == "['own'] []"
    assert reader.line() == "['own'] [('/dev/shm/mnemosyne-0', 'Permission denied')]"


def unshared(host, options, argv):
    """A program in namespaces of its own; its pid as we see it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare here")
    outer = host.run([unshare, "--pid", "--fork", "--kill-child", *options, *argv])
    try:
        assert outer.line().endswith("None"), "the tracker is published"
    except AssertionError as err:
        pytest.skip(f"no namespaces may be made here: {err}")
    (inner,) = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
    return outer, int(inner)


def test_a_container_with_a_shared_memory_of_its_own_is_looked_into(host):
    """In a pid and mount namespace; seen with the pid that it has here."""
    script = 'mount -t tmpfs none /dev/shm && exec "$0" "$@"'
    argv = ["sh", "-c", script, sys.executable, HELD, "/dev/shm", "contained"]
    program, pid = unshared(host, ["--mount", "--mount-proc"], argv)
    program.ask("allocate", 4242)
    (seen,), gaps = host.read(pid)
    assert gaps == []
    assert (seen.pid, seen.name, seen.used_bytes) == (pid, "contained", 4242)
    assert not any(name.startswith("mnemosyne") for name in os.listdir(host.shared_memory))
    assert host.read(os.getpid())[0] == (), "not in scope, not looked for"
    program.kill()


def test_a_container_that_shares_our_shared_memory_is_found_too(host):
    program, pid = unshared(host, [], [sys.executable, HELD, host.shared_memory, "contained"])
    program.ask("allocate", 4242)
    outside = held(host, "contained", 1)
    living = host.read(pid, outside.pid)[0]
    assert sorted((seen.pid, seen.used_bytes) for seen in living) == sorted([(pid, 4242), (outside.pid, 1)])
    assert [seen.pid for seen in host.read(outside.pid)[0]] == [outside.pid], "alive for all we know, and not in scope"
    assert all(isinstance(seen, Tracker) for seen in living)


def test_a_mount_namespace_alone_is_not_read_twice(host):
    """As of a service with private temporary files: the same /dev/shm, seen through other mounts."""
    proc, pid = host.root / "proc", os.getpid()
    proc.unlink()
    (proc / f"{pid}/ns").mkdir(parents=True)
    (proc / f"{pid}/ns/mnt").symlink_to("mnt:[1]")
    (proc / f"{pid}/stat").symlink_to(f"/proc/{pid}/stat")
    (proc / f"{pid}/root").symlink_to(host.root)
    (proc / "self").symlink_to("/proc/self")
    with MemoryTracker("service", published=True, shared_memory=host.shared_memory):
        assert [seen.name for seen in host.read(pid)[0]] == ["service"]


def test_a_reader_that_goes_leaves_no_descriptor(host):
    program = held(host)
    before = len(os.listdir("/proc/self/fd"))
    reader = TrackerReader(host.root)
    reader.read({program.pid}, [], time_seconds=time.time() + 1)
    del reader
    assert len(os.listdir("/proc/self/fd")) == before
