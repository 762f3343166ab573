"""A forked child begins with a tracker of its own: the same limits and parts, from zero, and the parent's untouched."""

import json
import os

import pytest


@pytest.fixture
def told(host):
    program = host.start("forks.py")
    said = json.loads(program.line())
    assert program.wait() == 0
    return said


def test_the_parent_is_untouched(told):
    assert told["after"] == told["before"]
    assert told["before"]["pid"] == told["before"]["own"]
    assert told["before"]["used"] == 4500 and told["before"]["level"] == 3
    assert told["end"]["used"] == 4501
    assert told["end"]["components"] == [
        ["event_queue", None, "Unlimited.UNLIMITED", 0], ["work_queue", 9, "10", 0],
        ["inbox", None, "50", 31], ["outbox", None, "None", 5],
    ]  # fmt: skip


def test_a_child_has_a_file_of_its_own_with_the_limits_and_from_zero(told):
    fresh = told["children"][0]["fresh"]
    assert fresh["path"] != told["before"]["path"] and fresh["pid"] == fresh["own"] != told["before"]["pid"]
    assert (fresh["limit"], fresh["used"], fresh["peak"], fresh["allocated"], fresh["level"]) == (5000, 0, 0, 0, 0)
    assert fresh["components"] == [
        ["event_queue", None, "Unlimited.UNLIMITED", 0], ["work_queue", None, "10", 0], ["inbox", None, "50", 0],
    ]  # fmt: skip
    assert fresh["metrics"] == [["temperature", None], ["requests", 0]]
    assert fresh["private"] == 0


def test_parts_that_the_program_held_before_the_fork_write_into_the_childs_file(told):
    worked = told["children"][0]["worked"]
    assert (worked["used"], worked["allocated"], worked["private"]) == (7, 7, 1)
    assert worked["metrics"] == [["temperature", -4.0], ["requests", 2]]
    assert ["work_queue", 1, "10", 0] in worked["components"]


def test_what_a_component_had_counted_before_the_fork_is_the_parents_alone(told):
    """Its 30 are in the parent's file: workers add up."""
    assert ["inbox", 4, "50", 3] in told["children"][0]["worked"]["components"]


def test_a_component_that_the_child_makes_anew_counts_from_zero(told):
    assert ["outbox", None, "None", 1] in told["children"][0]["after"]["components"]


def test_a_grandchild_begins_anew_as_well(told):
    for child in told["children"]:
        grandchild = child["grandchild"]
        assert grandchild["pid"] == grandchild["own"] not in (child["fresh"]["pid"], told["before"]["pid"])
        assert (grandchild["used"], grandchild["limit"], grandchild["private"]) == (0, 5000, 0)
        assert ["inbox", None, "50", 0] in grandchild["components"]


def test_a_closed_tracker_is_not_taken_along(told, host):
    assert len([name for name in host.file_names() if name.startswith(f"{told['before']['pid']}-")]) == 2
    assert all(child["fresh"]["closed"] == told["before"]["closed"] for child in told["children"])
    files = {name.partition("-")[0] for name in host.file_names()}
    pids = {told["before"]["pid"]} | {
        child[who]["pid"] for child in told["children"] for who in ("fresh", "grandchild")
    }
    assert files == {str(pid) for pid in pids} and len(host.file_names()) == 6


def test_several_living_workers_of_one_program_are_each_shown(host):
    workers = [host.start("held.py", "app") for _ in range(3)]
    for number, worker in enumerate(workers):
        worker.line()
        worker.ask("allocate", 10**number)
    seen, gaps = host.read(*(worker.pid for worker in workers))
    assert gaps == [] and sum(one.used_bytes for one in seen) == 111
    assert {one.pid for one in seen} == {worker.pid for worker in workers}


def test_a_child_without_room_for_a_file_counts_privately(host):
    """The folder went away between the start and the fork."""
    program = host.start("nursery.py")
    host.folder.write_text("in the way")
    assert program.ask("app", 1).endswith(" 256"), "the worker says so, and its program decides"
    assert os.path.isfile(host.folder)
