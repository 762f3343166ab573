"""Rules against a recording: the history of a live run, each series by itself, and what could not be told."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.components import judged
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.condition import parse
from mnemo_cli.limits.rules.rule import BUILT_IN, Rule, Rules
from mnemo_cli.model import Component, Level, Moment, Scope
from mnemo_cli.recording.document import encode, event_document, sample_document
from mnemo_cli.recording.memory_log import memory_line
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.recording.replay import Series, replay
from tests.limits.rules.moments import sample_of
from tests.recording.test_trackers import tracker

SETTINGS = {"db_pool_size": 20.0}
HOST = Scope(kind="host", name="host")


def rules_of(*conditions, **more):
    return Rules(tuple(Rule(f"R{at}", parse(text), "error", **more) for at, text in enumerate(conditions)), "rules.yml")


def replayed(rules, *documents):
    raw = b"".join(encode(document).encode() + b"\n" for document in documents)
    return replay(read_recording(io.BytesIO(raw), "r.ndjson"), rules, SETTINGS)


def watched(rules, samples):
    """The moments of a watch that has these rules, whose alerts are in them."""
    alerting, state = Alerting(rules, SETTINGS), State()
    for sample in samples:
        state, verdict = step(state, sample, Edges())
        alerts, events, gaps = alerting.judge(sample, verdict)
        yield Moment(sample, verdict._replace(alerts=alerts, events=events, gaps=verdict.gaps + gaps))


def history(changes):
    return [event_document(change.event) for change in changes]


def changes_of(found):
    return [(change.event.fields["name"], change.event.fields["to"]) for change in found.changes]


def queue(size, limit=10_000):
    return judged([tracker(7, Component("work_queue", size, limit, "items", None, None, "block"))])


USES = st.none() | st.integers(0, 120)
SPACINGS = st.sampled_from([0.0, 0.4, 1.0, 29.9, 30.0]) | st.floats(0, 100)
SIZES = st.none() | st.sampled_from([0, 9000, 9001])


@given(st.lists(st.tuples(USES, SPACINGS, SIZES), max_size=30), st.sampled_from([0.0, 30.0]))
def test_a_recording_replayed_gives_the_history_of_the_watch(moments, keeps_seconds):
    """To the millisecond of the clock, and to the last bit of every value."""
    rules = Rules(tuple(rule._replace(keep_firing_seconds=keeps_seconds) for rule in BUILT_IN.rules), "rules.yml")
    at, samples = 0.123456789, []
    for used, spacing, size in moments:
        at += spacing
        samples.append(sample_of(used, at=at, trackers=() if size is None else queue(size)))
    live = list(watched(rules, samples))
    events = [event_document(event) for moment in live for event in moment.verdict.events]
    found = replayed(rules, *map(sample_document, live))
    assert history(found.changes) == events
    assert found.samples == len(live) and not found.strange
    if live:
        assert [course.last.state for course in found.courses] == [alert.state for alert in live[-1].verdict.alerts]


@pytest.mark.parametrize(
    ("waited", "stepped", "fires"), [(30.0, -10.0, True), (29.9996, 0.0, False), (29.0, 9.0, False)]
)
def test_waits_are_those_of_the_clock_and_not_of_the_time(waited, stepped, fires):
    """Which is rounded to milliseconds, and may be set meanwhile."""
    first, last = sample_of(85, at=0.0), sample_of(85, at=waited)
    last = last._replace(time_seconds=last.time_seconds + stepped)
    found = replayed(BUILT_IN, *map(sample_document, watched(BUILT_IN, [first, last])))
    assert bool(found.changes) is fires


def test_each_scope_is_followed_by_itself():
    first = [sample_of(85, at=at) for at in (0.0, 30.0)]
    other = [sample._replace(scope=Scope(kind="cgroup", name="/app")) for sample in first]
    lines = [sample_document(moment) for samples in (first, other) for moment in watched(BUILT_IN, samples)]
    found = replayed(BUILT_IN, lines[0], lines[2], lines[1], lines[3])
    assert found.series == (Series(HOST), Series(Scope(kind="cgroup", name="/app")))
    assert [change.series.scope.name for change in found.changes] == ["host", "host", "/app", "/app"]
    assert found.courses[0].fired == 2


def test_programs_that_write_to_one_memory_log_are_told_apart():
    """The one is calm: its lines between those of the other do not begin the other's wait anew."""
    full = [memory_line(moment) for moment in watched(BUILT_IN, [sample_of(85, at=at) for at in (0.0, 31.0)])]
    calm = [memory_line(moment) for moment in watched(BUILT_IN, [sample_of(5, at=at) for at in (1.0, 32.0)])]
    found = replayed(BUILT_IN, full[0], calm[0] | {"pid": 9}, full[1], calm[1] | {"pid": 9})
    assert changes_of(found) == [("MemoryHigh", "firing"), ("MemoryCritical", "firing")]
    assert {change.series.writer_pid for change in found.changes} == {full[0]["pid"]}


def test_the_memory_log_tells_of_queues_and_not_of_what_programs_allocate():
    rules = rules_of("work_queue_size > 9000", "tracker_used_bytes >= 0", for_seconds=0.0)
    samples = [sample_of(at=at, trackers=queue(size)) for at, size in ((0.0, 9000), (1.0, 9001), (2.0, 0))]
    found = replayed(rules, *map(memory_line, watched(rules, samples)))
    assert changes_of(found) == [("R0", "firing"), ("R0", "resolved")]
    assert [course.unknown_looks for course in found.courses] == [0, 3]
    assert found.courses[1].unknown_names == {"tracker_used_bytes"}


def test_what_could_not_be_told_is_counted_with_the_names_that_were_unknown():
    rules = rules_of("memory_usage_pct > 60 and work_queue_size > forecast_low_seconds", for_seconds=0.0)
    live = watched(rules, [sample_of(85, at=0.0), sample_of(85, at=1.0, trackers=queue(5)), sample_of(5, at=2.0)])
    (course,) = replayed(rules, *map(sample_document, live)).courses
    assert (course.unknown_looks, course.unknown_names) == (2, {"work_queue_size", "forecast_low_seconds"})
    assert (course.last.state, course.fired) == ("inactive", 0)


def test_the_worst_is_of_those_that_fired():
    rules = Rules(
        (
            Rule("Warns", parse("memory_usage_pct > 60"), "warning", for_seconds=0.0),
            Rule("Fails", parse("memory_usage_pct > 80"), "error", for_seconds=0.0),
        ),
        "rules.yml",
    )
    worst = []
    for used in (50, 70, 90):
        live = watched(rules, [sample_of(used, at=0.0), sample_of(5, at=1.0)])
        worst.append(replayed(rules, *map(sample_document, live)).worst)
    assert worst == [None, Level.HIGH, Level.CRITICAL]


def test_of_many_strange_lines_the_first_are_kept():
    found = replay(read_recording(io.BytesIO(b"x\n" * 50), "r.ndjson"), BUILT_IN, SETTINGS)
    assert [strange.line_number for strange in found.strange] == list(range(1, 21))
    assert (found.more_strange, found.samples, found.span_seconds, found.courses) == (30, 0, None, ())
