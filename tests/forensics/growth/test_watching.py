"""The watch of one process: its readings, its limits, and every way in which it ends early or cannot begin."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from mnemo_cli.errors import TargetError, UsageError
from mnemo_cli.forensics.growth import suspects, watch_growth
from mnemo_cli.model import UNLIMITED
from tests.doctor.stock import limits
from tests.forensics.growth.hosts import ABSENT, MIB, PID, Stage, app, smaps, status

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def leaking(root):
    """1 MiB of heap, a thread and a descriptor each second."""

    def change(at):
        kib = 20000 + round(at * 1024)
        (root / f"proc/{PID}/status").write_text(status(anon_kib=kib, threads=4 + round(at)))
        (root / f"proc/{PID}/smaps").write_text(smaps(kib))
        (root / f"proc/{PID}/fd/{100 + round(at)}").write_text("")

    return change


def test_what_grows_is_measured_and_held_against_its_own_limit(tmp_path):
    root = app(tmp_path)
    found = watch_growth(PID, seconds=60, root=root, clock=Stage(leaking(root)))
    assert (found.pid, found.name, found.started, found.readings, found.seconds) == (PID, "app", 5000, 61, 60.0)
    assert found.ended is None
    rates = {
        name: (line.trend.rate_per_second, line.trend.shape, line.series.ceiling, line.seconds_to_limit)
        for name in ("heap", "descriptors", "threads", "file maps")
        if (line := found.line(name)) is not None
    }
    assert rates["heap"][0] == pytest.approx(MIB, rel=0.01)
    assert rates["heap"][2] == ("the memory limit of cgroup /app", 512 * MIB, 100 * MIB)
    assert rates["heap"][3] == pytest.approx(412, rel=0.01)
    assert rates["descriptors"][2] == ("the soft RLIMIT_NOFILE", 1024, 72)
    assert rates["threads"][2] == ("pids.max of /app", 100, 40) and rates["threads"][3] == pytest.approx(60)
    assert rates["file maps"][1] == "flat" and rates["file maps"][3] is UNLIMITED
    assert [suspect.line.series.name for suspect in suspects(found)] == ["threads", "heap", "descriptors"]


def test_an_idle_process_has_no_suspect(tmp_path):
    found = watch_growth(PID, seconds=60, root=app(tmp_path), clock=Stage())
    assert suspects(found) == () and {line.trend.shape for line in found.lines} == {"flat"}


@pytest.mark.parametrize(
    ("seconds", "interval", "readings"), [(60, 1.0, 61), (600, 10.0, 61), (4, 0.1, 41), (2, 0.1, 21)]
)
def test_it_looks_sixty_times_however_long_it_watches(tmp_path, seconds, interval, readings):
    stage = Stage()
    shares = []
    found = watch_growth(PID, seconds=seconds, root=app(tmp_path), clock=stage, progress=shares.append)
    assert abs(found.readings - readings) <= 1 and max(stage.waits) == pytest.approx(interval)
    assert shares == sorted(shares) and (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_process_that_ends_is_told_with_what_was_seen_until_then(tmp_path):
    root = app(tmp_path)
    leak = leaking(root)

    def end(at):
        if at < 30:
            leak(at)
        else:
            shutil.rmtree(root / f"proc/{PID}", ignore_errors=True)

    found = watch_growth(PID, seconds=60, root=root, clock=Stage(end))
    assert found.ended == "the process has ended"
    assert (found.readings, found.seconds) == (30, 29.0)
    assert suspects(found)[0].confidence == "possible" and found.line("heap") is not None
    assert found.line("threads").series.ceiling == ("pids.max of /app", 100, 40)
    assert found.line("descriptors").series.ceiling == ("the soft RLIMIT_NOFILE", 1024, 41)


def test_a_process_whose_parent_lets_it_lie_has_ended_too(tmp_path):
    root = app(tmp_path)

    def end(at):
        if at > 10:
            (root / f"proc/{PID}/status").write_text(status(state="Z (zombie)"))

    found = watch_growth(PID, seconds=60, root=root, clock=Stage(end))
    assert found.ended == "the process has ended, and its parent 1 has not taken its exit code yet"


def test_a_pid_that_was_given_to_somebody_else_is_not_followed(tmp_path):
    root = app(tmp_path / "machine")

    def replace(at):
        if at == 20:
            shutil.rmtree(root / f"proc/{PID}")
            app(root, {f"proc/{PID}/status": status(anon_kib=900_000)})

    found = watch_growth(PID, seconds=60, root=root, clock=Stage(replace))
    assert found.ended == "the process has ended" and found.seconds == 19.0
    assert found.line("private memory").last == 20000 << 10


def test_a_watch_that_is_stopped_tells_what_it_saw(tmp_path):
    found = watch_growth(PID, seconds=60, root=app(tmp_path), clock=Stage(stop_at_seconds=12.0))
    assert (found.ended, found.seconds) == ("the watch was stopped", 11.0)


def test_of_a_strangers_process_the_sums_are_known_and_the_rest_is_a_gap(tmp_path):
    """None makes a folder: it cannot be read, for root too."""
    root = app(tmp_path, {f"proc/{PID}/{name}": None for name in ("smaps", "maps", "environ")})
    shutil.rmtree(root / f"proc/{PID}/fd")
    found = watch_growth(PID, seconds=10, root=root, clock=Stage(lambda at: None))
    names = {line.series.name for line in found.lines}
    assert "private memory" in names and "threads" in names
    assert not names & {"heap", "mappings", "descriptors"}
    assert {"memory.kinds", "descriptors", "descriptors.kinds", "program"} <= {gap.field for gap in found.gaps}
    assert found.program.language is None
    assert len(found.gaps) == len(set(found.gaps)), "each is told once, not at every look"


def test_a_reading_with_a_mapping_that_is_not_understood_is_none_of_the_kinds(tmp_path):
    """Its memory is in no sum: it would look as if it had come later."""
    root = app(tmp_path)
    whole = (root / f"proc/{PID}/smaps").read_text()

    def damage(at):
        damaged = whole.replace("Anonymous:", "Anonymouz:", 1) if 5 < at < 20 else whole
        (root / f"proc/{PID}/smaps").write_text(damaged)

    found = watch_growth(PID, seconds=60, root=root, clock=Stage(damage))
    private = [line for line in found.lines if line.series.name in ("heap", "anonymous maps", "thread stacks")]
    assert private and all(line.trend.rise == 0 for line in private)
    assert not [at for line in private for at, _ in line.series.points if 5 < at < 20]
    assert [at for at, _ in found.line("mappings").series.points if 5 < at < 20]
    assert any("1 of its mappings" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(("kept", "named"), [(True, ["connections close-wait"]), (False, [])])
def test_connections_that_are_never_closed_are_told_from_those_that_are(tmp_path, kept, named):
    """The first one listens; all others wait to be closed, and at 40 s they are or are not."""
    line = "   {0}: 0100007F:0050 0100007F:0000 {1} 00000000:00000000 00:00000000 00000000  1000        0 {0} 1 x 1\n"
    root = app(tmp_path)

    def connect(at):
        number = round(at)
        (root / f"proc/{PID}/fd/{200 + number}").symlink_to(f"socket:[{number}]")
        if number == 40 and not kept:
            for each in range(2, 41):
                (root / f"proc/{PID}/fd/{200 + each}").unlink()
        lines = (line.format(each, "0A" if each == 1 else "08") for each in range(1, number + 1))
        (root / f"proc/{PID}/net/tcp").write_text("  sl\n" + "".join(lines))

    found = watch_growth(PID, seconds=60, root=root, clock=Stage(connect))
    assert found.listening == (80,)
    assert found.line("connections close-wait").last == (59 if kept else 20)
    assert [one.line.series.name for one in suspects(found)] == named


def test_what_is_unreadable_at_the_start_is_a_gap(tmp_path):
    root = app(tmp_path, {f"proc/{PID}/{name}": None for name in ("mountinfo", "cgroup")})
    found = watch_growth(PID, seconds=4, root=root, clock=Stage())
    assert {"tmpfs", "groups"} <= {gap.field for gap in found.gaps}


def test_limits_that_cannot_be_read_leave_the_forecast_unknown_with_a_gap(tmp_path):
    root = app(tmp_path, {f"proc/{PID}/limits": None})
    found = watch_growth(PID, seconds=60, root=root, clock=Stage(leaking(root)))
    line = found.line("descriptors")
    assert line is not None and line.series.ceiling is None and line.seconds_to_limit is None
    assert "lines.descriptors.limit" in {gap.field for gap in found.gaps}


def test_unlimited_descriptors_are_never_used_up(tmp_path):
    root = app(tmp_path, {f"proc/{PID}/limits": limits(nofile=("unlimited", "unlimited"))})
    found = watch_growth(PID, seconds=60, root=root, clock=Stage(leaking(root)))
    assert found.line("descriptors").seconds_to_limit is UNLIMITED


@pytest.mark.parametrize(
    ("pid", "changed", "words"),
    [
        (0, {}, "0 is no pid of a process"),
        (-5, {}, "-5 is no pid of a process"),
        (4711, {}, "there is no process 4711 here"),
        (PID, {f"proc/{PID}/status": ABSENT}, "there is no process 100 here"),
        (PID, {f"proc/{PID}/status": status(state="Z (zombie)").replace("VmSize", "X")}, "waits for its parent 1"),
        (
            PID,
            {f"proc/{PID}/status": "Name:\tkworker/0\nState:\tI (idle)\nPid:\t100\nPPid:\t2\nKthread:\t1\n"},
            "process 100 (kworker/0) is a thread of the kernel",
        ),
    ],
)
def test_what_cannot_be_watched_says_why(tmp_path, pid, changed, words):
    with pytest.raises(TargetError, match=re.escape(words)):
        watch_growth(pid, seconds=60, root=app(tmp_path, changed), clock=Stage())


@pytest.mark.parametrize("seconds", [-1, 0, 1.9, 90000, float("nan"), float("inf")])
def test_a_time_that_is_no_use_is_refused(tmp_path, seconds):
    with pytest.raises(UsageError, match="give a time from 2s to 1d00h"):
        watch_growth(PID, seconds=seconds, root=app(tmp_path), clock=Stage())


@linux
def test_no_descriptor_is_left_open(tmp_path):
    root, before = app(tmp_path), len(os.listdir("/proc/self/fd"))
    watch_growth(PID, seconds=4, root=root, clock=Stage())
    for pid in (4711, 0):
        with pytest.raises(TargetError):
            watch_growth(pid, seconds=4, root=root, clock=Stage())
    assert len(os.listdir("/proc/self/fd")) == before


@linux
def test_a_real_zombie_is_no_target():
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", ""], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()  # its end: it has ended, and nobody has waited for it
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(TargetError, match="has ended and waits for its parent"):
            watch_growth(child.pid, seconds=4, clock=Stage())
