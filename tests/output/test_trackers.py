"""Trackers as text: a row for each process and component, "-" for what is not told, no name raw, no endless table."""

import pytest

from mnemo_cli.limits.components import judged
from mnemo_cli.model import UNLIMITED, Component, Gap, Metric, Tracker
from mnemo_cli.output.lines import LineFormat, moment_text
from mnemo_cli.output.snapshot import snapshot_text
from mnemo_cli.output.trackers import tracker_text

MIB = 1 << 20


def component(name="work_queue", used=None, limit=None, **fields):
    values = {"unit": "items", "used_bytes": None, "limit_bytes": None, "policy": "block", **fields}
    return Component(name=name, used=used, limit=limit, **values)


def tracker(pid=7, *components, name="app", **fields):
    totals = ("started", "used_bytes", "peak_bytes", "allocated_bytes_total", "allocations", "deallocated_bytes_total",
              "deallocations", "unbalanced_total", "spawned_tasks", "completed_tasks_total")  # fmt: skip
    values = {"processes": 1, "limit_bytes": None, **dict.fromkeys(totals, 0), **fields}
    (found,) = judged([Tracker(pid=pid, name=name, components=components, **values)])
    return found


def rows(*trackers, top=10):
    return [line.split() for line in tracker_text(trackers, top=top)]


def row(name, *trackers):
    (found,) = (cells for cells in rows(*trackers) if name in cells[:2])
    return found


def test_without_trackers_there_is_no_part():
    assert tracker_text([], top=10) == []


def test_a_process_is_a_row_with_use_peak_and_rate():
    one = tracker(
        used_bytes=4 * MIB, limit_bytes=64 * MIB, peak_bytes=5 * MIB, allocated_bytes_total=8 * MIB,
        allocation_bytes_per_second=2048.4, unbalanced_total=2, spawned_tasks=9,
    )  # fmt: skip
    one = one._replace(components=(component("active_tasks", 3),))
    assert rows(one)[:2] == [
        ["TRACKER", "PID", "USED", "OF", "SHARE", "PEAK", "ALLOCATED", "RATE", "UNBALANCED", "TASKS", "ACTIVE"],
        ["app", "7", "4.0M", "64M", "6.2%", "5.0M", "8.0M", "2.0K/s", "2", "9", "3"],
    ]


@pytest.mark.parametrize(("limit_bytes", "words"), [(None, ["-", "-"]), (UNLIMITED, ["unlimited", "-"])])
def test_without_a_limit_there_is_no_share_and_an_unknown_rate_is_a_word(limit_bytes, words):
    assert row("7", tracker(limit_bytes=limit_bytes)) == ["app", "7", "0", *words, "0", "0", "unknown", "0", "0", "-"]


def test_dead_workers_have_only_what_they_counted():
    dead = tracker(None, processes=3, peak_bytes=MIB, allocated_bytes_total=2 * MIB, spawned_tasks=4)
    assert row("3", tracker(), dead) == ["app", "3", "dead", "-", "-", "-", "1.0M", "2.0M", "-", "0", "4", "-"]


@pytest.mark.parametrize(
    ("part", "cells"),
    [
        (component(used=84, limit=100), ["84", "100", "items", "-", "-", "84.0%", "!", "MODERATE", "blocks"]),
        (component(used=5), ["5", "-", "items", "-", "-", "-", "-", "blocks"]),
        (component(limit=UNLIMITED, policy="none"), ["-", "unlimited", "items", "-", "-", "-", "-", "-"]),
        (component(used=9, limit=9, policy="evict_lru"), ["9", "9", "items", "-", "-", "100.0%", "-", "LRU"]),
        (component(used_bytes=MIB, limit_bytes=2 * MIB, policy="reject"),
         ["-", "-", "items", "1.0M", "2.0M", "50.0%", "ok", "NORMAL", "rejects"]),
        (component(used=1, limit=9, policy="own word"),
         ["1", "9", "items", "-", "-", "11.1%", "ok", "NORMAL", "own", "word"]),
    ],
)  # fmt: skip
def test_a_component_shows_what_it_tells(part, cells):
    assert row("work_queue", tracker(7, part))[2:-4] == cells


