"""The limits of a target are found anew when it moves, and v1's kills are added up where nobody else does."""

from pathlib import Path

from mnemo_cli.sampling.path import LimitPath
from mnemo_cli.sampling.target import TargetChoice

MOUNT_V2 = "35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
MOUNT_V1 = "36 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
TREE = TargetChoice(kind="process", pid=7)


def v2(*paths: str) -> dict[str, str]:
    files = {"memory.max": "4096\n", "memory.current": "1024\n", "memory.stat": "inactive_file 0\n"}
    return {f"sys/fs/cgroup{path}/{name}": text for path in paths for name, text in files.items()}


def shown(path: LimitPath) -> list[str | None]:
    return [memory.source.path for memory in path.glance([])]


def kills(count: int) -> str:
    return f"oom_kill_disable 0\nunder_oom 0\noom_kill {count}\n"


def test_a_process_that_was_moved_is_followed(fake_host):
    root = fake_host({"proc/self/mountinfo": MOUNT_V2, "proc/7/cgroup": "0::/a\n"} | v2("/a", "/b"))
    path = LimitPath(TREE, root)
    path.follow([7])
    assert shown(path) == ["/a", None]
    (root / "proc/7/cgroup").write_text("0::/b\n")
    path.follow([7])
    assert shown(path) == ["/b", None]
    path.close()


def test_the_limits_of_members_in_different_groups_are_all_on_the_path_once(fake_host):
    groups = {7: "/a/x", 8: "/a", 9: "/b", 10: "/b"}
    memberships = {f"proc/{pid}/cgroup": f"0::{group}\n" for pid, group in groups.items()}
    root = fake_host({"proc/self/mountinfo": MOUNT_V2} | memberships | v2("/a", "/a/x", "/b"))
    path = LimitPath(TREE, root)
    path.follow([7, 8, 9, 10])
    assert shown(path) == ["/a/x", "/a", "/b", None]
    path.close()


def test_members_that_are_all_gone_leave_the_last_limits(fake_host):
    root = fake_host({"proc/self/mountinfo": MOUNT_V2, "proc/7/cgroup": "0::/a\n"} | v2("/a"))
    path = LimitPath(TREE, root)
    path.follow([7])
    path.follow([])
    path.follow([99])
    assert shown(path) == ["/a", None]
    path.close()


def test_a_member_that_ends_while_it_is_located_does_not_lose_the_limits_of_its_group(fake_host, monkeypatch):
    root = fake_host({"proc/self/mountinfo": MOUNT_V2, "proc/7/cgroup": "0::/a\n"} | v2("/a"))
    path = LimitPath(TREE, root)
    read = LimitPath._membership

    def read_and_end(self: LimitPath, pid: int) -> bytes:
        text = read(self, pid)
        (root / f"proc/{pid}/cgroup").unlink()
        return text

    monkeypatch.setattr(LimitPath, "_membership", read_and_end)
    path.follow([7])
    assert shown(path) == ["/a", None]
    path.close()


def v1(path: str, oom_kills: int) -> dict[str, str]:
    files = {"limit_in_bytes": "4096\n", "usage_in_bytes": "1024\n", "oom_control": kills(oom_kills)}
    return {f"sys/fs/cgroup/memory{path}/memory.{name}": text for name, text in files.items()}


def v1_host(oom_kills: str) -> dict[str, str]:
    own = {"proc/self/mountinfo": MOUNT_V1, "proc/self/cgroup": "4:memory:/a\n", "proc/vmstat": oom_kills}
    return own | v1("/a", 0) | v1("/a/sub", 0)


def kills_of_a(path: LimitPath) -> int | None:
    return path.read([])[0][0].oom_kills_total


def write(root: Path, group: str, count: int) -> None:
    (root / f"sys/fs/cgroup/memory{group}/memory.oom_control").write_text(kills(count))


def test_on_v1_a_kill_below_is_counted_as_soon_as_the_machine_counts_it(fake_host):
    root = fake_host(v1_host("oom_kill 0\n"))
    path = LimitPath(TargetChoice(), root)
    assert kills_of_a(path) == 0
    write(root, "/a/sub", 1)
    (root / "proc/vmstat").write_text("oom_kill 1\n")
    assert kills_of_a(path) == 1
    write(root, "/a", 1)
    (root / "proc/vmstat").write_text("oom_kill 2\n")
    assert kills_of_a(path) == 2
    path.close()


def test_on_v1_kills_are_counted_where_the_machines_counter_cannot_be_read(fake_host):
    root = fake_host(v1_host("nothing\n"))
    path = LimitPath(TargetChoice(), root)
    assert kills_of_a(path) == 0
    write(root, "/a", 1)
    write(root, "/a/sub", 2)
    assert kills_of_a(path) == 3
    path.close()


def test_the_own_pressure_of_a_stranger_named_group_is_not_shown_raw(fake_host):
    name = "a\x1b[2J"
    files = {"proc/self/mountinfo": MOUNT_V2, "proc/self/cgroup": f"0::/{name}\n"}
    files[f"sys/fs/cgroup/{name}/memory.pressure"] = "calm\n"
    path = LimitPath(TargetChoice(), fake_host(files | v2(f"/{name}")))
    gaps = []
    assert path.read_pressure(gaps) is None
    assert [gap.source for gap in gaps] == ["/sys/fs/cgroup/a\\x1b[2J/memory.pressure"]
    path.close()
