"""Single numbers out of a document: dotted names, positions in lists, and the nearest name for a typo."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.output.fields import Fields, field_lines, field_row, parse_fields, pick, pick_present

DOCUMENT = {
    "level": None,
    "memory": {"used_bytes": 7, "used_ratio": 0.5, "limit_bytes": "unlimited"},
    "limits": [{"kind": "host", "used_bytes": 8}],
    "pressure": None,
    "target": {"used_is_rss": False},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


def test_names_are_separated_by_commas_and_blanks_do_not_matter():
    assert parse_fields(" level, memory.used_ratio ,,limits.0.kind") == ("level", "memory.used_ratio", "limits.0.kind")


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_no_name_at_all_is_refused(text):
    with pytest.raises(UsageError, match="--fields is empty"):
        parse_fields(text)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("memory.used_bytes", 7),
        ("limits.0.kind", "host"),
        ("limits", DOCUMENT["limits"]),
        ("level", None),
        ("pressure.some_avg10_ratio", None),
        ("target.used_is_rss", False),
    ],
)
def test_a_name_leads_to_its_value_and_below_unknown_all_is_unknown(name, found):
    assert pick(DOCUMENT, [name]) == {name: found}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("memory.used_byte", "memory.used_bytes"),
        ("levl", "level"),
        ("limits.0.used", "limits.0.used_bytes"),
        ("memory.used_bytes.more", "memory.used_bytes"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_nearest(name, near):
    with pytest.raises(UsageError, match=f"no field '{name}' in a sample; did you mean .*{near}"):
        pick(DOCUMENT, [name])


@pytest.mark.parametrize("name", ["limits.1", "limits.-1", "limits.²", "limits.x", "level.", ".", "memory..used_bytes"])
def test_a_position_outside_the_list_is_refused(name):
    if name == "level.":
        assert pick(DOCUMENT, [name]) == {name: None}
        return
    with pytest.raises(UsageError, match="there is no field"):
        pick(DOCUMENT, [name])


@given(st.dictionaries(st.text("abc", min_size=1), JSON, max_size=4), st.text("abc.0123٣²-", max_size=12))
def test_any_name_on_any_document_is_a_value_or_wrong_usage(document, name):
    with contextlib.suppress(UsageError):
        assert set(pick(document, [name])) == {name}


def test_a_value_is_one_line_and_unknown_is_a_word():
    values = {"a": None, "b": True, "c": 0, "d": 0.7125, "e": "unlimited", "f": {"x": [1]}}
    assert field_lines(values).splitlines() == ["unknown", "true", "0", "0.7125", "unlimited", '{"x":[1]}']


def test_of_one_document_among_many_what_is_not_there_is_unknown():
    """A process that has ended is no reason to end a watch."""
    names = ["limits.0.kind", "limits.7.kind", "processes.0.name"]
    assert pick_present(DOCUMENT, names) == {"limits.0.kind": "host", "limits.7.kind": None, "processes.0.name": None}


def test_a_row_has_a_tab_between_two_values():
    assert field_row({"a": None, "b": 0.5, "c": "two words"}) == "unknown\t0.5\ttwo words"


@pytest.mark.parametrize(
    ("names", "processes", "trackers"),
    [
        ((), True, True),
        (("memory.used_ratio", "level", "forecast.seconds_to_limit", "pressure", "limits.0.kind"), False, False),
        (("target.used_bytes", "host_oom_kills_total", "time"), False, False),
        (("alerts.0.state",), False, True),
        (("processes.0.name",), True, False),
        (("processes",), True, False),
        (("target.processes",), True, False),
        (("target",), True, False),
        (("trackers.0.components",), False, True),
        (("level", "gaps"), True, True),
    ],
)
def test_only_what_the_numbers_are_made_of_need_be_read(names, processes, trackers):
    """The condition of an alert may be about what programs publish."""
    assert (Fields(names).need_processes, Fields(names).need_trackers) == (processes, trackers)
