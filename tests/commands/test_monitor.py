"""`mnemo monitor` off a terminal: its lines, its targets, when it ends, and with which code."""

import csv
import io
import json
import os
import re
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.model import Level
from mnemo_cli.output.lines import LineFormat
from tests.schemas import validator_of

FORMATS = [choice.value for choice in LineFormat]
FAST = ("--interval", "0.05")
MIB = 1 << 20
# What a level fails: the words of --fail-on, note = moderate < warning = high < error = critical.
FAILS_FROM = {
    "note": Level.MODERATE,
    "moderate": Level.MODERATE,
    "warning": Level.HIGH,
    "high": Level.HIGH,
    "error": Level.CRITICAL,
    "critical": Level.CRITICAL,
    "never": None,
}


def documents(text):
    lines = text.splitlines()
    assert text == "".join(f"{line}\n" for line in lines), "a line is cut"
    return [json.loads(line) for line in lines]


def check(document):
    validator_of(document["type"]).validate(document)
    return document


def log_lines(tmp_path):
    path = tmp_path / "data/mnemosyne/logs/memory.log"
    return [check_log(line) for line in documents(path.read_text())]


def check_log(document):
    validator_of("log").validate(document)
    return document


@pytest.fixture
def mnemo(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", "monitor", *words])

    return call


# Lines


def test_ndjson_is_one_valid_sample_per_line_and_nothing_else(mnemo):
    done = mnemo("--host", "--format", "ndjson", "--count", "3", *FAST)
    assert (done.returncode, done.stderr) == (0, "")
    samples = [check(document) for document in documents(done.stdout)]
    assert [sample["type"] for sample in samples] == ["sample"] * 3
    times = [sample["time"] for sample in samples]
    assert times == sorted(set(times))
    assert samples[0]["scope"] == {"kind": "host", "name": "host", "pid": None}


def test_an_event_line_comes_before_the_sample_that_it_is_about(mnemo, machine_at):
    machine_at("critical")
    done = mnemo("--host", "--format", "ndjson", "--once")
    event, sample = (check(document) for document in documents(done.stdout))
    assert (event["event"], event["from"], event["to"]) == ("level", None, "critical")
    assert (sample["level"], sample["memory"]["limit_source"]["kind"]) == ("critical", "host")


def test_csv_is_a_header_and_one_row_per_sample(mnemo, machine_at):
    machine_at("critical")
    done = mnemo("--host", "--format", "csv", "--count", "3", *FAST)
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout), strict=True))
    assert len(rows) == 3 and all(None not in row and None not in row.values() for row in rows)
    for row in rows:
        used, limit = int(row["memory.used_bytes"]), int(row["memory.limit_bytes"])
        assert (row["level"], row["memory.limit_source.kind"]) == ("critical", "host")
        assert float(row["memory.used_ratio"]) == pytest.approx(used / limit)
        assert int(row["memory.headroom_bytes"]) == limit - used


def test_plain_is_the_default_off_a_terminal(mnemo, machine_at):
    machine_at("high")
    plain, default = mnemo("--host", "--once", "--format", "plain"), mnemo("--host", "--once")
    for done in (plain, default):
        event, line = done.stdout.splitlines()
        assert re.fullmatch(r"\d\d:\d\d:\d\dZ  level: unknown → high \(host\)", event)
        assert re.match(
            r"\d\d:\d\d:\d\dZ  !! HIGH +\d+\.\d% of [\d.]+[MGT] \(host\)  used [\d.]+[MGT]  headroom ", line
        )


@pytest.mark.parametrize("line_format", FORMATS)
def test_no_escape_code_leaves_mnemo_off_a_terminal(run, line_format, machine_at):
    machine_at("critical")
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    done = run("monitor", "--host", "--once", "--format", line_format, "--color", "always", env=environment)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("line_format", FORMATS)
def test_output_goes_to_the_file_and_nothing_to_stdout(mnemo, tmp_path, line_format):
    target = tmp_path / "samples"
    target.write_text("old text, longer than any line of a sample\n" * 100)
    done = mnemo("--host", "--format", line_format, "--count", "2", *FAST, "--output", str(target))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = target.read_text()
    assert "old text" not in text
    assert len(text.splitlines()) == (3 if line_format == "csv" else 2)


