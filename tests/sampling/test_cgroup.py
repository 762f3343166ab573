"""Where a process or a person's path leads in the control-group hierarchy, on any mount and in any namespace."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import TargetError
from mnemo_cli.sampling.cgroup import locate_path, locate_process
from mnemo_cli.sampling.mounts import Mount, parse_membership, parse_mounts

V2 = "35 24 0:30 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n"
V1 = "36 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
OTHER_V1 = "33 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
# Everything that str.splitlines takes for the end of a line, and the kernel does not.
STRANGE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
GROUP_NAMES = st.text(st.characters(blacklist_characters="/\n", blacklist_categories=("Cs",)), min_size=1, max_size=12)
PATHS = st.lists(GROUP_NAMES, max_size=4).map(lambda names: "/" + "/".join(names))


def v2(path: str = "", **files: str) -> dict[str, str]:
    good = {"memory.max": "max\n", "memory.current": "0\n", "memory.stat": "inactive_file 0\n"} | files
    return {f"sys/fs/cgroup{path}/{name}": text for name, text in good.items()}


def self_in(path: str, mountinfo: str = V2) -> dict[str, str]:
    return {"proc/self/cgroup": f"0::{path}\n", "proc/self/mountinfo": mountinfo}


def paths(place):
    return [group.path for group in place.groups]


# parse_membership


@pytest.mark.parametrize(
    ("text", "version", "path"),
    [
        ("0::/app\n", 2, "/app"),
        ("0::/\n", 2, "/"),
        ("4:memory:/app\n0::/other\n", 1, "/app"),
        ("4:cpu,memory,pids:/app\n", 1, "/app"),
        ("4:memory:/app\n", 2, None),
        ("0::/app\n", 1, None),
        ("4:cpu:/a:memory:/b\n", 1, None),
        ("4:memory:/with:colon\n", 1, "/with:colon"),
        ("1:name=memory:/app\n", 1, None),
        ("", 1, None),
        ("0::relative\n0:\n\nx\n", 2, None),
    ],
)
def test_the_path_of_a_hierarchy_is_found(text, version, path):
    assert parse_membership(text, version) == path


@given(PATHS, PATHS)
def test_any_path_that_the_kernel_allows_survives(one, other):
    text = f"9:cpu:{other}\n4:memory:{one}\n0::{other}\n"
    assert parse_membership(text, 1) == one
    assert parse_membership(text, 2) == other


@pytest.mark.parametrize("end", STRANGE_ENDS)
def test_a_group_name_cannot_forge_a_line(end):
    assert parse_membership(f"9:cpu:/a{end}4:memory:/forged\n4:memory:/true\n", 1) == "/true"
    assert parse_membership(f"0::/a{end}b\n", 2) == f"/a{end}b"


@given(st.text(max_size=200), st.sampled_from([1, 2]))
def test_any_text_gives_a_path_or_none(text, version):
    path = parse_membership(text, version)
    assert path is None or path.startswith("/")


# parse_mounts


def test_v1_comes_first_then_whole_hierarchies():
    bound = V1.replace(" / /sys", " /docker/x /own")
    assert parse_mounts(OTHER_V1 + bound + V2 + V1) == (
        Mount(version=1, point=PurePosixPath("/sys/fs/cgroup/memory"), root="/"),
        Mount(version=1, point=PurePosixPath("/own/fs/cgroup/memory"), root="/docker/x"),
        Mount(version=2, point=PurePosixPath("/sys/fs/cgroup"), root="/"),
    )


@pytest.mark.parametrize(
    "line",
    [
        *("", "x", " - cgroup2", "\udcff\0 - \0", OTHER_V1.strip()),
        "36 31 - cgroup2 cgroup2 rw",
        "36 31 0:32 / /m rw - cgroup cgroup",
        "36 31 0:32 / /m rw - cgroup cgroup rw,memoryless",
        "36 31 0:32 / /m rw - tmpfs cgroup2 rw,memory",
    ],
)
def test_other_and_damaged_mounts_are_left_out(line):
    assert parse_mounts(f"{line}\n") == ()
    assert len(parse_mounts(f"{line}\n{V2}")) == 1


def escaped(path: str) -> str:
    for character in "\\ \t\n":
        path = path.replace(character, f"\\{ord(character):03o}")
    return path


NAMES = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=9)
MOUNT_PATHS = st.lists(NAMES, max_size=3).map(lambda names: "/" + "/".join(names))


@given(MOUNT_PATHS, MOUNT_PATHS, st.lists(st.sampled_from(["shared:1", "master:2", "propagate_from:3"]), max_size=3))
def test_any_mount_survives_writing_and_reading(point, root, optional):
    line = " ".join(
        ["36", "31", "0:32", escaped(root), escaped(point), "rw", *optional, "-", "cgroup2", "cgroup2", "rw"]
    )
    assert parse_mounts(f"{line}\n") == (Mount(version=2, point=PurePosixPath(point), root=root),)


@given(st.text(max_size=300))
def test_any_text_has_mounts_or_none(text):
    assert all(mount.root for mount in parse_mounts(text))


# locate_process


def test_every_visible_group_is_on_the_path_and_the_root_is_not(fake_host):
    root = fake_host(self_in("/a/b") | v2("/a/b") | v2("/a") | v2())
    place = locate_process("self", root)
    assert (place.path, paths(place), place.gaps) == ("/a/b", ["/a/b", "/a"], ())


def test_another_process_is_located_by_its_own_file(fake_host):
    root = fake_host(self_in("/mine") | {"proc/7/cgroup": "0::/a\n"} | v2("/a") | v2("/mine"))
    assert paths(locate_process(7, root)) == ["/a"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "No such file or directory"),
        ({"proc/self/cgroup": None}, "Is a directory"),
        ({"proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": None}, "Is a directory"),
        ({"proc/self/cgroup": "\x1b nonsense\n", "proc/self/mountinfo": V2}, "no memory controller is mounted here"),
        (self_in("/gone"), "not visible here"),
        (self_in("/" + "x" * 300), "not visible here"),
        (self_in("/a\0b"), "not visible here"),
        (self_in("/../outside"), "not visible here"),
        (self_in("/a (deleted)"), "not visible here"),
    ],
)
def test_a_place_that_cannot_be_told_is_a_gap_and_says_why(fake_host, files, words):
    place = locate_process("self", fake_host(files))
    assert place.groups == ()
    ((field, reason),) = [(gap.field, gap.reason) for gap in place.gaps]
    assert field == "limits"
    assert words in reason
    assert reason.isprintable()


def test_a_membership_cannot_lead_out_of_the_root(fake_host, tmp_path):
    """A path of two slashes would be absolute once its first is cut off."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "memory.max").write_text("1\n")
    root = fake_host({f"host/{name}": text for name, text in self_in(f"/{outside}").items()}) / "host"
    assert locate_process("self", root).groups == ()


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nb", "\u202egro", b"\xff\xfe".decode("utf-8", "surrogateescape")])
def test_a_group_name_of_a_stranger_is_never_shown_raw(fake_host, name):
    # A newline is refused by the kernel; here it stands in the mount point, which mountinfo escapes.
    mount = V2.replace("/sys/fs/cgroup", f"/sys/{escaped(name)}")
    membership = f"0::/{name}/gone\n" if "\n" in name else f"0::/{name}\n"
    files = {"proc/self/cgroup": membership, "proc/self/mountinfo": mount, f"sys/{name}/{name}/memory.max": "max\n"}
    root = fake_host({path: text.encode("utf-8", "surrogateescape") for path, text in files.items()})
    place = locate_process("self", root)
    shown = [place.path or "", *paths(place), *(str(group.source.path) for group in place.groups)]
    shown += [word for gap in place.gaps for word in (gap.field, gap.source, gap.reason)]
    gaps = []
    for group in place.groups:
        group.read(gaps)
    shown += [word for gap in gaps for word in (gap.field, gap.source, gap.reason)]
    assert all(text.isprintable() for text in shown)


