"""The nouns: three answers kept apart, shares and headroom at their edges; the tree of errors with its exit codes."""

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli import errors, model
from mnemo_cli.errors import EXIT_CODES, CommandError, ExitCode, MnemoError
from mnemo_cli.model import (
    UNLIMITED,
    Component,
    Gap,
    Level,
    LimitSource,
    Memory,
    Metric,
    Moment,
    Sample,
    Scope,
    Tracker,
    Unlimited,
    Verdict,
    difference_of,
    limit_json,
    sum_of,
)

HOST = LimitSource(kind="host", file="/proc/meminfo")
NOUNS = [noun for _, noun in inspect.getmembers(model, inspect.isclass) if hasattr(noun, "_replace")]
# The README's table of exit codes, apart from the child's own code.
CODES = {0, 1, 2, 3, 4, 75, 124, 126, 127, 130, 143}


def host(used_bytes, limit_bytes):
    return Memory(source=HOST, used_bytes=used_bytes, limit_bytes=limit_bytes)


@pytest.mark.parametrize(
    ("used_bytes", "limit_bytes", "used_ratio", "headroom_bytes"),
    [
        (0, 100, 0.0, 100),
        (80, 100, 0.8, 20),
        (100, 100, 1.0, 0),
        (150, 100, 1.5, -50),
        (0, 0, 1.0, 0),
        (5, 0, 1.0, -5),
        (5, UNLIMITED, 0.0, UNLIMITED),
        (None, 100, None, None),
        (5, None, None, None),
        (None, UNLIMITED, None, None),
        (None, None, None, None),
    ],
)
def test_share_and_headroom_follow_the_three_answers(used_bytes, limit_bytes, used_ratio, headroom_bytes):
    memory = host(used_bytes, limit_bytes)
    assert memory.used_ratio == used_ratio
    assert memory.headroom_bytes == headroom_bytes


@given(used_bytes=st.integers(0, 2**63), limit_bytes=st.integers(1, 2**63))
def test_headroom_is_negative_just_where_the_share_is_above_one(used_bytes, limit_bytes):
    memory = host(used_bytes, limit_bytes)
    assert (memory.headroom_bytes < 0) == (used_bytes > limit_bytes)
    assert memory.used_ratio >= 1 or memory.headroom_bytes > 0


@pytest.mark.parametrize(
    ("limit", "written"), [(0, 0), (4096, 4096), (1.5, 1.5), (UNLIMITED, "unlimited"), (None, None)]
)
def test_the_three_answers_have_three_spellings_in_json(limit, written):
    assert limit_json(limit) == written
    assert type(limit_json(limit)) is type(written)


def test_unlimited_is_one_thing_and_no_number():
    assert Unlimited("unlimited") is UNLIMITED
    assert repr(UNLIMITED) == "UNLIMITED"
    assert not isinstance(UNLIMITED, int | float | str)


def test_levels_rise_and_unknown_is_none_of_them():
    assert [level.word for level in sorted(Level)] == ["normal", "moderate", "high", "critical"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (LimitSource(kind="cgroup", path="/app", file="memory.max"), "cgroup /app"),
        (LimitSource(kind="cgroup", path="/", file="memory.max"), "cgroup /"),
        (HOST, "host"),
        (LimitSource(kind="budget", file="--limit"), "budget"),
    ],
)
def test_a_limit_names_where_it_is_set(source, sentence):
    assert source.sentence == sentence
    assert source.json == {"kind": source.kind, "path": source.path, "file": source.file}


def test_a_sample_knows_its_host():
    group = Memory(source=LimitSource(kind="cgroup", path="/a"), used_bytes=1, limit_bytes=2)
    scope = Scope(kind="cgroup", name="/a")
    sample = Sample(time_seconds=0, clock_seconds=0, scope=scope, limits=(group, host(1, 9)))
    assert sample.host == host(1, 9)
    assert Sample(time_seconds=0, clock_seconds=0, scope=scope, limits=(group,)).host is None


def test_a_moment_has_the_gaps_of_its_sample_and_of_its_verdict():
    seen, judged = Gap("pressure", "/proc/pressure/memory", "absent"), Gap("level", "limits", "unknown")
    sample = Sample(time_seconds=0, clock_seconds=0, scope=Scope(kind="host", name="host"), limits=(), gaps=(seen,))
    verdict = Verdict(
        level=None,
        at_least=None,
        binding=None,
        levels=(),
        since_seconds=0,
        peak_used_bytes=None,
        forecast=None,
        gaps=(judged,),
    )
    assert Moment(sample=sample, verdict=verdict).gaps == (seen, judged)


def tracker(**fields):
    totals = ("started", "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
              "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total")  # fmt: skip
    return Tracker(
        **{"pid": 7, "name": "app", "processes": 1, "limit_bytes": None, **dict.fromkeys(totals, 0), **fields}
    )


