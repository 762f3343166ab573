"""`mnemo monitor -- CMD` off a terminal: the program's streams and code are its own, and nothing outlives its end."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MIB = 1 << 20
FAST = ("--interval", "0.05")
SUMMARY = re.compile(
    r"^mnemo: (?P<name>.*): peak (?P<peak>\S+)( of a budget of (?P<budget>\S+))?, worst level (?P<level>.*?), "
    r"(?P<seconds>\S+), CPU (?P<cpu>\S+), (?P<faults>\d+) major faults, "
    r"exit (?P<code>\d+)(?P<by_us> \(ended by mnemo\))?\n$"
)
needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


def python(code, *words):
    return ("--", sys.executable, "-I", "-S", "-c", code, *words)


def shell(line):
    return ("--", "sh", "-c", line)


def summary(done):
    # Why it died is said in a line of its own.
    match = SUMMARY.match(done.stderr.splitlines(keepends=True)[0])
    assert match, done.stderr
    return match.groupdict()


def wait_for(condition, what):
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, f"no {what}"
        time.sleep(0.01)


# Streams


def test_the_program_keeps_its_streams_and_mnemo_adds_one_line_to_stderr(run):
    done = run("monitor", *shell("cat; echo to stderr >&2"), stdin=None, input="from stdin\n")
    assert (done.returncode, done.stdout) == (0, "from stdin\n")
    own, line = done.stderr.splitlines(keepends=True)
    assert own == "to stderr\n" and SUMMARY.match(line)


def test_a_program_also_runs_under_the_script_runner(script_runner):
    done = script_runner.run(["mnemo", "monitor", "--", "true"])
    assert (done.returncode, done.stdout) == (0, "")
    assert summary(done)["name"] == "true"


def test_the_summary_tells_peak_level_time_cpu_time_faults_and_code(run):
    busy = "held = b'x' * int(5e7); sum(range(10_000_000)); import time; time.sleep(0.3); raise SystemExit(7)"
    done = run("monitor", *FAST, "--limit", "500MB", *python(busy))
    told = summary(done)
    assert done.returncode == 7 and told["code"] == "7"
    assert re.fullmatch(r"5\d(\.\d)?M", told["peak"]) and told["budget"] == "477M" and told["level"] == "ok NORMAL"
    assert 0.3 < float(told["seconds"].removesuffix("s")) < 20
    assert float(told["cpu"].removesuffix("s")) > 0


def test_a_program_that_ends_before_the_first_reading_has_an_unknown_peak_and_not_0(run):
    ended = run("monitor", *shell("exit 0"))
    assert ended.returncode == 0
    assert summary(ended)["peak"] != "0"


def test_the_time_is_that_of_the_program_and_not_of_the_samples(run):
    told = summary(run("monitor", "--interval", "1h", *shell("sleep 0.4")))
    assert 0.4 <= float(told["seconds"].removesuffix("s")) < 20


def test_escape_codes_in_the_words_of_the_program_never_leave_raw(run):
    for words in (("--", "sh", "-c", "true", "\x1b[31m\nred"), ("--", "\x1b[31m\nred")):
        done = run("monitor", *words)
        assert "\x1b" not in done.stderr and "\\x1b[31m" in done.stderr and done.stderr.count("\n") == 1


def test_a_secret_in_the_words_of_the_program_is_not_told(run, tmp_path):
    done = run("monitor", "-o", "out", "--format", "ndjson", "--", "true", "--password=hunter2hunter2")
    assert done.returncode == 0
    log = (tmp_path / "data/mnemosyne/logs/memory.log").read_text()
    assert "hunter2" not in done.stderr + Path("out").read_text() + log and "true" in done.stderr


def test_samples_of_a_program_go_to_the_file_and_end_with_its_exit(run):
    done = run("monitor", *FAST, "--format", "ndjson", "-o", "out", *shell("echo own; sleep 0.3; exit 3"))
    assert (done.returncode, done.stdout) == (3, "own\n")
    *before, last = [json.loads(line) for line in Path("out").read_text().splitlines()]
    samples = [document for document in before if document["type"] == "sample"]
    assert len(samples) >= 3 and all(sample["scope"]["kind"] == "command" for sample in samples)
    assert {document["type"] for document in before} <= {"sample", "event"}
    assert (last["type"], last["event"], last["exit_code"]) == ("event", "exit", 3)
    assert last["pid"] == samples[0]["scope"]["pid"]


def test_the_program_gets_the_descriptor_limit_that_mnemo_was_given():
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 512:
        pytest.skip("the hard limit on descriptors is too low to tell the two apart")
    given = ("bash", "-c", 'ulimit -Sn 256; exec "$@"', "bash")
    words = [*given, sys.executable, "-m", "mnemo_cli", "monitor", "--", "sh", "-c", "ulimit -Sn"]
    assert subprocess.run(words, capture_output=True, text=True, timeout=30).stdout == "256\n"


# Exit codes


@pytest.mark.parametrize(("line", "code"), [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("exit 124", 124)])
def test_mnemo_ends_with_the_code_of_the_program(run, line, code):
    done = run("monitor", *shell(line))
    assert done.returncode == code and summary(done)["code"] == str(code)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV", "SIGHUP"])
def test_a_program_that_a_signal_ended_is_128_plus_the_signal(run, name):
    number = signal.Signals[name].value
    done = run("monitor", *shell(f"kill -{number} $$"))
    assert done.returncode == 128 + number and summary(done)["code"] == str(128 + number)


@pytest.mark.parametrize("command", ["monitor", "snapshot"])
def test_a_program_that_cannot_be_started_is_126_or_127(script_runner, tmp_path, command):
    (tmp_path / "data.txt").write_text("text\n")
    (tmp_path / "lost").write_text("#!/no/such/interpreter\n")
    (tmp_path / "lost").chmod(0o755)
    (tmp_path / "damaged").write_bytes(b"\0\0\0\0")
    (tmp_path / "damaged").chmod(0o755)
    for program, code, text in [
        ("no-such-program", 127, "no-such-program: command not found"),
        ("./no-such-program", 127, "./no-such-program: command not found"),
        (str(tmp_path / "data.txt"), 126, f"{tmp_path}/data.txt: cannot be run: Permission denied"),
        (str(tmp_path), 126, f"{tmp_path}: cannot be run: Permission denied"),
        (str(tmp_path / "lost"), 126, f"{tmp_path}/lost: its interpreter was not found"),
        (str(tmp_path / "damaged"), 126, f"{tmp_path}/damaged: cannot be run: Exec format error"),
    ]:
        done = script_runner.run(["mnemo", command, "--", program])
        assert (done.returncode, done.stdout, done.stderr) == (code, "", f"mnemo: {text}\n")


@pytest.mark.parametrize("words", [("--",), ("--", ""), ("--once", "--")])
@pytest.mark.parametrize("command", ["monitor", "snapshot"])
def test_two_dashes_without_a_program_are_wrong_usage(script_runner, command, words):
    words = [word for word in words if command == "monitor" or word != "--once"]
    done = script_runner.run(["mnemo", command, *words])
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no program after --" in done.stderr


def test_a_program_beside_another_target_is_wrong_usage_and_is_not_started(script_runner):
    done = script_runner.run(["mnemo", "monitor", "--host", "--", "touch", "started"])
    assert (done.returncode, done.stdout) == (2, "") and not Path("started").exists()


def test_lines_that_would_have_nowhere_to_go_are_wrong_usage_and_nothing_is_started(script_runner):
    done = script_runner.run(["mnemo", "monitor", "--format", "ndjson", "--", "touch", "started"])
    assert (done.returncode, done.stdout) == (2, "") and "add --output FILE" in done.stderr
    assert not Path("started").exists()


def test_the_code_reaches_the_shell_where_nobody_reads_stderr(run):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        assert run("monitor", *shell("exit 7"), stderr=pipe).returncode == 7
        assert run("monitor", *shell("exit 0"), stderr=pipe).returncode == 0


@needs_dev_full
def test_a_full_disk_under_stderr_changes_no_code(run):
    with open("/dev/full", "wb") as full:
        assert run("monitor", *shell("exit 0"), stderr=full).returncode == 0


@pytest.mark.parametrize("stream", [0, 2])
def test_a_stream_that_was_closed_before_mnemo_began_changes_no_code(run, stream):
    done = run("monitor", *shell("exit 7"), preexec_fn=lambda: os.close(stream))
    assert done.returncode == 7 and "internal error" not in (done.stderr or "")


def test_the_code_is_known_although_child_signals_were_ignored_by_whoever_started_mnemo(run):
    done = run("monitor", *shell("exit 7"), preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert done.returncode == 7


# Output that fails


def test_nothing_is_started_when_the_output_cannot_be_written(script_runner):
    done = script_runner.run(["mnemo", "monitor", "-o", "no/such/file", "--", "touch", "started"])
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mnemo: cannot write no/such/file: No such file or directory\n"
    assert not Path("started").exists()


@needs_dev_full
@pytest.mark.parametrize(("own", "code"), [(0, 1), (7, 7)])
def test_a_full_disk_under_the_output_does_not_end_the_program(run, own, code):
    words = ("monitor", *FAST, "--format", "ndjson", "-o", "/dev/full")
    done = run(*words, *shell(f"sleep 0.3; touch finished; exit {own}"))
    assert done.returncode == code and Path("finished").exists()
    message, line = done.stderr.splitlines()
    assert message == "mnemo: error: cannot write /dev/full: No space left on device; the program goes on"
    assert line.endswith(f"exit {own}")


# Signals

# It says that it is ready, and which signal it heard; print is not for handlers, which may interrupt a print.
HANDLER = """
import os, signal, sys
def heard(number, _):
    os.write(1, signal.Signals(number).name.encode() + b"\\n")
    raise SystemExit(int(sys.argv[1]))
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, heard)
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""


