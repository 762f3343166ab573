"""`mnemo snapshot`: one reading of each target in each format, comparisons, and its exit codes."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from mnemo_cli.model import Level
from tests.schemas import validator_of

MIB = 1 << 20


def check(text):
    document = json.loads(text)
    validator_of("sample").validate(document)
    return document


@pytest.fixture
def mnemo(script_runner):
    def call(*words):
        return script_runner.run(["mnemo", "snapshot", *words])

    return call


def python(code, *words):
    return ("--", sys.executable, "-I", "-S", "-c", code, *words)


# Formats


def test_json_is_one_valid_document(mnemo):
    done = mnemo("--host", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    document = check(done.stdout)
    assert document["schema"] == "mnemo.sample/1" and document["limits"][-1]["kind"] == "host"


@pytest.mark.parametrize("words", [(), ("--format", "plain"), ("--format", "table")])
def test_text_shows_the_level_every_limit_the_machine_and_the_largest_processes(mnemo, words):
    done = mnemo("--host", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"host  \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\nok NORMAL  \d+\.\d% of ", done.stdout)
    for heading in (
        r"^LIMIT +USED +OF +SHARE +HEADROOM +LEVEL +PEAK USAGE +HITS +OOM KILLS$",
        r"^host \* ",
        r"^MACHINE +TOTAL +USED +AVAILABLE +CACHE +SWAP USED +SWAP TOTAL$",
        r"^ +PID +UID +PSS +RSS +SWAP +FDS +OF +THREADS +OOMADJ +COMMAND$",
    ):
        assert re.search(heading, done.stdout, re.MULTILINE), heading
    assert "\x1b" not in done.stdout


def test_the_own_scope_lists_the_limits_from_the_group_outward(mnemo):
    document = check(mnemo("--format", "json").stdout)
    kinds = [limit["kind"] for limit in document["limits"]]
    assert kinds == ["cgroup"] * (len(kinds) - 1) + ["host"]
    depths = [limit["path"].rstrip("/").count("/") for limit in document["limits"][:-1]]
    assert depths == sorted(depths, reverse=True)
    text = mnemo().stdout
    assert all(f"\ncgroup {limit['path']} " in text for limit in document["limits"][:-1])


@pytest.mark.parametrize(("top", "rows"), [(0, 0), (1, 1), (3, 3)])
def test_top_decides_how_many_processes_are_shown(mnemo, top, rows):
    assert len(check(mnemo("--host", "--format", "json", "--top", str(top)).stdout)["processes"]) == rows
    text = mnemo("--host", "--top", str(top)).stdout
    listed = re.search(r"^\((\d+) of \d+ processes;", text, re.MULTILINE)
    assert (listed[1] if listed else "0") == str(rows)


def test_the_processes_come_with_the_largest_first(mnemo):
    rows = check(mnemo("--host", "--format", "json").stdout)["processes"]
    weights = [row["rss_bytes"] if row["pss_bytes"] is None else row["pss_bytes"] for row in rows]
    assert weights == sorted(weights, reverse=True)


# Fields


def test_fields_print_one_value_per_line_in_the_order_asked_for(mnemo):
    done = mnemo("--host", "--fields", "level, memory.limit_bytes,limits.0.kind,scope.pid")
    level, limit, kind, pid = done.stdout.splitlines()
    assert (done.returncode, level, kind, pid) == (0, "normal", "host", "unknown") and int(limit) > 0


def test_fields_as_json_are_one_object(mnemo):
    done = mnemo("--host", "--fields", "level,scope", "--format", "json")
    assert json.loads(done.stdout) == {"level": "normal", "scope": {"kind": "host", "name": "host", "pid": None}}


@pytest.mark.parametrize(
    ("names", "part"),
    [
        ("memory.used_byte", "did you mean memory.used_bytes"),
        ("limits.99.kind", "'limits.99.kind'"),
        ("limits.²", "'limits.²'"),
        ("limits.-1", "'limits.-1'"),
        ("level.x", "'level.x'"),
        (" , ,", "--fields is empty"),
        ("", "--fields is empty"),
    ],
)
def test_a_field_that_is_not_there_is_wrong_usage(mnemo, names, part):
    done = mnemo("--host", "--fields", names)
    assert (done.returncode, done.stdout) == (2, "") and part in done.stderr


# Comparisons


def test_a_comparison_shows_what_grew(mnemo, hold):
    Path("old.json").write_text(mnemo("--pid", str(os.getpid()), "--format", "json").stdout)
    holder = hold(50 * MIB)
    done = mnemo("--pid", str(os.getpid()), "--diff", "old.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "different targets" not in done.stdout
    row = re.search(rf"^{holder.pid} \S+ \(new\) +- +(5\d\.?\d*)M +-$", done.stdout, re.MULTILINE)
    assert row, done.stdout
    grown = re.search(r"^target.used_bytes +\S+ +\S+ +\+(\d+)", done.stdout, re.MULTILINE)
    assert grown and int(grown[1]) >= 40


def test_a_comparison_as_json_has_numbers_and_deltas(mnemo, hold):
    Path("old.json").write_text(mnemo("--pid", str(os.getpid()), "--format", "json").stdout)
    hold(50 * MIB)
    document = json.loads(mnemo("--pid", str(os.getpid()), "--diff", "old.json", "--format", "json").stdout)
    assert (document["schema"], document["same_scope"]) == ("mnemo.diff/1", True)
    assert document["level"] == {"from": "normal", "to": "normal"} and document["seconds"] > 0
    (change,) = (row for row in document["changes"] if row["field"] == "target.used_bytes")
    assert change["delta"] == change["to"] - change["from"] > 40 * MIB


def test_a_comparison_of_different_targets_says_so(mnemo):
    Path("old.json").write_text(mnemo("--host", "--format", "json").stdout)
    assert "different targets" in mnemo("--pid", str(os.getpid()), "--diff", "old.json").stdout
    document = json.loads(mnemo("--pid", str(os.getpid()), "--diff", "old.json", "--format", "json").stdout)
    assert document["same_scope"] is False


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "cannot read old.json: No such file or directory"),
        (b"", "old.json is not JSON"),
        (b"{", "old.json is not JSON"),
        (b"\xff\xfe\x00", "old.json is not JSON"),
        (b"[" * 100_000, "old.json is not JSON"),
        (b"[]", "old.json is not a mnemo.sample/1 document"),
        (b'"mnemo.sample/1"', "old.json is not a mnemo.sample/1 document"),
        (b'{"schema": "mnemo.diff/1"}', "old.json is not a mnemo.sample/1 document"),
    ],
)
def test_a_file_that_is_no_reading_is_wrong_usage(mnemo, content, part):
    if content is not None:
        Path("old.json").write_bytes(content)
    done = mnemo("--host", "--diff", "old.json")
    assert (done.returncode, done.stdout) == (2, "") and part in done.stderr


def test_nothing_is_started_when_the_old_reading_is_missing(mnemo):
    assert mnemo("--diff", "old.json", "--", "touch", "started").returncode == 2
    assert not Path("started").exists()


@pytest.mark.parametrize("words", [(), ("--format", "json")])
def test_a_damaged_or_hostile_reading_is_compared_as_far_as_it_goes(run, words):
    strange = {
        "schema": "mnemo.sample/1",
        "time": "2026-01-01T00:00:00",
        "scope": ["\x1b[31m"],
        "level": "\x1b]0;title\x07",
        "memory": {"used_bytes": float("nan"), "limit_bytes": "\x1b[2J", "headroom_bytes": 10**400},
        "limits": [7, {"path": "\x1b[31m\n", "used_bytes": [1]}, {"path": None, "kind": {}, "used_bytes": 1e308}],
        "target": "none",
        "processes": [
            7,
            {"pid": [1], "started": 1},
            {"pid": 1, "started": {}},
            {"pid": 999, "started": 1, "name": "\ud800\x1b[31m\nevil", "rss_bytes": -1e308, "pss_bytes": True},
        ],
    }
    Path("old.json").write_text(json.dumps(strange))
    done = run("snapshot", "--host", "--diff", "old.json", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout and "\\x1b[31m" in done.stdout
    if words:
        json.loads(done.stdout, parse_constant=pytest.fail)


# Gates


@pytest.mark.parametrize("level", Level, ids=lambda level: level.word)
def test_fail_on_fails_at_its_level_and_above(mnemo, machine_at, level):
    machine_at(level.word)
    for word, lowest in [("note", 1), ("moderate", 1), ("warning", 2), ("high", 2), ("error", 3), ("critical", 3)]:
        assert mnemo("--host", "--fields", "level", "--fail-on", word).returncode == (level >= lowest), word
    assert mnemo("--host", "--fields", "level", "--fail-on", "never").returncode == 0
    assert mnemo("--host", "--fields", "level").stdout == f"{level.word}\n"


def test_a_passed_budget_is_exit_1(mnemo, hold):
    pid = str(hold(30 * MIB).pid)
    assert mnemo("--pid", pid, "--limit", "10MiB").returncode == 1
    assert mnemo("--pid", pid, "--limit", "10GiB").returncode == 0


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--pid", "999999999"), "there is no process 999999999"),
        (("--name", "no-such-name-anywhere"), "'no-such-name-anywhere'"),
        (("--name", "["), "is not a regular expression"),
        (("--cgroup", "/no/such/group"), "/no/such/group"),
        (("--host", "--pid", "1"), "more than one target"),
        (("--limit", "1Gi"), "--limit is a budget for processes"),
        (("--top", "-1"), "'--top'"),
        (("--format", "csv"), "'--format'"),
    ],
)
def test_wrong_usage_is_exit_2_and_names_what_is_wrong(mnemo, words, part):
    done = mnemo(*words)
    assert (done.returncode, done.stdout) == (2, "") and part in done.stderr


# Programs


def test_a_program_is_read_at_its_highest_use_and_passes_its_code_on(run):
    peak = "import time; held = b'x' * int(6e7); time.sleep(0.5); held = b''; time.sleep(0.3); print('own')"
    done = run("snapshot", "--format", "json", *python(f"{peak}; raise SystemExit(7)"))
    assert (done.returncode, done.stderr) == (7, "own\n")
    document = check(done.stdout)
    assert document["scope"]["kind"] == "command" and document["target"]["used_bytes"] > 6e7
    assert document["processes"][0]["pid"] == document["scope"]["pid"]


@pytest.mark.parametrize(("line", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137)])
def test_a_program_that_ends_at_once_is_still_a_reading(run, line, code):
    done = run("snapshot", "--", "sh", "-c", line)
    said = "SIGKILL (proven), no memory evidence" if code == 137 else ""
    assert done.returncode == code and done.stdout.startswith("command sh -c ")
    assert said in done.stderr and done.stderr.count("\n") == (1 if said else 0)


def test_a_program_is_judged_by_its_worst_moment(run, machine_at):
    machine_at("critical")
    assert run("snapshot", "--fail-on", "high", "--", "true").returncode == 1
    assert run("snapshot", "--fail-on", "high", "--", "sh", "-c", "exit 7").returncode == 7


def test_a_budget_of_a_program_that_is_passed_is_exit_1(run):
    peak = "held = b'x' * int(6e7); import time; time.sleep(0.3)"
    assert run("snapshot", "--limit", "30MiB", *python(peak)).returncode == 1


def test_a_program_keeps_its_stdin(run):
    done = run("snapshot", "--format", "json", "--", "cat", stdin=None, input="words\n")
    assert done.stderr == "words\n" and check(done.stdout)


# Streams


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [("--format", "plain"), ("--format", "json"), ("--fields", "level")])
def test_a_full_disk_is_one_message_and_exit_1(run, words):
    with open("/dev/full", "wb") as full:
        done = run("snapshot", "--host", *words, stdout=full)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("--format", "plain"), ("--format", "json"), ("--fields", "level")])
def test_a_closed_pipe_is_quiet_and_exit_0(run, words):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = run("snapshot", "--host", *words, stdout=pipe)
    assert (done.returncode, done.stderr) == (0, "")