def test_counters_of_all_workers_are_added_up_the_dead_ones_too():
    part = component("cache", 5, 10, policy="evict_lru", evicted_total=1, expired_total=2, rejected_total=3,
                     hits_total=3, misses_total=1)  # fmt: skip
    text = tracker_text([tracker(7, part), tracker(8, part), tracker(None, part)], top=10)
    (cells,) = (line.split() for line in text if " cache " in line)
    assert cells[2:4] == ["10", "20"] and cells[-4:] == ["3", "6", "9", "75.0%"]
    assert "the workers of a program are added up; share and level are those of the fullest worker" in text


def test_one_worker_needs_no_note():
    assert not any("added up" in line for line in tracker_text([tracker(7, component(used=5))], top=10))


def test_top_limits_the_processes_to_those_that_use_most_and_says_of_how_many():
    many = [tracker(pid, component(used=1), used_bytes=pid) for pid in range(1, 6)]
    text = tracker_text(many, top=2)
    assert [line.split()[1] for line in text[1:3]] == ["5", "4"]
    assert text[3] == "(2 of 5 trackers)"
    assert tracker_text(many, top=0)[0].startswith("PROGRAM")


def test_the_table_of_components_has_an_end_and_begins_with_the_worst():
    parts = [component(f"queue{n}", 1, 9) for n in range(60)]
    text = tracker_text([tracker(7, *parts, component("full", 9, 9))], top=10)
    first = next(position for position, line in enumerate(text) if line.startswith("PROGRAM"))
    assert text[first + 1].split()[1] == "full"
    assert text[-1] == "(40 of 61 components)"


@pytest.mark.parametrize(("count", "words"), [(1, "1 metric"), (3, "3 metrics")])
def test_metrics_of_its_own_are_counted(count, words):
    metrics = tuple(Metric(f"m{n}", "items", "gauge", 1.0) for n in range(count))
    assert tracker_text([tracker(metrics=metrics)], top=10)[-1] == f"app has {words} of its own: see --format json"


def test_no_name_is_printed_raw_or_breaks_the_table():
    evil = component("\x1b[2J\n" * 9, 5, 10, unit="\x07", policy="\u202e" * 9)
    text = tracker_text([tracker(7, evil, name="\x1b]0;owned\x07" * 5)], top=10)
    assert all(line.isprintable() for line in text)
    assert max(map(len, text)) < 170


def test_a_snapshot_has_the_trackers_before_its_gaps_and_prints_no_gap_raw(moment):
    base = moment(gaps=(Gap("trackers", "/dev/shm/\x1b[2J", "rubbish"),))
    with_one = base._replace(sample=base.sample._replace(trackers=(tracker(7, component(used=5, limit=10)),)))
    text = snapshot_text(with_one, top=10)
    assert text.index("\nTRACKER ") < text.index("\nPROGRAM ") < text.index("\ngap: trackers: ")
    assert text.endswith("\ngap: trackers: rubbish (/dev/shm/\\x1b[2J)\n")
    assert "TRACKER" not in snapshot_text(base, top=10)


@pytest.mark.parametrize(
    ("parts", "end"),
    [
        ([component(used=84, limit=100), component("db", 9, 10)], "  app work_queue 84.0% ! MODERATE\n"),
        ([component(used=8, limit=10), component("db", 10, 10)], "  app db 100.0% XX CRITICAL\n"),
        ([component(used=5, limit=10)], "headroom 300\n"),
        ([component(used=9, limit=9, policy="evict_lru")], "headroom 300\n"),
        ([], "headroom 300\n"),
    ],
)
def test_a_plain_line_ends_with_the_worst_component_when_it_is_worth_a_word(moment, parts, end):
    base = moment()
    told = base._replace(sample=base.sample._replace(trackers=(tracker(7, *parts),)))
    assert moment_text(told, LineFormat.PLAIN).endswith(end)
    assert moment_text(told, LineFormat.CSV) == moment_text(base, LineFormat.CSV)
