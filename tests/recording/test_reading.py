"""Recordings read back: every moment as it was, and no damaged line taken for a whole one."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import UsageError
from mnemo_cli.limits.rules.names import VARIABLES, values_of
from mnemo_cli.model import UNLIMITED, Component, Gap, Level, LimitSource, Memory, Moment
from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.memory_log import memory_line
from mnemo_cli.recording.mnr.sealed import HEADER_START
from mnemo_cli.recording.reading import stream
from mnemo_cli.recording.reading.line import Recorded, Strange
from mnemo_cli.recording.reading.stream import read_recording
from tests.examples import few_examples
from tests.recording.moments import MOMENTS, TRACKERS
from tests.recording.test_trackers import tracker


def read(*lines):
    """What comes of lines that all have their end."""
    return read_raw(b"".join(line + b"\n" for line in lines))


def read_raw(raw):
    return list(read_recording(io.BytesIO(raw), "r.ndjson"))


def line_of(moment):
    return encode(sample_document(moment)).encode()


def strange(raw):
    (found,) = read_raw(raw)
    assert isinstance(found, Strange)
    return found


def agrees(given_, again):
    """Whether a document says nothing else than the one that was written of what was read of it."""
    if isinstance(given_, dict) and isinstance(again, dict):
        return all(agrees(given_[key], value) for key, value in again.items() if key in given_)
    if isinstance(given_, list) and isinstance(again, list):
        return len(given_) == len(again) and all(map(agrees, given_, again))
    return given_ == again


# Samples


@few_examples
@given(MOMENTS)
def test_a_moment_that_was_written_is_read_back_as_it_was(moment):
    (found,) = read(line_of(moment))
    assert found == Recorded(1, moment)
    assert encode(sample_document(found.moment)) == encode(sample_document(moment))


def test_what_a_line_does_not_tell_of_a_limit_that_does_not_bind_is_unknown(moments_of):
    (moment,) = moments_of(900)
    group = Memory(LimitSource("cgroup", "/a", "memory.max"), 10, UNLIMITED, swap_used_bytes=7, oom_kills_total=3)
    moment = moment._replace(
        sample=moment.sample._replace(limits=(group, *moment.sample.limits)),
        verdict=moment.verdict._replace(levels=(Level.NORMAL, *moment.verdict.levels)),
    )
    (found,) = read(line_of(moment))
    seen = found.moment.sample.limits[0]
    assert seen == group._replace(source=LimitSource("cgroup", "/a"), swap_used_bytes=None)
    assert found.moment.sample.limits[1] is found.moment.verdict.binding


def test_an_older_recording_has_no_clock_but_the_time(moments_of):
    document = sample_document(moments_of(100, start_seconds=7.5)[0])
    del document["clock_seconds"]
    (found,) = read(encode(document).encode())
    assert found.moment.sample.clock_seconds == found.moment.sample.time_seconds == 1_700_000_007.5


def test_members_of_a_later_mnemo_are_left_alone(moments_of):
    (moment,) = moments_of(100)
    document = sample_document(moment)
    document |= {"weather": "fine", "memory": {**document["memory"], "zswap_bytes": 5}}
    assert read(encode(document).encode()) == [Recorded(1, moment)]


def test_how_long_a_level_has_held_is_counted_from_the_first_line_of_its_series(moments_of):
    moments = [*moments_of(850, 850, 850, 100, 100, spacing_seconds=2.0), *moments_of(850, start_seconds=1.0)]
    spans = [found.moment.verdict.since_seconds for found in read(*map(line_of, moments))]
    assert spans == [0.0, 2.0, 4.0, 0.0, 2.0, 0.0]


DERIVED = {"memory.used_ratio", "memory.headroom_bytes", "limits.used_ratio", "limits.headroom_bytes"}


def test_a_line_that_lacks_anything_is_no_sample(moments_of):
    document = json.loads(line_of(moments_of(100)[0]))
    for path in paths_of(document):
        if path[-1] == "clock_seconds" or ".".join(key for key in path if isinstance(key, str)) in DERIVED:
            continue
        if isinstance(path[-1], str):
            (found,) = read(json.dumps(changed(document, path, MISSING)).encode())
            assert isinstance(found, Strange), path


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("time",), "2023-11-14", "time is '2023-11-14', not a time such as 2026-11-22T14:02:31.004Z"),
        (("time",), "2023-13-14T22:13:20.000Z", "time is '2023-13-14T22:13:20.000Z', not a time such as"),
        (("level",), "fine", "level is 'fine', not one of normal, moderate, high, critical"),
        (("scope",), [], "scope is a list, not an object"),
        (("scope", "name"), None, "scope.name is null, not a text"),
        (("memory", "used_bytes"), 99, "memory is none of the limits"),
        (("memory", "used_ratio"), 0.2, "memory.used_ratio is 0.2, but the rest of the line says 0.1"),
        (("memory", "peak_bytes"), True, "memory.peak_bytes is true, not a whole number"),
        (("limits",), {}, "limits is an object, not a list"),
        (("limits", 0, "used_bytes"), -1, "limits[0].used_bytes is -1, not a count"),
        (("limits", 0, "limit_bytes"), "max", "limits[0].limit_bytes is 'max', not a whole number"),
        (("limits", 0, "high_bytes"), 1 << 70, "limits[0].high_bytes is a huge number, not a whole number"),
        (("processes",), [7], "processes[0] is 7, not an object"),
        (("gaps",), "none", "gaps is 'none', not a list"),
        (("clock_seconds",), "\x1b[2J" + "x" * 99, r"clock_seconds is '\x1b[2Jxxx"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_by_the_name_of_the_member(moments_of, path, value, reason):
    document = json.loads(line_of(moments_of(100)[0]))
    found = strange(json.dumps(changed(document, path, value)).encode() + b"\n")
    assert found.reason.startswith(reason) and found.reason.isprintable() and len(found.reason) < 120


MISSING = object()
JUNK = st.sampled_from([None, True, -1, 0, 1.5, 1e308, 1 << 64, 1 << 80, "", "unlimited", "normal", [], {}, [[]]])


def paths_of(value, path=()):
    """Every member and every item of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


