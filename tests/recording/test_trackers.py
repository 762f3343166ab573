"""Trackers in the sample document, the memory log and comparisons: every number, nothing made up, nothing endless."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemo_cli.limits.components import judged
from mnemo_cli.model import UNLIMITED, Component, Gap, Metric, Tracker
from mnemo_cli.recording.diff import diff_document
from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.memory_log import memory_line

COUNTS = st.integers(0, (1 << 62) - 1)
LIMITS = st.none() | st.integers(1, (1 << 62) - 1) | st.just(UNLIMITED)
COMPONENTS = st.builds(
    Component,
    name=st.text(max_size=32),
    used=st.none() | COUNTS,
    limit=LIMITS,
    unit=st.text(max_size=16),
    used_bytes=st.none() | COUNTS,
    limit_bytes=LIMITS,
    policy=st.sampled_from(["block", "evict_lru"]) | st.text(max_size=16),
    blocked_seconds_total=st.floats(0, 1e9),
    **dict.fromkeys(("evicted_total", "expired_total", "rejected_total", "hits_total", "misses_total"), COUNTS),
)
METRICS = st.builds(
    Metric,
    name=st.text(max_size=32),
    unit=st.text(max_size=16),
    kind=st.sampled_from(["gauge", "counter"]),
    value=st.none() | COUNTS | st.floats(allow_nan=False, allow_infinity=False),
)
TRACKERS = st.lists(
    st.builds(
        Tracker,
        pid=st.none() | st.integers(1, 1 << 22),
        name=st.text(max_size=64),
        **dict.fromkeys(set(Tracker._fields[2:]) - {"limit_bytes", "allocation_bytes_per_second"}, COUNTS)
        | {
            "components": st.lists(COMPONENTS, max_size=3).map(tuple),
            "metrics": st.lists(METRICS, max_size=3).map(tuple),
        },
        limit_bytes=LIMITS,
        allocation_bytes_per_second=st.none() | st.floats(0, 1e18),
    ),
    max_size=3,
).map(judged)

COUNTED = ("started", "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
           "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total")  # fmt: skip


def component(name="work_queue", used=None, limit=None, **fields):
    values = {"unit": "items", "used_bytes": None, "limit_bytes": None, "policy": "block", **fields}
    return Component(name=name, used=used, limit=limit, **values)


def tracker(pid=7, *components, name="app", **fields):
    """All numbers different, so that none can stand in another's place."""
    names = [name for name in Tracker._fields if name == "processes" or name in COUNTED]
    numbers = {name: 100 + position for position, name in enumerate(names)} | {"limit_bytes": None, **fields}
    (found,) = judged([Tracker(pid=pid, name=name, components=components, **numbers)])
    return found


@pytest.fixture
def document_of(moments_of, validator_of):
    """The valid sample document of a machine with these trackers."""

    def make(*trackers):
        document = sample_document(with_trackers(moments_of(100)[0], *trackers))
        validator_of("sample").validate(document)
        return document

    return make


@pytest.fixture
def line_of(moments_of, validator_of):
    """The valid line of the memory log."""

    def make(*trackers, gaps=()):
        line = memory_line(with_trackers(moments_of(100)[0], *trackers, gaps=gaps))
        validator_of("log").validate(line)
        return line

    return make


def with_trackers(moment, *trackers, gaps=()):
    return moment._replace(sample=moment.sample._replace(trackers=trackers, gaps=gaps))


# The sample


@settings(max_examples=25, deadline=None)  # a schema takes its time
@given(trackers=TRACKERS)
def test_whatever_a_program_tells_is_a_valid_document_of_one_line(moments_of, validator_of, trackers):
    moment = with_trackers(moments_of(100)[0], *trackers)
    for document, schema in ((sample_document(moment), "sample"), (memory_line(moment), "log")):
        text = encode(document)
        validator_of(schema).validate(json.loads(text))
        assert text.isascii() and "\n" not in text


