"""`mnemo monitor --record` and `--replay` as a shell has them: what is written, said, and what does not go together."""

import csv
import gzip
import io
import json
import os
import resource
import signal
import time
from pathlib import Path

import pytest

FAST = ("--interval", "0.05")


@pytest.fixture
def mnemo(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", "monitor", *words])

    return call


@pytest.fixture
def recording(mnemo):
    """A recording of the machine with ten samples."""
    done = mnemo("--host", "--headless", "--record", "a.mnr", "--count", "10", *FAST)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return Path("a.mnr")


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout), strict=True))


def test_a_recording_is_replayed_as_the_lines_that_were_printed(mnemo):
    printed = mnemo("--host", "--record", "b.mnr", "--format", "csv", "--count", "5", *FAST)
    assert rows(mnemo("--replay", "b.mnr", "--format", "csv")) == rows(printed)
    names = ["memory.used_bytes", "processes.0.pid", "processes.19.pid"]
    ndjson = mnemo("--replay", "b.mnr", "--format", "ndjson", "--fields", ",".join(names))
    values = [json.loads(line) for line in ndjson.stdout.splitlines()]
    assert [list(value) for value in values] == [names] * 5
    assert all(isinstance(number, int) for number in values[0].values()), "thirty processes, also for headless ones"


def test_a_recording_holds_processes_even_where_nothing_is_shown(mnemo, recording):
    sample = json.loads(mnemo("--replay", "a.mnr", "--format", "ndjson").stdout.splitlines()[-1])
    assert len(sample["processes"]) > 1 and sample["target"]["processes"] >= len(sample["processes"])


def test_fields_that_need_little_do_not_starve_the_recording(mnemo):
    done = mnemo("--host", "--record", "b.mnr", "--once", "--fields", "level")
    assert done.returncode == 0
    (sample,) = [json.loads(line) for line in mnemo("--replay", "b.mnr", "--format", "ndjson").stdout.splitlines()]
    assert len(sample["processes"]) > 1


def test_one_more_run_goes_on_with_the_recording(mnemo, recording):
    assert mnemo("--host", "--headless", "--record", "a.mnr", "--count", "3", *FAST).returncode == 0
    assert len(rows(mnemo("--replay", "a.mnr", "--format", "csv"))) == 13


def test_a_large_recording_begins_a_new_file(start):
    watcher = start("monitor", "--host", "--headless", "--record", "a.mnr", "--record-max", "64KiB", *FAST)
    deadline = time.monotonic() + 60
    while not Path("a.mnr.1").exists():
        assert time.monotonic() < deadline and watcher.poll() is None
        time.sleep(0.05)
    watcher.terminate()
    assert watcher.wait(timeout=20) == 143
    assert Path("a.mnr.1").stat().st_size <= 64 * 1024
    assert gzip.decompress(Path("a.mnr.1").read_bytes())


def test_a_disk_that_fills_ends_the_recording_and_not_the_watch(run, mnemo):
    """A limit of file sizes stands for the disk: the write that is too much fails in the same way."""

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (12 * 1024, 12 * 1024))

    words = ("--host", "--format", "csv", "--record", "a.mnr", "--count", "200", "--interval", "0.05")
    done = run("monitor", *words, preexec_fn=small_files)
    assert len(rows(done)) == 200
    (complaint,) = [line for line in done.stderr.splitlines() if "cannot go on recording" in line]
    assert "File too large; the watch goes on without it" in complaint
    replayed = mnemo("--replay", "a.mnr", "--format", "csv")
    assert 0 < len(rows(replayed)) < 200 and replayed.stderr == ""
    assert rows(replayed) == rows(done)[: len(rows(replayed))]


def test_a_watch_that_is_killed_leaves_what_it_recorded(start, mnemo):
    watcher = start("monitor", "--host", "--format", "ndjson", "--record", "a.mnr", *FAST)
    printed = [json.loads(watcher.stdout.readline()) for _ in range(5)]
    watcher.kill()
    assert watcher.wait(timeout=20) == -signal.SIGKILL
    times = [row["time"] for row in rows(mnemo("--replay", "a.mnr", "--format", "csv"))]
    assert [line["time"] for line in printed if line["type"] == "sample"][-1] in times