@pytest.mark.parametrize("command", ["monitor", "snapshot"])
@pytest.mark.parametrize(("name", "own"), [("SIGTERM", 5), ("SIGTERM", 0), ("SIGINT", 5), ("SIGHUP", 5)])
def test_a_signal_to_mnemo_reaches_the_program_whose_code_counts(start, command, name, own):
    watcher = start(command, *python(HANDLER, str(own)))
    stream = watcher.stdout if command == "monitor" else watcher.stderr
    assert stream.readline() == "ready\n"
    watcher.send_signal(signal.Signals[name])
    assert stream.readline() == f"{name}\n"
    assert watcher.wait(timeout=15) == own


@pytest.mark.parametrize("command", ["monitor", "snapshot"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_program_that_a_passed_on_signal_ended_is_128_plus_the_signal(start, command, name):
    watcher = start(command, *shell("echo ready; exec sleep 60"))
    stream = watcher.stdout if command == "monitor" else watcher.stderr
    assert stream.readline() == "ready\n"
    watcher.send_signal(signal.Signals[name])
    assert watcher.wait(timeout=15) == {"SIGINT": 130, "SIGTERM": 143}[name]


# Bounds end the program too

# A program with a descendant; both write their pids, and each may turn a deaf ear to SIGTERM.
FAMILY = """
import os, signal, sys
deaf = sys.argv[1]
child = os.fork()
if deaf == ("child" if child == 0 else "parent"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open("pids", "a") as pids:
    pids.write(f"{os.getpid()}\\n")
while True:
    signal.pause()
"""


def family(deaf="nobody"):
    return python(FAMILY, deaf)


def pids():
    try:
        return [int(line) for line in Path("pids").read_text().splitlines()]
    except FileNotFoundError:
        return []


@pytest.mark.parametrize("deaf", ["nobody", "child"])
def test_a_time_out_ends_the_program_and_whatever_it_started(start, runs, deaf):
    watcher = start("monitor", "--timeout", "1.5", *family(deaf))
    wait_for(lambda: len(pids()) == 2, "pids")
    parent, child = pids()
    assert watcher.wait(timeout=20) == 124
    wait_for(lambda: not runs(parent) and not runs(child), "end of the family")


@pytest.mark.parametrize("words", [("--duration", "0.3"), ("--count", "2", *FAST), ("--once",)])
def test_a_bound_that_is_no_failure_ends_the_program_with_0(run, words):
    done = run("monitor", *words, *shell("exec sleep 60"))
    assert done.returncode == 0 and summary(done)["code"] == "143" and summary(done)["by_us"]


def test_until_level_ends_the_program_with_0(run, machine_at):
    machine_at("critical")
    done = run("monitor", "--until-level", "high", *shell("exec sleep 60"))
    assert done.returncode == 0 and summary_of_last_line(done)["code"] == "143"


def test_fail_fast_ends_the_program_with_1(run, machine_at):
    machine_at("critical")
    done = run("monitor", "--fail-on", "high", "--fail-fast", *shell("exec sleep 60"))
    assert done.returncode == 1 and summary_of_last_line(done)["level"] == "XX CRITICAL"


def summary_of_last_line(done):
    match = SUMMARY.match(done.stderr.splitlines(keepends=True)[-1])
    assert match, done.stderr
    return match.groupdict()


def test_fail_on_judges_a_program_that_ended_well(run, machine_at):
    machine_at("critical")
    assert run("monitor", "--fail-on", "high", *shell("exit 0")).returncode == 1
    assert run("monitor", "--fail-on", "high", *shell("exit 7")).returncode == 7


# A budget

EATER = "held = b'x' * int(6e7); import time; time.sleep(0.5); print('finished'); raise SystemExit(int('%d'))"


@pytest.mark.parametrize(("own", "code"), [(0, 1), (7, 7)])
def test_a_passed_budget_is_1_kills_nobody_and_yields_to_the_programs_own_code(run, own, code):
    done = run("monitor", "--limit", "30MiB", *python(EATER % own))
    assert (done.returncode, done.stdout) == (code, "finished\n")
    told = summary_of_last_line(done)
    assert told["budget"] == "30M" and told["level"] == "XX CRITICAL" and re.fullmatch(r"[56]\d(\.\d)?M", told["peak"])


def test_a_budget_that_was_passed_between_two_readings_is_passed(run):
    # A big process of a moment; what its parent waited for counts too.
    quick = f"{sys.executable} -ISc 'bytearray(100 << 20)'; :"
    done = run("monitor", "--interval", "1h", "--limit", "80MiB", *shell(quick))
    told = summary_of_last_line(done)
    assert done.returncode == 1 and told["level"] == "XX CRITICAL" and re.fullmatch(r"1[0-3]\dM", told["peak"])


@pytest.mark.parametrize("command", ["monitor", "snapshot"])
def test_a_budget_of_a_program_that_ended_before_the_first_reading_is_not_kept_but_unknown(run, command):
    done = run(command, "--limit", "1GiB", *shell("exit 0"))
    assert done.returncode in (0, 3)  # 0: it was still there when it was read
    if command == "monitor":
        told = summary_of_last_line(done)
        assert (told["peak"] == "unknown") == (done.returncode == 3) == (told["level"] == "?? UNKNOWN")


def test_a_kept_budget_is_0(run):
    done = run("monitor", "--limit", "1GiB", *python(EATER % 0))
    assert (done.returncode, done.stdout) == (0, "finished\n")


def test_a_budget_counts_the_whole_tree(run):
    tree = "import os, time; os.fork(); os.fork(); held = b'x' * int(2e7); time.sleep(0.6)"
    done = run("monitor", "--limit", "50MiB", *python(tree))
    assert done.returncode == 1
    assert float(summary_of_last_line(done)["peak"].removesuffix("M")) > 70
