"""The counters of what memory costs in time, level by level; what is not counted is unknown and never 0."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.group import GroupV1, GroupV2
from mnemo_cli.sampling.strain import Strain, parse_major_faults, read_group_strain, read_host_strain

V2 = {
    "g/memory.current": "900\n",
    "g/memory.max": "1000\n",
    "g/memory.stat": "inactive_file 100\npgscan 7\npgsteal 6\nworkingset_refault_anon 1\nworkingset_refault_file 2\n"
    "pgmajfault 3\npswpin 4\n",
    "g/memory.events": "low 0\nhigh 8\nmax 9\n",
    "g/memory.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=5000000\n"
    "full avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n",
}
V1 = {
    "g/memory.usage_in_bytes": "900\n",
    "g/memory.limit_in_bytes": "1000\n",
    "g/memory.stat": "total_inactive_file 100\ntotal_pgmajfault 3\ntotal_workingset_refault_anon 1\n"
    "total_workingset_refault_file 2\n",
    "g/memory.failcnt": "9\n",
}
HOST = {
    "proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 400 kB\n",
    "proc/vmstat": "workingset_refault_anon 1\nworkingset_refault_file 2\npgmajfault 3\npswpin 4\npgscan_kswapd 5\n"
    "pgscan_direct 6\npgsteal_kswapd 3\npgsteal_direct 4\npgscan_direct_throttle 99\n",
    "proc/pressure/memory": V2["g/memory.pressure"],
}


def read(root, make):
    gaps = []
    group = make(root / "g", path="/app")
    try:
        return read_group_strain(group, gaps), gaps
    finally:
        group.close()


def test_v2_counts_everything(fake_host):
    assert read(fake_host(V2), GroupV2) == (Strain("cgroup /app", 900, 1000, 7, 6, 3, 3, 4, 8, 9, 5.0, 2.0), [])


def test_v1_counts_neither_reclaim_nor_stalls(fake_host):
    expected = Strain("cgroup /app", 900, 1000, refaults_total=3, major_faults_total=3, limit_hits_total=9)
    assert read(fake_host(V1), GroupV1) == (expected, [])


def test_the_machine_counts_both_ways_of_reclaim(fake_host):
    gaps = []
    expected = Strain("the machine", 600 << 10, 1000 << 10, 11, 7, 3, 3, 4, None, None, 5.0, 2.0)
    assert (read_host_strain(fake_host(HOST), gaps), gaps) == (expected, [])


@pytest.mark.parametrize("missing", [name for name in V2 if "memory.stat" not in name])
def test_an_absent_file_is_a_gap_and_the_rest_is_told(fake_host, missing):
    found, gaps = read(fake_host({name: text for name, text in V2.items() if name != missing}), GroupV2)
    assert found.refaults_total == 3
    assert [gap.source for gap in gaps][:1] == [f"/app/{missing[2:]}"] and None in found


def test_an_unreadable_and_a_nonsensical_file_are_gaps(fake_host):
    found, gaps = read(fake_host({**V2, "g/memory.events": None, "g/memory.pressure": "calm\n"}), GroupV2)
    assert (found.high_hits_total, found.limit_hits_total, found.stalled_seconds_total) == (None, None, None)
    assert {gap.source for gap in gaps} == {"/app/memory.events", "/app/memory.pressure"}


def test_a_key_that_the_kernel_lacks_is_unknown(fake_host):
    older = V2["g/memory.stat"].replace("pswpin 4\n", "").replace("workingset_refault_anon 1\n", "")
    found, _ = read(fake_host({**V2, "g/memory.stat": older}), GroupV2)
    assert (found.swapped_in_pages_total, found.refaults_total) == (None, 2)


@given(st.binary(max_size=300))
def test_any_stat_is_answered(text):
    assert parse_major_faults(text) is None or parse_major_faults(text) >= 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_our_own_major_faults_are_counted_whatever_our_name():
    text = Path("/proc/self/stat").read_bytes()
    assert parse_major_faults(text) is not None
    assert parse_major_faults(b"7 (a) b) S 1 7 7 0 -1 4194304 100 0 42 " + b"0 " * 20 + b"\n") == 42
    assert parse_major_faults(b"7 (a) S 1 7 7 0 -1 4194304 100 0 42") is None


def test_on_v1_a_limit_with_swap_that_is_as_low_counts_the_hits(fake_host):
    strain, gaps = read(fake_host({**V1, "g/memory.failcnt": "0\n", "g/memory.memsw.failcnt": "7\n"}), GroupV1)
    assert (strain.limit_hits_total, gaps) == (7, [])
