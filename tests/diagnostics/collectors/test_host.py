"""The machine: memory, knobs, limits, mounts, versions."""

import json

import pytest

from mnemo_cli.diagnostics.collectors import host_memory, host_memory_later, mounts, rlimits, sysctls, versions
from tests.diagnostics.collectors.scenes import MACHINE, process, scene_of, taken, write


@pytest.fixture
def root(tmp_path):
    return write(tmp_path, {**MACHINE, **process(4121)})


def test_the_files_of_the_machine_are_taken_as_they_are(root):
    found = taken(host_memory.COLLECTOR, scene_of(root))
    assert found.texts["host-memory/meminfo"] == MACHINE["proc/meminfo"].encode()
    assert found.texts["host-memory/pressure"].startswith(b"==> memory <==\nsome avg10")
    assert not found.missing


def test_compressed_swap_is_told_where_there_is_some(root):
    write(root, {"sys/block/zram0/mm_stat": "1 2 3\n", "sys/block/zram0/disksize": "4\n", "sys/block/sda/size": "1\n"})
    text = taken(host_memory.COLLECTOR, scene_of(root)).texts["host-memory/zram"]
    assert b"==> zram0/mm_stat <==\n1 2 3\n" in text and b"sda" not in text


def test_a_missing_meminfo_is_a_reason_and_the_rest_stays(root):
    (root / "proc/meminfo").unlink()
    found = taken(host_memory.COLLECTOR, scene_of(root))
    assert [(lack.source, lack.state) for lack in found.missing] == [("/proc/meminfo", "skipped")]
    assert "host-memory/vmstat" in found.texts


def test_paging_is_read_twice_with_the_time_of_each(root):
    first = taken(host_memory.COLLECTOR, scene_of(root)).texts
    write(root, {"proc/vmstat": "pgmajfault 99\n", "proc/uptime": "3601.50 1.0\n"})
    second = taken(host_memory_later.COLLECTOR, scene_of(root)).texts
    assert b"pgmajfault 12" in first["host-memory/vmstat"] and b"3600.50" in first["host-memory/uptime"]
    assert b"pgmajfault 99" in second["host-memory-later/vmstat"] and b"3601.50" in second["host-memory-later/uptime"]


def test_knobs_are_an_allow_list(root):
    write(root, {"proc/sys/vm/stat_refresh": "1\n", "proc/sys/net/ipv4/tcp_rmem": "4096 131072 6291456\n"})
    found = taken(sysctls.COLLECTOR, scene_of(root))
    assert found.texts["sysctls/sysctls.txt"] == (
        b"vm.overcommit_memory = 0\nvm.swappiness = 60\nfs.nr_open = 1048576\nnet.ipv4.tcp_rmem = 4096 131072 6291456\n"
    )
    assert found.texts["sysctls/configured.txt"] == b"/etc/sysctl.conf:1: vm.swappiness = 10\n"


def test_knobs_that_can_only_be_written_are_not_tried(root):
    write(root, {"proc/sys/vm/compact_memory": "1\n"})
    (root / "proc/sys/vm/compact_memory").chmod(0o200)
    assert b"compact_memory" not in taken(sysctls.COLLECTOR, scene_of(root)).everything


def test_limits_and_who_sets_them(root):
    write(root, {"etc/systemd/system.conf": "[Manager]\nDefaultLimitNOFILE=1024:2048\nDefaultEnvironment=X=1\n"})
    write(root, {"etc/docker/daemon.json": '{"default-ulimits": {"nofile": {"Soft": 1, "Hard": -1}}}'})
    found = taken(rlimits.COLLECTOR, scene_of(root, pids=(4121,)))
    told = json.loads(found.texts["rlimits/configuration.json"])
    assert told["limits_conf"]["lines"][0]["name"] == "RLIMIT_NOFILE"
    assert [each["key"] for each in told["systemd_defaults"]] == ["DefaultLimitNOFILE"]
    assert told["docker"]["default_ulimits"] == {"nofile": {"soft": 1, "hard": "unlimited"}}
    assert b"==> /proc/self/limits <==" in found.texts["rlimits/limits.txt"]
    assert b"==> /proc/4121/limits <==" in found.texts["rlimits/limits.txt"]


def test_a_daemon_json_that_is_nonsense_is_said_to_be_and_not_quoted(root):
    write(root, {"etc/docker/daemon.json": "canary"})
    told = taken(rlimits.COLLECTOR, scene_of(root)).texts["rlimits/configuration.json"]
    assert json.loads(told)["docker"]["fault"] == "dockerd could not use it" and b"canary" not in told


def test_memory_in_files_is_told_without_touching_other_mounts(root):
    dead = "26 1 0:24 / /mnt/dead rw - nfs4 server:/x rw\n"
    write(root, {"proc/self/mountinfo": MACHINE["proc/self/mountinfo"] + dead})
    found = taken(mounts.COLLECTOR, scene_of(root))
    (row,) = map(json.loads, found.texts["mounts/tmpfs.jsonl"].splitlines())
    assert row["point"] == "/dev/shm" and row["size_bytes"] > 0
    assert json.loads(found.texts["mounts/dev-shm.jsonl"]) == {
        "name": "big", "used_bytes": (root / "dev/shm/big").stat().st_blocks * 512,
    }  # fmt: skip
    assert b"dead" not in found.everything


def test_the_versions_tell_when_it_booted_and_not_what_it_is_called(root):
    text = taken(versions.COLLECTOR, scene_of(root)).texts["versions/versions.json"]
    told = json.loads(text)
    assert told["kernel"] == "6.8.0-test" and told["distribution"]["id"] == "debian"
    assert told["memory_cgroup_version"] == 2 and told["uptime_seconds"] == 3600.5
    assert (told["time"], told["boot_time"]) == ("2026-11-22T14:02:31.000Z", "2026-11-22T13:02:30.500Z")
    assert b"canary-host" not in text


def test_versions_of_an_unknown_system_are_null(tmp_path):
    told = json.loads(taken(versions.COLLECTOR, scene_of(tmp_path)).texts["versions/versions.json"])
    assert told["memory_cgroup_version"] is None and told["uptime_seconds"] is None and told["boot_time"] is None