def changed(document, path, value):
    """The document with another value at a path, or without what is there."""
    if not path:
        return value
    key, *rest = path
    copy = dict(document) if isinstance(document, dict) else list(document)
    if not rest and value is MISSING:
        del copy[key]
    else:
        copy[key] = changed(copy[key], rest, value)
    return copy


@few_examples
@given(MOMENTS, st.data())
def test_a_document_with_one_wrong_member_is_refused_or_read_as_it_stands(moment, data):
    document = json.loads(line_of(moment))
    path = data.draw(st.sampled_from(sorted(paths_of(document), key=str)))
    document = changed(document, path, data.draw(JUNK | st.just(MISSING)))
    for found in read(json.dumps(document).encode()):
        if isinstance(found, Recorded):
            assert agrees(document, json.loads(line_of(found.moment)))


@few_examples
@given(MOMENTS, st.data())
def test_lines_with_other_bytes_never_crash_nor_say_what_they_do_not(moment, data):
    raw = bytearray(line_of(moment) + b"\n" + line_of(moment) + b"\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    lines = bytes(raw).split(b"\n")
    try:
        everything = read_raw(bytes(raw))
    except UsageError as err:
        assert "newer" in str(err)
        return
    assert {found.line_number for found in everything} <= set(range(1, len(lines) + 1))
    for found in everything:
        if isinstance(found, Recorded):
            assert agrees(json.loads(lines[found.line_number - 1]), json.loads(line_of(found.moment)))


@few_examples
@given(MOMENTS, st.data())
def test_a_recording_that_was_cut_anywhere_loses_its_last_line_and_says_so(moment, data):
    line = line_of(moment)
    cut = data.draw(st.integers(1, len(line) - 1))
    whole, torn = read_raw(line + b"\n" + line[:cut])
    assert whole == Recorded(1, moment)
    assert isinstance(torn, Strange) and torn.line_number == 2


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_what_is_no_recording_has_no_moments(raw):
    try:
        assert not [found for found in read_raw(raw) if isinstance(found, Recorded)]
    except UsageError as err:  # of what looks packed, or begins as a header does
        assert raw.startswith((b"\x1f\x8b", HEADER_START)) and "no recording" in str(err)


# The stream


def test_empty_lines_are_passed_over(moments_of):
    (moment,) = moments_of(100)
    assert read(b"", line_of(moment), b" ") == [Recorded(2, moment)]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"hello\n", "it is not JSON: Expecting value at character 1"),
        (b"\xff\n", "it is not JSON: it holds bytes that are no text"),
        (b"\0\0\0\n", "it is not JSON: Expecting value at character 1"),
        (b"5\n", "it is 5, not an object"),
        (b"[]\n", "it is a list, not an object"),
        (b"{}\n", "it is no sample"),
        (b'{"type": "sample"}\n', "it is no sample"),
        (b'{"schema": "mnemo.sample/1"}\n', "it is no sample: its schema is 'mnemo.sample/1'"),
        (b'{"schema": "mnemo.growth/1"}\n', "it is no sample: its schema is 'mnemo.growth/1'"),
        (b'{"schema": ["mnemo.sample/1"]}\n', "it is no sample: its schema is a list"),
        (b"[" * 100_000 + b"\n", "it is no JSON that can be read"),
        (b"9" * 10_000 + b"\n", "it is no JSON that can be read"),
        (b'{"clock_seconds": NaN}\n', "it is no JSON that can be read"),
        (b'{"schema": "mnemo.sam', "the recording ends in the middle of it"),
    ],
)
def test_a_line_that_is_no_sample_is_told_with_its_number(raw, reason):
    assert strange(raw) == Strange(1, reason)


