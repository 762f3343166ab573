"""Tasks per user and in all; what is hidden is said, never taken for nothing."""

import os
import sys
from pathlib import Path

import pytest

from mnemo_cli.sampling.tasks import TaskCensus, count_tasks, read_total_tasks
from tests.doctor.stock import status


def test_the_total_is_the_second_number_of_the_fraction(fake_host):
    gaps = []
    assert read_total_tasks(fake_host({"proc/loadavg": "0.61 0.84 1.48 1/92 29277\n"}), gaps) == 92
    assert not gaps


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "No such file or directory"),
        ({"proc/loadavg": None}, "Is a directory"),
        ({"proc/loadavg": "0.61 0.84 1.48 1/9"}, "it is not a line of load averages"),
        ({"proc/loadavg": "x\n"}, "it is not a line of load averages"),
    ],
)
def test_an_unknown_total_leaves_a_gap(fake_host, files, reason):
    gaps = []
    assert read_total_tasks(fake_host(files), gaps) is None
    assert [(gap.field, gap.reason) for gap in gaps] == [("tasks", reason)]


def test_threads_are_counted_by_the_real_user(fake_host):
    files = {
        "proc/1/status": status(uid=0, threads=3), "proc/20/status": status(uid=33, threads=10),
        "proc/21/status": status(uid=33, threads=1), "proc/loadavg": "", "proc/sys/x": "",
    }  # fmt: skip
    gaps = []
    assert count_tasks(fake_host(files), gaps) == TaskCensus(by_uid={0: 3, 33: 11}, unread=0)
    assert not gaps


def test_an_unreadable_or_damaged_process_is_counted_as_unread(fake_host):
    gaps = []
    files = {"proc/1/status": None, "proc/2/status": "Name:\tx\n", "proc/3/status": status(uid=5, threads=2)}
    assert count_tasks(fake_host(files), gaps) == TaskCensus(by_uid={5: 2}, unread=2)
    assert [gap.reason for gap in gaps] == ["2 processes cannot be read"]


def test_without_a_listing_there_is_no_count(tmp_path):
    gaps = []
    assert count_tasks(tmp_path, gaps) is None
    assert [gap.field for gap in gaps] == ["tasks_by_uid"]


def test_a_few_tasks_of_difference_are_not_hidden_ones():
    census = TaskCensus(by_uid={0: 100}, unread=0)
    assert (census.hidden(100), census.hidden(116), census.hidden(150)) == (0, 0, 34)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_our_own_tasks_are_among_the_counted():
    census = count_tasks(Path("/"), [])
    assert census is not None and census.by_uid[os.getuid()] >= 1
