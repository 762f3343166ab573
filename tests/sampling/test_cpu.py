"""Processor quotas and throttling of every level, on v1 and v2; what cannot be read is unknown, never no limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.cpu import parse_cfs_quota, parse_cpu_max, read_cpu
from mnemo_cli.sampling.hierarchy import Hierarchies

V2_MOUNT = "35 24 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n"
V1_MOUNT = "40 24 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
V2_STAT = "usage_usec 900\nuser_usec 1\nsystem_usec 2\nnr_periods 200\nnr_throttled 50\nthrottled_usec 2500000\n"
V1_STAT = "nr_periods 200\nnr_throttled 50\nthrottled_time 2500000000\n"


def v2(folder, quota="200000 100000\n", stat=V2_STAT):
    return {f"sys/fs/cgroup/{folder}/cpu.max": quota, f"sys/fs/cgroup/{folder}/cpu.stat": stat}


def v1(folder, quota="200000\n", period="100000\n", stat=V1_STAT):
    top = f"sys/fs/cgroup/cpu,cpuacct{folder}"
    return {f"{top}/cpu.cfs_quota_us": quota, f"{top}/cpu.cfs_period_us": period, f"{top}/cpu.stat": stat}


def groups_of(root, membership):
    gaps = []
    groups = read_cpu(Hierarchies(root, gaps).chain("cpu", membership), gaps)
    return groups, gaps


def test_every_level_of_the_unified_hierarchy_is_read_the_innermost_first(fake_host):
    files = {"proc/self/mountinfo": V2_MOUNT, **v2("a/b"), **v2("a", "max 100000\n"), "sys/fs/cgroup/cpu.stat": V2_STAT}
    (inner, outer), gaps = groups_of(fake_host(files), b"0::/a/b\n")
    assert not gaps
    assert (inner.path, inner.limit_cores, inner.period_seconds) == ("/a/b", 2.0, 0.1)
    assert (inner.periods_total, inner.throttled_periods_total, inner.throttled_seconds_total) == (200, 50, 2.5)
    assert inner.throttled_ratio == 0.25
    assert (outer.path, outer.limit_cores) == ("/a", UNLIMITED)


def test_the_same_of_a_v1_hierarchy(fake_host):
    files = {
        "proc/self/mountinfo": V1_MOUNT,
        **v1("/a", "50000\n"),
        **v1("", "-1\n", stat="nr_periods 0\nnr_throttled 0\nthrottled_time 0\n"),
    }
    (inner, top), gaps = groups_of(fake_host(files), b"3:cpu,cpuacct:/a\n")
    assert not gaps
    assert (inner.path, inner.limit_cores, inner.throttled_seconds_total) == ("/a", 0.5, 2.5)
    assert (top.path, top.limit_cores, top.throttled_ratio) == ("/", UNLIMITED, None)


def test_without_a_controller_there_is_no_group(fake_host):
    assert groups_of(fake_host({"proc/self/mountinfo": V2_MOUNT, "sys/fs/cgroup/a/x": ""}), b"0::/a\n") == ((), [])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (v2("a", None), "Is a directory"),
        (v2("a", ""), "it is empty"),
        (v2("a", "200000"), "not a quota"),
        (v2("a", "200000 0\n"), "not a period"),
        (v2("a", "-1 100000\n"), "not a number"),
    ],
)
def test_an_unreadable_quota_is_unknown_and_says_why(fake_host, changed, words):
    (group,), (gap,) = groups_of(fake_host({"proc/self/mountinfo": V2_MOUNT, **changed}), b"0::/a\n")
    assert group.limit_cores is None and group.throttled_periods_total == 50
    assert (gap.field, gap.source) == ("cpu./a", "/a/cpu.max") and words in gap.reason


@pytest.mark.parametrize(
    ("quota", "period"), [("x\n", "100000\n"), ("", "100000\n"), ("100000\n", "0\n"), ("1\n", "-1\n"), ("1\n", None)]
)
def test_an_unreadable_v1_quota_is_unknown_and_says_why(fake_host, quota, period):
    files = {"proc/self/mountinfo": V1_MOUNT, **v1("/a", quota, period), "sys/fs/cgroup/cpu,cpuacct/x": ""}
    (group,), gaps = groups_of(fake_host(files), b"3:cpu,cpuacct:/a\n")
    assert group.limit_cores is None and len(gaps) == 1


@pytest.mark.parametrize("stat", [None, "nr_periods 9\n", "nr_periods x\nnr_throttled 1\nthrottled_usec 1\n"])
def test_missing_counters_are_unknown_and_leave_the_quota(fake_host, stat):
    (group,), gaps = groups_of(fake_host({"proc/self/mountinfo": V2_MOUNT, **v2("a", stat=stat)}), b"0::/a\n")
    assert group.limit_cores == 2.0 and group.throttled_ratio is None
    assert [gap.source for gap in gaps] == ["/a/cpu.stat"]


@given(st.integers(0, 10**12), st.integers(1, 10**7))
def test_every_quota_survives_writing_and_reading(quota, period):
    assert parse_cpu_max(b"%d %d\n" % (quota, period)) == (quota / period, period / 1e6)
    assert parse_cfs_quota(b"%d\n" % quota) == quota


@given(st.binary(max_size=60))
def test_other_bytes_are_a_value_or_refused(text):
    for parse in (parse_cpu_max, parse_cfs_quota):
        try:
            assert parse(text) is not None
        except ValueError as err:
            assert str(err).isprintable()
