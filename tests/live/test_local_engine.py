"""The engine of this machine with real processes: with a memory group per job where one can be made, and without."""

import contextlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.engine import Finished, Lost, NotStarted, Started
from mnemo_cli.orchestrate.engines.local.keeper.group import GroupV2, read, write
from mnemo_cli.orchestrate.engines.local.local import Local, LocalSettings
from mnemo_cli.orchestrate.engines.local.place import find_place
from mnemo_cli.orchestrate.journal import Journal
from tests.orchestrate.engines.driving import DEADLINE_SECONDS, Driver, driven, order

MIB = 1 << 20
PROGRAM = Path(__file__).with_name("programs") / "orchestrator.py"
FULL = bool(os.environ.get("MNEMO_FULL_COUNTS"))
PYTHON = (sys.executable, "-I", "-S", "-c")
HOLD = "import time; time.sleep(600)"
UNIFIED = Path("/sys/fs/cgroup/unified")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the engine needs Linux")


def has_groups() -> bool:
    return find_place(Path("/"))[0] is not None


@pytest.fixture(params=["groups", "tree"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> LocalSettings:
    if request.param == "groups" and not has_groups():
        pytest.skip("no memory group can be made here: " + find_place(Path("/"))[1])
    return LocalSettings(tmp_path / "run", slots=4, groups=request.param == "groups", may_stop=True)


@pytest.fixture
def grouped(tmp_path: Path) -> LocalSettings:
    if not has_groups():
        pytest.skip("no memory group can be made here: " + find_place(Path("/"))[1])
    return LocalSettings(tmp_path / "run", slots=4)


@pytest.fixture(autouse=True)
def no_group_is_left(tmp_path: Path) -> Iterator[None]:
    yield
    for line in attempts(tmp_path / "run").splitlines():
        match json.loads(line) if line.endswith("]") else ():
            case ["keeper", _, _, _, str(memory), freezer, _]:
                # A keeper that is not our child is not waited for: it ends a moment later.
                await_that(lambda memory=memory: not Path(memory).exists(), "the end of its groups")
                await_that(lambda freezer=freezer: freezer is None or not Path(freezer).exists(), "of its freezer")


def attempts(folder: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return (folder / "attempts").read_text()
    return ""


def await_that(is_so, what: str = "it") -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.001)


def state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


def is_gone(pid: int) -> bool:
    return state_of(pid) in ("gone", "Z", "X")


def pid_in(file: Path) -> int:
    await_that(lambda: file.exists() and file.read_text().endswith("\n"), f"the pid in {file}")
    return int(file.read_text())


def test_an_attempt_begins_and_ends_with_its_status_and_what_it_cost(settings):
    with driven(settings) as driver:
        driver.engine.start([order("a", "sh", "-c", "exit 3"), order("b", "sh", "-c", "kill -9 $$")])
        assert driver.started("a").identity is not None
        assert driver.end("a").ended.status == 3
        killed = driver.end("b").ended
        assert killed.status == -signal.SIGKILL and not killed.kernel_oom
        assert killed.seconds >= 0 and killed.cpu_seconds is not None
        assert [type(event) for event in driver.events if event.key.job == "a"] == [Started, Finished]


def test_an_attempt_that_runs_cannot_be_started_again(settings):
    with driven(settings) as driver:
        driver.engine.start([order("a", "sleep", "600")])
        with pytest.raises(EngineError, match="started before"):
            driver.engine.start([order("a", "sleep", "600")])
        driver.started("a")


def test_what_cannot_be_run_is_told_with_the_shells_code(settings, tmp_path):
    (tmp_path / "data").write_text("no program\n")
    (tmp_path / "plain").write_text("no program either\n")
    (tmp_path / "plain").chmod(0o755)
    (tmp_path / "script").write_text("#!/no/such/interpreter\n")
    (tmp_path / "script").chmod(0o755)
    with driven(settings) as driver:
        driver.engine.start(
            [
                order("absent", "no-such-program"),
                order("data", str(tmp_path / "data")),
                order("plain", str(tmp_path / "plain")),
                order("script", str(tmp_path / "script")),
                order("folder", str(tmp_path)),
                order("cwd", "true", cwd=str(tmp_path / "no-such-folder")),
                order("stdin", "true", stdin=tmp_path / "no-such-file"),
                order("nul", "echo", "a\0b"),
            ]
        )
        codes = {job: driver.end(job) for job in ("absent", "data", "plain", "script", "folder", "cwd", "stdin", "nul")}
    assert all(isinstance(event, NotStarted) and event.reason for event in codes.values())
    assert codes.pop("absent").code == 127
    assert {event.code for event in codes.values()} == {126}


def test_a_job_finds_its_folder_environment_and_input(settings, tmp_path):
    (tmp_path / "in").write_text("from a file\n")
    script = 'pwd; cat; echo "$FRUIT $MNEMOSYNE_JOB_ID $MNEMOSYNE_ATTEMPT $MNEMOSYNE_MEMORY_LIMIT $HOME"'
    with driven(settings) as driver:
        driver.engine.start(
            [
                order(
                    "a b", "sh", "-c", script, number=2, cwd=str(tmp_path), env={"FRUIT": "plum", "HOME": "/its/own"},
                    stdin=Path("in"), stdout=tmp_path / "out", stderr=tmp_path / "out", limit_bytes=64 * MIB,
                )
            ]
        )  # fmt: skip
        assert driver.end("a b", 2).ended.status == 0
    told = f"{tmp_path}\nfrom a file\nplum a b 2 {64 * MIB} /its/own\n"
    assert (tmp_path / "out").read_text() == told


def test_a_job_without_input_reads_nothing_and_one_may_close_it(settings, tmp_path):
    with driven(settings) as driver:
        driver.engine.start(
            [order("a", "cat", stdout=tmp_path / "out"), order("b", "sh", "-c", "exec <&-; exec >&-; exit 4")]
        )
        assert driver.end("a").ended.status == 0
        assert driver.end("b").ended.status == 4
    assert (tmp_path / "out").read_text() == ""


def test_a_fifo_waits_for_its_writer(settings, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with driven(settings) as driver:
        driver.engine.start([order("a", "cat", stdin=tmp_path / "pipe", stdout=tmp_path / "out")])
        driver.started("a")
        driver.engine.start([order("b", "true")])
        driver.end("b")  # the keeper does not wait with it
        with open(tmp_path / "pipe", "w") as pipe:
            pipe.write("through a pipe")
        assert driver.end("a").ended.status == 0
    assert (tmp_path / "out").read_text() == "through a pipe"


def test_signals_that_we_ignore_are_not_ignored_by_jobs(settings, tmp_path):
    with driven(settings) as driver:
        driver.engine.start([order("a", "grep", "SigIgn", "/proc/self/status", stdout=tmp_path / "out")])
        driver.end("a")
    # 32 and 33 are the C library's own.
    assert int((tmp_path / "out").read_text().split()[1], 16) & 0x7FFFFFFF == 0


def test_a_job_is_the_first_whom_the_oom_killer_takes(settings, tmp_path):
    own = int(Path("/proc/self/oom_score_adj").read_text())
    with driven(settings) as driver:
        for job in "ab":
            driver.engine.start([order(job, "cat", "/proc/self/oom_score_adj", stdout=tmp_path / job)])
            driver.end(job)
        keeper = int(attempts(settings.folder).split(",")[1])
        assert int(Path(f"/proc/{keeper}/oom_score_adj").read_text()) == own
    assert [int((tmp_path / job).read_text()) for job in "ab"] == [max(own, 500)] * 2


def test_output_that_has_no_file_comes_to_our_streams_in_one_piece(settings, capfd):
    script = "for i in 1 2 3; do echo $MNEMOSYNE_JOB_ID $i; echo error >&2; sleep 0.01; done"
    with driven(settings) as driver:
        driver.engine.start([order(job, "sh", "-c", script) for job in "ab"])
        driver.end("a"), driver.end("b")
    out, err = capfd.readouterr()
    pieces = ["".join(f"{job} {at}\n" for at in (1, 2, 3)) for job in "ab"]
    assert out in (pieces[0] + pieces[1], pieces[1] + pieces[0]) and err == "error\n" * 6
    assert not list((settings.folder / "output").iterdir())


def test_a_flood_of_output_keeps_head_and_tail_and_does_not_fill_the_disk(settings, tmp_path):
    most = 0
    with driven(settings._replace(output_limit_bytes=MIB)) as driver:
        # A gigabyte, as fast as it goes.
        driver.engine.start(
            [order("a", "sh", "-c", "echo first; yes | head -c 1G; echo last", stdout=tmp_path / "out")]
        )
        driver.started("a")

        def note() -> bool:
            nonlocal most
            most = max(most, (tmp_path / "out").stat().st_blocks * 512)
            return any(isinstance(event, Finished) for event in driver.events)

        driver.until(note)
        assert driver.end("a").ended.status == 0
    kept = (tmp_path / "out").read_bytes()
    assert kept.startswith(b"first\ny\n") and kept.endswith(b"y\nlast\n")
    assert b"[mnemo left out " in kept and len(kept) < MIB + 8192
    assert most < 512 * MIB


def test_stop_ends_the_whole_tree_and_kills_what_ignores_it(settings, tmp_path):
    script = (
        f"trap '' TERM; (echo $(exec sh -c 'echo $PPID') >{tmp_path}/inner; sleep 600; sleep 600) & wait; sleep 600"
    )
    with driven(settings) as driver:
        driver.engine.start([order("a", "sh", "-c", script), order("b", "sleep", "600")])
        inner = pid_in(tmp_path / "inner")
        driver.started("a"), driver.started("b")
        driver.engine.stop(driver.started("b").key, grace_seconds=30)
        assert driver.end("b").ended.status == -signal.SIGTERM
        began = time.monotonic()
        driver.engine.stop(driver.started("a").key, grace_seconds=0.2)
        assert driver.end("a").ended.status == -signal.SIGKILL
        assert time.monotonic() - began >= 0.2
        await_that(lambda: is_gone(inner))


def test_a_daemon_that_a_job_leaves_behind_ends_with_it(settings, tmp_path):
    (tmp_path / "script").write_text(
        "#!/bin/sh\n"
        f"(setsid {sys.executable} -I -S {tmp_path}/daemon.py &)\n"
        f"while [ ! -e {tmp_path}/pid ]; do sleep 0.01; done\n"
        "sleep 0.5\n"
    )
    (tmp_path / "script").chmod(0o755)
    (tmp_path / "daemon.py").write_text(
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nx = b'x' * 30_000_000\n"
        f"open({str(tmp_path / 'pid.new')!r}, 'w').write(f'{{os.getpid()}}\\n')\n"
        f"os.rename({str(tmp_path / 'pid.new')!r}, {str(tmp_path / 'pid')!r})\ntime.sleep(600)\n"
    )
    with driven(settings) as driver:
        driver.engine.start([order("a", str(tmp_path / "script"))])
        daemon_pid = pid_in(tmp_path / "pid")
        ended = driver.end("a").ended
        assert ended.status == 0
        assert ended.peak_bytes is not None and ended.peak_bytes > 30_000_000, "the daemon is of the job"
        assert is_gone(daemon_pid), "an end is told when nothing is left"


def test_a_frozen_job_stands_still_and_goes_on(settings, tmp_path):
    ticker = f"import time\nwhile True:\n  open({str(tmp_path / 'ticks')!r}, 'ab').write(b'x')\n  time.sleep(0.001)"
    with driven(settings) as driver:
        assert driver.engine.capacity.can_freeze
        driver.engine.start(
            [order("a", "sh", "-c", f'{sys.executable} -I -S -c "$CODE"; exit 0', env={"CODE": ticker})]
        )
        key = driver.started("a").key
        await_that(lambda: (tmp_path / "ticks").exists(), "the first tick")
        assert driver.engine.pause(key)
        ticks = (tmp_path / "ticks").stat().st_size
        driver.engine.start([order("clock", "sleep", "0.1")])
        driver.end("clock")
        assert (tmp_path / "ticks").stat().st_size == ticks
        driver.engine.resume(key)
        await_that(lambda: (tmp_path / "ticks").stat().st_size > ticks, "another tick")
        assert driver.engine.pause(key)
        driver.engine.stop(key, grace_seconds=30)
        driver.end("a")


def test_without_a_freezer_nothing_is_stopped_unless_that_was_asked_for(tmp_path):
    with driven(LocalSettings(tmp_path / "run", slots=1, groups=False)) as driver:
        assert not driver.engine.capacity.can_freeze
        driver.engine.start([order("a", "sleep", "600")])
        assert not driver.engine.pause(driver.started("a").key)


def test_the_job_that_passes_its_groups_limit_is_killed_by_the_kernel(grouped):
    with driven(grouped) as driver:
        assert driver.engine.capacity.enforcement in ("cgroup-v1", "cgroup-v2")
        driver.engine.start([order("a", *PYTHON, "x = b'x' * 200_000_000", limit_bytes=50 * MIB)])
        ended = driver.end("a").ended
    assert ended.kernel_oom and ended.status == -signal.SIGKILL
    assert 45 * MIB < ended.peak_bytes <= 50 * MIB and ended.peak_source == "cgroup"


@pytest.mark.parametrize("limit_bytes", [1, 4096, 65536])
def test_not_even_a_tiny_limit_harms_the_keeper(grouped, limit_bytes):
    with driven(grouped) as driver:
        driver.engine.start([order("a", "true", limit_bytes=limit_bytes)])
        event = driver.end("a")
        assert isinstance(event, NotStarted) or event.ended.kernel_oom
        driver.engine.start([order("b", "true")])
        assert driver.end("b").ended.status == 0
        assert attempts(grouped.folder).count("keeper") == attempts(grouped.folder).count('["keeper"')


def test_a_child_that_the_kernel_killed_is_evidence_even_where_its_parent_lived(grouped):
    child = f"{sys.executable} -I -S -c \"x = b'x' * 200_000_000\"; exit 7"
    with driven(grouped) as driver:
        driver.engine.start([order("a", "sh", "-c", child, limit_bytes=50 * MIB)])
        ended = driver.end("a").ended
    assert ended.kernel_oom and ended.status == 7


def test_a_big_file_that_is_read_is_no_need_of_memory(grouped, tmp_path):
    with open(tmp_path / "big", "wb") as big:
        for _ in range(100):
            big.write(bytes(MIB))
        os.fsync(big.fileno())
        os.posix_fadvise(big.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with driven(grouped) as driver:
        driver.engine.start(
            [
                order("reads", "sh", "-c", f"cat {tmp_path}/big >/dev/null"),
                order("holds", *PYTHON, f"x = open({str(tmp_path / 'big')!r}, 'rb').read(); y = b'y' * {100 * MIB}"),
            ]
        )
        reads, holds = driver.end("reads").ended, driver.end("holds").ended
    assert reads.peak_bytes < 20 * MIB
    assert holds.peak_bytes >= 200 * MIB


def test_a_tree_reports_the_sum_of_its_members(settings, tmp_path):
    code = (
        "import os, time\nfor _ in range(2):\n  if not os.fork(): break\n"
        f"x = os.urandom(60_000_000)\nopen({str(tmp_path)!r} + f'/ready{{os.getpid()}}', 'w').close()\ntime.sleep(600)"
    )
    with driven(settings) as driver:
        driver.engine.start([order("a", *PYTHON, code)])
        key = driver.started("a").key
        await_that(lambda: len(list(tmp_path.glob("ready*"))) == 3, "three processes")
        pids = [path.name.removeprefix("ready") for path in tmp_path.glob("ready*")]
        pss_bytes = sum(
            int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("\nPss:")[1].split()[0]) << 10 for pid in pids
        )
        driver.until(lambda: abs(driver.engine.use().get(key, 0) - pss_bytes) < 0.05 * pss_bytes, what="the sum")
        driver.engine.stop(key, grace_seconds=0)
        assert abs(driver.end("a").ended.peak_bytes - pss_bytes) < 0.05 * pss_bytes


def test_a_small_job_of_a_large_supervisor_does_not_report_the_supervisor(settings):
    ballast = b"x" * (300 * MIB)
    with driven(settings) as driver:
        driver.engine.start([order("a", "true")])
        peak_bytes = driver.end("a").ended.peak_bytes
    assert peak_bytes is None or peak_bytes <= 5_000_000
    assert len(ballast) == 300 * MIB


def test_without_groups_a_hog_is_stopped_soon_after_its_limit(tmp_path):
    hog = (
        "import time\nkept = []\nbegan = time.monotonic()\nwhile len(kept) < 600:\n"
        "  kept.append(b'x' * 1_000_000)\n  time.sleep(max(0, began + len(kept) / 200 - time.monotonic()))"
    )
    with driven(LocalSettings(tmp_path / "run", slots=1, groups=False)) as driver:
        assert driver.engine.capacity.enforcement == "tree-sampler"
        driver.engine.start(
            [
                order("a", *PYTHON, hog, limit_bytes=200_000_000),
                order(
                    "deaf", *PYTHON, "import signal; signal.signal(15, signal.SIG_IGN)\n" + hog, limit_bytes=100_000_000
                ),
            ]
        )
        ended, deaf = driver.end("a").ended, driver.end("deaf").ended
    assert ended.capped and ended.status == -signal.SIGTERM
    assert 190_000_000 < ended.peak_bytes <= 240_000_000 and ended.peak_source == "tree"
    assert deaf.capped and deaf.status == -signal.SIGKILL and deaf.peak_bytes <= 140_000_000


def test_without_groups_the_limit_holds_under_the_next_keeper_too(tmp_path):
    hog = f"import os, time\nwhile not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)\n"
    hog += "kept = []\nfor _ in range(300):\n  kept.append(b'x' * 1_000_000)\n  time.sleep(0.005)"
    with driven(LocalSettings(tmp_path / "run", slots=1, groups=False)) as driver:
        driver.engine.start([order("a", *PYTHON, hog, limit_bytes=100_000_000)])
        driver.started("a")
        os.kill(int(attempts(tmp_path / "run").split(",")[1]), signal.SIGKILL)
        driver.until(lambda: attempts(tmp_path / "run").count('"started","a"') == 2, what="an adoption")
        (tmp_path / "go").touch()
        ended = driver.end("a").ended
    assert ended.capped and ended.status is None and ended.peak_bytes <= 140_000_000


def test_two_hundred_jobs_in_a_burst(settings, tmp_path):
    with driven(settings) as driver:
        driver.engine.start([order(f"j{at}", "sh", "-c", f"echo {at} >>{tmp_path}/all") for at in range(200)])
        for at in range(200):
            assert driver.end(f"j{at}").ended.status == 0
    assert sorted(map(int, (tmp_path / "all").read_text().split())) == list(range(200))


def test_the_next_supervisor_finds_what_goes_on_and_what_ended(settings, tmp_path):
    """The first one lets go as one that dies does: without a word."""
    first = Driver(settings)
    first.engine.start([order("goes-on", "sleep", "600"), order("frozen", "sleep", "600")])
    first.engine.start([order("ends", "sh", "-c", f"while [ ! -e {tmp_path}/end ]; do sleep 0.01; done; exit 5")])
    pids = {job: first.started(job).identity.pid for job in ("goes-on", "frozen", "ends")}
    assert first.engine.pause(first.started("frozen").key)
    first.engine.close()
    (tmp_path / "end").touch()
    await_that(lambda: '"ended","ends"' in attempts(settings.folder), "the record of an end that nobody was told")
    with driven(settings) as second:
        keys = [first.started(job).key for job in pids]
        unknown = keys[0]._replace(job="never")
        found = {event.key: event for event in second.engine.recover(dict.fromkeys([*keys, unknown]))}
        assert isinstance(found[unknown], Lost)
        assert found[keys[2]].ended.status == 5
        assert [found[key].identity.pid for key in keys[:2]] == [pids["goes-on"], pids["frozen"]]
        assert state_of(pids["frozen"]) in ("R", "S"), "its supervisor is gone: it goes on"
        second.events += found.values()
        second.engine.stop(keys[0], grace_seconds=0)
        assert second.end("goes-on").ended.status == -signal.SIGKILL, "the keeper was its parent all the time"


def test_another_keeper_adopts_what_a_killed_one_leaves(settings, tmp_path):
    with driven(settings) as driver:
        driver.engine.start(
            [
                order(job, "sh", "-c", f"while [ ! -e {tmp_path}/end ]; do sleep 0.01; done")
                for job in ("lives", "frozen")
            ]
        )
        driver.engine.start([order("dies", "sleep", "600"), order("ended", "sh", "-c", "exit 6")])
        pid = {job: driver.started(job).identity.pid for job in ("lives", "frozen", "dies")}
        driver.end("ended")
        assert driver.engine.pause(driver.started("frozen").key)
        keeper = int(attempts(settings.folder).split(",")[1])
        os.kill(keeper, signal.SIGKILL)
        os.kill(pid["dies"], signal.SIGKILL)
        assert isinstance(driver.end("dies"), Lost | Finished)
        driver.until(lambda: attempts(settings.folder).count('["keeper"') == 2, what="another keeper")
        driver.until(lambda: attempts(settings.folder).count('"started","frozen"') == 2, what="an adoption")
        driver.engine.start([order("new", "true")])
        assert driver.end("new").ended.status == 0
        (tmp_path / "end").touch()
        for job in ("lives", "frozen"):
            ended = driver.end(job).ended
            assert ended.status is None, "nobody can take the status of another's child"
            assert is_gone(pid[job])


def test_what_is_not_to_outlive_its_supervisor_does_not_where_its_keeper_is_dead_too(settings, tmp_path):
    engine = Local(settings._replace(outlives=False))
    engine.recover({})
    engine.start([order("a", "sh", "-c", f"sleep 600 & echo $! > {tmp_path / 'pid'}; wait")])
    child = pid_in(tmp_path / "pid")
    # What it said last lies before its end in the socket.
    await_that(lambda: select.select([engine.descriptor], [], [], 0)[0], "what the keeper tells of the start")
    os.kill(int(attempts(settings.folder).split(",")[1]), signal.SIGKILL)
    await_that(lambda: is_gone(int(attempts(settings.folder).split(",")[1])), "the keeper's end")
    engine.close()
    await_that(lambda: is_gone(child), "the end of what it had started")


def test_an_attempt_that_its_keeper_could_not_write_down_is_found_by_its_environment(settings):
    """The keeper is killed between a start and its line in the record: here the line is taken out."""
    first = Driver(settings)
    first.engine.start([order("a", "sleep", "600"), order("b", "sleep", "600")])
    identity = first.started("a").identity
    first.started("b")
    os.kill(int(attempts(settings.folder).split(",")[1]), signal.SIGKILL)
    first.engine.close()
    lines = attempts(settings.folder).splitlines(keepends=True)
    (settings.folder / "attempts").write_text("".join(line for line in lines if '"started","a"' not in line))
    with driven(settings) as second:
        events = second.engine.recover({first.started(job).key: None for job in "ab"})
        assert events[0].identity == identity
        second.events += events


def test_what_an_attempt_left_running_ends_when_nobody_is_there_to_do_it(settings, tmp_path):
    first = Driver(settings)
    first.engine.start(
        [order("a", "sh", "-c", f"setsid sh -c 'echo $$ >{tmp_path}/daemon; exec sleep 600' & sleep 600")]
    )
    daemon, pid = pid_in(tmp_path / "daemon"), first.started("a").identity.pid
    first.engine.close()
    os.kill(int(attempts(settings.folder).split(",")[1]), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    await_that(lambda: is_gone(pid))
    with driven(settings) as second:
        assert isinstance(second.engine.recover({first.started("a").key: None})[0], Lost)
        await_that(lambda: is_gone(daemon))


def test_what_the_journal_does_not_know_is_ended_and_the_record_begins_anew(settings):
    first = Driver(settings)
    first.engine.start([order("a", "sleep", "600"), order("b", "true")])
    pid = first.started("a").identity.pid
    first.end("b")
    first.engine.close()
    with driven(settings) as second:
        assert second.engine.recover({}) == ()
        await_that(lambda: is_gone(pid))
    with driven(settings) as third:
        assert third.engine.recover({}) == ()
        third.engine.start([order("c", "true")])
        third.end("c")
    assert attempts(settings.folder).count("\n") == 3


def test_the_streams_of_the_supervisor_can_be_the_jobs(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from mnemo_cli.orchestrate.engines.local.local import LocalSettings\n"
        "from tests.orchestrate.engines.driving import driven, order\n"
        f"with driven(LocalSettings(Path({str(tmp_path / 'run')!r}), 1, streams='inherit')) as driver:\n"
        "    driver.engine.start([order('a', 'sh', '-c', 'cat; echo err >&2; exit 9')])\n"
        "    sys.exit(driver.end('a').ended.status)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, input=b"in", capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (9, b"in", b"err\n")


def test_an_oom_kill_that_no_keeper_saw_is_still_found(grouped):
    hog = "import sys; sys.stdin.read(); x = b'x' * 200_000_000"
    read_end, write_end = os.pipe()
    driver = Driver(grouped)
    driver.engine.start(
        [order("a", *PYTHON, hog, limit_bytes=50 * MIB, stdin=Path(f"/proc/{os.getpid()}/fd/{read_end}"))]
    )
    pid = driver.started("a").identity.pid
    driver.engine.close()
    os.kill(int(attempts(grouped.folder).split(",")[1]), signal.SIGKILL)
    os.close(write_end)
    os.close(read_end)
    await_that(lambda: is_gone(pid))
    with driven(grouped) as second:
        (event,) = second.engine.recover({driver.started("a").key: None})
        assert event.ended.kernel_oom and event.ended.status is None


def test_a_stranger_with_the_pid_of_an_attempt_is_not_taken_for_it(settings):
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            settings.folder.mkdir()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            (settings.folder / "attempts").write_text(
                f'["keeper",1,2,"{boot}",null,null,1.0]\n["started","a",1,{stranger.pid},7,null,null,null,2.0]\n["ended","b",1,'
            )
            with driven(settings) as driver:
                key = order("a").key
                assert isinstance(driver.engine.recover({key: None})[0], Lost)
                driver.engine.stop(key, grace_seconds=0)
                driver.engine.start([order("b", "true")])
                driver.end("b")
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_group_of_version_2_freezes_and_ends_its_processes():
    if not (UNIFIED / "cgroup.procs").exists() or not os.access(UNIFIED / "cgroup.procs", os.W_OK):
        pytest.skip("no hierarchy of version 2 is mounted beside those of version 1")
    group = GroupV2(str(UNIFIED / f"mnemo-test-{os.getpid()}"), None)
    os.mkdir(group.directory)
    try:
        with subprocess.Popen(["sleep", "600"]) as program:
            write(f"{group.directory}/{group.ENTER_FILE}", program.pid)
            assert group.pids() == [program.pid]
            assert group.freeze() and b"frozen 1" in read(f"{group.directory}/cgroup.events")
            group.thaw()
            assert not group.remove(), "somebody is in it"
            program.kill()
    finally:
        await_that(group.remove, "the removal")


@pytest.mark.parametrize("kind", ["groups", "tree"])
def test_killing_the_orchestrator_at_any_moment_loses_nothing_and_runs_nothing_twice(tmp_path, kind):
    if kind == "groups" and not has_groups():
        pytest.skip("no memory group can be made here")
    jobs, seconds, kills = (200, "0.1", 100) if FULL else (60, "0.05", 6)
    chance = random.Random(kind)
    command = [sys.executable, str(PROGRAM), str(tmp_path), str(jobs), seconds, kind]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    hits = 0
    for _ in range(kills):
        with subprocess.Popen(command, env=environment) as program:
            with contextlib.suppress(subprocess.TimeoutExpired):
                # From before its first line to well into the run.
                program.wait(chance.uniform(0.0, 0.8))
            hits += program.poll() is None
            program.kill()
    assert hits > kills // 2, "the run was over before most of the kills"
    subprocess.run(command, env=environment, check=True, timeout=120)
    began, done = (Counter((tmp_path / name).read_text().split()) for name in ("began", "done"))
    assert set(began.values()) == {1} and set(done.values()) == {1} and len(done) == jobs
    journal = Journal.read(tmp_path / "journal")
    assert {row.state for row in journal.jobs()} == {"done"}
    assert set((tmp_path / "acknowledged").read_text().split()) <= {row.job.id for row in journal.jobs()}
    assert {row.number for row in journal.jobs()} == {1}
    journal.close()
    with contextlib.closing(Local(LocalSettings(tmp_path / "run", slots=1))):
        pass
