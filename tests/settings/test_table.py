"""The table itself: its names are those of the specification, and its own defaults are allowed."""

from typing import get_args

import pytest

from mnemo_cli.degrade.actions.destinations import LogTo
from mnemo_cli.doctor.profiles import NAMES
from mnemo_cli.output.dashboard.table.columns import COLUMNS
from mnemo_cli.settings import ROWS, Kind, row_of
from mnemo_cli.settings.kinds import from_text, from_toml, in_file, plain, readable
from mnemo_cli.settings.texts import TEXT_KINDS

SPECIFIED = {
    "memory_log_interval_secs": ("MNEMOSYNE_MEMORY_LOG_INTERVAL", 30),
    "memory_critical_pct": ("MNEMOSYNE_MEMORY_CRITICAL_PCT", 80),
    "memory_moderate_pct": ("MNEMOSYNE_MEMORY_MODERATE_PCT", 40),
    "memory_high_pct": ("MNEMOSYNE_MEMORY_HIGH_PCT", 60),
    "memory_release_margin_pct": ("MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT", 5),
    "event_capacity": ("MNEMOSYNE_EVENT_CAPACITY", 1000),
    "event_ttl_secs": ("MNEMOSYNE_EVENT_TTL", 60),
    "work_queue_max": ("MNEMOSYNE_WORK_QUEUE_MAX", 10_000),
    "db_pool_size": ("MNEMOSYNE_DB_POOL_SIZE", 20),
    "embeddings_cache_size": ("MNEMOSYNE_EMBEDDINGS_CACHE_SIZE", 10_000),
    "crdt_history_max_ops": ("MNEMOSYNE_CRDT_HISTORY_MAX_OPS", 1000),
    "crdt_compaction_interval_secs": ("MNEMOSYNE_CRDT_COMPACTION_INTERVAL", 600),
    "memory_limit": ("MNEMOSYNE_MEMORY_LIMIT", 4 << 30),
    "memory_request": ("MNEMOSYNE_MEMORY_REQUEST", 2 << 30),
    "memory_swap_total": ("MNEMOSYNE_MEMORY_SWAP_TOTAL", 6 << 30),
    "cpu_limit": ("MNEMOSYNE_CPU_LIMIT", 2),
    "cpu_request": ("MNEMOSYNE_CPU_REQUEST", 1),
    "fixed_memory": ("MNEMOSYNE_FIXED_MEMORY", 0),
}
UNIT_OF_KIND = {
    Kind.PERCENT: "percent",
    Kind.SIZE: "bytes",
    Kind.DURATION: "seconds",
    Kind.NUMBER: "cores",
    Kind.PATH: "",
    Kind.CHOICE: "",
    Kind.PATHS: "",
    Kind.NEEDS: "",
    Kind.FILE: "",
    Kind.URL: "",
    Kind.WORDS: "",
    Kind.SOME: "",
}
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
each_with_a_fixed_default = pytest.mark.parametrize(
    "row", [row for row in ROWS if row.kind is not Kind.PATH], ids=lambda row: row.key
)


def test_the_resources_table_has_the_specified_names_variables_and_defaults():
    assert {row.name: (row.environment, row.default) for row in ROWS if row.table == "resources"} == SPECIFIED


def test_the_profiles_are_those_of_the_doctor():
    assert row_of("doctor.profile").choices == NAMES


def test_the_places_of_log_lines_are_those_of_the_actions():
    assert row_of("alerts.log_to").choices == get_args(LogTo)


def test_the_columns_are_those_of_the_dashboard():
    assert row_of("monitor.columns").choices == tuple(COLUMNS)


def test_no_two_rows_share_a_key_a_variable_or_a_flag():
    flags = [row.flag for row in ROWS if row.flag]
    for names in ([row.key for row in ROWS], [row.environment for row in ROWS], flags):
        assert len(names) == len(set(names))


@each_row
def test_a_row_says_what_it_is_in_one_line_and_in_which_unit(row):
    assert row.help.endswith(".") and "\n" not in row.help
    assert row.unit == UNIT_OF_KIND.get(row.kind, row.unit)
    assert row.unit or row.kind in TEXT_KINDS


@each_with_a_fixed_default
def test_a_default_is_itself_allowed_and_reads_back_from_each_of_its_spellings(row):
    assert from_toml(row, plain(row.default)) == row.default
    assert from_toml(row, in_file(row, row.default)) == row.default
    assert from_text(row, readable(row, row.default)) == row.default
