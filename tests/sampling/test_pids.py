"""The pids controller along the path: a number, UNLIMITED, or None with a gap; v1, v2, cut and hybrid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.hierarchy import Hierarchies
from mnemo_cli.sampling.mounts import parse_membership
from mnemo_cli.sampling.pids import PidsGroup, read_pids
from tests.doctor.stock import LINK, v1_group, v1_mounts, v2_group, v2_mount, write


def chain_of(root, files, membership, gaps):
    return Hierarchies(write(root, files), gaps).chain("pids", membership)


def read(root, files, membership):
    gaps = []
    groups = read_pids(chain_of(root, files, membership, gaps), gaps)
    return groups, gaps


def test_every_level_of_v2_is_read_from_the_inside_out(tmp_path):
    files = {
        "proc/self/mountinfo": v2_mount(),
        **v2_group("/a", pids_max="50", tasks=7),
        **v2_group("/a/b", pids_hits=2),
    }
    assert read(tmp_path, files, b"0::/a/b\n") == (
        (PidsGroup("/a/b", 10, UNLIMITED, 2), PidsGroup("/a", 7, 50, 0)),
        [],
    )


def test_a_hybrid_host_keeps_its_pids_on_v1(tmp_path):
    files = {
        "proc/self/mountinfo": v2_mount().replace("cgroup ", "cgroup/unified ", 1) + v1_mounts(),
        **v1_group("/job", pids_max="9"),
    }
    groups, gaps = read(tmp_path, files, b"5:pids:/job\n0::/other\n")
    assert [(group.path, group.limit) for group in groups] == [("/job", 9)] and not gaps


def test_a_mount_of_a_part_is_taken_off_the_path(tmp_path):
    folder = "sys/fs/cgroup/pids"
    files = {
        "proc/self/mountinfo": v1_mounts("/docker/x"),
        f"{folder}/pids.max": "9\n",
        f"{folder}/pids.current": "2\n",
        f"{folder}/sub/pids.max": "max\n",
    }
    gaps = []
    chain = chain_of(tmp_path, files, b"5:pids:/docker/x/sub\n", gaps)
    assert [folder.path for folder in chain.folders] == ["/sub", "/"] and chain.is_cut
    assert [group.limit for group in read_pids(chain, gaps)] == [UNLIMITED, 9]


@pytest.mark.parametrize("path", ["/../batch", "/elsewhere"])
def test_outside_of_the_mount_only_its_top_is_seen(tmp_path, path):
    files = {"proc/self/mountinfo": v2_mount("/ns"), **v2_group("/", pids_max="70")}
    chain = chain_of(tmp_path, files, f"0::{path}\n".encode(), [])
    assert [folder.path for folder in chain.folders] == ["/"] and chain.is_cut


def test_a_removed_group_leaves_its_parents(tmp_path):
    files = {"proc/self/mountinfo": v2_mount(), **v2_group("/a", pids_max="50")}
    groups, _ = read(tmp_path, files, b"0::/a/gone (deleted)\n")
    assert [group.path for group in groups] == ["/a"]


def test_a_namespace_of_its_own_cuts_the_chain(tmp_path):
    files = {"proc/self/mountinfo": v2_mount(), "proc/self/ns/cgroup": f"{LINK}cgroup:[4026532758]", **v2_group("/")}
    assert chain_of(tmp_path, files, b"0::/\n", []).is_cut


def test_no_controller_means_no_chain(tmp_path):
    gaps = []
    assert chain_of(tmp_path, {"proc/self/mountinfo": ""}, b"0::/\n", gaps).folders == () and not gaps
    assert Hierarchies(tmp_path / "nowhere", gaps).chain("pids", b"0::/\n").folders == ()
    assert [gap.field for gap in gaps] == ["groups"]


@pytest.mark.parametrize("text", ["", "-5\n", "12", "lots\n", "99999999999999999999999\n", None])
def test_an_unreadable_or_nonsense_limit_is_unknown(tmp_path, text):
    files = {"proc/self/mountinfo": v2_mount(), **v2_group("/a"), "sys/fs/cgroup/a/pids.max": text}
    (group,), gaps = read(tmp_path, files, b"0::/a\n")
    assert group.limit is None and (gaps or text == "")
    assert {gap.field for gap in gaps} <= {"pids./a"}


def test_the_path_of_a_controller_is_its_own():
    text = "5:pids:/p\n4:cpu,cpuacct:/c\n1:name=systemd:/s\n0::/u\n"
    assert parse_membership(text, 1, "pids") == "/p"
    assert parse_membership(text, 1, "cpuacct") == "/c"
    assert parse_membership(text, 1, "memory") is None
    assert parse_membership(text, 2, "memory") == "/u"


@given(st.text(max_size=200))
def test_any_membership_is_answered(text):
    path = parse_membership(text, 2, "pids")
    assert path is None or path.startswith("/")
