"""Which limit ends the growth: the tightest that is known, never a guess where one is not."""

import pytest

from mnemo_cli.forensics.growth.ceilings import Ceiling, memory_ceiling, read_ceilings, tightest
from mnemo_cli.model import UNLIMITED, LimitSource, Memory
from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.status import parse_status
from tests.doctor.stock import limits, v2_group
from tests.forensics.growth.hosts import PID, app, status


def tasks(root):
    gaps = []
    folder = ProcessFolder(PID, root, live=False)
    try:
        own = parse_status(folder.read("status"))
        return read_ceilings(folder, own, root, gaps).counted(memory=None, descriptors=5, mappings=9), gaps
    finally:
        folder.close()


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ([Ceiling("a", 100, 90), Ceiling("b", 50, 10)], "a"),
        ([Ceiling("a", UNLIMITED, 90), Ceiling("b", 50, 10)], "b"),
        ([Ceiling("a", None, None), Ceiling("b", 50, 10)], "b"),
        ([Ceiling("a", UNLIMITED, 90)], "a"),
        ([Ceiling("a", UNLIMITED, 90), Ceiling("b", None, 10)], None),
        ([Ceiling("a", 50, None)], None),
        ([], None),
    ],
)
def test_the_tightest_known_one_counts(found, name):
    chosen = tightest(iter(found))
    assert (None if chosen is None else chosen.name) == name


@pytest.mark.parametrize(
    ("limit", "used", "left"),
    [(10, 4, 6), (10, 12, 0), (UNLIMITED, 4, UNLIMITED), (10, None, None), (None, 4, None)],
)
def test_what_is_left_is_never_below_nothing(limit, used, left):
    assert Ceiling("a", limit, used).left == left


def test_the_group_the_machine_and_the_user_are_looked_at(tmp_path):
    found, gaps = tasks(app(tmp_path))
    assert found.tasks == Ceiling("pids.max of /app", 100, 40) and not gaps
    assert found.descriptors == Ceiling("the soft RLIMIT_NOFILE", 1024, 5)
    assert found.mappings == Ceiling("vm.max_map_count", 65530, 9) and found.memory is None


def test_a_user_near_his_own_limit_is_stopped_by_it(tmp_path):
    files = {f"proc/{PID}/limits": limits(nproc=(9, 9)), **v2_group("/app")}
    found, _ = tasks(app(tmp_path, files))
    assert found.tasks == Ceiling("RLIMIT_NPROC of its user", 9, 4)


def test_root_is_not_held_to_that_one(tmp_path):
    files = {f"proc/{PID}/limits": limits(nproc=(9, 9)), f"proc/{PID}/status": status(uid=0), **v2_group("/app")}
    found, _ = tasks(app(tmp_path, files))
    assert found.tasks == Ceiling("kernel.threads-max", 126000, 300)


def test_memory_is_called_by_the_limit_that_binds():
    group = Memory(source=LimitSource("cgroup", "/app", "memory.max"), used_bytes=5, limit_bytes=9)
    host = Memory(source=LimitSource("host"), used_bytes=5, limit_bytes=9)
    assert memory_ceiling(group) == ("the memory limit of cgroup /app", 9, 5)
    assert memory_ceiling(host) == ("the memory of this machine", 9, 5)
    assert memory_ceiling(None) is None
