"""Changes: applied to the document before, each gives exactly the document after."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.mnr.change import applied, difference
from mnemo_cli.recording.mnr.frame import document_of, frame_of
from mnemo_cli.recording.reading.members import Damaged
from tests.examples import few_examples
from tests.recording.moments import MOMENTS

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, -0.0, 1.0, 1.5]) | st.sampled_from("ab")
ROWS = st.lists(st.fixed_dictionaries({"pid": st.integers(1, 4), "rss_bytes": st.integers(0, 2)}), max_size=5)
DOCUMENTS = st.recursive(
    LEAVES | ROWS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), DOCUMENTS)


def exactly(document):
    """With the kind of each number, and without the order of members, which says nothing."""
    return json.dumps(document, sort_keys=True)


def read_back(change):
    return json.loads(json.dumps(change))


@given(OBJECTS, OBJECTS)
def test_a_change_makes_of_the_old_document_exactly_the_new_one(old, new):
    change = difference(old, new)
    if change is None:
        assert exactly(old) == exactly(new)
        return
    before = exactly(old)
    assert exactly(applied(old, read_back(change))) == exactly(new)
    assert exactly(old) == before, "the old one is as it was"


@few_examples
@given(MOMENTS, MOMENTS)
def test_so_it_is_with_the_samples_of_any_two_moments(one, other):
    old, new = (frame_of(json.loads(encode(sample_document(moment)))) for moment in (one, other))
    change = read_back(difference(old, new) or {})
    assert exactly(applied(old, change)) == exactly(new)


@few_examples
@given(MOMENTS)
def test_a_frame_is_its_document_without_what_follows_from_the_rest(moment):
    document = json.loads(encode(sample_document(moment)))
    again = document_of(frame_of(document))
    for key, value in document.items():
        if key == "limits":
            value = [{name: row[name] for name in row if name not in ("used_ratio", "headroom_bytes")} for row in value]
        if key == "memory" and value is not None:
            value = {name: value[name] for name in value if name not in ("used_ratio", "headroom_bytes")}
        assert again[key] == value
    assert list(again) == list(document)


PROCESSES = [{"pid": pid, "started": 7, "name": "python", "rss_bytes": 100 * pid} for pid in range(1, 31)]


@pytest.mark.parametrize(
    ("new", "change"),
    [
        (PROCESSES, None),
        ([*PROCESSES[:3], {**PROCESSES[3], "rss_bytes": 401}, *PROCESSES[4:]], {"3": {"rss_bytes": 1}}),
        ([PROCESSES[1], PROCESSES[0], *PROCESSES[2:]], {"rows": [[1, 1], [0, 1], [2, 28]]}),
        (PROCESSES[:10], {"rows": [[0, 10]]}),
        ([*PROCESSES[:9], *PROCESSES[10:]], {"rows": [[0, 9], [10, 20]]}),
        ([{"pid": 99}, *PROCESSES], {"rows": [{"pid": 99}, [0, 30]]}),
        ([], {"rows": []}),
        ([{**PROCESSES[0], "started": 8}, *PROCESSES[1:]], {"rows": [{**PROCESSES[0], "started": 8}, [1, 29]]}),
    ],
)
def test_rows_that_did_not_change_cost_nothing(new, change):
    assert difference(PROCESSES, new) == change


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({"a": 5}, {"a": 12}, {"a": 7}),
        ({"a": 5}, {"a": None}, {"a": [None]}),
        ({"a": 5}, {"a": "unlimited"}, {"a": ["unlimited"]}),
        ({"a": 1}, {"a": True}, {"a": [True]}),
        ({"a": 1}, {"a": 1.0}, {"a": [1.0]}),
        ({"a": 0.0}, {"a": -0.0}, {"a": [-0.0]}),
        ({"a": 1.5}, {"a": 1.5}, None),
        ({"a": None}, {}, {"a": []}),
        ({}, {"a": []}, {"a": [[]]}),
        ({"a": ["x"]}, {"a": ["x", "y"]}, {"a": [["x", "y"]]}),
        ({"a": ("x",)}, {"a": ["x"]}, None),
    ],
)
def test_what_a_change_looks_like(old, new, change):
    assert exactly(difference(old, new)) == exactly(change)


@pytest.mark.parametrize(
    ("old", "change"),
    [
        ({"a": None}, {"a": 7}),
        ({"a": True}, {"a": 7}),
        ({"a": 1.5}, {"a": 7}),
        ({"a": 1}, {"a": {"b": 1}}),
        ({"a": 1}, {"a": [1, 2]}),
        ({"a": 1}, {"a": "x"}),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, []),
        ({}, {"a": []}),
        ({}, {"a": 1}),
        ([{}], {"1": {}}),
        ([{}], {"-1": {}}),
        ([{}], {"²": {}}),
        ([{}], {"9" * 5000: {}}),
        ([{}], {"rows": 1}),
        ([{}], {"rows": [[0, 2]]}),
        ([{}], {"rows": [[0, 0]]}),
        ([{}], {"rows": [[-1, 1]]}),
        ([{}], {"rows": [[0]]}),
        ([{}], {"rows": ["0"]}),
    ],
)
def test_a_change_of_something_else_is_refused(old, change):
    with pytest.raises(Damaged):
        applied(old, change)


def test_rows_that_double_again_and_again_come_to_an_end():
    rows = [{}]
    with pytest.raises(Damaged, match="too many rows"):
        for _ in range(64):
            rows = applied(rows, {"rows": [[0, len(rows)], [0, len(rows)]]})


@few_examples
@given(OBJECTS, DOCUMENTS)
def test_any_change_gives_a_document_or_is_refused(old, change):
    try:
        applied(old, change)
    except Damaged:
        return