def test_a_program_is_recorded_too(mnemo, run):
    done = run("monitor", "--record", "p.mnr", *FAST, "--", "sh", "-c", "sleep 0.3; exit 7")
    assert done.returncode == 7
    line = mnemo("--replay", "p.mnr", "--format", "ndjson").stdout.splitlines()[0]
    assert json.loads(line)["scope"]["kind"] == "command"


@pytest.mark.parametrize(("name", "part"), [("other.txt", "no recording of mnemo"), ("none/a.mnr", "none/a.mnr")])
def test_a_file_that_cannot_be_recorded_to_starts_nothing(mnemo, name, part):
    Path("other.txt").write_text("mine\n")
    done = mnemo("--record", name, "--", "touch", "started")
    assert done.returncode in (1, 2) and part in done.stderr
    assert Path("other.txt").read_text() == "mine\n" and not Path("started").exists()


def test_the_memory_log_is_a_recording_too(mnemo, recording, tmp_path):
    log = tmp_path / "data/mnemosyne/logs/memory.log"
    assert len(rows(mnemo("--replay", str(log), "--format", "csv"))) == len(log.read_text().splitlines())


def test_a_replay_judges_nothing_and_writes_no_log(mnemo, recording, tmp_path, machine_at):
    log = tmp_path / "data/mnemosyne/logs/memory.log"
    before = log.read_bytes()
    machine_at("critical")
    done = mnemo("--replay", "a.mnr")
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 10)
    assert log.read_bytes() == before