def test_every_number_of_a_tracker_is_in_the_document_under_its_own_name(document_of):
    given_ = tracker(7, component(used=1, limit=2), allocation_bytes_per_second=1.5, limit_bytes=UNLIMITED)
    (seen,) = document_of(given_)["trackers"]
    own = {name: getattr(given_, name) for name in Tracker._fields if name not in ("components", "metrics")}
    assert own | {"limit_bytes": "unlimited"} == {name: seen[name] for name in own}


def test_every_number_of_a_component_is_in_the_document_under_its_own_name(document_of):
    totals = [name for name in Component._fields if name.endswith("_total")]
    numbers = {name: 10 + position for position, name in enumerate(totals)}
    given_ = component(used=9, limit=10, used_bytes=5, limit_bytes=UNLIMITED, **numbers)
    (seen,) = document_of(tracker(7, given_))["trackers"][0]["components"]
    assert set(seen) == {*Component._fields, "used_ratio"}
    assert {name: seen[name] for name in totals} == numbers
    assert (seen["used_ratio"], seen["level"], seen["limit_bytes"]) == (0.9, "moderate", "unlimited")


@pytest.mark.parametrize(
    ("name", "field", "number"),
    [
        ("event_queue", "event_queue_size", {"used": 5}),
        ("work_queue", "work_queue_size", {"used": 5}),
        ("db_connections", "db_connections", {"used": 5}),
        ("network_connections", "network_connections", {"used": 5}),
        ("active_tasks", "active_tasks", {"used": 5}),
        ("operation_history", "history_ops", {"used": 5}),
        ("embeddings_cache", "embeddings_cache_bytes", {"used_bytes": 5}),
    ],
)
def test_the_components_of_the_design_are_numbers_of_the_tracker_and_null_where_they_are_not_told(
    document_of, name, field, number
):
    (told,) = document_of(tracker(7, component(name, **number)))["trackers"]
    (silent,) = document_of(tracker(7))["trackers"]
    assert (told[field], silent[field]) == (5, None)


def test_a_metric_that_is_not_measured_is_null(document_of):
    metrics = (Metric("lag", "seconds", "gauge", None), Metric("requests", "requests", "counter", 5))
    (seen,) = document_of(tracker(7, metrics=metrics))["trackers"]
    assert [metric["value"] for metric in seen["metrics"]] == [None, 5]


@pytest.mark.parametrize("damage", [{"pid": 0}, {"used_bytes": None}, {"more": 1}, {"components": [{"name": "x"}]}])
def test_the_schema_refuses_what_is_no_tracker(document_of, validator_of, damage):
    document = document_of(tracker(7))
    document["trackers"][0] |= damage
    assert not validator_of("sample").is_valid(document)


# The memory log


def test_a_line_adds_the_workers_of_a_program_up(line_of):
    calm, full = component(used=1, limit=10, evicted_total=1), component(used=9, limit=10, evicted_total=2)
    dead = component(used=0, evicted_total=4)
    (seen,) = line_of(tracker(7, calm), tracker(8, full), tracker(None, dead))["components"]
    assert seen == {
        "program": "app", "processes": 2, "name": "work_queue", "used": 10, "limit": 20, "used_bytes": None,
        "limit_bytes": None, "used_ratio": 0.9, "level": "moderate", "evicted_total": 7, "expired_total": 0,
        "rejected_total": 0, "hits_total": 0, "misses_total": 0,
    }  # fmt: skip


def test_without_trackers_a_line_has_no_components_and_no_gap_for_them(line_of):
    line = line_of()
    assert line["components"] == [] and "components" not in {gap["field"] for gap in line["gaps"]}


