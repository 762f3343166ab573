"""The settings that are numbers, by the name that alert rules and metrics use."""

from collections import Counter

from mnemo_cli.settings import ROWS, load
from mnemo_cli.settings.numbers import numbers


def test_they_are_called_without_their_table_and_are_in_the_unit_of_their_row(monkeypatch):
    monkeypatch.setenv("MNEMOSYNE_DB_POOL_SIZE", "33")
    monkeypatch.setenv("MNEMOSYNE_MEMORY_LIMIT", "1Gi")
    found = numbers(load())
    assert (found["db_pool_size"], found["memory_limit"], found["memory_critical_pct"]) == (33, 1 << 30, 80)
    assert "sampler" not in found and "need" not in found


def test_no_two_tables_have_a_setting_of_the_same_name():
    names = Counter(row.key.partition(".")[2] for row in ROWS)
    assert {name for name, count in names.items() if count > 1} == set()