def test_a_last_line_without_its_end_that_is_whole_is_a_sample(moments_of):
    (moment,) = moments_of(100)
    assert read_raw(line_of(moment)) == [Recorded(1, moment)]


def test_a_line_that_could_not_be_held_is_left_out_and_the_next_is_read(moments_of, monkeypatch):
    (moment,) = moments_of(100)
    line = line_of(moment)
    monkeypatch.setattr(stream, "LONGEST_LINE_BYTES", 1 << 20)
    at_the_bound = b'"' + b"x" * ((1 << 20) - 3) + b'"'
    found = read(b"x" * (5 << 20), line, at_the_bound, b"x" * (1 << 20), line)
    assert [each.line_number for each in found] == [1, 2, 3, 4, 5]
    assert (found[0].reason, found[3].reason) == ("it is longer than 1 MiB",) * 2
    assert "not an object" in found[2].reason
    assert found[1].moment == found[4].moment == moment


@pytest.mark.parametrize("schema", ["mnemo.sample/2", "mnemo.log/17"])
def test_a_recording_of_a_newer_mnemo_is_refused_in_words(moments_of, schema):
    lines = [line_of(moments_of(100)[0]), encode({"schema": schema, "type": "sample"}).encode()]
    with pytest.raises(UsageError, match=rf"r\.ndjson, line 2: a newer mnemo .*\({schema}\).* reads mnemo.sample/1"):
        read(*lines)


def test_it_is_read_line_by_line(moments_of):
    """What comes after a line is not asked for before the line has been told."""
    (moment,) = moments_of(100)
    file = io.BytesIO(line_of(moment) + b"\n" + b"x\n" * 1000)
    found = read_recording(file, "r.ndjson")
    assert next(found) == Recorded(1, moment)
    assert file.tell() == len(line_of(moment)) + 1


# The memory log


def log_line(moment):
    return encode(memory_line(moment)).encode()


def with_trackers(moment, trackers):
    return moment._replace(sample=moment.sample._replace(trackers=tuple(trackers)))


def test_a_line_of_the_memory_log_tells_the_binding_limit_and_nothing_that_it_has_not(moments_of):
    (moment,) = moments_of(850)
    (found,) = read(log_line(moment))
    sample, verdict = found.moment.sample, found.moment.verdict
    assert (verdict.level, verdict.at_least, verdict.binding) == (Level.CRITICAL, Level.CRITICAL, sample.limits[0])
    assert sample.limits == moment.sample.limits and verdict.peak_used_bytes == 850
    assert (sample.time_seconds, sample.clock_seconds) == (1_700_000_000.0, 1_700_000_000.0)
    assert (sample.target, sample.pressure, verdict.forecast, sample.trackers) == (None, None, None, ())
    assert {gap.field for gap in sample.gaps} >= {"target", "pressure", "forecast", "host_oom_kills_total"}


