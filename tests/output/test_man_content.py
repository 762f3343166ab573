"""What the real manual says is true of the code: settings, examples that are read, exit codes, pages that exist."""

import os
import re
from pathlib import Path
from typing import get_args

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.errors import ExitCode
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.document import read_rules
from mnemo_cli.limits.rules.rule import BUILT_IN
from mnemo_cli.limits.rules.variables import VARIABLES, VARIABLES_BY_NAME
from mnemo_cli.model.alerts import AlertState
from mnemo_cli.orchestrate.plan.document import parse_document
from mnemo_cli.orchestrate.plan.fields import FIELDS
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.output.man import alerts, around, conditions, exits, notes, plans, settings
from mnemo_cli.settings import ROWS, Places, load
from mnemo_cli.settings.alerts import PAGERDUTY_VARIABLE, TOKEN_VARIABLE
from mnemo_cli.settings.schema import file_schema

TREE = command_tree(root_command())
COMMANDS = {command.words[-1]: command for command in TREE.commands}
OURS = {"mnemo(1)", "mnemo.toml(5)", "mnemo-alerts(5)", *(f"mnemo-{name}(1)" for name in COMMANDS)}
WELL_KNOWN = {
    "bash(1)", "cgroups(7)", "dmesg(1)", "errno(3)", "fish(1)", "getrlimit(2)", "journalctl(1)", "limits.conf(5)",
    "prlimit(1)", "proc(5)", "signal(7)", "sysctl.d(5)", "systemd.exec(5)", "systemd.resource-control(5)",
    "systemd.service(5)", "zsh(1)",
}  # fmt: skip


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A machine where nothing is set but what a test writes, by a user who owns all of it."""
    return Places(tmp_path, {}, tmp_path / "user.toml", tmp_path / "system.toml", tmp_path / "data", os.geteuid())


def test_the_example_of_a_settings_file_is_read_without_a_word(places):
    places.user_file.write_text(settings.EXAMPLE)
    places.user_file.chmod(0o600)
    found = load(places=places)
    assert found.warnings == ()
    assert found.value("resources.memory_high_pct") == 70 and found.value("monitor.interval") == 0.5
    assert found.value("alerts.log_to") == "stderr,journald"
    assert [entry.waiver.id for entry in found.waiver_entries] == ["fd-soft-low"]


def test_the_files_are_those_that_are_looked_for_in_that_order(places):
    assert [entry.name.rpartition("/")[2] for entry in around.SETTINGS_FILES] == ["mnemo.toml", *["config.toml"] * 2]
    assert around.SETTINGS_FILES[2].name == "/etc/mnemosyne/config.toml"
    assert [entry.name for entry in around.SECRETS] == [TOKEN_VARIABLE, PAGERDUTY_VARIABLE]


def test_every_setting_has_its_readers_and_no_reader_is_left_over():
    named = {row.key: settings.reader_of(row.key) for row in ROWS if not row.hidden}
    assert {begin for begin in settings.READERS if not any(key.startswith(begin) for key in named)} == set()
    for row in ROWS:
        if row.hidden or row.flag is None:
            continue
        takers = [
            name for name in COMMANDS
            if any(row.flag in option.names for one in COMMANDS[name].walk() for option in one.options)
        ]  # fmt: skip
        assert any(re.search(rf"\b{name}\b", named[row.key]) for name in takers), row.key


@pytest.mark.parametrize("row", [row for row in ROWS if not row.hidden], ids=lambda row: row.key)
def test_every_setting_stands_below_its_table(row):
    shipped = (Path(__file__).parents[2] / "man/mnemo.toml.5").read_text().replace("\\-", "-")
    entry = shipped.partition(f".SS [{row.table}]\n")[2].partition(f".B {row.name}\n")[2].partition("\n.TP")[0]
    assert row.environment in entry and "Allowed is" in entry
    assert row.flag is None or f", or {row.flag}." in " ".join(entry.split("\n"))
    assert ("Only from a trusted" in entry.replace("\n", " ")) == row.trusted_only


def test_the_keys_of_a_waiver_are_those_that_are_read():
    read = file_schema()["properties"]["doctor"]["properties"]["waivers"]["items"]["required"]
    assert [entry.name for entry in settings.WAIVER_KEYS] == read


def test_the_examples_of_rules_are_read():
    names = set(VARIABLES_BY_NAME)
    first, second = read_rules(alerts.EXAMPLE, "example", known=names).rules
    assert (first.for_seconds, first.keep_firing_seconds, second.actions) == (60, 300, ("log",))
    built_in = read_rules(alerts.built_in(), "example", known=names).rules
    assert [rule._replace(summary="") for rule in BUILT_IN.rules] == list(built_in)


def test_the_examples_of_conditions_are_read():
    assert all(parse(text, set(VARIABLES_BY_NAME)) for text in conditions.CONDITIONS)
    assert {sign for text in conditions.CONDITIONS for sign in text.split()} >= {"and", "or", "not", "*", ">", "=="}


def test_every_key_of_a_rule_is_told_and_every_state():
    refused = "there is no 'x' in an alert; there are "
    with pytest.raises(Exception, match=refused) as caught:
        read_rules("alerts:\n  - x: 1\n", "example", known=())
    assert str(caught.value).partition(refused)[2].split(", ") == list(alerts.KEYS)
    assert tuple(alerts.STATES) == get_args(AlertState)


def test_every_name_of_a_condition_is_told():
    page = "\n".join(conditions.names()).replace("\\-", "-")
    assert [name for name in VARIABLES_BY_NAME if not re.search(rf"\b{name}\b", page)] == []
    assert {variable.origin for variable in VARIABLES} == set(conditions.HEADINGS)


def test_the_example_of_a_plan_is_read_and_every_field_is_told():
    plan = parse_document(plans.EXAMPLE.encode(), "nightly.toml")
    assert (plan.name, plan.slots, [job.id for job in plan.jobs]) == ("nightly", 8, ["fetch", "sort"])
    assert tuple(plans.HELPS) == tuple(FIELDS)


def test_every_command_has_exit_codes_and_no_code_is_on_no_page():
    assert set(exits.CODES) == set(COMMANDS)
    assert {code for codes in exits.CODES.values() for code in codes} == set(ExitCode)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_codes_that_its_options_say(name):
    codes, below = exits.CODES[name], list(COMMANDS[name].walk())
    options = {name for one in below for option in one.options for name in option.names}
    assert (ExitCode.TIMED_OUT in codes) == ("--timeout" in options)
    assert (ExitCode.NOT_FOUND in codes) == any(one.takes_program for one in below)
    assert {ExitCode.DONE, ExitCode.USAGE} <= set(codes)
    assert ("--fail-on" not in options) or "--fail-on" in codes[ExitCode.FINDING]
    assert name not in exits.RUN_PROGRAMS or COMMANDS[name].takes_program


@pytest.mark.parametrize("name", ["mnemo", *COMMANDS])
def test_what_to_read_next_is_there(name):
    pages = around.see_also(name)
    assert set(pages) <= OURS | WELL_KNOWN and len(pages) == len(set(pages))
    assert set(alerts.SEE_ALSO) | set(settings.SEE_ALSO) <= OURS
    assert set(notes.NOTES) <= {"mnemo", *COMMANDS}


def test_the_first_page_leads_to_every_other():
    assert OURS - {"mnemo(1)", "mnemo-collect-diagnostics(1)"} <= set(around.see_also("mnemo"))
