"""Knobs of /proc/sys: one number, or a gap that says why not."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.sysctl import parse_numbers, read_sysctl, read_sysctl_numbers


def test_good_knobs_are_read(fake_host):
    root = fake_host({"proc/sys/fs/nr_open": "1048576\n", "proc/sys/fs/file-nr": "3904\t0\t9223372036854775807\n"})
    gaps = []
    assert read_sysctl("fs.nr_open", root, gaps) == 1048576
    assert read_sysctl_numbers("fs.file-nr", root, gaps, count=3) == (3904, 0, 2**63 - 1)
    assert not gaps


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "No such file or directory"),
        ({"proc/sys/fs/nr_open": None}, "Is a directory"),
        ({"proc/sys/fs/nr_open": "lots\n"}, "not 1 numbers: b'lots\\n'"),
        ({"proc/sys/fs/nr_open": "-1\n"}, "not 1 numbers: b'-1\\n'"),
        ({"proc/sys/fs/nr_open": "12"}, "not 1 numbers: b'12'"),
    ],
)
def test_absent_unreadable_and_nonsense_knobs_leave_one_gap(fake_host, files, reason):
    gaps = []
    assert read_sysctl("fs.nr_open", fake_host(files), gaps) is None
    assert [(gap.field, gap.source, gap.reason) for gap in gaps] == [("fs.nr_open", "/proc/sys/fs/nr_open", reason)]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=4))
def test_numbers_survive_writing_and_reading(numbers):
    assert parse_numbers(("\t".join(map(str, numbers)) + "\n").encode(), count=len(numbers)) == tuple(numbers)


@given(st.binary(max_size=60))
def test_any_bytes_are_numbers_or_refused(text):
    with contextlib.suppress(ValueError):
        assert all(number >= 0 for number in parse_numbers(text, count=2))