def test_a_line_stays_short_however_many_there_are_and_keeps_the_worst(line_of):
    name = "\U0001f642" * 8
    many = tracker(7, *(component(f"{n:03}{name}", used=1, limit=10) for n in range(500)), component("full", 9, 9))
    line = line_of(many._replace(name=name * 2))
    assert len(encode(line)) < 64 * 1024
    assert len(line["components"]) == 40 and line["components"][0]["name"] == "full"
    assert {gap["field"]: gap["reason"] for gap in line["gaps"]}["components"] == "a line has room for 40 of 501"


def test_a_line_says_why_trackers_are_missing(line_of):
    gaps = (Gap("trackers", "/dev/shm/mnemosyne-7", "Permission denied"), Gap("pressure", "p", "not of this line"))
    assert [gap["source"] for gap in line_of(gaps=gaps)["gaps"] if gap["field"] in ("trackers", "pressure")] == [
        "/dev/shm/mnemosyne-7"
    ]


# Comparisons


def changes(old, new):
    rows = diff_document(old, new)["changes"]
    return {row["field"]: (row["from"], row["to"], row["delta"]) for row in rows if row["field"].startswith("tracker")}


def test_what_moved_in_a_program_is_told_and_what_stood_still_is_not(document_of):
    old = document_of(tracker(7, component(used=5, limit=10, evicted_total=3)))
    new = document_of(tracker(7, component(used=8, limit=10, evicted_total=4), used_bytes=500))
    assert changes(old, old) == {}
    assert changes(old, new) == {
        "trackers.app.used_bytes": (102, 500, 398),
        "trackers.app.work_queue.used": (5, 8, 3),
        "trackers.app.work_queue.evicted_total": (3, 4, 1),
    }


def test_a_worker_that_was_replaced_loses_nothing_of_what_was_counted(document_of):
    old = document_of(tracker(7, component(used=5, evicted_total=3), processes=1))
    dead = tracker(None, component(used=0, evicted_total=3), processes=1)
    new = document_of(tracker(9, component(used=5, evicted_total=0), processes=1), dead)
    assert "trackers.app.work_queue.evicted_total" not in changes(old, new)
    assert "trackers.app.processes" not in changes(old, new)
    assert changes(old, new)["trackers.app.allocations"] == (105, 210, 105)


@pytest.mark.parametrize(
    ("other", "told"), [({"used": None}, (None, 8, None)), ({"used": 3, "limit": UNLIMITED}, ("unlimited", 20, None))]
)
def test_workers_of_whom_one_is_unknown_or_unlimited_are_so_together(document_of, other, told):
    one = tracker(7, component(used=5, limit=10))
    old = document_of(one, tracker(8, component(**{"limit": 10, **other})))
    new = document_of(one, tracker(8, component(used=3, limit=10)))
    (field,) = changes(old, new)
    assert changes(old, new)[field] == told


def test_of_a_program_that_came_or_went_only_its_workers_are_told(document_of):
    old, new = document_of(), document_of(tracker(7, component(used=5), processes=1), tracker(8, processes=1))
    assert changes(old, new) == {"trackers.app.processes": (0, 2, 2)}
    assert changes(new, old) == {"trackers.app.processes": (2, 0, -2)}


def test_a_name_of_the_new_reading_is_made_printable_too(document_of):
    new = document_of(tracker(7, component("\x1b[2J", used=5), name="\x1b]0;x\x07", processes=1))
    old = document_of(tracker(7, component("\x1b[2J", used=4), name="\x1b]0;x\x07", processes=1))
    assert set(changes(old, new)) == {"trackers.\\x1b]0;x\\x07.\\x1b[2J.used"}


@pytest.mark.parametrize(
    "trackers",
    [None, 5, "text", [5], [{"name": None}], [{"name": {}, "components": 5}], [{"name": "a", "components": [5, {}]}],
     [{"name": "a", "pid": 7, "used_bytes": "much", "components": [{"used": []}]}]],
)  # fmt: skip
def test_a_reading_that_is_damaged_is_compared_as_far_as_it_goes(document_of, trackers):
    new = document_of()
    old = new | {"trackers": trackers}
    assert changes(old, new) == changes(new, old) == {}
