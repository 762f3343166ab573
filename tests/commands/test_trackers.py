"""Real programs that publish a tracker, seen by `mnemo snapshot` and `mnemo monitor`: living, dead, another user's."""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

from tests.alone import SHARED_MEMORY, alone_with
from tests.commands.conftest import end_all
from tests.schemas import validator_of

NOBODY = 65534
# Becomes a user, then publishes under a name: a work queue, and an allocation. Each line is an allocation of a byte.
PROGRAM = """
import os, sys
from mnemo_cli.tracker import MemoryTracker
name, user, queue, size_bytes = sys.argv[1], *map(int, sys.argv[2:])
if user:
    os.setgroups([]), os.setgid(user), os.setuid(user)
tracker = MemoryTracker(name, published=True, limit_bytes=1 << 20)
tracker.set_limit("work_queue", 10000)
tracker.set_work_queue_size(queue)
tracker.set_embeddings_cache_entries(100)
tracker.set_limit("embeddings_cache", 100)
tracker.record_allocation(size_bytes)
print(tracker.path or f"not published: {tracker.gap}", flush=True)
for line in sys.stdin:
    tracker.record_allocation(1)
    print("allocated", flush=True)
"""
# The interpreter may lie where another user cannot go: first everything is loaded, then the user changes.
MNEMO_AS_NOBODY = f"""
import contextlib, io, os
from mnemo_cli.__main__ import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})
os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = "/"
main()
"""

pytestmark = pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="counters are published below /dev/shm")


@pytest.fixture
def shared_memory():
    """Nobody else removes what programs left there, or the folder."""
    with alone_with(SHARED_MEMORY):
        yield


