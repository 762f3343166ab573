"""Event lines read back: each is in the moment of the sample that comes after it, as it was in the watch."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.rule import BUILT_IN
from mnemo_cli.model import Event, Level, Moment
from mnemo_cli.output.lines import LineFormat, moment_text
from mnemo_cli.recording.document import encode, event_document
from mnemo_cli.recording.memory_log import event_line, memory_line
from mnemo_cli.recording.reading import stream
from mnemo_cli.recording.reading.line import Recorded, Strange
from mnemo_cli.recording.reading.stream import read_recording
from tests.examples import few_examples
from tests.limits.rules.moments import sample_of

MARK = Event(time_seconds=5.0, event="mark", level=Level.NORMAL, text="deployed")
EXIT = Event(time_seconds=9.0, event="exit", level=Level.HIGH, text="job ended", fields={"pid": 7, "exit_code": 1})


def read(*documents):
    raw = b"".join(
        document if isinstance(document, bytes) else encode(document).encode() + b"\n" for document in documents
    )
    return list(read_recording(io.BytesIO(raw), "r.ndjson"))


def lines_of(*moments):
    return "".join(moment_text(moment, LineFormat.NDJSON) for moment in moments).encode()


def watched(uses):
    """A watch with alerts of a machine of 100 bytes, 31 s between its samples."""
    state, alerting = State(), Alerting(BUILT_IN, {})
    for position, used in enumerate(uses):
        sample = sample_of(used, at=31.0 * position)
        state, verdict = step(state, sample, Edges())
        alerts, events, gaps = alerting.judge(sample, verdict)
        verdict = verdict._replace(
            alerts=tuple(alert for alert in alerts if alert.state != "inactive"),
            events=verdict.events + events,
            gaps=verdict.gaps + gaps,
        )
        yield Moment(sample, verdict)


@few_examples
@given(st.lists(st.none() | st.integers(0, 120), max_size=8))
def test_the_events_of_a_watch_come_back_in_its_moments(uses):
    live = list(watched(uses))
    assert [found.moment.verdict.events for found in read(lines_of(*live))] == [
        moment.verdict.events for moment in live
    ]
    assert lines_of(*(found.moment for found in read(lines_of(*live)))) == lines_of(*live)


def test_an_event_between_two_samples_is_in_the_later_one(moments_of):
    first, second = moments_of(100, 200)
    between = first._replace(reported=False, verdict=first.verdict._replace(events=(MARK,)))
    found = read(lines_of(first, between, second))
    assert [each.moment.verdict.events for each in found] == [(), (MARK,)]
    assert all(each.moment.reported for each in found)


def test_events_after_the_last_sample_are_in_a_moment_that_is_not_reported(moments_of):
    (moment,) = moments_of(100)
    last = read(lines_of(moment), event_document(EXIT))[1]
    assert (last.line_number, last.moment.reported, last.moment.verdict.events) == (2, False, (EXIT,))
    assert lines_of(last.moment) == encode(event_document(EXIT)).encode() + b"\n"


def test_in_the_memory_log_each_program_has_its_own_events(moments_of):
    """And the pid of its writer is none of the event."""
    (moment,) = moments_of(100)
    mark, line = event_line(MARK), memory_line(moment)
    found = read(mark | {"pid": 8}, line | {"pid": 9}, line | {"pid": 8})
    assert [(each.writer_pid, each.moment.verdict.events) for each in found] == [(9, ()), (8, (MARK,))]


def test_an_event_without_any_sample_is_of_nothing():
    assert read(event_document(MARK)) == []


def test_so_many_events_wait_and_no_more(moments_of, monkeypatch):
    monkeypatch.setattr(stream, "MOST_WAITING", 3)
    (moment,) = moments_of(100)
    found = read(lines_of(moment), *[event_document(MARK)] * 7)
    assert [len(each.moment.verdict.events) for each in found] == [0, 3, 3, 1]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"event": "party"}, "event is 'party', not one of level, alert, oom_kill, limit_change, exit, mark"),
        ({"time": "noon"}, "time is 'noon', not a time such as 2026-11-22T14:02:31.004Z"),
        ({"text": 5}, "text is 5, not a text"),
        ({"event": "level", "to": "splendid"}, "to is 'splendid', not one of normal, moderate, high, critical"),
    ],
)
def test_an_event_that_is_none_is_strange(changed, reason):
    assert read(event_document(MARK) | changed) == [Strange(1, reason)]


@given(
    st.dictionaries(
        st.sampled_from(["event", "time", "text", "to", "severity", "exit_code"]),
        st.integers() | st.text() | st.lists(st.none()),
    )
)
def test_no_event_line_is_too_strange(changed):
    found = read(event_document(MARK) | changed, b"\n")
    assert all(isinstance(each, Strange) for each in found)


def test_a_recorded_sample_is_still_one(moments_of):
    (moment,) = moments_of(100)
    assert read(lines_of(moment)) == [Recorded(1, moment)]
