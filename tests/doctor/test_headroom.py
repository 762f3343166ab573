"""What is left: the minimum over all layers, with the name of the one that binds, and the unknown ones listed."""

import pytest

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.headroom import Headroom, Layer, headrooms
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.model import UNLIMITED
from tests.doctor import stock_hosts
from tests.doctor.stock import ALL_CAPABILITIES, GIB, MIB, limits, process, status, v2_group, write

GROUP = "0::/system.slice/nginx.service\n"


def rooms(root, files, pid=812):
    with Evidence(Surroundings(write(root, files)), pid) as evidence:
        return {each.name: each for each in headrooms(evidence)}


def service(**changed):
    words = {"pid": 812, "uid": 33, "threads": 1, **changed.pop("status", {})}
    base = stock_hosts.debian_service()
    # The census must see every task: nothing is hidden from it.
    base["proc/loadavg"] = "0.10 0.20 0.30 1/2 4242\n"
    return {**base, **process(812, GROUP, status_text=status("nginx", **words), **changed)}


def binding(room):
    return (room.binding.name, room.left) if room.binding else (None, room.left)


def test_descriptors_end_at_the_soft_limit_and_can_be_raised_to_the_ceiling(tmp_path):
    room = rooms(tmp_path, service(fds=24))["descriptors"]
    assert binding(room) == ("RLIMIT_NOFILE soft", 1000)
    assert room.ceiling == 524288 and not room.unknown


def test_a_full_table_of_files_binds_unless_one_may_go_beyond_it(tmp_path):
    files = {**service(), "proc/sys/fs/file-nr": "9990\t0\t10000\n"}
    assert binding(rooms(tmp_path / "a", files)["descriptors"]) == ("fs.file-max", 10)
    root = {**files, **service(status={"capabilities": ALL_CAPABILITIES}), "proc/sys/fs/file-nr": "9990\t0\t10000\n"}
    assert binding(rooms(tmp_path / "b", root)["descriptors"]) == ("RLIMIT_NOFILE soft", 1012)


def test_the_ceiling_is_nr_open_where_that_is_lower(tmp_path):
    files = {**service(limits_text=limits(nofile=(1024, "unlimited"))), "proc/sys/fs/nr_open": "70000\n"}
    assert rooms(tmp_path, files)["descriptors"].ceiling == 70000


@pytest.mark.parametrize(
    ("changes", "name", "left"),
    [
        ({"limits_text": limits(nproc=(21, 21))}, "RLIMIT_NPROC of the user", 20),
        (
            {"limits_text": limits(as_=(600 * MIB, 600 * MIB))},
            "RLIMIT_AS for stacks",
            (600 * MIB - 60000 * 1024) // (8 * MIB),
        ),
        ({"mappings": 65500}, "vm.max_map_count", 15),
        ({}, "pids.max of /system.slice/nginx.service", 4912),
    ],
)
def test_threads_end_at_the_tightest_of_seven_layers(tmp_path, changes, name, left):
    assert binding(rooms(tmp_path, service(**changes))["threads"]) == (name, left)


def test_a_limit_of_tasks_that_is_not_enforced_does_not_count(tmp_path):
    room = rooms(
        tmp_path, service(limits_text=limits(nproc=(2, 2)), status={"uid": 0, "capabilities": ALL_CAPABILITIES})
    )
    assert "RLIMIT_NPROC of the user" not in {layer.name for layer in room["threads"].layers}


def test_hidden_tasks_make_the_users_part_unknown(tmp_path):
    files = {**service(), "proc/loadavg": "0.10 0.20 0.30 1/900 4242\n"}
    assert rooms(tmp_path, files)["threads"].unknown == ("RLIMIT_NPROC of the user",)


def test_memory_ends_at_the_tightest_level_of_the_path(tmp_path):
    files = {**service(), **v2_group("/system.slice", memory_max=str(GIB), current=GIB - 7 * MIB)}
    assert binding(rooms(tmp_path, files)["memory"]) == ("memory.max of /system.slice", 7 * MIB)


def test_without_a_group_the_machine_and_its_swap_bind(tmp_path):
    room = rooms(tmp_path, service())["memory"]
    assert binding(room) == ("the machine's memory and swap", (12000000 + 2000000) * 1024)


def test_promised_memory_binds_in_strict_mode_only(tmp_path):
    strict = {**service(), "proc/sys/vm/overcommit_memory": "2\n"}
    assert binding(rooms(tmp_path, strict)["memory"]) == ("CommitLimit", 6000000 * 1024)


def test_an_unreadable_layer_is_unknown_and_never_no_limit(tmp_path):
    files = {**service(), "sys/fs/cgroup/system.slice/memory.max": None, "proc/812/maps": None}
    found = rooms(tmp_path, files)
    assert found["memory"].unknown == ("memory.max of /system.slice",)
    assert found["mappings"].left is None and found["mappings"].unknown == ("vm.max_map_count",)


def test_mappings_and_inotify_are_counted(tmp_path):
    found = rooms(tmp_path, service(mappings=530))
    assert found["mappings"].left == 65000
    assert found["inotify watches"].left == 122474 and found["inotify instances"].left == 128


def test_an_image_has_no_headroom(tmp_path):
    with Evidence(Surroundings(tmp_path), None, kind="tree") as evidence:
        assert headrooms(evidence) == ()


def test_nothing_bounded_is_unlimited_and_a_limit_below_the_use_leaves_nothing():
    assert Headroom("x", "x", (Layer("a", 5, UNLIMITED),)).left is UNLIMITED
    assert Headroom("x", "x", (Layer("a", 5, 3),)).left == 0
    assert Headroom("x", "x", ()).left is None
    assert Headroom("x", "x", (Layer("a", 5, UNLIMITED), Layer("b", None, 7))).left is None
