"""The JSON that programs read: valid against the shipped schemas, and every null has its reason."""

import json
import os
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.limits.changes import level_event, limit_changes, oom_kills
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import (
    UNLIMITED,
    Event,
    Gap,
    Level,
    LimitSource,
    Memory,
    Moment,
    Pressure,
    Process,
    Sample,
    Scope,
    Target,
)
from mnemo_cli.recording.document import encode, event_document, pretty, sample_document, timestamp
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice

HOST = LimitSource(kind="host", file="/proc/meminfo")
GROUP = LimitSource(kind="cgroup", path="/a", file="memory.max")
BUDGET = LimitSource(kind="budget", file="--limit")
HOST_SCOPE = Scope(kind="host", name="host")
ONLY_ON_MACOS = {"compressed_bytes", "paged_out_bytes_total", "vm_pressure_level"}
NOT_OF_A_HOST = {"path", "usage_peak_bytes", "high_bytes", "limit_hits_total"}
OF_A_BUDGET = {"used_bytes", "limit_bytes", "used_ratio", "headroom_bytes", "level", "peak_bytes"}


def moment_of(sample):
    return Moment(sample=sample, verdict=step(State(), sample, Edges())[1])


def sample_of(*limits, **more):
    return Sample(time_seconds=1_700_000_000.5, clock_seconds=3.0, scope=HOST_SCOPE, limits=limits, **more)


def nulls(value, path=()):
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from nulls(item, (*path, key))
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from nulls(item, (*path, position))


def applies(document, path):
    """False for a null that the schema's description calls not applicable."""
    field = path[-1]
    if field in ONLY_ON_MACOS or path == ("scope", "pid"):
        return False
    if path[0] == "memory" and len(path) > 1:
        kind = document["memory"]["limit_source"]["kind"]
    elif path[0] == "limits":
        kind = document["limits"][path[1]]["kind"]
    else:
        return True
    return not (kind == "host" and field in NOT_OF_A_HOST) and not (kind == "budget" and field not in OF_A_BUDGET)


def reasons_for(document, path):
    """The gaps that speak of this null: of the same field, of its limit, or of the whole part."""
    fields = {gap["field"] for gap in document["gaps"]}
    if path[0] in ("memory", "limits") and len(path) > 1:
        limit = document["memory"]["limit_source"] if path[0] == "memory" else document["limits"][path[1]]
        name = f"limits.{limit['path'] or limit['kind']}"
        return {field for field in fields if field == name or field.startswith(f"{name}.")}
    return {field for field in fields if field.split(".")[0] == path[0]}


def unexplained(document):
    return [path for path in nulls(document) if applies(document, path) and not reasons_for(document, path)]


@pytest.mark.parametrize(
    "choice",
    [
        TargetChoice(),
        TargetChoice(kind="host"),
        TargetChoice(kind="process", pid=os.getpid()),
        TargetChoice(kind="process", pid=os.getpid(), budget_bytes=1 << 40),
    ],
    ids=["own scope", "host", "process", "budget"],
)
def test_this_machine_gives_a_valid_document_in_which_every_null_has_a_reason(choice, validator_of):
    machine = Machine(choice, asked=Asked(rows=3))
    state, documents = State(), []
    for second in range(9):
        sample = machine.sample(time_seconds=time.time(), clock_seconds=float(second))
        state, verdict = step(state, sample, Edges())
        documents.append(sample_document(Moment(sample=sample, verdict=verdict)))
    machine.close()
    for document in documents:
        validator_of("sample").validate(json.loads(encode(document)))
        assert unexplained(document) == []
    assert documents[0]["forecast"] is None
    assert documents[-1]["forecast"] is not None


@pytest.mark.parametrize(
    "limits",
    [
        (),
        (Memory(source=HOST, used_bytes=None, limit_bytes=None),),
        (Memory(source=GROUP, used_bytes=None, limit_bytes=5), Memory(source=HOST, used_bytes=1, limit_bytes=9)),
        (Memory(source=GROUP, used_bytes=5, limit_bytes=None), Memory(source=HOST, used_bytes=9, limit_bytes=9)),
    ],
)
def test_what_the_verdict_does_not_know_has_a_reason(limits, validator_of):
    gaps = (
        Gap("target", "/proc", "absent"),
        Gap("pressure", "/proc/pressure/memory", "absent"),
        Gap("host_oom_kills_total", "/proc/vmstat", "absent"),
        Gap("limits.host", "/proc/meminfo", "denied"),
        Gap("limits./a.used_bytes", "/a/memory.current", "denied"),
    )
    document = sample_document(moment_of(sample_of(*limits, gaps=gaps)))
    validator_of("sample").validate(json.loads(encode(document)))
    assert unexplained(document) == []


