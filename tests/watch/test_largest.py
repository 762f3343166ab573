"""The largest process of a program that has ended: its own figure, or none."""

import resource
from types import SimpleNamespace

import pytest

from mnemo_cli.watch.largest import largest_bytes, own_peak_bytes

MIB = 1 << 20


@pytest.mark.parametrize(("starter", "largest"), [(63 * MIB - 1, 64 * MIB), (63 * MIB, None), (100 * MIB, None)])
def test_a_figure_that_may_be_the_starters_is_none(starter, largest):
    assert largest_bytes(SimpleNamespace(ru_maxrss=64 * 1024), starter) == largest


def test_the_own_peak_is_what_the_kernel_keeps(tmp_path):
    (tmp_path / "proc/self").mkdir(parents=True)
    status = tmp_path / "proc/self/status"
    status.write_text("Name:\tx\nVmPeak:\t 999 kB\nVmHWM:\t    7 kB\nVmRSS:\t 1 kB\n")
    assert own_peak_bytes(tmp_path) == 7 * 1024


@pytest.mark.parametrize("text", [None, "Name:\tx\n", "Name:\tx\nVmHWM:\n", "Name:\tx\nVmHWM:\t? kB\n"])
def test_where_the_kernel_does_not_tell_it_is_that_of_getrusage(tmp_path, text):
    (tmp_path / "proc/self").mkdir(parents=True)
    if text is not None:
        (tmp_path / "proc/self/status").write_text(text)
    assert own_peak_bytes(tmp_path) == resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