def test_a_picture_takes_the_place_of_lines_unless_they_are_asked_for(mnemo, recording):
    pytest.importorskip("matplotlib")
    assert mnemo("--replay", "a.mnr", "--plot", "a.svg").stdout == ""
    assert Path("a.svg").read_text().lstrip().startswith("<?xml")
    assert len(rows(mnemo("--replay", "a.mnr", "--plot", "a.png", "--format", "csv"))) == 10
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_and_fields_are_both_made(mnemo, recording):
    pytest.importorskip("matplotlib")
    done = mnemo("--replay", "a.mnr", "--plot", "a.svg", "--fields", "memory.used_bytes")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 10)
    assert Path("a.svg").read_text().lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    ("words", "both"),
    [
        (("--replay", "a.mnr", "--format", "ndjson", "-o", "a.mnr"), "--output and --replay"),
        (("--replay", "a.mnr", "--format", "ndjson", "-o", "./here/../a.mnr"), "--output and --replay"),
        (("--replay", "a.mnr", "-o", "linked"), "--output and --replay"),
        (("--replay", "linked", "-o", "a.mnr"), "--output and --replay"),
        (("--replay", "a.mnr", "-o", "hard"), "--output and --replay"),
        (("--replay", "linked.svg", "--plot", "linked.svg"), "--plot and --replay"),
        (("--replay", "a.mnr", "--plot", "linked.svg"), "--plot and --replay"),
        (("--replay", "a.mnr", "--plot", "b.svg", "--format", "csv", "-o", "b.svg"), "--output and --plot"),
        (("--once", "--record", "a.mnr", "--format", "csv", "-o", "a.mnr"), "--output and --record"),
        (("--once", "--record", "new.mnr", "--format", "csv", "-o", "./new.mnr"), "--output and --record"),
        (("--record", "a.mnr", "-o", "a.mnr", "--", "touch", "started"), "--output and --record"),
    ],
)
def test_one_file_is_not_read_and_written_nor_written_twice(mnemo, recording, words, both):
    Path("here").mkdir()
    Path("linked").symlink_to("a.mnr")
    Path("linked.svg").symlink_to("a.mnr")
    os.link("a.mnr", "hard")
    before = recording.read_bytes()
    done = mnemo(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{both} name the same file: choose another" in done.stderr
    assert recording.read_bytes() == before
    assert not any(Path(name).exists() for name in ("b.svg", "new.mnr", "started"))


def test_at_begins_in_the_middle(mnemo, recording):
    times = [row["time"] for row in rows(mnemo("--replay", "a.mnr", "--format", "csv"))]
    assert [row["time"] for row in rows(mnemo("--replay", "a.mnr", "--at", times[4], "--format", "csv"))] == times[4:]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--at", "+1h"), "is outside the recording a.mnr"),
        (("--at", "noon"), "is no time"),
        (("--speed", "0"), "outside 0.1 to 1000"),
        (("--speed", "nan"), "outside 0.1 to 1000"),
        (("--plot", "a.jpeg"), ".svg or .png"),
        (("--fields", "memory.used_rato"), "did you mean memory.used_ratio"),
        (("--pid", "1"), "no samples of that target"),
        (("--once",), "--replay and --once do not go together"),
        (("--count", "3"), "--replay and --count do not go together"),
        (("--duration", "3"), "--replay and --duration do not go together"),
        (("--timeout", "3"), "--replay and --timeout do not go together"),
        (("--interval", "1"), "--replay and --interval do not go together"),
        (("--headless",), "--replay and --headless do not go together"),
        (("--fail-on", "never"), "--replay and --fail-on do not go together"),
        (("--fail-fast",), "--replay and --fail-fast do not go together"),
        (("--until-level", "high"), "--replay and --until-level do not go together"),
        (("--allow-signal",), "--replay and --allow-signal do not go together"),
        (("--record", "b.mnr"), "--replay and --record do not go together"),
        (("--record-max", "1MiB"), "--replay and --record-max do not go together"),
        (("--rules", "r.yml"), "--replay and --rules do not go together"),
        (("--pid", "1", "--limit", "1Gi"), "--replay and --limit do not go together"),
        (("--", "true"), "--replay and -- CMD do not go together"),
        (("--speed", "2", "--format", "csv"), "--speed is for the screen"),
        (("--speed", "2", "-o", "b.mnr"), "--speed is for the screen"),
        (("--speed", "2", "--fields", "level"), "--speed is for the screen"),
        (("--speed", "2", "--plot", "b.svg"), "--speed is for the screen"),
    ],
)
def test_what_a_replay_cannot_do_is_wrong_usage(mnemo, recording, words, part):
    done = mnemo("--replay", "a.mnr", *words)
    assert (done.returncode, done.stdout) == (2, "") and part in done.stderr
    assert not Path("b.mnr").exists()


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--at", "+1m"), "--at needs --replay FILE"),
        (("--speed", "2"), "--speed needs --replay FILE"),
        (("--plot", "a.svg"), "--plot needs --replay FILE"),
        (("--record-max", "1KiB"), "choose at least 64KiB"),
        (("--record-max", "much"), "--record-max: "),
        (("--record-max", "1MiB"), "--record-max needs --record FILE"),
        (("--columns", "pid,comand"), "did you mean COMMAND"),
        (("--replay", "none.mnr"), "none.mnr"),
        (("--replay", "."), "it is a folder"),
        (("--replay", "/dev/null"), "cannot be read twice"),
    ],
)
def test_what_a_watch_cannot_do_is_wrong_usage(mnemo, words, part):
    done = mnemo("--once", *words) if words[0] != "--replay" else mnemo(*words)
    assert (done.returncode, done.stdout) == (2, "") and part in done.stderr


def test_a_closed_pipe_ends_a_replay_quietly(start, recording):
    mode = os.O_WRONLY | os.O_NONBLOCK
    os.mkfifo("fifo")
    reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open("fifo", mode)
    os.close(reader)
    replay = start("monitor", "--replay", "a.mnr", stdout=writer)
    os.close(writer)
    assert replay.wait(timeout=20) == 0
    assert replay.stderr.read() == ""