@pytest.mark.parametrize(("place", "reason"), [("missing/file", "No such file or directory"), ("", "Is a directory")])
def test_an_output_that_cannot_be_written_is_an_error_at_once(mnemo, tmp_path, place, reason):
    path = tmp_path / place
    done = mnemo("--host", "-o", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"mnemo: cannot write {path}: {reason}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("line_format", FORMATS)
def test_a_full_disk_under_the_output_ends_with_one_message(run, line_format):
    done = run("monitor", "--host", "--format", line_format, *FAST, "-o", "/dev/full")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mnemo: cannot write /dev/full: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("line_format", FORMATS)
def test_a_full_disk_under_stdout_ends_with_one_message(run, line_format):
    with open("/dev/full", "wb") as full:
        done = run("monitor", "--host", "--format", line_format, *FAST, stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith("mnemo: ") and "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("line_format", FORMATS)
def test_a_closed_pipe_ends_a_watch_quietly_with_0(start, line_format):
    watcher = start("monitor", "--host", "--format", line_format, *FAST)
    assert watcher.stdout.readline()
    watcher.stdout.close()
    assert watcher.wait(timeout=20) == 0
    assert watcher.stderr.read() == ""


# When it ends


def test_once_is_one_sample_and_wins_over_the_interval(mnemo):
    began = time.monotonic()
    done = mnemo("--host", "--once", "--interval", "1h", "--format", "ndjson")
    assert done.returncode == 0 and len(documents(done.stdout)) == 1
    assert time.monotonic() - began < 20


def test_duration_ends_with_0_and_timeout_with_124(mnemo):
    for words, code in [
        (("--duration", "0.2"), 0),
        (("--timeout", "200ms"), 124),
        (("--timeout", "0.2s", "--duration", "1h"), 124),
        (("--timeout", "1h", "--duration", "0.2"), 0),
        (("--timeout", "1h", "--count", "1"), 0),
        (("--timeout", "0"), 124),
    ]:
        done = mnemo("--host", "--format", "ndjson", "--interval", "0.1", *words)
        assert (done.returncode, done.stderr) == (code, ""), words
        assert len(documents(done.stdout)) >= 1


@pytest.mark.parametrize("level", ["moderate", "high", "critical"])
def test_until_level_ends_with_0_once_the_level_is_reached_or_passed(mnemo, machine_at, level):
    machine_at("critical")
    done = mnemo("--host", "--until-level", level, "--fail-on", "note", "--timeout", "20")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2, "one event and one sample"


def test_until_level_waits_while_the_level_is_not_reached(mnemo, machine_at):
    machine_at("moderate")
    assert mnemo("--host", "--until-level", "high", "--timeout", "0.2", *FAST).returncode == 124


@pytest.mark.parametrize("level", Level, ids=lambda level: level.word)
def test_fail_on_fails_at_its_level_and_above(mnemo, machine_at, level):
    machine_at(level.word)
    for word, lowest in FAILS_FROM.items():
        done = mnemo("--host", "--once", "--fail-on", word.upper())
        assert done.returncode == (lowest is not None and level >= lowest), word


def test_without_fail_fast_the_watch_goes_on_and_judges_at_its_end(mnemo, machine_at):
    machine_at("critical")
    done = mnemo("--host", "--format", "ndjson", "--count", "3", *FAST, "--fail-on", "high")
    assert done.returncode == 1
    assert [document["type"] for document in documents(done.stdout)] == ["event", *["sample"] * 3]


def test_fail_fast_ends_at_the_first_breach(mnemo, machine_at):
    machine_at("critical")
    done = mnemo("--host", "--format", "ndjson", "--fail-on", "high", "--fail-fast", "--timeout", "20")
    assert done.returncode == 1
    assert [document["type"] for document in documents(done.stdout)] == ["event", "sample"]


def test_fail_fast_without_a_breach_ends_nothing(mnemo, machine_at):
    machine_at("moderate")
    words = ("--host", "--fail-on", "high", "--fail-fast", "--count", "2", *FAST)
    assert mnemo(*words).returncode == 0


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_signal_ends_a_watch_in_good_order(start, name, code):
    import signal

    watcher = start("monitor", "--host", "--format", "ndjson", "--interval", "1h")
    assert json.loads(watcher.stdout.readline())["type"] == "sample"
    watcher.send_signal(signal.Signals[name])
    assert watcher.wait(timeout=5) == code
    assert watcher.stderr.read() == ""


def test_a_hangup_that_was_ignored_at_the_start_stays_ignored(start, hold):
    holder = hold(1)
    words = ("monitor", "--pid", str(holder.pid), "--format", "ndjson", *FAST)
    watcher = start(*words, preexec_fn=ignore_hangup)
    assert watcher.stdout.readline()
    watcher.send_signal(1)
    for _ in range(3):
        assert watcher.stdout.readline()
    holder.stdin.close()
    holder.wait()
    assert watcher.wait(timeout=20) == 0


def ignore_hangup():
    import signal

    signal.signal(signal.SIGHUP, signal.SIG_IGN)


# Targets


def test_without_a_target_it_watches_its_own_scope(mnemo):
    sample = check(documents(mnemo("--once", "--format", "ndjson").stdout)[-1])
    own_group = sample["scope"]["kind"] == "cgroup"
    assert own_group or sample["scope"]["kind"] == "host"
    assert sample["limits"][-1]["kind"] == "host"
    assert not own_group or sample["limits"][0]["path"] == sample["scope"]["name"]


def test_a_pid_is_watched_with_its_descendants(mnemo, hold):
    holder = hold(50 * MIB)
    done = mnemo("--pid", str(os.getpid()), "--once", "--format", "ndjson")
    sample = check(documents(done.stdout)[-1])
    assert sample["scope"] == {"kind": "process", "name": f"pid {os.getpid()}", "pid": os.getpid()}
    assert {os.getpid(), holder.pid} <= {process["pid"] for process in sample["processes"]}
    assert sample["target"]["used_bytes"] > 50 * MIB


def test_a_name_is_a_regular_expression_over_names(mnemo, hold, tmp_path):
    # A name that nobody else has: another one's "python3" may become something else while it is read.
    name = f"held-{os.getpid()}"
    (tmp_path / name).symlink_to(sys.executable)
    process = hold(MIB, tmp_path / name)
    sample = check(documents(mnemo("--name", r"^h.ld-\d+$", "--once", "--format", "ndjson").stdout)[-1])
    assert sample["scope"]["kind"] == "name" and sample["target"]["processes"] == 1
    assert [(one["pid"], one["name"]) for one in sample["processes"]] == [(process.pid, name)]


def test_a_group_is_watched_by_its_path(mnemo):
    own = check(documents(mnemo("--once", "--format", "ndjson").stdout)[-1])
    if own["scope"]["kind"] != "cgroup":
        pytest.skip("these tests run in no memory control group of their own")
    path = own["scope"]["name"]
    sample = check(documents(mnemo("--cgroup", path, "--once", "--format", "ndjson").stdout)[-1])
    assert sample["scope"] == {"kind": "cgroup", "name": path, "pid": None}
    assert [limit["path"] for limit in sample["limits"]] == [limit["path"] for limit in own["limits"]]


# A budget


def test_a_budget_that_is_passed_is_exit_1_and_kills_nobody(mnemo, hold):
    holder = hold(50 * MIB)
    done = mnemo("--pid", str(holder.pid), "--limit", "20MiB", "--count", "2", *FAST, "--format", "ndjson")
    assert done.returncode == 1 and holder.poll() is None
    sample = check(documents(done.stdout)[-1])
    assert (sample["level"], sample["memory"]["limit_source"]["kind"]) == ("critical", "budget")
    assert sample["memory"]["limit_bytes"] == 20 * MIB
    assert re.search(r"^mnemo: pid \d+: peak 5\dM of a budget of 20M, worst level XX CRITICAL, ", done.stderr, re.M)


def test_a_budget_that_is_kept_is_exit_0(mnemo, hold):
    holder = hold(50 * MIB)
    assert mnemo("--pid", str(holder.pid), "--limit", "2GB", "--count", "2", *FAST).returncode == 0


def test_a_budget_may_be_judged_by_its_level_too(mnemo, hold):
    holder = hold(50 * MIB)
    words = ("--pid", str(holder.pid), "--limit", "70MiB", "--once", "--fail-on")
    assert mnemo(*words, "high").returncode == 1
    assert mnemo("--pid", str(holder.pid), "--limit", "70MiB", "--once").returncode == 0


# The end of a target


@pytest.mark.parametrize(("level", "code"), [("normal", 0), ("critical", 1)])
def test_a_process_that_ends_between_two_samples_ends_the_watch(start, hold, machine_at, level, code):
    machine_at(level)
    holder = hold(MIB)
    watcher = start("monitor", "--pid", str(holder.pid), "--format", "ndjson", *FAST, "--fail-on", "high")
    assert watcher.stdout.readline()
    holder.stdin.close()
    holder.wait()
    rest = [check(document) for document in documents(watcher.stdout.read())]
    assert watcher.wait(timeout=20) == code
    *_, event, sample = rest
    assert (event["event"], event["text"]) == ("exit", f"pid {holder.pid} has ended")
    assert (sample["type"], sample["target"]["processes"]) == ("sample", 0)
    assert re.search(rf"^mnemo: pid {holder.pid}: peak ", watcher.stderr.read(), re.M)


# What is said on stderr


def test_a_level_is_logged_with_the_severity_of_its_table(mnemo, machine_at):
    for level, severity in [("moderate", "warning"), ("high", "warning"), ("critical", "error")]:
        machine_at(level)
        done = mnemo("--host", "--once")
        assert done.stderr == f"mnemo: {severity}: level: unknown → {level} (host)\n"


def test_how_much_is_logged_is_chosen_by_flags_and_the_environment(mnemo, machine_at, monkeypatch):
    machine_at("moderate")
    assert "warning" in mnemo("--host", "--once").stderr
    assert mnemo("--host", "--once", "--quiet").stderr == ""
    monkeypatch.setenv("MNEMOSYNE_LOG", "error")
    assert mnemo("--host", "--once").stderr == ""
    assert "warning" in mnemo("--host", "--once", "-v").stderr
    monkeypatch.setenv("MNEMOSYNE_LOG", "DEBUG")
    assert "warning" in mnemo("--host", "--once").stderr
    assert mnemo("--host", "--once", "--quiet").stderr == ""


def test_quiet_still_logs_an_error(mnemo, machine_at):
    machine_at("critical")
    assert "error: level" in mnemo("--host", "--once", "--quiet").stderr


def test_quiet_silences_the_warnings_of_the_settings_too(mnemo, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_DB_POOL_SIZE", "100")
    assert "MNEMOSYNE_DB_POOL_SIZE" in mnemo("--host", "--once").stderr
    assert mnemo("--host", "--once", "--quiet").stderr == ""


def test_a_wrong_word_for_the_log_is_wrong_configuration(mnemo, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_LOG", "loud")
    done = mnemo("--once")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mnemo: environment MNEMOSYNE_LOG: 'loud' is not one of debug, info, warning, error\n"


# Settings


def test_a_settings_file_decides_levels_and_interval(mnemo, tmp_path):
    config = tmp_path / "mine.toml"
    config.write_text(
        "[resources]\nmemory_moderate_pct = 0.01\nmemory_high_pct = 0.02\nmemory_critical_pct = 0.03\n"
        "memory_release_margin_pct = 0\n[monitor]\ninterval = 0.05\n"
    )
    began = time.monotonic()
    done = mnemo("--host", "--count", "3", "--format", "ndjson", "--config", str(config))
    assert [document["level"] for document in documents(done.stdout)[1:]] == ["critical"] * 3
    assert 0.09 < time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[resources]\nmemory_hihg_pct = 60\n", (":2", "memory_hihg_pct", "memory_high_pct")),
        ("[resources]\nmemory_high_pct = 'much'\n", (":2", "memory_high_pct", "much")),
        ("[resources]\nmemory_high_pct = 160\n", (":2", "memory_high_pct", "160")),
        ("[resources]\nmemory_high_pct = 30\n", ("memory_high_pct", "40", "30")),
        ("[resources\n", (":1",)),
    ],
)
@pytest.mark.parametrize("command", ["monitor", "snapshot", "explain"])
def test_a_mistake_in_the_settings_reaches_every_command(script_runner, tmp_path, command, text, parts):
    config = tmp_path / "mine.toml"
    config.write_text(text)
    done = script_runner.run(["mnemo", command, "--config", str(config)])
    assert (done.returncode, done.stdout) == (2, "")
    assert str(config) in done.stderr and all(part in done.stderr for part in parts), done.stderr


def test_edges_out_of_order_in_the_environment_are_wrong_configuration(mnemo, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_CRITICAL_PCT", "50")
    done = mnemo("--once")
    assert (done.returncode, done.stdout) == (2, "")
    assert "MNEMOSYNE_MEMORY_CRITICAL_PCT" in done.stderr


# The memory log


def test_the_memory_log_has_a_line_per_run_and_per_level_change(mnemo, tmp_path, machine_at):
    assert mnemo("--host", "--once").returncode == 0
    machine_at("critical")
    assert mnemo("--host", "--once").returncode == 0
    first, event, last = log_lines(tmp_path)
    assert [line["type"] for line in (first, event, last)] == ["memory", "event", "memory"]
    assert {line["pid"] for line in (first, event, last)} == {os.getpid()}
    assert (event["event"], event["to"], last["level"]) == ("level", "critical", "critical")
    assert last["used_bytes"] > 0 and last["limit_source"]["kind"] == "host"


def test_headless_writes_the_memory_log_and_nothing_else(mnemo, tmp_path):
    done = mnemo("--host", "--headless", "--count", "2", *FAST)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [line["type"] for line in log_lines(tmp_path)] == ["memory"]


@pytest.mark.parametrize("name", ["process_count", "target_processes"])
def test_headless_judges_a_rule_about_processes(mnemo, name):
    Path("rules.yml").write_text(f"alerts:\n- {{name: Crowd, condition: {name} > 0, for: 0s}}\n")
    done = mnemo("--host", "--headless", "--count", "1", "--rules", "rules.yml", *FAST)
    assert "Crowd is firing" in done.stderr


def test_the_memory_log_goes_where_the_environment_says(mnemo, tmp_path, monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LOG_FILE", str(tmp_path / "deep/er/log"))
    assert mnemo("--host", "--once").returncode == 0
    assert len(documents((tmp_path / "deep/er/log").read_text())) == 1
    assert not (tmp_path / "data").exists()


def test_a_memory_log_that_cannot_be_written_is_told_once_and_the_watch_goes_on(mnemo, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    done = mnemo("--host", "--format", "ndjson", "--count", "3", *FAST)
    assert done.returncode == 0 and len(documents(done.stdout)) == 3
    assert re.fullmatch(r"mnemo: warning: cannot write the memory log .*: \w.*; sampling goes on\n", done.stderr)


# Wrong usage


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--pid", "999999999"), "there is no process 999999999"),
        (("--pid", "0"), "there is no process 0"),
        (("--pid", "x"), "'--pid'"),
        (("--name", "no-such-name-anywhere"), "'no-such-name-anywhere'"),
        (("--name", "("), "is not a regular expression"),
        (("--name", ""), "--name is empty"),
        (("--cgroup", "/no/such/group"), "/no/such/group"),
        (("--cgroup", "../../../etc"), "../../../etc"),
        (("--cgroup", ""), "--cgroup is empty"),
        (("--host", "--pid", "1"), "more than one target"),
        (("--name", "x", "--cgroup", "/"), "more than one target"),
        (("--limit", "1Gi"), "--limit is a budget for processes"),
        (("--limit", "1Gi", "--host"), "--limit is a budget for processes"),
        (("--limit", "1Gi", "--cgroup", "/"), "--limit is a budget for processes"),
        (("--limit", "0", "--pid", "1"), "--limit: a budget of 0"),
        (("--limit", "1GB/s", "--pid", "1"), "--limit: '1GB/s' is not a size"),
        (("--limit", "-1", "--pid", "1"), "--limit: '-1' is not a size"),
        (("--interval", "0"), "--interval"),
        (("--interval", "2h"), "--interval"),
        (("--interval", "soon"), "--interval"),
        (("--duration", "soon"), "--duration: 'soon' is not a duration"),
        (("--timeout", "-1"), "--timeout: '-1' is not a duration"),
        (("--count", "0"), "'--count'"),
        (("--until-level", "normal"), "'--until-level'"),
        (("--fail-on", "bad"), "'--fail-on'"),
        (("--format", "json"), "'--format'"),
        (("--config", "/no/such/file.toml"), "/no/such/file.toml"),
        (("--limt", "1"), "--limit"),
        (("extra",), "extra"),
    ],
)
def test_wrong_usage_is_exit_2_and_names_what_is_wrong(mnemo, words, part):
    done = mnemo(*words, "--once")
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr and "internal error" not in done.stderr