def part(name, used=None, limit=None, **fields):
    values = {"unit": "items", "used_bytes": None, "limit_bytes": None, "policy": "block", **fields}
    return Component(name=name, used=used, limit=limit, **values)


def test_a_tracker_prints_what_a_program_wants_to_know():
    one = tracker(
        used_bytes=1 << 20, limit_bytes=4 << 20, peak_bytes=2 << 20, allocated_bytes_total=3 << 20, allocations=9,
        allocation_bytes_per_second=2048.4, deallocated_bytes_total=2 << 20, deallocations=6, unbalanced_total=1,
        spawned_tasks=5, completed_tasks_total=4, metrics=(Metric("lag", "seconds", "gauge", 0.5),),
        components=(part("queue", 84, 100, level=Level.MODERATE, rejected_total=2, blocked_seconds_total=0.25),),
    )  # fmt: skip
    assert str(one).splitlines() == [
        "app (pid 7)",
        "  used 1.0M of 4.0M (25.0%), peak 2.0M",
        "  allocations: 9, 3.0M in all, 2.0K/s",
        "  deallocations: 6, 2.0M in all, unbalanced 1",
        "  tasks: spawned 5, completed 4",
        "  queue: 84 of 100 items, 84.0% moderate, rejected 2, blocked 0.25 s",
        "  lag: 0.5 seconds",
    ]


@pytest.mark.parametrize(
    ("component", "text"),
    [
        (part("q", 5), "q: 5 items"),
        (part("q", None, 5), "q: ? of 5 items"),
        (part("q", 5, UNLIMITED), "q: 5 of unlimited items"),
        (part("q", used_bytes=2048, limit_bytes=4096), "q: 2.0K of 4.0K, 50.0%"),
        (part("q", 1, 4, used_bytes=2048), "q: 1 of 4 items, 2.0K, 25.0%"),
        (part("q", 1, hits_total=3, misses_total=1, evicted_total=2), "q: 1 items, evicted 2, hits 3, misses 1"),
    ],
)
def test_a_component_prints_what_its_program_tells(component, text):
    assert str(component) == text


def test_what_is_unknown_is_printed_as_such_and_dead_workers_as_dead():
    lines = str(tracker(pid=None, processes=3, metrics=(Metric("lag", "seconds", "gauge", None),))).splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("app (3 dead)", "  used 0, peak 0", "  lag: ? seconds")
    assert lines[2] == "  allocations: 0, 0 in all, ?/s"


def test_no_name_in_a_printed_tracker_can_move_a_cursor():
    evil = "\x1b[2J\n"
    text = str(tracker(name=evil, components=(part(evil, 1, unit=evil),), metrics=(Metric(evil, evil, "gauge", 1.0),)))
    assert len(text.splitlines()) == 7 and all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize("noun", NOUNS, ids=[noun.__name__ for noun in NOUNS])
def test_a_noun_is_a_record_without_room_for_more(noun):
    assert issubclass(noun, tuple)
    assert noun.__slots__ == ()


def test_a_noun_cannot_be_changed():
    with pytest.raises(AttributeError):
        host(1, 2).used_bytes = 3


def test_the_table_of_exit_codes_is_the_one_of_the_design():
    assert {int(code) for code in ExitCode} == CODES
    assert [code for code, _ in EXIT_CODES] == sorted(ExitCode)
    assert all(meaning for _, meaning in EXIT_CODES)


def error_kinds(kind=MnemoError):
    for child in kind.__subclasses__():
        yield child
        yield from error_kinds(child)


def test_every_error_stands_in_the_drawn_tree_with_its_exit_code():
    drawn = dict(re.findall(r"[─ ](\w+Error) +(\d+(?:/\d+)?)", errors.__doc__))
    kinds = {kind.__name__: kind for kind in error_kinds()}
    assert set(drawn) == set(kinds)
    assert drawn.pop("CommandError") == "126/127"
    assert {name: int(code) for name, code in drawn.items()} == {name: kinds[name].exit_code for name in drawn}


@pytest.mark.parametrize("code", [ExitCode.NOT_EXECUTABLE, ExitCode.NOT_FOUND])
def test_a_command_that_cannot_start_carries_the_code_of_its_reason(code):
    error = CommandError("x: command not found", exit_code=code)
    assert (str(error), error.exit_code) == ("x: command not found", code)
    assert MnemoError.exit_code is ExitCode.FINDING


def test_what_is_added_up_is_unknown_as_soon_as_a_part_is():
    assert (sum_of(), sum_of(0), sum_of(1, 2, 3)) == (0, 0, 6)
    assert sum_of(1, None, 3) is None


def test_a_difference_is_never_negative_and_unknown_as_soon_as_a_part_is():
    assert (difference_of(5, 3), difference_of(3, 5)) == (2, 0)
    assert difference_of(None, 0) is None and difference_of(5, None) is None
