"""Bad input, end to end: what a damaged, hostile or closed-off system gets from mnemo as a shell sees it.

Damage is real where root may do it for this run alone: files of /proc are covered by bind mounts in a mount
namespace of their own, a disk is full because it is a tiny tmpfs, and a root without capabilities is refused
what the kernel refuses. Wrong words on the command line are in tests/commands.
"""

import contextlib
import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli.limits.gate import Gate
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.outcome import Bounds, Outcome

MNEMO = [sys.executable, "-m", "mnemo_cli"]
MIB = 1 << 20
NO_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
FORMATS = ["ndjson", "csv", "plain"]


@pytest.fixture(autouse=True)
def a_home_and_a_folder_of_its_own(tmp_path, monkeypatch, nobody_is_killed_meanwhile):
    for name, folder in {"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def unshared():
    """Runs mnemo after a shell script that changes mounts nobody else sees."""
    if not works(["unshare", "-m", "true"]):
        pytest.skip("no mount namespace of our own may be made here (it takes root)")

    def run(script, *words, after=""):
        line = f'set -e; {script}\nset +e; "$@"; code=$?; {after or ":"}; exit $code'
        return called(["unshare", "-m", "sh", "-c", line, "sh", *MNEMO, *words])

    return run


@pytest.fixture
def without_capabilities():
    """The first words of a command line that makes root as powerless as anybody else; [] for anybody else."""
    if os.geteuid() != 0:
        return []
    if not works([*NO_CAPABILITIES, sys.executable, "-c", "pass"]):
        pytest.skip("setpriv cannot take the capabilities of root away here")
    return NO_CAPABILITIES


@pytest.fixture
def hold():
    """Starts Python code that keeps its promise of a first line and then waits for the end of its stdin."""
    started = []

    def begin(code, *words):
        text = f"import sys\n{code}\nprint('ready', flush=True)\nsys.stdin.read()"
        argv = [sys.executable, "-I", "-S", "-c", text, *words]
        started.append(subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        assert started[-1].stdout.readline() == b"ready\n"
        return started[-1].pid

    yield begin
    for process in started:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=15)


def works(argv):
    with contextlib.suppress(OSError):
        return subprocess.run(argv, capture_output=True, timeout=30).returncode == 0
    return False


def called(argv, **options):
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(argv, text=True, timeout=30, **streams, **options)


def mnemo(*words, **options):
    return called([*MNEMO, *words], **options)


# Unreadable: unknown is never shown as 0, and never passes a gate


def test_the_pss_of_a_stranger_is_denied_so_rss_is_shown_and_marked(without_capabilities, hold):
    pid = hold(f"held = b'x' * {50 * MIB}") if without_capabilities else 1
    words = ["--pid", str(pid)]
    done = called([*without_capabilities, *MNEMO, "snapshot", *words, "--format", "json"])
    assert (done.returncode, done.stderr) == (0, "")
    sample = json.loads(done.stdout)
    rss_bytes = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert sample["target"]["used_is_rss"] is True and sample["target"]["used_bytes"] >= rss_bytes * 0.9 > 0
    (row,) = (row for row in sample["processes"] if row["pid"] == pid)
    assert row["pss_bytes"] is None and row["rss_bytes"] > 0
    assert {"target.used_bytes", "processes.pss_bytes"} <= {gap["field"] for gap in sample["gaps"]}
    text = called([*without_capabilities, *MNEMO, "snapshot", *words]).stdout
    assert "  ~" in text and "gap: target.used_bytes: PSS is denied for " in text
    line = called([*without_capabilities, *MNEMO, "monitor", *words, "--once"]).stdout
    assert "  target ~" in line


def test_a_budget_is_judged_by_rss_where_pss_is_denied(without_capabilities, hold):
    pid = hold(f"held = b'x' * {50 * MIB}") if without_capabilities else 1
    words = ["monitor", "--pid", str(pid), "--once", "--limit"]
    assert called([*without_capabilities, *MNEMO, *words, "1MiB"]).returncode == 1
    assert called([*without_capabilities, *MNEMO, *words, "1TiB"]).returncode == 0


DAMAGED_MEMINFO = {
    "empty": "",
    "half-written": "MemTotal:       24633",
    "garbage": "\\377\\376MemTotal: many kB\\nMemAvailable: -1 kB\\n",
}


@pytest.mark.parametrize("damage", DAMAGED_MEMINFO)
def test_a_damaged_meminfo_is_unknown_and_never_passes_a_gate(unshared, damage):
    cover = f"printf '{DAMAGED_MEMINFO[damage]}' > meminfo; mount --bind meminfo /proc/meminfo"
    done = unshared(
        cover, "monitor", "--host", "--format", "ndjson", "--count", "2", "--interval", "0.05", "--fail-on", "critical"
    )
    assert done.returncode == 3, done.stderr
    event, *samples = (json.loads(line) for line in done.stdout.splitlines())
    assert (event["event"], event["to"]) == ("level", None)
    for sample in samples:
        assert sample["level"] is None and sample["memory"] is None
        host = sample["limits"][-1]
        assert host["used_bytes"] is None and host["used_ratio"] is None
        assert any(gap["source"] == "/proc/meminfo" for gap in sample["gaps"])


def test_an_unknown_level_is_told_in_every_view(unshared):
    cover = "mount --bind /dev/null /proc/meminfo"
    assert unshared(cover, "snapshot", "--host", "--fail-on", "note").returncode == 3
    shown = unshared(cover, "snapshot", "--host")
    assert shown.returncode == 0 and "\n?? UNKNOWN  no limit could be read\n" in shown.stdout
    assert "gap: limits.host." in shown.stdout
    assert unshared(cover, "snapshot", "--host", "--fields", "level,memory.used_bytes").stdout == "unknown\nunknown\n"
    (row,) = csv.DictReader(io.StringIO(unshared(cover, "monitor", "--host", "--once", "--format", "csv").stdout))
    assert (row["level"], row["memory.used_bytes"], row["memory.used_ratio"]) == ("", "", "")
    told = unshared(cover, "monitor", "--fail-on", "high", "--", "true")
    assert told.returncode == 3 and "worst level ?? UNKNOWN, " in told.stderr
    assert unshared(cover, "monitor", "--fail-on", "high", "--", "sh", "-c", "exit 7").returncode == 7
    assert unshared(cover, "monitor", "--host", "--until-level", "moderate", "--timeout", "0.2").returncode == 124


def test_a_breach_outranks_what_is_unknown(unshared, hold):
    pid = hold(f"held = b'x' * {30 * MIB}")
    words = ("snapshot", "--pid", str(pid), "--limit", "32MiB", "--fail-on", "high")
    done = unshared("mount --bind /dev/null /proc/meminfo", *words)
    assert done.returncode == 1 and "XX CRITICAL" in done.stdout.splitlines()[1]


@pytest.mark.parametrize("name", ["pressure/memory", "vmstat", "loadavg", "self/mountinfo"])
def test_another_file_of_proc_that_is_empty_ends_nothing(unshared, name):
    if not Path("/proc", name).exists():
        pytest.skip(f"this kernel has no /proc/{name}")
    done = unshared(
        f"mount --bind /dev/null /proc/{name.replace('self', '$$')}", "snapshot", "--host", "--format", "json"
    )
    assert (done.returncode, done.stderr) == (0, "")
    sample = json.loads(done.stdout)
    assert sample["level"] == "normal"
    if name == "pressure/memory":
        assert sample["pressure"] is None and any(gap["field"].startswith("pressure") for gap in sample["gaps"])
    if name == "vmstat":
        assert sample["host_oom_kills_total"] is None


@pytest.fixture
def memory_group():
    """An empty memory control group of ours with a name that a terminal would obey, and its path in the hierarchy."""
    mount = next(
        (path for path in (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")) if list(path.glob("memory.*"))), None
    )
    if mount is None:
        pytest.skip("there is no memory hierarchy here")
    name = os.fsencode(f"mnemo-test-{os.getpid()}-") + b"\x1b[31m\xff"
    directory = os.path.join(os.fsencode(mount), name)
    try:
        os.mkdir(directory)
    except OSError as err:
        pytest.skip(f"no memory control group may be made here: {err.strerror}")
    yield directory, b"/" + name
    os.rmdir(directory)


@pytest.mark.memory_group
def test_a_limit_that_may_not_be_read_is_unknown_and_never_passes_a_gate(memory_group, without_capabilities):
    directory, path = memory_group
    limit_file = next(
        (name for name in (b"memory.limit_in_bytes", b"memory.max") if os.path.exists(os.path.join(directory, name))),
        None,
    )
    if limit_file is None:
        pytest.skip("the group has no memory limit: its controller is not enabled")
    os.chmod(os.path.join(directory, limit_file), 0)
    words = ["--cgroup", path, "--fail-on", "critical"]
    done = called([*without_capabilities, *MNEMO, "snapshot", *words])
    assert done.returncode == 3, done.stderr
    assert "?? UNKNOWN" in done.stdout.splitlines()[1] and "Permission denied" in done.stdout
    sample = json.loads(
        called([*without_capabilities, *MNEMO, "snapshot", "--cgroup", path, "--format", "json"]).stdout
    )
    group = sample["limits"][0]
    assert (sample["level"], group["limit_bytes"], group["used_ratio"], group["level"]) == (None, None, None, None)


# Names that strangers choose

EVIL = r"open('/proc/self/comm', 'wb').write(b'\x1b[2J\n\xff\x9b')"
OUTPUTS = [
    *(("monitor", "--once", "--format", name) for name in FORMATS),
    ("monitor", "--once", "--limit", "1KiB"),
    ("snapshot",),
    ("snapshot", "--format", "json"),
    ("snapshot", "--fields", "processes,scope"),
]


def is_harmless(raw):
    """UTF-8 without a single control character but the newlines that end lines."""
    return not [char for char in raw.decode("utf-8") if not (char.isprintable() or char == "\n")]


@pytest.mark.parametrize("words", OUTPUTS, ids=" ".join)
def test_the_name_of_a_process_never_leaves_raw(hold, words):
    pid = hold(EVIL, "\x1b]0;title\x07\n", "\udcff")
    argv = [*MNEMO, words[0], "--pid", str(pid), *words[1:]]
    done = subprocess.run(argv, capture_output=True, timeout=30)
    assert done.returncode in (0, 1)
    assert is_harmless(done.stdout) and is_harmless(done.stderr)
    # The table cuts a command line, and how far in the strange words stand depends on where Python lives.
    if words == ("snapshot", "--format", "json") or "ndjson" in words:
        assert b"\\x" in done.stdout
    log = Path(os.environ["XDG_DATA_HOME"], "mnemosyne/logs/memory.log")
    assert not log.exists() or is_harmless(log.read_bytes())


def test_a_process_is_found_by_its_strange_name_as_it_is_shown(hold):
    pid = hold(EVIL)
    done = mnemo("snapshot", "--name", r"^\\x1b\[2J\\x0a\\xff\\x9b$", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [row["pid"] for row in json.loads(done.stdout)["processes"]] == [pid]


@pytest.mark.memory_group
@pytest.mark.parametrize("words", OUTPUTS[:3] + OUTPUTS[4:], ids=" ".join)
def test_the_name_of_a_group_never_leaves_raw(memory_group, words):
    done = subprocess.run([*MNEMO, words[0], "--cgroup", memory_group[1], *words[1:]], capture_output=True, timeout=30)
    assert done.returncode == 0
    assert is_harmless(done.stdout) and is_harmless(done.stderr)
    if "csv" not in words and "plain" not in words:
        assert b"1b[31m" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("monitor", "--cgroup", b"/no-\x1b[31m\xff\n"),
        ("monitor", "--name", b"no-\x1b[31m\xff\n"),
        ("monitor", "--name", b"(\x1b[31m\xff\n"),
        ("monitor", "--pid", b"\x1b[31m"),
        ("monitor", "--host", "-o", b"no/\x1b[31m\xff\n"),
        ("monitor", "--host", "--timeout", b"\x1b[31m\xff"),
        ("monitor", "--", b"\x1b[31m\xff\n"),
        ("snapshot", "--diff", b"\x1b[31m\xff\n"),
        ("snapshot", "--host", "--fields", b"\x1b[31m\xff"),
        ("explain", b"\x1b[31m\xff\n"),
    ],
    ids=lambda words: " ".join(word for word in words if isinstance(word, str)),
)
def test_wrong_words_are_answered_without_their_escape_codes(words):
    done = subprocess.run([*MNEMO, *words], capture_output=True, timeout=30)
    assert done.returncode in (1, 2, 127) and done.stdout == b""
    assert b"internal error" not in done.stderr and b"Traceback" not in done.stderr
    assert is_harmless(done.stderr)


def test_the_name_of_a_target_is_printable_in_json_too(hold):
    pid = hold("pass")
    comm = Path(f"/proc/{pid}/comm").read_text().strip()
    done = mnemo("snapshot", "--name", f"^{comm}$|\x1b[31m]|\udcff", "--fields", "scope.name", "--format", "json")
    assert done.returncode == 0 and json.loads(done.stdout)["scope.name"].isprintable()


# A pid that is given to somebody else


def stat(pid, started):
    return f"{pid} (app) S 1 {pid} {pid} 0 -1 0 " + "0 " * 12 + f"{started} 0 5 18446744073709551615\n"


def write_process(proc, pid, started):
    directory = proc / str(pid)
    directory.mkdir(parents=True)
    (directory / "stat").write_text(stat(pid, started))
    (directory / "statm").write_text("100 50 10 1 0 20 0\n")


class CountingClock:
    """A clock that only counts; each wait is answered by the next step of the test."""

    def __init__(self, *steps):
        self._steps = list(steps)
        self._now = 0.0

    def unix_seconds(self):
        return self._now

    seconds = unix_seconds

    def wait(self, seconds):
        self._now += 1.0
        if not self._steps:
            return False
        self._steps.pop(0)()
        return True


def test_a_reused_pid_is_the_end_of_the_watched_process_and_not_its_heir(tmp_path):
    proc = tmp_path / "root/proc"
    write_process(proc, 7, started=100)
    write_process(proc, 8, started=900)
    (proc / "meminfo").write_text(
        "MemTotal: 1000 kB\nMemFree: 900 kB\nMemAvailable: 900 kB\nBuffers: 0 kB\nCached: 0 kB\n"
    )

    def reuse():
        shutil.rmtree(proc / "7")
        (proc / "8").rename(proc / "7")
        (proc / "7/stat").write_text(stat(7, 900))

    machine = Machine(TargetChoice(kind="process", pid=7), root=tmp_path / "root")
    clock = CountingClock(reuse, lambda: pytest.fail("the watch goes on with a stranger"))
    outcome = Outcome(gate=Gate(fail_on=Level.HIGH))
    moments = list(watch(machine, edges=Edges(), rhythm=Rhythm(interval_seconds=1.0), clock=clock))
    machine.close()
    for moment in moments:
        outcome = outcome.after(moment, Bounds())
    assert [moment.sample.target.processes for moment in moments] == [1, 0]
    assert [event.event for event in moments[-1].verdict.events] == ["exit"]
    assert outcome.exit_code(Bounds(), timed_out=False, child_code=None, signal_code=None) == 0


# A full disk


def test_a_full_disk_under_the_memory_log_is_told_once_and_the_old_file_stays_whole(unshared, monkeypatch):
    for name, percent in {"MODERATE": "0.01", "HIGH": "0.02", "CRITICAL": "0.03", "RELEASE_MARGIN": "0"}.items():
        monkeypatch.setenv(f"MNEMOSYNE_MEMORY_{name}_PCT", percent)
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", str(Path.cwd() / "disk/memory.log"))
    Path("disk").mkdir()
    Path("old").write_text(f"{'o' * 4080}\n")  # a page but for a few bytes: a line begins to fit, and is cut
    mount = "mount -t tmpfs -o size=64k tmpfs disk"
    fill = f"{mount}; cp old disk/memory.log; dd if=/dev/zero of=disk/fill bs=1k count=64 2>/dev/null || :"
    words = ("monitor", "--host", "--format", "ndjson", "--count", "5", "--interval", "0.05")
    done = unshared(fill, *words, after="cp disk/memory.log after")
    assert done.returncode == 0
    assert sum(json.loads(line)["type"] == "sample" for line in done.stdout.splitlines()) == 5
    warnings = [line for line in done.stderr.splitlines() if "warning" in line]
    assert len(warnings) == 1 and "No space left on device" in warnings[0] and "sampling goes on" in warnings[0]
    assert Path("after").read_text() == Path("old").read_text()


# Streams and locales


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "words", [("monitor", "--pid", "999999999"), ("snapshot", "--fields", ""), ("explain", "zzzz")]
)
def test_a_complaint_that_nobody_can_read_keeps_its_exit_code(words):
    with open("/dev/full", "wb") as full:
        assert subprocess.run([*MNEMO, *words], stdout=subprocess.DEVNULL, stderr=full, timeout=30).returncode == 2


@pytest.mark.parametrize("words", [("monitor", "--host", "--once"), ("snapshot", "--host"), ("explain", "137")])
def test_a_stdout_that_was_closed_before_mnemo_began_is_no_bug_of_ours(words):
    done = mnemo(*words, preexec_fn=lambda: os.close(1))
    assert "internal error" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("monitor", "--host", "--once"),
        ("monitor", "--host", "--once", "--format", "ndjson"),
        ("snapshot", "--host", "--format", "json"),
        ("explain", "levels"),
        ("explain", "levels", "--format", "json"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1"])
def test_a_locale_without_utf_8_gets_a_readable_result(words, encoding):
    environment = {
        **os.environ,
        "PYTHONIOENCODING": encoding,
        "MNEMOSYNE_MEMORY_MODERATE_PCT": "0.01",
        "MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT": "0",
    }
    done = subprocess.run([*MNEMO, *words], capture_output=True, timeout=30, env=environment)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    if words[-1] in ("json", "ndjson"):
        for document in text.splitlines() if words[-1] == "ndjson" else [text]:
            json.loads(document)
