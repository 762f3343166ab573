"""Each JSON document that a command prints is as its shipped schema says, and each shipped schema is of some output."""

import gzip
import json
import os
import re
from importlib import resources
from pathlib import Path

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.output.command_tree import command_tree
from tests.forensics.oom_report.stock import REPORTS
from tests.schemas import validator_of

COMMANDS = list(command_tree(root_command()).walk())
SHIPPED = {
    entry.name.removesuffix(".schema.json")
    for entry in resources.files("mnemo_cli").joinpath("schemas").iterdir()
    if entry.name.endswith(".schema.json")
}
EVENTFUL = Path(__file__).parents[1] / "pictures" / "shop.mnr"
KERNEL_LOG = next(iter(REPORTS.values()))
PLAN = '[[job]]\nname = "a"\ncmd = ["true"]\n'
# What must be there before a line can be run.
NEEDS = {
    "OLD": ("snapshot --format json", "old.json"),
    "RECORDING": ("monitor --record x.mnr --count 2 --interval 50ms --format ndjson", None),
    "JOURNAL": ("orchestrate plan.toml --journal j --quiet", None),
    "BUNDLE": ("collect --profile minimal -o b.tar.gz", None),
}
# A line, the schemas of its document or of its lines, and what it needs.
LINES = {
    "snapshot --format json": "sample",
    "snapshot --diff old.json --format json": "diff",
    "monitor --once --format ndjson": "sample",
    "monitor --replay x.mnr --format ndjson": "sample",
    "limits check --fail-on never --format json": "findings",
    "limits check --fail-on never --format ndjson": "findings",
    "limits show --format json": "limits",
    "limits rules --format json": "rules",
    "limits rules --format json --replay x.mnr": "replay",
    "limits rules --format ndjson --replay shop.mnr": "event",
    "doctor --fail-on never --format json": "findings",
    "doctor --fail-on never --format ndjson": "findings",
    "ulimit doctor --fail-on never --format json": "findings",
    "ulimit fix --list --format json": "fixes",
    "ulimit fix --need nofile=65536 --root . --world pam --format json": "fix",
    "collect --list --format json": "collectors",
    "collect --dry-run --profile minimal --format json": "collectors",
    "collect --profile minimal -o c.tar.gz --format json": "manifest",
    "collect-diagnostics --verify b.tar.gz --format json": "verified",
    "explain --format json": "topics",
    "explain 137 --format json": "topic",
    "explain levels --format json": "topic",
    "explain fd-usage --format json": "topic",
    "explain kernel.log --format json": "explain",
    "explain --pid SELF --growth 2s --format json": "growth",
    "orchestrate plan.toml --format json": "run",
    "orchestrate plan.toml --format ndjson": "run-line",
    "orchestrate status j --format json": "run",
    "orchestrate report j --format json": "run",
    "orchestrate history --format json": "history",
    "config show --format json": "config",
}
# Written to files; the rest of the shipped schemas are of lines above.
OF_FILES = {"log", "recording", "event"}


@pytest.fixture
def ready(mnemo, tmp_path):
    """Runs what a line needs first."""

    def prepare(line):
        here = tmp_path / "here"
        (here / "plan.toml").write_text(PLAN)
        (here / "kernel.log").write_text(KERNEL_LOG)
        (here / "shop.mnr").symlink_to(EVENTFUL)
        for name, (words, file) in NEEDS.items():
            if {"OLD": "old.json", "RECORDING": "x.mnr", "JOURNAL": " j ", "BUNDLE": "b.tar.gz"}[name] in line:
                done = mnemo(*words.split())
                assert done.code == 0, done.err
                if file:
                    (here / file).write_text(done.out)

    return prepare


@pytest.mark.parametrize("line", LINES)
def test_what_it_prints_is_as_the_schema_says(mnemo, ready, line):
    ready(line)
    done = mnemo(*line.replace("SELF", str(os.getpid())).split())
    assert done.code == 0, done.err
    assert "\x1b" not in done.out + done.err
    documents = [json.loads(row) for row in done.out.splitlines()] if "ndjson" in line else [json.loads(done.out)]
    assert documents
    for document in documents:
        validator_of("event" if document.get("event") == "exit" else LINES[line]).validate(document)


def in_words():
    """The same lines for people, in each format that the command has; not those that only make something."""
    for line in LINES:
        command = next(one for one in COMMANDS[::-1] if f"{line} ".startswith(f"{' '.join(one.words[1:])} "))
        formats = next(option.value.words for option in command.options if "--format" in option.names)
        if "ndjson" not in line and not re.search(r" -o | --verify | --growth |plan\.toml", line):
            yield from (
                line.replace("--format json", f"--format {text}") for text in ("table", "plain") if text in formats
            )


@pytest.mark.parametrize("line", [*in_words()])
def test_text_has_no_escape_codes_off_a_terminal_and_not_with_no_color(mnemo, ready, monkeypatch, line):
    ready(line)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = mnemo(*line.split())
    assert done.code == 0, done.err
    assert "\x1b" not in done.out + done.err


def test_each_command_that_prints_json_is_held_against_a_schema():
    def has_json(command, word):
        return any("--format" in option.names and word in option.value.words for option in command.options)

    for word in ("json", "ndjson"):
        printing = {" ".join(command.words[1:]) for command in COMMANDS if has_json(command, word)}
        held = {name for name in printing if any(line.startswith(f"{name} ") and f" {word}" in line for line in LINES)}
        # Two names of one command: what the one prints the other prints.
        assert printing - held <= {"ulimit doctor"}


def test_each_shipped_schema_is_of_an_output():
    assert set(LINES.values()) | OF_FILES == SHIPPED


def test_a_recording_its_events_and_the_memory_log_are_as_their_schemas_say(mnemo, tmp_path):
    done = mnemo("monitor", "--record", "x.mnr", "--output", "lines", "--format", "ndjson", "--", "true")
    assert done.code == 0, done.err
    recorded = gzip.decompress((tmp_path / "here" / "x.mnr").read_bytes()).decode().splitlines()
    lines = [json.loads(line) for line in (tmp_path / "here" / "lines").read_text().splitlines()]
    log = [json.loads(line) for line in next((tmp_path / "data").rglob("memory.log")).read_text().splitlines()]
    events = [line for line in lines if line["type"] == "event"]
    assert recorded and events and log
    for name, found in (("recording", map(json.loads, recorded)), ("event", events), ("log", log)):
        for document in found:
            validator_of(name).validate(document)