def test_a_group_that_cannot_be_looked_into_is_not_taken_for_unlimited(fake_host):
    """Permission bits do not stop root, a folder that is a loop of links does."""
    root = fake_host(self_in("/a/b") | v2("/a/b"))
    (root / "sys/fs/cgroup/a/memory.max").symlink_to("memory.max")
    place = locate_process("self", root)
    gaps = []
    assert paths(place) == ["/a/b", "/a"]
    assert place.groups[1].glance(gaps).limit_bytes is None
    assert "limits./a.limit_bytes" in {gap.field for gap in gaps}


@pytest.mark.parametrize(
    ("flag", "binding"), [("0\n", ["/a/b"]), ("1\n", ["/a/b", "/a"]), (None, ["/a/b", "/a"]), ("", ["/a/b", "/a"])]
)
def test_on_v1_a_parent_binds_unless_it_says_that_it_does_not(fake_host, flag, binding):
    files = {f"sys/fs/cgroup/memory{group}/memory.limit_in_bytes": "4096\n" for group in ("/a", "/a/b")}
    files |= {
        "proc/self/mountinfo": V1,
        "proc/self/cgroup": "4:memory:/a/b\n",
        "sys/fs/cgroup/memory/a/memory.use_hierarchy": flag,
    }
    assert paths(locate_process("self", fake_host(files))) == binding