@few_examples
@given(MOMENTS)
def test_any_moment_in_the_memory_log_is_read_as_what_is_known_of_it_or_unknown(moment):
    (found,) = read(log_line(moment))
    sample, verdict, read_verdict = moment.sample, moment.verdict, found.moment.verdict
    live = values_of(sample, verdict, {})
    told = values_of(found.moment.sample, read_verdict, {})
    assert read_verdict.level == verdict.level
    assert read_verdict.peak_used_bytes == verdict.peak_used_bytes
    if verdict.binding is not None:
        assert told["memory_usage_pct"] == live["memory_usage_pct"]
    assert not [name for name in told if told[name] not in (None, live[name])]


def as_published(trackers):
    """Dead workers hold nothing and tell no limits."""

    def emptied(part: Component) -> Component:
        return part._replace(used=0, limit=None, used_bytes=0, limit_bytes=None, level=None)

    return [
        each if each.pid is not None else each._replace(components=tuple(map(emptied, each.components)))
        for each in trackers
    ]


@few_examples
@given(MOMENTS, TRACKERS)
def test_the_components_of_a_line_come_to_what_their_trackers_came_to_or_to_nothing(moment, trackers):
    moment = with_trackers(moment, as_published(trackers))
    (found,) = read(log_line(moment))
    live = values_of(moment.sample, moment.verdict, {})
    assert not [name for name, value in found.told.items() if value not in (None, live[name])]


def test_a_line_of_the_memory_log_tells_queues_and_pools(moments_of):
    parts = [
        Component(name, used, limit, "items", None, None, "block")
        for name, used, limit in (("work_queue", 9001, 10_000), ("db_connections", 21, 10), ("embeddings_cache", 5, 7))
    ]
    moment = with_trackers(moments_of(100)[0], [tracker(7, *parts)])
    (found,) = read(log_line(moment))
    told = found.told
    assert (told["work_queue_size"], told["db_connections"], told["db_pool_size"]) == (9001.0, 21.0, 10.0)
    assert (told["work_queue_limit"], told["event_queue_size"]) == (10_000.0, None)
    assert not set(told) & {name.name for name in VARIABLES if name.name.startswith("tracker_")}
    assert not set(told) & {"spawned_tasks", "completed_tasks_total"}


@pytest.mark.parametrize(
    ("workers", "limit", "size"),
    [(1, 10, 10.0), (1, UNLIMITED, float("inf")), (1, None, None), (2, 10, None), (0, 10, "the setting")],
)
def test_how_large_pools_are_is_told_where_one_worker_tells_it(moments_of, workers, limit, size):
    pool = Component("db_connections", 5, limit, "connections", None, None, "block")
    pids = range(7, 7 + workers) if workers else [None]
    moment = with_trackers(moments_of(100)[0], [tracker(pid, pool) for pid in pids])
    (found,) = read(log_line(moment))
    assert found.told.get("db_pool_size", "the setting") == size


def test_a_line_without_room_for_all_components_tells_no_sums(moments_of):
    parts = [Component(f"queue {n}", 1, 10, "items", None, None, "block") for n in range(50)]
    full = Component("work_queue", 10, 10, "items", None, None, "block", Level.CRITICAL)
    (found,) = read(log_line(with_trackers(moments_of(100)[0], [tracker(7, *parts, full)])))
    assert found.told["work_queue_size"] is None and found.told["db_pool_size"] is None


def test_who_wrote_a_line_is_told(moments_of):
    document = memory_line(moments_of(100)[0]) | {"pid": 4121}
    (found,) = read(encode(document).encode())
    assert (found.writer_pid, found.line_number) == (4121, 1)


@few_examples
@given(MOMENTS, st.data())
def test_a_damaged_line_of_the_memory_log_never_crashes(moment, data):
    document = json.loads(log_line(moment))
    path = data.draw(st.sampled_from(sorted(paths_of(document), key=str)))
    document = changed(document, path, data.draw(JUNK | st.just(MISSING)))
    for found in read(json.dumps(document).encode()):
        if isinstance(found, Recorded):
            again = json.loads(log_line(found.moment))
            for key in ("time", "scope", "level", "used_bytes", "limit_bytes", "limit_source", "peak_bytes"):
                assert document[key] == again[key] or found.moment.verdict.binding is None


def test_gaps_of_the_log_are_kept(moments_of):
    (moment,) = moments_of(100)
    gap = Gap("trackers", "/dev/shm/mnemosyne-7", "Permission denied")
    moment = Moment(moment.sample._replace(gaps=(gap,)), moment.verdict)
    (found,) = read(log_line(moment))
    assert gap in found.moment.sample.gaps
