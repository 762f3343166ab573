"""What a recording holds: each series by itself, and one that was begun again is still one."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Scope
from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.memory_log import memory_line
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.playing.tracks import Track, longest, survey
from mnemo_cli.recording.reading.line import Recorded
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.sampling.target import TargetChoice
from tests.recording.playing.builders import moment_at

APP = Scope(kind="cgroup", name="/app")
HOST = Scope(kind="host", name="host")


def lines(*documents):
    raw = b"".join(encode(document).encode() + b"\n" for document in documents)
    return list(read_recording(io.BytesIO(raw), "r"))


def surveyed(*documents):
    return survey(lines(*documents))


def log_lines(moments_of, pid, *, start, count=3, scope=HOST):
    moments = moments_of(*[100] * count, start_seconds=start, scope=scope)
    return [memory_line(moment) | {"pid": pid} for moment in moments]


def test_a_recording_of_one_watch_is_one_track(moments_of):
    (track,) = surveyed(*map(sample_document, moments_of(100, 200, 300, spacing_seconds=2.0))).tracks
    assert track == Track(HOST, frozenset({None}), 3, 1_700_000_000.0, 1_700_000_004.0)


def test_a_track_has_the_levels_that_its_first_line_tells():
    early, late = (About("0", "h", 1.0, Edges(high_ratio=ratio)) for ratio in (0.55, 0.7))
    told = [Recorded(1, moment_at(0), about=early), Recorded(2, moment_at(1), about=late)]
    assert [track.edges for track in survey(told).tracks] == [early.edges]
    again = [*told, Recorded(3, moment_at(2), writer_pid=7)]
    assert [(track.samples, track.edges) for track in survey(again).tracks] == [(3, early.edges)]
    assert [track.edges for track in survey([Recorded(1, moment_at(0))]).tracks] == [None]


def test_each_scope_is_a_track(moments_of):
    documents = map(sample_document, [*moments_of(100), *moments_of(100, scope=APP)])
    assert [track.name for track in surveyed(*documents).tracks] == ["host", "cgroup /app"]


def test_a_service_that_was_started_again_goes_on_with_its_track(moments_of):
    again = [*log_lines(moments_of, 7, start=0.0), *log_lines(moments_of, 9, start=60.0)]
    (track,) = surveyed(*again).tracks
    assert (track.writer_pids, track.samples, track.span_seconds) == ({7, 9}, 6, 62.0)


def test_two_programs_at_the_same_time_are_two_tracks(moments_of):
    first, second = log_lines(moments_of, 7, start=0.0), log_lines(moments_of, 9, start=1.0)
    tracks = surveyed(*first, *second).tracks
    assert [track.writer_pids for track in tracks] == [{7}, {9}]


def test_a_line_is_of_one_track_alone(moments_of):
    documents = [*log_lines(moments_of, 7, start=0.0), *log_lines(moments_of, 9, start=1.0)]
    tracks = surveyed(*documents).tracks
    of = [[track.has(line) for track in tracks] for line in lines(*documents)]
    assert of == [[True, False]] * 3 + [[False, True]] * 3


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 50), st.integers(1, 4)), max_size=12))
def test_every_sample_is_in_exactly_one_track(pieces):
    """Whoever wrote them, and in whatever order."""
    recorded = [
        Recorded(number, moment_at(start + step), writer_pid=pid)
        for number, (pid, start, count) in enumerate(pieces)
        for step in range(count)
    ]
    tracks = survey(recorded).tracks
    assert sum(track.samples for track in tracks) == len(recorded)
    assert all(sum(track.has(line) for track in tracks) == 1 for line in recorded)


def test_the_longest_is_that_of_the_longest_time(moments_of):
    many, long = log_lines(moments_of, 7, start=0.0, count=9), log_lines(moments_of, 9, start=0.5, count=1)
    late = log_lines(moments_of, 9, start=40.0, count=1)
    assert longest(surveyed(*many, *long, *late).tracks).writer_pids == {9}


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (TargetChoice(), ["host", "cgroup /app", "pid 7", "name web"]),
        (TargetChoice(kind="host"), ["host"]),
        (TargetChoice(kind="cgroup", path="app/"), ["cgroup /app"]),
        (TargetChoice(kind="process", pid=7), ["pid 7"]),
        (TargetChoice(kind="process", pid=8), []),
        (TargetChoice(kind="name", pattern="web"), ["name web"]),
    ],
)
def test_a_target_names_a_track(moments_of, choice, wanted):
    scopes = [HOST, APP, Scope("process", "pid 7", 7), Scope("name", "web")]
    documents = [sample_document(moment) for scope in scopes for moment in moments_of(100, scope=scope)]
    tracks = surveyed(*documents).tracks
    names = [
        track.scope.name if track.scope.kind == "process" else track.name for track in tracks if track.is_of(choice)
    ]
    assert names == wanted


def test_what_is_strange_is_counted_and_the_first_is_kept(moments_of):
    (moment,) = moments_of(100)
    raw = b"x\n" + encode(sample_document(moment)).encode() + b"\ny\n"
    found = survey(read_recording(io.BytesIO(raw), "r"))
    assert (found.strange, found.first_strange.line_number, len(found.tracks)) == (2, 1, 1)
