"""What changed between two readings: numbers with deltas, processes by (pid, start), unknown as null."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.recording.diff import diff_document, load_sample
from mnemo_cli.recording.document import pretty
from tests.examples import few_examples

OLD = {
    "schema": "mnemo.sample/1",
    "time": "2026-01-01T00:00:00.000Z",
    "scope": {"kind": "host", "name": "host", "pid": None},
    "level": "normal",
    "memory": {"used_bytes": 100, "limit_bytes": 1000, "used_ratio": 0.1, "peak_bytes": None, "limit_source": {}},
    "limits": [
        {
            "kind": "cgroup",
            "path": "/app",
            "used_bytes": 100,
            "limit_bytes": 1000,
            "level": "normal",
            "oom_kills_total": 0,
        },
        {"kind": "host", "path": None, "used_bytes": 500, "limit_bytes": 9000, "level": "normal", "oom_kills_total": 0},
    ],
    "target": {"used_bytes": 100, "used_is_rss": False, "processes": 2},
    "processes": [
        {"pid": 1, "started": 10, "name": "a", "rss_bytes": 80, "pss_bytes": 60},
        {"pid": 2, "started": 20, "name": "b", "rss_bytes": 50, "pss_bytes": 40},
    ],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*OLD, *OLD["limits"][0], "pid", "started", "pss_bytes"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def changed(**fields):
    new = copy.deepcopy(OLD)
    for name, value in fields.items():
        new[name] = value
    return new


def changes(old, new):
    return {row["field"]: (row["from"], row["to"], row["delta"]) for row in diff_document(old, new)["changes"]}


def process_rows(old, new):
    return {
        row["pid"]: (row["state"], row["from"], row["to"], row["delta"]) for row in diff_document(old, new)["processes"]
    }


def test_two_equal_readings_differ_in_nothing():
    document = diff_document(OLD, OLD)
    assert (document["schema"], document["seconds"], document["same_scope"]) == ("mnemo.diff/1", 0.0, True)
    assert document["changes"] == [] and document["processes"] == []


def test_a_number_that_moved_has_its_delta():
    new = changed(time="2026-01-01T00:01:30.500Z", level="high", memory={**OLD["memory"], "used_bytes": 70})
    document = diff_document(OLD, new)
    assert (document["seconds"], document["level"]) == (90.5, {"from": "normal", "to": "high"})
    assert changes(OLD, new) == {"memory.used_bytes": (100, 70, -30)}


def test_unknown_and_unlimited_have_no_delta_and_are_no_zero():
    memory = {**OLD["memory"], "used_bytes": None, "limit_bytes": "unlimited", "peak_bytes": 7}
    assert changes(OLD, changed(memory=memory)) == {
        "memory.used_bytes": (100, None, None),
        "memory.limit_bytes": (1000, "unlimited", None),
        "memory.peak_bytes": (None, 7, None),
    }


def test_each_limit_is_compared_with_itself_by_its_path():
    group, host = OLD["limits"]
    new = changed(limits=[{**host, "oom_kills_total": 2}, {**group, "limit_bytes": 2000}])
    assert changes(OLD, new) == {
        "limits./app.limit_bytes": (1000, 2000, 1000),
        "limits.host.oom_kills_total": (0, 2, 2),
    }


def test_a_limit_that_came_or_went_is_from_or_to_unknown():
    host = OLD["limits"][1]
    gone = changes(OLD, changed(limits=[host]))
    assert gone["limits./app.used_bytes"] == (100, None, None) and not any("host" in name for name in gone)


def test_a_process_that_grew_came_or_went_is_listed():
    new = changed(
        target={**OLD["target"], "processes": 2},
        processes=[{**OLD["processes"][0], "pss_bytes": 65}, {"pid": 3, "started": 30, "name": "c", "pss_bytes": 7}],
    )
    assert process_rows(OLD, new) == {1: ("changed", 60, 65, 5), 3: ("new", None, 7, None), 2: ("gone", 40, None, None)}


def test_a_reused_pid_is_another_process():
    new = changed(processes=[OLD["processes"][0], {**OLD["processes"][1], "started": 99}])
    rows = [(row["pid"], row["state"]) for row in diff_document(OLD, new)["processes"]]
    assert rows == [(2, "new"), (2, "gone")]


def test_who_is_missing_from_a_list_of_the_largest_may_yet_run():
    """A reading lists the largest processes only: the rest neither came nor went."""
    first, second = OLD["processes"]
    old, new = changed(processes=[first]), changed(processes=[second])
    assert process_rows(old, new) == {2: ("listed", None, 40, None), 1: ("unlisted", 60, None, None)}


def test_pss_is_never_compared_with_rss():
    first, second = OLD["processes"]
    new = changed(processes=[{**first, "pss_bytes": None}, second])
    assert process_rows(OLD, new) == {}, "its RSS is what it was"
    grown = changed(processes=[{**first, "pss_bytes": None, "rss_bytes": 90}, second])
    assert process_rows(OLD, grown) == {1: ("changed", 80, 90, 10)}


@pytest.mark.parametrize("time", [None, 7, "yesterday", "2026-01-01T00:00:00"])
def test_a_time_that_is_none_leaves_the_span_unknown(time):
    assert diff_document(changed(time=time), OLD)["seconds"] is None


def test_a_saved_reading_is_read_back(tmp_path):
    path = tmp_path / "old.json"
    path.write_text(pretty(OLD))
    assert load_sample(path) == OLD


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b"{}", "is not a mnemo.sample/1 document"),
        (b"null", "is not a mnemo.sample/1 document"),
        (b'{"schema": ["mnemo.sample/1"]}', "is not a mnemo.sample/1 document"),
        (b"\x80", "is not JSON"),
        (b"[" * 99_999, "is not JSON"),
    ],
)
def test_anything_else_is_wrong_usage_that_names_the_file(tmp_path, content, message):
    path = tmp_path / "old.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=f"old.json {message}.*mnemo snapshot --format json"):
        load_sample(path)


def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read .*: Is a directory"):
        load_sample(tmp_path)
    with pytest.raises(UsageError, match=r"cannot read .*\\x1b: No such file"):
        load_sample(tmp_path / "\x1b")


@few_examples
@given(st.dictionaries(st.sampled_from(list(OLD)), JSON))
def test_whatever_a_file_holds_the_comparison_is_json(tmp_path_factory, fields):
    path = tmp_path_factory.mktemp("old") / "old.json"
    path.write_text(json.dumps({**OLD, **fields, "schema": "mnemo.sample/1"}))
    document = json.loads(pretty(diff_document(load_sample(path), OLD)).encode(), parse_constant=pytest.fail)
    assert set(document) == {"schema", "from", "to", "seconds", "same_scope", "level", "changes", "processes"}
