"""The groups of the target and of ourselves, v1 and v2."""

import pytest

from mnemo_cli.diagnostics.collectors.target_groups import COLLECTOR
from mnemo_cli.sampling.target import TargetChoice
from tests.diagnostics.collectors.scenes import HOSTS, MACHINE, process, scene_of, taken, write


@pytest.fixture
def root(tmp_path):
    return write(tmp_path, {**MACHINE, **process(4121)})


def test_every_level_of_the_targets_path_and_of_ours_is_there(root):
    text = taken(COLLECTOR, scene_of(root, pids=(4121,))).texts["target-groups/memory.txt"].decode()
    headings = [line for line in text.split("\n") if line.startswith("==> ")]
    assert "==> /sys/fs/cgroup/app/job/memory.current <==" in headings
    assert headings.index("==> /sys/fs/cgroup/app/job/memory.current <==") < headings.index(
        "==> /sys/fs/cgroup/app/memory.max <=="
    )
    assert "==> /sys/fs/cgroup/memory.stat <==" in headings and "==> /sys/fs/cgroup/tools/memory.max <==" in headings
    assert "==> /sys/fs/cgroup/app/job/cgroup.procs <==\n2 processes\n" in text
    assert "==> /sys/fs/cgroup/app/job/pids.max <==\n100\n" in text and len(headings) == len(set(headings))


def test_kills_below_the_target_are_in_the_table(root):
    found = taken(COLLECTOR, scene_of(root, choice=TargetChoice(kind="cgroup", path="/app")))
    rows = found.texts["target-groups/below.txt"].decode().split("\n")
    assert rows[1:3] == [". 900000 1000000 7 1", "job 800000 max 0 1"]


def test_without_a_target_the_table_starts_at_the_root(root):
    rows = taken(COLLECTOR, scene_of(root)).texts["target-groups/below.txt"].decode().split("\n")
    assert {"app 900000 1000000 7 1", "app/job 800000 max 0 1", "tools - max - -"} <= set(rows)


def test_on_v1_hits_of_both_limits_are_in_the_table(tmp_path):
    folder = "sys/fs/cgroup/memory/app"
    counts = {"memory.usage_in_bytes": 9, "memory.limit_in_bytes": 9, "memory.failcnt": 0, "memory.memsw.failcnt": 5}
    files = {f"{folder}/{name}": f"{number}\n" for name, number in counts.items()}
    mounts = "25 20 0:21 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    files |= {f"{folder}/memory.oom_control": "oom_kill 1\n", "proc/self/mountinfo": mounts}
    files |= {"proc/self/cgroup": "9:memory:/app\n"}
    root = write(tmp_path, files)
    choice = TargetChoice(kind="cgroup", path="/app")
    rows = taken(COLLECTOR, scene_of(root, choice=choice)).texts["target-groups/below.txt"].decode().split("\n")
    assert rows[1] == ". 9 9 5 1"


def test_a_v1_machine_has_one_member_for_each_controller():
    host = HOSTS / "6.18-vm-hybrid-captured"
    text = taken(COLLECTOR, scene_of(host)).texts["target-groups/memory.txt"].decode()
    assert "memory.limit_in_bytes <==" in text and "memory.failcnt <==" in text


def test_files_that_can_only_be_written_are_not_tried(root):
    path = write(root, {"sys/fs/cgroup/app/memory.reclaim": ""}) / "sys/fs/cgroup/app/memory.reclaim"
    path.chmod(0o200)
    found = taken(COLLECTOR, scene_of(root, pids=(4121,)))
    assert b"memory.reclaim" not in found.everything and not found.missing


def test_an_unreadable_file_is_named_and_the_others_stay(root):
    (root / "sys/fs/cgroup/app/memory.max").unlink()
    (root / "sys/fs/cgroup/app/memory.max").mkdir()
    found = taken(COLLECTOR, scene_of(root, pids=(4121,)))
    assert any("app/memory.max" in lack.source for lack in found.missing)
    assert b"app/memory.current <==" in found.texts["target-groups/memory.txt"]


def test_a_group_that_is_not_there_says_so(root):
    found = taken(COLLECTOR, scene_of(root, choice=TargetChoice(kind="cgroup", path="/gone")))
    assert any("/gone" in lack.reason for lack in found.missing)


def test_a_target_that_has_ended_leaves_our_own_groups(root):
    found = taken(COLLECTOR, scene_of(root, pids=(99999,)))
    assert b"tools/memory.max" in found.texts["target-groups/memory.txt"]
    assert any("99999" in lack.source for lack in found.missing)


def test_thousands_of_groups_below_are_cut_and_it_is_said(root):
    for number in range(510):
        (root / f"sys/fs/cgroup/app/x{number}").mkdir()
    text = taken(COLLECTOR, scene_of(root)).texts["target-groups/below.txt"]
    assert text.count(b"\n") == 502 and b"only the first 500" in text