@pytest.fixture
def publish(shared_memory):
    """Starts a program that publishes; ends it, and removes its file and a folder that was not there before."""
    started, files, folders_before = [], [], set(SHARED_MEMORY.iterdir())

    def begin(name, *, queue=8412, size_bytes=4096, user=0):
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, name, str(user), str(queue), str(size_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        path = program.stdout.readline().rstrip("\n")
        assert path.startswith("/"), path
        files.append(Path(path))
        return program

    yield begin
    end_all(started)
    for file in files:
        file.unlink(missing_ok=True)
        if file.parent not in folders_before and not any(file.parent.glob("[!.]*")):
            for left in file.parent.iterdir():
                left.unlink()
            file.parent.rmdir()


@pytest.fixture
def name(request):
    """A program's name that nobody else on this machine has."""
    return f"test-{os.getpid()}-{abs(hash(request.node.name)) % 10**6}"


def documents(text):
    found = [json.loads(line) for line in text.splitlines()]
    for document in found:
        if document["type"] == "sample":
            validator_of("sample").validate(document)
    return [document for document in found if document["type"] == "sample"]


def samples(program):
    """As they come; between them may be events."""
    return (sample for line in iter(program.stdout.readline, "") for sample in documents(line))


def snapshot(run, *words):
    done = run("snapshot", "--format", "json", *words)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    validator_of("sample").validate(document)
    return document


def test_a_snapshot_of_a_program_has_what_it_counted_and_its_levels(run, publish, name):
    program = publish(name)
    (tracker,) = snapshot(run, "--pid", str(program.pid))["trackers"]
    assert (tracker["pid"], tracker["name"], tracker["used_bytes"]) == (program.pid, name, 4096)
    assert (tracker["work_queue_size"], tracker["event_queue_size"]) == (8412, None)
    levels = {part["name"]: (part["used_ratio"], part["level"]) for part in tracker["components"]}
    assert levels == {"work_queue": (0.8412, "moderate"), "embeddings_cache": (1.0, None)}


def test_the_text_shows_the_process_and_its_components(run, publish, name):
    program = publish(name)
    text = run("snapshot", "--pid", str(program.pid)).stdout
    assert re.search(rf"^{name} +{program.pid} +4\.0K +1\.0M +0\.4% +4\.0K ", text, re.MULTILINE), text
    assert re.search(rf"^{name} +work_queue +8412 +10000 +items .* 84\.1% +! MODERATE +blocks ", text, re.MULTILINE)
    assert re.search(rf"^{name} +embeddings_cache +100 +100 +entries .* 100\.0% +- +LRU ", text, re.MULTILINE)


def test_a_program_is_shown_where_it_is_in_scope_and_nowhere_else(run, publish, name):
    publish(name)
    for scope in (("--pid", str(os.getpid())), ("--host",), ("--host", "--top", "0")):
        assert name in {tracker["name"] for tracker in snapshot(run, *scope)["trackers"]}
    other = subprocess.Popen(["sleep", "1000"])
    try:
        assert snapshot(run, "--pid", str(other.pid))["trackers"] == []
    finally:
        other.kill()
        other.wait()


def test_a_program_that_was_started_after_dashes_is_seen(run, publish, name):
    publish(name)  # so that there is a folder, whoever made it
    code = "import time; from mnemo_cli.tracker import MemoryTracker as T; t = T('own', published=True); "
    code += "t.record_allocation(7); held = bytearray(60 << 20); time.sleep(0.5); import os; os.unlink(t.path)"
    (tracker,) = snapshot(run, "--", sys.executable, "-c", code)["trackers"]
    assert (tracker["name"], tracker["used_bytes"]) == ("own", 7)


def test_workers_that_died_are_added_up_beside_the_living(run, publish, name):
    first, second = publish(name, size_bytes=1000), publish(name, size_bytes=500)
    first.kill()
    first.wait()
    trackers = snapshot(run, "--pid", str(second.pid))["trackers"]
    living, dead = (tracker for tracker in trackers if tracker["name"] == name)
    assert (living["pid"], living["used_bytes"], living["allocated_bytes_total"]) == (second.pid, 500, 500)
    assert (dead["pid"], dead["processes"], dead["used_bytes"], dead["allocated_bytes_total"]) == (None, 1, 0, 1000)
    assert re.search(rf"^{name} +1 dead ", run("snapshot", "--pid", str(second.pid)).stdout, re.MULTILINE)


def test_monitor_tells_the_rate_between_two_samples(start, publish, name):
    program = publish(name, size_bytes=10**6)
    monitor = start("monitor", "--pid", str(program.pid), "--format", "ndjson", "--interval", "0.2")
    seen = samples(monitor)
    for rising in (False, True):
        (tracker,) = next(seen)["trackers"]
        assert tracker["allocated_bytes_total"] == 10**6
        # In the first line it is the rate since the tracker was made.
        assert (tracker["allocation_bytes_per_second"] == 0) == rising
    print(file=program.stdin, flush=True)
    assert program.stdout.readline() == "allocated\n"
    trackers = (sample["trackers"][0] for sample in seen)
    tracker = next(tracker for tracker in trackers if tracker["allocated_bytes_total"] > 10**6)
    assert 0 < tracker["allocation_bytes_per_second"] <= 10


def test_a_program_that_begins_to_publish_during_a_watch_is_seen_from_then_on(start, publish, name):
    monitor = start("monitor", "--pid", str(os.getpid()), "--format", "ndjson", "--interval", "0.1")
    seen = samples(monitor)
    assert name not in {tracker["name"] for tracker in next(seen)["trackers"]}
    publish(name)
    assert any(tracker["name"] == name for sample in seen for tracker in sample["trackers"])


def test_plain_lines_name_the_worst_component(run, publish, name):
    program = publish(name, queue=10000)
    done = run("monitor", "--pid", str(program.pid), "--format", "plain", "--once")
    assert done.stdout.endswith(f"  {name} work_queue 100.0% XX CRITICAL\n")


def test_the_memory_log_keeps_the_components_even_of_a_headless_watch(run, publish, name):
    publish(name)
    assert run("monitor", "--host", "--headless", "--count", "1").returncode == 0
    (log,) = Path(os.environ["XDG_DATA_HOME"]).rglob("memory.log")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    components = [part for line in lines for part in line.get("components", []) if part["program"] == name]
    assert [(part["name"], part["used"], part["level"]) for part in components] == [
        ("work_queue", 8412, "moderate"),
        ("embeddings_cache", 100, None),
    ]


def test_a_comparison_shows_what_a_program_allocated_meanwhile(run, publish, name):
    program = publish(name)
    Path("old.json").write_text(json.dumps(snapshot(run, "--pid", str(program.pid))))
    print(file=program.stdin, flush=True)
    assert program.stdout.readline() == "allocated\n"
    text = run("snapshot", "--pid", str(program.pid), "--diff", "old.json").stdout
    assert re.search(rf"^trackers\.{name}\.allocations +1 +2 +\+1$", text, re.MULTILINE), text
    assert re.search(rf"^trackers\.{name}\.used_bytes +4\.0K +4\.0K +\+1$", text, re.MULTILINE)


@pytest.mark.parametrize("words", [("--format", "plain"), ("--diff", "old.json")])
def test_a_hostile_name_never_reaches_the_terminal_raw(run, publish, name, words):
    program = publish(f"\x1b[2J{name}\u202e")
    Path("old.json").write_text(json.dumps(snapshot(run, "--pid", str(program.pid))))
    print(file=program.stdin, flush=True)
    assert program.stdout.readline() == "allocated\n"
    done = run("snapshot", "--pid", str(program.pid), *words)
    assert "\\x1b[2J" in done.stdout and not re.search(r"[^\n -~…→]", done.stdout)


# Other users


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start another user's program")
def test_root_sees_the_program_of_another_user(run, publish, name):
    program = publish(name, user=NOBODY)
    (tracker,) = snapshot(run, "--pid", str(program.pid))["trackers"]
    assert (tracker["name"], tracker["used_bytes"]) == (name, 4096)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run mnemo as another user")
def test_a_user_sees_the_own_program_and_why_not_that_of_root(publish, name):
    own, of_root = publish(name, user=NOBODY), publish(name)

    def seen_by_nobody(pid):
        argv = [sys.executable, "-c", MNEMO_AS_NOBODY, "snapshot", "--pid", str(pid), "--format", "json"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, cwd="/")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    (tracker,) = seen_by_nobody(own.pid)["trackers"]
    assert (tracker["pid"], tracker["work_queue_size"]) == (own.pid, 8412)
    document = seen_by_nobody(of_root.pid)
    (reason,) = (gap["reason"] for gap in document["gaps"] if gap["field"] == "trackers")
    assert (document["trackers"], reason) == ([], "Permission denied")


def test_the_gate_judges_the_components_of_a_program_by_the_limits_that_it_told(publish, name, script_runner):
    program = publish(name, queue=9500)

    def results(*words):
        done = script_runner.run(["mnemo", "limits", "check", "--pid", str(program.pid), "--format", "json", *words])
        return done.returncode, [one for one in json.loads(done.stdout)["results"] if one["id"].startswith("CO")]

    code, found = results("--select", "CO", "--fail-on", "warning")
    queue = next(one for one in found if one["layer"] == "component work_queue")
    assert code == 1
    assert (queue["state"], queue["severity"], queue["used"], queue["limit"]) == ("finding", "warning", 9500, 10000)
    assert next(one for one in found if one["layer"] == "component embeddings_cache")["state"] == "pass"
    assert results("--select", "CO", "--fail-on", "error")[0] == 0
    assert results("--ignore", "CO", "--fail-on", "never") == (0, [])


def test_where_nobody_counts_the_gate_says_so_and_does_not_fail(script_runner):
    own = str(os.getpid())
    done = script_runner.run(["mnemo", "limits", "check", "--pid", own, "--select", "CO", "--format", "json"])
    assert done.returncode == 0
    assert {one["state"] for one in json.loads(done.stdout)["results"]} == {"skipped"}


def test_what_ended_programs_left_is_removed_when_somebody_asks(monkeypatch, script_runner):
    publish = (
        "import sys; from mnemo_cli.tracker import MemoryTracker\n"
        "MemoryTracker('ended', published=True, shared_memory=sys.argv[1])"
    )
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as place:
        monkeypatch.setattr(import_module("mnemo_cli.tracker.storage"), "SHARED_MEMORY", place)
        subprocess.run([sys.executable, "-c", publish, place], check=True, timeout=60)
        folder = Path(place, f"mnemosyne-{os.geteuid()}")
        assert len(list(folder.glob("[!.]*"))) == 1
        done = script_runner.run(["mnemo", "snapshot", "--clean-trackers"])
        assert (done.returncode, done.stderr) == (0, "mnemo: removed 1 file of counters of ended programs\n")
        assert list(folder.glob("[!.]*")) == []
        assert "removed 0 files" in script_runner.run(["mnemo", "snapshot", "--clean-trackers"]).stderr


def test_a_folder_that_may_not_be_cleaned_is_told_of(monkeypatch, script_runner):
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as place:
        monkeypatch.setattr(import_module("mnemo_cli.tracker.storage"), "SHARED_MEMORY", place)
        Path(place, f"mnemosyne-{os.geteuid()}").symlink_to("/dev")
        done = script_runner.run(["mnemo", "snapshot", "--clean-trackers"])
        assert done.returncode == 1 and "cannot clean" in done.stderr and "Traceback" not in done.stderr