def test_no_limit_is_the_word_unlimited_and_a_breach_has_negative_headroom(validator_of):
    limits = (
        Memory(source=BUDGET, used_bytes=15, limit_bytes=10),
        Memory(source=GROUP, used_bytes=15, limit_bytes=UNLIMITED, high_bytes=UNLIMITED, swap_total_bytes=UNLIMITED),
        Memory(source=HOST, used_bytes=0, limit_bytes=100),
    )
    document = sample_document(moment_of(sample_of(*limits)))
    validator_of("sample").validate(json.loads(encode(document)))
    assert (document["level"], document["memory"]["headroom_bytes"], document["memory"]["used_ratio"]) == (
        "critical",
        -5,
        1.5,
    )
    assert [limit["limit_bytes"] for limit in document["limits"]] == [10, "unlimited", 100]
    assert [limit["level"] for limit in document["limits"]] == ["critical", "normal", "normal"]
    assert document["limits"][1]["high_bytes"] == "unlimited"


def test_every_field_of_a_full_sample_is_in_the_document(validator_of):
    pressure = Pressure(
        source="/proc/pressure/memory",
        some_avg10_ratio=0.04,
        some_avg60_ratio=0.03,
        some_avg300_ratio=0.02,
        some_seconds_total=7.5,
        full_avg10_ratio=0.01,
        full_avg60_ratio=0.0,
        full_avg300_ratio=1.0,
        full_seconds_total=3.25,
    )
    process = Process(
        pid=7, ppid=1, started=99, name="a\tb", uid=0, rss_bytes=5, fd_soft_limit=UNLIMITED, oom_score_adj=-1000
    )
    target = Target(used_bytes=5, used_is_rss=True, processes=1)
    limits = (Memory(source=GROUP, used_bytes=60, limit_bytes=100, oom_kills_total=2, reclaimable_bytes=0),)
    sample = sample_of(*limits, pressure=pressure, processes=(process,), target=target, host_oom_kills_total=4)
    document = json.loads(encode(sample_document(moment_of(sample))))
    validator_of("sample").validate(document)
    assert document["scope"] == {"kind": "host", "name": "host", "pid": None}
    assert document["time"] == "2023-11-14T22:13:20.500Z"
    assert document["pressure"]["full_seconds_total"] == 3.25
    assert document["processes"][0]["fd_soft_limit"] == "unlimited"
    assert document["processes"][0]["name"] == "a\tb"
    assert document["target"] == {"used_bytes": 5, "used_is_rss": True, "processes": 1}
    assert (document["memory"]["reclaimable_bytes"], document["host_oom_kills_total"]) == (0, 4)
    assert document["memory"]["peak_bytes"] == 60


@pytest.mark.parametrize("damage", [{"level": "fine"}, {"memory": 0}, {"extra": 1}, {"time": "now"}, {"gaps": [{}]}])
def test_the_schema_of_a_sample_refuses_what_is_not_one(damage, validator_of):
    document = json.loads(
        encode(sample_document(moment_of(sample_of(Memory(source=HOST, used_bytes=1, limit_bytes=9)))))
    )
    assert validator_of("sample").is_valid(document)
    assert not validator_of("sample").is_valid(document | damage)


@pytest.mark.parametrize("limit_bytes", [-1, "max", True, "Unlimited"])
def test_a_limit_is_a_number_or_unlimited_or_null(limit_bytes, validator_of):
    document = json.loads(
        encode(sample_document(moment_of(sample_of(Memory(source=HOST, used_bytes=1, limit_bytes=9)))))
    )
    for spelling in (0, 5, "unlimited", None):
        document["limits"][0]["limit_bytes"] = spelling
        assert validator_of("sample").is_valid(document)
    document["limits"][0]["limit_bytes"] = limit_bytes
    assert not validator_of("sample").is_valid(document) or limit_bytes == -1


