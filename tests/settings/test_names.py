"""Which setting a person means."""

import pytest

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings import ROWS, names, row_of


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_setting_is_found_by_its_key_and_by_its_last_part(row):
    assert row_of(row.key) is row
    assert row_of(row.name) is row


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("intervall", "there is no setting 'intervall'; did you mean monitor.interval?"),
        (
            "resource.event_capcity",
            "there is no setting 'resource.event_capcity'; did you mean resources.event_capacity?",
        ),
        ("sampl", "there is no setting 'sampl'; `mnemo config show` lists them"),
        ("", "there is no setting ''; `mnemo config show` lists them"),
        ("resources", "there is no setting 'resources'; `mnemo config show` lists them"),
    ],
)
def test_a_wrong_name_gets_the_nearest_right_one_that_is_not_hidden(word, message):
    with pytest.raises(ConfigError) as refused:
        row_of(word)
    assert str(refused.value) == message


def test_a_last_part_that_two_tables_share_must_be_written_out(monkeypatch):
    twin = row_of("monitor.interval")._replace(key="collect.interval")
    monkeypatch.setattr(names, "ROWS", (*ROWS, twin))
    with pytest.raises(ConfigError) as refused:
        row_of("interval")
    assert str(refused.value) == "'interval' is in several tables; write monitor.interval or collect.interval"
