"""`mnemo limits rules`: the rules of the right file, this machine's numbers, and a recording that says the same."""

import gzip
import json
import os
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from mnemo_cli.app import main
from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.names import VARIABLES
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.recorder import Recorder
from mnemo_cli.recording.reading.stream import read_recording

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# One holds at every look at any machine, one at none.
RULES = """\
alerts:
  - {name: Used, condition: memory_usage_pct >= 0, severity: warning, for: 0s}
  - {name: Waits, condition: memory_used_bytes > 0, severity: error, for: 200ms}
  - {name: Never, condition: memory_usage_pct < 0, severity: critical, for: 0s}
"""


@pytest.fixture
def rules(capsys):
    """Exit code, stdout and stderr of one call."""

    def call(*words):
        code = main(["limits", "rules", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def rules_file(tmp_path):
    file = tmp_path / "alerts.yml"
    file.write_text(RULES)
    return file


@pytest.fixture
def recording(run, tmp_path, rules_file):
    """What `mnemo monitor` writes of this machine, with those rules: samples and events."""
    file = tmp_path / "night.ndjson"
    words = ("--interval", "100ms", "--count", "6", "--rules", rules_file, "--format", "ndjson", "-o", file)
    done = run("monitor", "--host", *map(str, words))
    assert done.returncode == 0, done.stderr
    return file


def validated(text, name):
    schema = json.loads(resources.files("mnemo_cli").joinpath(f"schemas/{name}.schema.json").read_text())
    document = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


def test_without_a_file_the_built_in_rules_hold_and_are_judged_now(rules):
    code, text, said = rules("--format", "json")
    document = validated(text, "rules")
    assert (code, said, document["source"]) == (0, "", "built in")
    assert [rule["name"] for rule in document["rules"]] == [
        "MemoryHigh", "MemoryCritical", "WorkQueueFull", "ConnectionLeaks",
    ]  # fmt: skip
    names = {each["name"]: each["value"] for each in document["names"]}
    assert 0 < names["memory_usage_pct"] == document["rules"][0]["value"]
    assert names["db_pool_size"] == 20
    assert set(names) == {"memory_usage_pct", "work_queue_size", "db_connections", "db_pool_size"}


def test_all_names_are_shown_when_asked_for(rules):
    code, text, _ = rules("--all", "--host", "--format", "json")
    names = {each["name"]: each["value"] for each in validated(text, "rules")["names"]}
    assert code == 0 and set(names) == {variable.name for variable in VARIABLES}
    assert names["host_limit_bytes"] == names["memory_limit_bytes"] > names["memory_used_bytes"] > 0
    assert names["process_count"] > 1


def test_the_target_is_the_one_that_was_asked_for(rules, hold):
    child = hold(1 << 20)
    _, text, _ = rules("--pid", child.pid, "--limit", "64MiB", "--all", "--format", "json")
    document = validated(text, "rules")
    names = {each["name"]: each["value"] for each in document["names"]}
    assert document["scope"]["pid"] == child.pid
    assert names["process_count"] == 1 and names["target_used_bytes"] > 1 << 20


def test_rules_from_a_file_take_the_place_of_the_built_in_ones(rules, rules_file):
    code, text, _ = rules("--rules", rules_file, "--format", "json")
    document = validated(text, "rules")
    assert (code, document["source"]) == (0, str(rules_file))
    assert [(rule["name"], rule["holds"]) for rule in document["rules"]] == [
        ("Used", True), ("Waits", True), ("Never", False),
    ]  # fmt: skip


def test_the_setting_names_them_too(rules, rules_file, tmp_path, monkeypatch):
    config = tmp_path / "mnemo.toml"
    config.write_text(f'[alerts]\nrules = "{rules_file}"\n[resources]\ndb_pool_size = 12\n')
    _, text, _ = rules("--config", config, "--format", "json", "--all")
    document = validated(text, "rules")
    assert document["source"] == str(rules_file)
    assert next(each["value"] for each in document["names"] if each["name"] == "db_pool_size") == 12


def test_into_a_pipe_goes_plain_text_and_a_table_when_asked_for(rules):
    code, text, said = rules()
    assert (code, said) == (0, "") and text.startswith("rule  MemoryHigh  ")
    code, table, _ = rules("--format", "table")
    assert code == 0 and table.startswith("4 alert rules, built in\n") and "--all shows" in table
    assert "\x1b" not in text + table


def test_a_wrong_file_is_told_with_its_line_and_exits_2(rules, tmp_path):
    file = tmp_path / "alerts.yml"
    file.write_text("alerts:\n  - name: A\n    condition: memory_usage > 60\n")
    code, text, said = rules("--rules", file)
    assert (code, text) == (2, "")
    assert said.startswith(f"mnemo: {file}:3: the condition of A: there is no memory_usage; did you mean")
    code, _, said = rules("--rules", tmp_path / "none.yml")
    assert code == 2 and "cannot read the alert rules" in said


def test_the_result_goes_to_a_file_when_asked_for(rules, tmp_path):
    file = tmp_path / "rules.json"
    assert rules("--format", "json", "-o", file) == (0, "", "")
    validated(file.read_text(), "rules")
    code, _, said = rules("-o", tmp_path / "no" / "where")
    assert code == 1 and "cannot write" in said


# Recordings


def test_a_recording_of_monitor_replayed_gives_its_own_history(rules, rules_file, recording):
    lines = [json.loads(line) for line in recording.read_text().splitlines()]
    live = [line for line in lines if line.get("event") == "alert"]
    assert [(event["name"], event["to"]) for event in live] == [("Used", "firing"), ("Waits", "firing")]
    code, text, said = rules("--rules", rules_file, "--replay", recording, "--format", "ndjson")
    assert (code, said) == (0, "")
    assert [json.loads(line) for line in text.splitlines()] == live


def test_a_recording_in_parts_tells_what_its_lines_tell(rules, rules_file, recording, tmp_path):
    packed = tmp_path / "night.mnr"
    recorder = Recorder(packed, About("0", "host", 0.1, Edges()), pytest.fail, max_bytes=1 << 30)
    with open(recording, "rb") as file:
        for each in read_recording(file, "night.ndjson"):
            recorder.note(each.moment)
    recorder.close()
    told = [rules("--rules", rules_file, "--replay", file, "--format", "json")[1] for file in (recording, packed)]
    assert told[0].replace("night.ndjson", "night.mnr") == told[1]
    assert validated(told[1], "replay")["samples"] == 6


def test_a_recording_in_parts_that_ends_in_the_middle_is_replayed_and_its_end_told(rules, tmp_path):
    whole = Path(__file__).parents[1] / "recording" / "mnr" / "versions" / "1.mnr"
    file = tmp_path / "night.mnr"
    file.write_bytes(whole.read_bytes()[:-500])
    code, text, _ = rules("--replay", file, "--format", "json")
    (left_out,) = validated(text, "replay")["left_out"]
    assert code == 0 and "the recording ends in the middle of it" in left_out["reason"]


def test_what_is_packed_and_no_recording_is_refused(rules, tmp_path):
    file = tmp_path / "letters.gz"
    file.write_bytes(gzip.compress(b"letters"))
    code, _, said = rules("--replay", file)
    assert code == 2 and "letters.gz is no recording of mnemo" in said


def test_the_memory_log_can_be_replayed(rules, rules_file, recording, tmp_path):
    (log,) = (tmp_path / "data").rglob("memory.log")
    code, text, _ = rules("--rules", rules_file, "--replay", log, "--format", "json")
    document = validated(text, "replay")
    assert code == 0 and document["samples"] >= 1
    assert document["events"][0]["name"] == "Used" and document["series"][0]["writer_pid"] > 0


@pytest.mark.parametrize(
    ("fail_on", "code"), [("warning", 1), ("high", 1), ("error", 1), ("critical", 1), ("note", 1), ("never", 0)]
)
def test_an_alert_that_fired_exits_1_from_the_level_on(rules, rules_file, recording, fail_on, code):
    assert rules("--rules", rules_file, "--replay", recording, "--fail-on", fail_on)[0] == code


def test_a_milder_alert_does_not_and_built_in_rules_gate_as_others(rules, recording, tmp_path):
    file = tmp_path / "mild.yml"
    file.write_text("alerts: [{name: Used, condition: memory_usage_pct >= 0, severity: warning, for: 0s}]\n")
    assert rules("--rules", file, "--replay", recording, "--fail-on", "error")[0] == 0
    assert rules("--replay", recording, "--fail-on", "note")[0] == 0


def test_a_rule_that_could_be_told_at_no_look_is_no_pass(rules, recording, tmp_path):
    file = tmp_path / "untold.yml"
    file.write_text("alerts: [{name: Queue, condition: work_queue_size > 1, severity: warning}]\n")
    code, _, said = rules("--rules", file, "--replay", recording, "--fail-on", "warning")
    assert code == 3
    assert "the recording has not the numbers of Queue" in said


def test_lines_that_are_no_samples_are_told(rules, recording):
    with recording.open("a") as file:
        file.write('x\n{"schema":"mnemo.sa')
    count = len(recording.read_text().splitlines())
    _, text, said = rules("--replay", recording)
    assert text.splitlines()[-2:] == [
        f"left out  line {count - 1}: it is not JSON: Expecting value at character 1",
        f"left out  line {count}: the recording ends in the middle of it",
    ]
    assert said == ""
    _, text, said = rules("--replay", recording, "--format", "ndjson")
    assert "left out" not in text
    assert said.splitlines()[1] == (
        f"mnemo: warning: {recording}: left out line {count}: the recording ends in the middle of it"
    )


@pytest.mark.parametrize("content", [b"", b"hello\n", b'{"type":"event"}\n'])
def test_a_file_without_samples_is_refused_with_what_to_do(rules, tmp_path, content):
    file = tmp_path / "none.ndjson"
    file.write_bytes(content)
    code, text, said = rules("--replay", file)
    assert (code, text) == (2, "") and "holds no samples" in said and "mnemo monitor --format ndjson" in said


def test_a_recording_that_cannot_be_read_or_is_newer_is_refused(rules, tmp_path):
    code, _, said = rules("--replay", tmp_path)
    assert code == 2 and said == f"mnemo: cannot read the recording {tmp_path}: Is a directory\n"
    file = tmp_path / "new.ndjson"
    file.write_text('{"schema":"mnemo.sample/2"}\n')
    code, _, said = rules("--replay", file)
    assert code == 2 and "a newer mnemo wrote this recording" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--replay", "x", "--pid", str(os.getpid())], "leave out the target and --all"),
        (["--replay", "x", "--all"], "leave out the target and --all"),
        (["--fail-on", "error"], "add --replay FILE"),
        (["--format", "ndjson"], "add --replay FILE, or choose json"),
        (["--host", "--pid", "1"], "more than one target"),
        (["--limit", "1Gi"], "--limit is a budget for processes"),
    ],
)
def test_what_cannot_be_is_refused(rules, words, said):
    code, text, error = rules(*words)
    assert (code, text) == (2, "") and said in error