def test_a_path_that_the_mount_does_not_show_is_not_looked_for_in_it(fake_host):
    """A neighbour of the same prefix is no descendant: /docker/ab is not below /docker/a."""
    mount = V2.replace(" / /sys", " /docker/a /sys")
    place = locate_process("self", fake_host(self_in("/docker/ab", mount) | v2("/b") | v2()))
    assert paths(place) == ["/"]
    assert "not visible here" in place.gaps[0].reason


# locate_path


@pytest.mark.parametrize(
    "wanted",
    ["/a/b", "a/b", "/a/b/", "./a/b", "//a//b", "/sys/fs/cgroup/a/b", "/sys/fs/cgroup/a/b/", "/sys/fs/cgroup//a/b"],
)
def test_a_group_is_found_however_a_person_writes_it(fake_host, wanted):
    place = locate_path(wanted, fake_host(self_in("/") | v2("/a/b") | v2("/a")))
    assert (place.path, paths(place)) == ("/a/b", ["/a/b", "/a"])


def test_a_group_whose_name_begins_with_a_dot_is_found(fake_host):
    root = fake_host(self_in("/") | v2("/.lxc"))
    assert paths(locate_path("/.lxc", root)) == paths(locate_path("/sys/fs/cgroup/.lxc", root)) == ["/.lxc"]


@pytest.mark.parametrize("wanted", ["/gone", "/../a", "/a/../a", "/" + "x" * 300, "/a\0b", "\x1b[2J", "/sys/fs"])
def test_a_group_that_is_not_there_is_an_error_that_says_what_to_give(fake_host, wanted):
    with pytest.raises(TargetError, match="no memory control group") as refused:
        locate_path(wanted, fake_host(self_in("/") | v2("/a")))
    assert "/sys/fs/cgroup" in str(refused.value)
    assert "/app" in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("files", [{}, {"proc/self/mountinfo": None}])
def test_without_mountinfo_no_group_can_be_found(fake_host, files):
    with pytest.raises(TargetError, match="cannot find control groups"):
        locate_path("/a", fake_host(files))


def test_without_a_memory_controller_the_error_says_so(fake_host):
    with pytest.raises(TargetError, match="no mounted memory controller"):
        locate_path("/a", fake_host({"proc/self/mountinfo": OTHER_V1}))


def test_a_persons_path_in_a_namespace_tells_that_limits_above_are_unseen(fake_host):
    root = fake_host(self_in("/") | v2("/a") | v2())
    (root / "proc/self/ns").mkdir()
    (root / "proc/self/ns/cgroup").symlink_to("cgroup:[4026532621]")
    place = locate_path("/a", root)
    assert paths(place) == ["/a", "/"]
    assert [gap.reason for gap in place.gaps] == [
        "limits above this control-group namespace cannot be seen from inside it"
    ]


def test_on_a_hybrid_host_a_persons_path_is_looked_for_on_v1_first(fake_host):
    files = {"proc/self/mountinfo": V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified") + V1}
    files |= {f"sys/fs/cgroup/memory/a/memory.{name}_in_bytes": "4096\n" for name in ("limit", "usage")}
    (group,) = locate_path("/a", fake_host(files)).groups
    assert group.source.file == "memory.limit_in_bytes"


@pytest.mark.parametrize("version", [1, 2])
def test_an_unreadable_limit_of_the_root_of_all_is_unknown_and_not_no_limit(fake_host, version):
    if version == 2:
        root = fake_host(self_in("/a") | v2("/a") | v2(**{"memory.max": "nonsense\n"}))
        file = "memory.max"
    else:
        names = {"memory.usage_in_bytes": "0\n", "memory.stat": "total_inactive_file 0\n"}
        good = {"memory.limit_in_bytes": f"{(1 << 63) - 4096}\n", **names}
        bad = {"memory.limit_in_bytes": "nonsense\n", **names}
        files = {f"sys/fs/cgroup/memory/a/{name}": text for name, text in good.items()}
        files |= {f"sys/fs/cgroup/memory/{name}": text for name, text in bad.items()}
        root = fake_host({"proc/self/cgroup": "4:memory:/a\n", "proc/self/mountinfo": V1, **files})
        file = "memory.limit_in_bytes"
    place = locate_process("self", root)
    assert paths(place) == ["/a", "/"]
    gaps = []
    assert place.groups[-1].glance(gaps).limit_bytes is None
    assert [(gap.field, gap.source) for gap in gaps] == [("limits./.limit_bytes", f"/{file}")]
