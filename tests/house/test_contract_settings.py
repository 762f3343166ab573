"""Each setting has a key, a variable, its place in manual and README, and an option where one would be typed."""

import re
from pathlib import Path

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.settings.table import ROWS, TABLES

PROJECT = Path(__file__).parents[2]
SHOWN = [row for row in ROWS if not row.hidden]
README = (PROJECT / "README.md").read_text()
MANUAL = re.sub(r"\\f[BIR]|\\&", "", (PROJECT / "man" / "mnemo.toml.5").read_text()).replace("\\-", "-")
OPTIONS = {
    name for command in command_tree(root_command()).walk() for option in command.options for name in option.names
}
OF_A_PROGRAM = "a program that uses the library has it; no command of mnemo does"
OF_A_LEVEL = "every program of a machine should have the same levels; a command chooses one with --fail-on"
OF_A_SERVICE = "whoever runs a service sets it once, and not anew on each line"
OF_RENDERING = "limits render prints what is configured: a line that differed from it would describe nothing"
SECRET = "a secret on a command line can be read by everybody; a file that holds one is named in the settings"
WITHOUT_OPTION = {
    "resources.memory_moderate_pct": OF_A_LEVEL,
    "resources.memory_high_pct": OF_A_LEVEL,
    "resources.memory_critical_pct": OF_A_LEVEL,
    "resources.memory_release_margin_pct": OF_A_LEVEL,
    "resources.memory_log_interval_secs": OF_A_SERVICE,
    "resources.event_capacity": OF_A_PROGRAM,
    "resources.event_ttl_secs": OF_A_PROGRAM,
    "resources.work_queue_max": OF_A_PROGRAM,
    "resources.db_pool_size": OF_A_PROGRAM,
    "resources.embeddings_cache_size": OF_A_PROGRAM,
    "resources.crdt_history_max_ops": OF_A_PROGRAM,
    "resources.crdt_compaction_interval_secs": OF_A_PROGRAM,
    "resources.memory_limit": OF_RENDERING,
    "resources.memory_request": OF_RENDERING,
    "resources.memory_swap_total": OF_RENDERING,
    "resources.cpu_limit": OF_RENDERING,
    "resources.cpu_request": OF_RENDERING,
    "resources.fixed_memory": OF_RENDERING,
    "monitor.memory_log_file": OF_A_SERVICE,
    "monitor.memory_log_max_bytes": OF_A_SERVICE,
    "collect.databases": "which databases there are belongs to a machine, and a bundle is often made in a hurry",
    "alerts.log_to": OF_A_SERVICE,
    "alerts.webhook_url": SECRET,
    "alerts.webhook_url_file": SECRET,
    "alerts.webhook_token_file": SECRET,
    "alerts.webhook_ca_file": OF_A_SERVICE,
    "alerts.pagerduty_key_file": SECRET,
    "alerts.exec": "what is run unasked comes from a trusted file only",
    "alerts.timeout_secs": OF_A_SERVICE,
    "alerts.group_wait_secs": OF_A_SERVICE,
    "alerts.repeat_secs": OF_A_SERVICE,
    "orchestrate.reconnect_secs": OF_A_SERVICE,
    "orchestrate.on_critical": "what a plan's jobs can bear belongs to the plan's place, not to one run",
    "orchestrate.history_file": "all runs share what they learn",
}


def test_keys_and_variables_are_each_of_one_setting():
    for names in ([row.key for row in ROWS], [row.environment for row in ROWS]):
        assert len(names) == len(set(names))
    assert all(re.fullmatch(r"MNEMOSYNE_[A-Z_]+", row.environment) for row in ROWS)
    assert all(row.table in TABLES and row.name for row in ROWS)


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: row.key)
def test_a_setting_is_in_the_readme_and_in_the_manual_with_its_variable(row):
    assert f"| {row.key} | {row.environment} |" in README
    assert row.name in MANUAL and row.environment in MANUAL
    assert row.help


@pytest.mark.parametrize("row", [row for row in ROWS if row.hidden], ids=lambda row: row.key)
def test_a_setting_for_tests_is_nowhere_in_the_texts(row):
    assert row.key not in README and row.environment not in README + MANUAL


def test_a_setting_has_an_option_or_a_reason_for_none():
    with_option = {row.key for row in SHOWN if row.flag}
    assert with_option.isdisjoint(WITHOUT_OPTION)
    assert with_option | set(WITHOUT_OPTION) == {row.key for row in SHOWN}
    assert {row.flag for row in SHOWN if row.flag} <= OPTIONS