def before_and_after():
    before = sample_of(Memory(source=GROUP, used_bytes=5, limit_bytes=100, oom_kills_total=0), host_oom_kills_total=0)
    after = sample_of(
        Memory(source=GROUP, used_bytes=90, limit_bytes=UNLIMITED, oom_kills_total=1), host_oom_kills_total=3
    )
    return before, after


def all_events():
    before, after = before_and_after()
    yield from limit_changes(before, after)
    yield from oom_kills(before, after)
    yield level_event(Level.NORMAL, Level.CRITICAL, after, after.limits[0])
    yield level_event(None, None, sample_of(), None)
    scope = Scope(kind="process", name="pid 7", pid=7)
    yield Event(time_seconds=0, event="exit", level=Level.NORMAL, text="ended", fields={"scope": scope.json})
    ended = {"pid": 7, "exit_code": 137, "cpu_seconds": 0.5}
    yield Event(time_seconds=0, event="exit", level=Level.HIGH, text="ended", fields=ended)
    yield Event(time_seconds=0, event="mark", level=None, text="deployed", fields={"anything": [1]})


@pytest.mark.parametrize("event", list(all_events()), ids=lambda event: f"{event.event}: {event.text[:20]}")
def test_every_event_line_is_valid(event, validator_of):
    document = json.loads(encode(event_document(event)))
    validator_of("event").validate(document)
    assert (document["type"], document["event"], document["text"]) == ("event", event.event, event.text)
    if event.event != "mark":
        assert not validator_of("event").is_valid(document | {"extra": 1})


def test_every_kind_of_event_was_tried():
    assert {event.event for event in all_events()} == {"level", "limit_change", "oom_kill", "exit", "mark"}
    assert len(list(oom_kills(*before_and_after()))) == 2


@pytest.mark.parametrize(
    ("time_seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_356_151.004, "2026-11-22T14:02:31.004Z"),
        (1_795_356_151.9994, "2026-11-22T14:02:31.999Z"),
        (1_795_356_151.9996, "2026-11-22T14:02:32.000Z"),
        (1_767_225_599.9996, "2026-01-01T00:00:00.000Z"),
        (1_709_164_799.9999, "2024-02-29T00:00:00.000Z"),
        (0.0004, "1970-01-01T00:00:00.000Z"),
    ],
)
def test_a_timestamp_is_utc_with_milliseconds(time_seconds, text):
    assert timestamp(time_seconds) == text


@given(st.integers(0, 4_000_000_000_000))
def test_every_millisecond_is_written_as_itself(milliseconds):
    text = timestamp(milliseconds / 1000)
    assert round(datetime.fromisoformat(text).timestamp() * 1000) == milliseconds


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_timestamps_sort_like_times(one, other):
    earlier, later = sorted((one, other))
    assert timestamp(earlier) <= timestamp(later)
    assert datetime.fromisoformat(timestamp(one)).tzinfo == UTC
    assert abs(datetime.fromisoformat(timestamp(one)).timestamp() - one) <= 0.000_51


names = st.text(st.characters(categories=None)) | st.sampled_from(
    ["\udc80", "\x9b31m", "a\nb", "\u2028", "\x1b]0;x\x07", "naïve", "\U0001f600", '"', "\\", "\x00"]
)


@given(names)
def test_no_name_breaks_a_line(name):
    scope = Scope(kind="name", name=name)
    process = Process(pid=1, ppid=0, started=0, name=name, uid=None, rss_bytes=None, command=name)
    sample = Sample(time_seconds=0, clock_seconds=0, scope=scope, limits=(), processes=(process,))
    line = encode(sample_document(moment_of(sample)))
    assert line.isascii()
    assert line.isprintable()
    assert line.encode().decode().splitlines() == [line]
    assert json.loads(line)["scope"]["name"] == name
    assert json.loads(line) == json.loads(pretty(sample_document(moment_of(sample))))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_never_written(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode({"used_ratio": number})


def test_a_document_that_stands_alone_ends_its_last_line():
    assert pretty({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}\n'
