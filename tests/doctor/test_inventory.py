"""Every limit of a target as rows: the right layer, number and source, and what cannot be read stays, unknown."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.inventory import inventory_of, inventory_of_group
from mnemo_cli.doctor.macos import MacSurroundings
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.rlimits import Rlimit
from tests.doctor.stock import ALL_CAPABILITIES, GIB, MIB, limits, process, status, v1_group, v2_group, write
from tests.doctor.stock_hosts import STOCK, debian_service, kubernetes_v2_node

NGINX = "/system.slice/nginx.service"
CGROUP = f"0::{NGINX}\n"
HOSTS = Path(__file__).parents[1] / "hosts"


def taken(tmp_path, files, pid=812, **options):
    with Evidence(Surroundings(write(tmp_path, files)), pid, **options) as evidence:
        return inventory_of(evidence)


def row(inventory, name, layer=None):
    (found,) = [each for each in inventory.rows if each.name == name and layer in (None, each.layer)]
    return found


def pid_of(files):
    return next(int(name.split("/")[1]) for name in files if name.startswith("proc/") and name.split("/")[1].isdigit()
                and name.endswith("status"))  # fmt: skip


@pytest.mark.parametrize("host", STOCK)
def test_on_every_stock_host_all_limits_are_there_and_what_is_unknown_says_why(tmp_path, host):
    files = STOCK[host]()
    inventory = taken(tmp_path, files, pid_of(files))
    names = [each.name for each in inventory.rows]
    assert sum(name.startswith("RLIMIT_") for name in names) == 16
    assert {"vm.max_map_count", "fs.file-max", "kernel.threads-max", "kernel.pid_max", "memory"} <= set(names)
    for each in inventory.rows:
        if each.soft is None or (each.is_counted and each.used is None):
            assert each.lack, each
    assert {headroom.name for headroom in inventory.headrooms} >= {"descriptors", "threads", "memory", "mappings"}
    assert not inventory.is_blank


def test_a_soft_and_a_hard_limit_with_the_use_that_counts_and_who_set_them(tmp_path):
    unit = "[Service]\nLimitNOFILE=64:4096\nTasksMax=40\nMemoryMax=1G\n"
    files = {
        **debian_service(),
        **process(812, CGROUP, fds=48, limits_text=limits(nofile=(64, 4096)), status_text=status("nginx", uid=33)),
        **v2_group(
            NGINX, memory_max=str(GIB), current=900 * MIB, hits=7, kills=2, pids_max="40", tasks=30, pids_hits=12
        ),
        "usr/lib/systemd/system/nginx.service": unit,
    }
    inventory = taken(tmp_path, files)
    nofile = row(inventory, "RLIMIT_NOFILE")
    assert (nofile.layer, nofile.soft, nofile.hard, nofile.used) == ("rlimit", 64, 4096, 48)
    assert (nofile.used_ratio, nofile.headroom) == (0.75, 16)
    assert nofile.source == "unit nginx.service LimitNOFILE (/usr/lib/systemd/system/nginx.service line 2)"
    tasks = row(inventory, "pids.max", f"cgroup {NGINX}")
    assert (tasks.soft, tasks.used, tasks.hits, tasks.headroom) == (40, 30, 12, 10)
    assert tasks.source == "unit nginx.service TasksMax (/usr/lib/systemd/system/nginx.service line 3)"
    memory = row(inventory, "memory.max", f"cgroup {NGINX}")
    assert (memory.soft, memory.used, memory.hits) == (GIB, 900 * MIB, 7)
    assert memory.source is not None and "MemoryMax" in memory.source
    assert memory.note == "the kernel has killed 2 processes here for memory"


def test_every_ancestor_is_a_layer_of_its_own_the_innermost_first(tmp_path):
    rows = [each for each in taken(tmp_path, kubernetes_v2_node()).rows if each.name == "memory.max"]
    assert [each.layer.rpartition("/")[2] for each in rows] == [
        "cri-containerd-aa.scope", "kubepods-burstable-pod1.slice", "kubepods-burstable.slice", "kubepods.slice",
    ]  # fmt: skip
    assert [each.soft for each in rows] == [GIB, 2 * GIB, UNLIMITED, 14 * GIB]
    assert [each.used for each in rows] == [390 * MIB, 400 * MIB, 2 * GIB, 3 * GIB]
    assert rows[0].source == "the container runtime"


def test_on_v1_the_limit_of_swap_is_what_both_leave_for_it(tmp_path):
    path = "/app"
    files = {
        **debian_service(), **process(812, f"5:pids:{path}\n4:memory:{path}\n"), **v1_group("/"),
        **v1_group(path, memory_max=GIB, current=MIB),
        "proc/self/mountinfo": "40 24 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
    }  # fmt: skip
    stat = files[f"sys/fs/cgroup/memory{path}/memory.stat"]
    files[f"sys/fs/cgroup/memory{path}/memory.stat"] = stat.replace(
        "memsw_limit 9223372036854771712", f"memsw_limit {3 * GIB}"
    )
    swap = row(taken(tmp_path, files), "memory.memsw", "cgroup /app")
    assert swap.soft == 2 * GIB


@pytest.mark.parametrize("damage", [None, "", "no limits here\n"])
def test_unreadable_limits_are_unknown_and_never_unlimited(tmp_path, damage):
    files = debian_service()
    del files["proc/812/limits"]
    inventory = taken(tmp_path, {**files, "proc/812/limits": damage})
    rlimits = [each for each in inventory.rows if each.name.startswith("RLIMIT_")]
    assert len(rlimits) == 16
    assert all(each.soft is None and each.headroom is None and each.lack for each in rlimits)
    assert row(inventory, "RLIMIT_NOFILE").used == 12
    assert not inventory.is_blank


def test_a_process_of_which_nothing_can_be_read_is_blank(tmp_path):
    files = {name: text for name, text in debian_service().items() if not name.startswith("proc/812/")}
    inventory = taken(tmp_path, {**files, "proc/812/limits": None, "proc/812/status": None})
    assert inventory.is_blank
    assert {"/proc/812/limits", "/proc/812/status"} <= {gap.source for gap in inventory.gaps}


def test_root_is_not_held_to_its_limit_of_tasks_and_nothing_is_left_of_it_to_tell(tmp_path):
    root = status("cron", uid=0, capabilities=ALL_CAPABILITIES)
    files = {**debian_service(), **process(812, CGROUP, limits_text=limits(nproc=(20, 20)), status_text=root)}
    nproc = row(taken(tmp_path, files), "RLIMIT_NPROC")
    assert (nproc.is_enforced, nproc.headroom, nproc.used_ratio, nproc.layer) == (False, None, None, "user root")
    assert nproc.note == "not enforced for root"


def test_hidden_tasks_make_the_count_of_a_user_unknown_and_say_the_lower_bound(tmp_path):
    nproc = row(taken(tmp_path, debian_service()), "RLIMIT_NPROC")
    assert nproc.used is None and nproc.soft == 63000
    assert nproc.lack is not None and nproc.lack.startswith("at least 1; ")


def test_all_tasks_in_view_are_counted_for_the_user(tmp_path):
    files = {**debian_service(), "proc/loadavg": "0.10 0.20 0.30 1/9 4242\n"}
    files |= process(813, CGROUP, status_text=status("nginx", pid=813, uid=33, threads=7))
    nproc = row(taken(tmp_path, files), "RLIMIT_NPROC")
    assert (nproc.used, nproc.is_enforced, nproc.lack) == (8, True, None)


def test_limits_without_effect_say_so(tmp_path):
    files = {**debian_service(), **process(812, CGROUP, limits_text=limits(rss=(10 * MIB, 10 * MIB)))}
    rss = row(taken(tmp_path, files), "RLIMIT_RSS")
    assert (rss.soft, rss.is_enforced, rss.headroom, rss.note) == (10 * MIB, False, None, "has no effect on Linux")


@pytest.mark.parametrize(
    ("changed", "source"),
    [
        ({}, "kernel default"),
        ({"proc/sys/vm/max_map_count": "262144\n"}, "written since boot"),
        (
            {"proc/sys/vm/max_map_count": "262144\n", "etc/sysctl.d/9.conf": "\nvm.max_map_count = 262144\n"},
            "/etc/sysctl.d/9.conf line 2",
        ),
        ({".dockerenv": ""}, "the host"),
    ],
)
def test_a_sysctl_says_who_set_it(tmp_path, changed, source):
    assert row(taken(tmp_path, {**debian_service(), **changed}), "vm.max_map_count").source == source


@pytest.mark.parametrize(("mode", "enforced"), [("0\n", False), ("2\n", True), ("x\n", None)])
def test_the_commit_limit_is_enforced_in_strict_mode_only(tmp_path, mode, enforced):
    commit = row(taken(tmp_path, {**debian_service(), "proc/sys/vm/overcommit_memory": mode}), "CommitLimit")
    assert commit.is_enforced is enforced
    assert (commit.headroom is not None) == (enforced is True)


def test_processor_time_of_every_level_stands_beside_it(tmp_path):
    folder = f"sys/fs/cgroup{NGINX}"
    stat = "nr_periods 100\nnr_throttled 5\nthrottled_usec 1200000\n"
    (group,) = taken(
        tmp_path, {**debian_service(), f"{folder}/cpu.max": "50000 100000\n", f"{folder}/cpu.stat": stat}
    ).cpu
    assert (group.path, group.limit_cores, group.throttled_ratio, group.throttled_seconds_total) == (
        NGINX,
        0.5,
        0.05,
        1.2,
    )


def test_a_command_to_come_has_used_nothing_of_its_own_yet(tmp_path):
    files = {**debian_service(), **process("self", CGROUP, fds=9, limits_text=limits(nofile=(64, 64)), mappings=300)}
    inventory = taken(tmp_path, files, "self", kind="command", name="make")
    assert (inventory.whom.kind, inventory.whom.name, inventory.whom.pid) == ("command", "make", None)
    assert row(inventory, "RLIMIT_NOFILE").headroom == 64
    assert row(inventory, "vm.max_map_count").used == 0
    left = {each.name: each.left for each in inventory.headrooms}
    assert (left["descriptors"], left["mappings"]) == (64, 65530)
    assert "oom_score_adj" not in [knob.name for knob in inventory.knobs]


def test_a_control_group_has_its_limits_and_all_above_it_but_no_rlimits(tmp_path):
    files = {
        **kubernetes_v2_node(),
        **v2_group("/kubepods.slice/x", memory_max=str(GIB), current=GIB - 1, pids_max="9"),
    }
    with Evidence(Surroundings(write(tmp_path, files)), None, kind="host") as evidence:
        inventory = inventory_of_group(evidence, "/kubepods.slice/x")
    assert (inventory.whom.kind, inventory.whom.name) == ("cgroup", "/kubepods.slice/x")
    assert not [each for each in inventory.rows if each.name.startswith("RLIMIT_")]
    assert [each.layer for each in inventory.rows if each.name == "pids.max"] == [
        "cgroup /kubepods.slice/x", "cgroup /kubepods.slice",
    ]  # fmt: skip
    memory = inventory.memory
    assert memory is not None and memory.binding is not None
    assert (memory.left, memory.binding.name) == (1, "memory.max of /kubepods.slice/x")


def test_a_machine_alone_has_what_everybody_shares(tmp_path):
    inventory = taken(tmp_path, debian_service(), None, kind="host")
    left = {each.name: (each.left, each.binding and each.binding.name) for each in inventory.headrooms}
    assert left["threads"] == (126000 - 300, "kernel.threads-max")
    assert left["memory"] == (12000000 * 1024, "the machine's memory")
    assert row(inventory, "fs.inotify.max_user_watches").is_counted is False


def test_an_empty_tree_is_blank_and_lists_what_it_lacks(tmp_path):
    inventory = taken(tmp_path, {"etc/passwd": ""}, None, kind="tree")
    assert inventory.is_blank
    assert "/proc/meminfo" in {gap.source for gap in inventory.gaps}


@pytest.mark.parametrize("host", sorted(path.name for path in HOSTS.iterdir() if path.is_dir()))
def test_on_captured_and_damaged_trees_nothing_unread_is_a_limit(host):
    tree = HOSTS / host
    membership = tree / "proc/self/cgroup"
    with Evidence(Surroundings(tree), None, kind="tree") as evidence:
        inventory = inventory_of(evidence, membership=membership.read_bytes() if membership.is_file() else b"")
    for each in inventory.rows:
        if each.soft is None or (each.is_counted and each.used is None):
            assert each.lack and each.headroom in (None, UNLIMITED), each


def test_a_process_that_ends_while_it_is_looked_at_says_so():
    child = subprocess.Popen(["sleep", "600"])
    with Evidence(Surroundings(), child.pid) as evidence:
        assert evidence.rlimit("RLIMIT_NOFILE") is not None
        child.kill()
        child.wait()
        inventory = inventory_of(evidence)
    assert inventory.absence == "the process ended while it was looked at"
    assert row(inventory, "RLIMIT_NOFILE").used is None


def test_a_zombie_and_a_thread_of_the_kernel_say_what_they_are(tmp_path):
    files = {**debian_service(), **process(812, CGROUP, status_text=status(state="Z (zombie)"))}
    inventory = taken(tmp_path, files)
    assert inventory.absence is not None and "zombie" in inventory.absence
    assert inventory.headrooms == ()


def test_a_mac_has_its_own_sysctls_and_no_groups(tmp_path):
    (tmp_path / "dev/fd").mkdir(parents=True)
    for number in range(4):
        (tmp_path / f"dev/fd/{number}").write_text("")
    knobs = {"maxfiles": 122880, "maxfilesperproc": 61440, "num_files": 5231, "maxproc": 4000, "num_tasks": 612}
    texts = "".join(f"kern.{name}: {number}\n" for name, number in knobs.items())
    own = {"RLIMIT_NOFILE": Rlimit(256, UNLIMITED), "RLIMIT_NPROC": Rlimit(2666, 4000)}
    machine = MacSurroundings(lambda argv: texts if "sysctl" in argv[0] else "", tmp_path, rlimits_of_self=lambda: own)
    with Evidence(machine) as evidence:
        inventory = inventory_of(evidence)
    assert (row(inventory, "RLIMIT_NOFILE").used, row(inventory, "kern.maxproc").used) == (3, 612)
    left = {each.name: (each.left, each.unknown) for each in inventory.headrooms}
    assert left == {"descriptors": (253, ()), "threads": (3388, ("RLIMIT_NPROC",))}
    assert row(inventory, "RLIMIT_NPROC").lack == "this system does not tell how many tasks a user has"
    assert not [gap for gap in inventory.gaps if gap.source.startswith("/proc")]
    with Evidence(machine, 1) as evidence:
        assert inventory_of(evidence).is_blank


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_unprivileged_user_gets_limits_descriptors_and_threads_of_a_root_process():
    assert inventory_of(Evidence(Surroundings())).rows  # everything is imported before the change of user
    own = os.getpid()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            inventory = inventory_of(Evidence(Surroundings(), own))
            wanted = ("RLIMIT_NOFILE", "RLIMIT_NPROC", "vm.max_map_count")
            told = {name: [row(inventory, name).used, row(inventory, name).lack] for name in wanted}
            os.write(writing, json.dumps(told).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = json.loads(stream.read())
    os.waitpid(child, 0)
    assert told["RLIMIT_NOFILE"][0] >= 3
    # In a pid namespace the tasks of others are hidden: then a lower bound is told.
    tasks, lack = told["RLIMIT_NPROC"]
    assert tasks is not None or lack.startswith("at least ")
    used, lack = told["vm.max_map_count"]
    assert used is None and "Permission denied" in lack and "as root" in lack
