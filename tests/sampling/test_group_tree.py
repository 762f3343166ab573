"""The tree of memory groups: of both versions, in slices, with what is new since the watch began."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling import group_sweep, group_tree
from mnemo_cli.sampling.group_tree import GroupTrees
from mnemo_cli.sampling.target import TargetChoice

V2 = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
V1 = "30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
NO_LIMIT = 9223372036854771712
WHOLE = TargetChoice(kind="host")


def v2(path, used, limit="max", kills=0, hits=0):
    folder = f"sys/fs/cgroup{path.rstrip('/')}"
    return {
        f"{folder}/memory.current": f"{used}\n",
        f"{folder}/memory.max": f"{limit}\n",
        f"{folder}/memory.stat": "anon 5\ninactive_file 100\n",
        f"{folder}/memory.events": f"low 0\nhigh 0\nmax {hits}\noom 0\noom_kill {kills}\n",
    }


def v1(path, used, limit=NO_LIMIT, kills=0, hits=0):
    folder = f"sys/fs/cgroup/memory{path.rstrip('/')}"
    return {
        f"{folder}/memory.usage_in_bytes": f"{used}\n",
        f"{folder}/memory.limit_in_bytes": f"{limit}\n",
        f"{folder}/memory.stat": "total_inactive_file 100\n",
        f"{folder}/memory.oom_control": f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n",
        f"{folder}/memory.failcnt": f"{hits}\n",
    }


@pytest.fixture
def machine(fake_host):
    def make(mountinfo, *groups, **files):
        merged = {"proc/self/mountinfo": mountinfo, **files}
        for group in groups:
            merged.update(group)
        return fake_host(merged)

    return make


def paths(tree):
    return [use.path for use in tree.groups]


def test_parents_stand_before_their_children_and_the_largest_first(machine):
    root = machine(
        V2, v2("/a", 1100), v2("/b", 5100, 9000, 2, 7), v2("/b/x", 300), v2("/b/y", 4100, "max"), v2("/c", 2100)
    )
    tree = GroupTrees(WHOLE, root, slice_seconds=9).read()

    assert paths(tree) == ["/b", "/b/y", "/b/x", "/c", "/a"]
    assert [use.depth for use in tree.groups] == [1, 2, 2, 1, 1]
    memory = tree.groups[0].memory
    assert (memory.used_bytes, memory.limit_bytes, memory.oom_kills_total, memory.limit_hits_total) == (
        5000,
        9000,
        2,
        7,
    )
    assert tree.groups[1].memory.limit_bytes is UNLIMITED
    assert (tree.version, tree.is_complete, tree.is_cut, tree.gaps) == (2, True, False, ())


def test_what_happened_before_the_watch_began_is_not_new(machine, fake_host):
    root = machine(V2, v2("/a", 1100, kills=2, hits=7), v2("/b", 900))
    trees = GroupTrees(WHOLE, root, slice_seconds=9)
    before = {use.path: (use.new_oom_kills, use.new_limit_hits) for use in trees.read().groups}
    # One more of each in the old group; a group that was made meanwhile has seen three kills.
    fake_host({**v2("/a", 1100, kills=3, hits=9), **v2("/new", 500, kills=3)})
    after = {use.path: (use.new_oom_kills, use.new_limit_hits) for use in trees.read().groups}

    assert before == {"/a": (0, 0), "/b": (0, 0)}
    assert after == {"/a": (1, 2), "/b": (0, 0), "/new": (3, 0)}


def test_a_group_that_came_back_under_its_name_begins_anew(machine, fake_host):
    root = machine(V2, v2("/a", 1100, kills=9, hits=9))
    trees = GroupTrees(WHOLE, root, slice_seconds=9)
    trees.read()
    fake_host(v2("/a", 1100, kills=1, hits=0))
    (use,) = trees.read().groups

    assert (use.new_oom_kills, use.new_limit_hits) == (1, 0)


def test_v1_adds_up_the_kills_of_all_groups_below(machine, fake_host):
    root = machine(V1, v1("/", 9000), v1("/a", 5100, kills=1, hits=4), v1("/a/x", 300, 400, kills=2), v1("/b", 200))
    trees = GroupTrees(WHOLE, root, slice_seconds=9)
    fake_host(v1("/a/x", 300, 400, kills=3))
    tree = trees.read()
    told = {use.path: (use.memory.oom_kills_total, use.new_oom_kills) for use in tree.groups}

    assert told == {"/": (4, 1), "/a": (4, 1), "/a/x": (3, 1), "/b": (0, 0)}
    assert [use.depth for use in tree.groups] == [0, 1, 2, 1]
    assert tree.groups[1].memory.limit_hits_total == 4
    assert tree.groups[2].memory.limit_bytes == 400


def test_a_reading_takes_no_longer_than_its_slice_and_goes_on_later(machine):
    root = machine(V2, *(v2(f"/g{at}", 1000 + at) for at in range(5)))
    trees = GroupTrees(WHOLE, root, slice_seconds=0)
    readings = list(itertools.islice((trees.read() for _ in itertools.count()), 12))

    # The top has no files of its own, so that five groups take six steps.
    assert [len(tree.groups) for tree in readings[:6]] == [0, 1, 2, 3, 4, 5]
    assert [tree.is_complete for tree in readings] == [False] * 5 + [True] * 7
    assert all(len(tree.groups) == 5 for tree in readings[5:])


@pytest.fixture
def clock():
    """A clock that is set by hand."""

    class Clock:
        seconds = 1000.0

        def __call__(self):
            return self.seconds

    return Clock()


def test_after_a_pause_nothing_old_is_shown_as_the_present(machine, fake_host, clock):
    root = machine(V2, *(v2(f"/g{at}", 1100) for at in range(3)))
    trees = GroupTrees(WHOLE, root, slice_seconds=0, clock=clock)
    for _ in range(6):
        before = trees.read()
    fake_host({file: text for at in range(3) for file, text in v2(f"/g{at}", 9100).items()})
    clock.seconds += 3600
    after = [trees.read() for _ in range(4)]

    # The tree was whole, and two more groups had been read for the next one.
    assert {use.memory.used_bytes for use in before.groups} == {1000}
    assert [tree.is_complete for tree in after] == [False, False, False, True]
    assert [{use.memory.used_bytes for use in tree.groups} for tree in after] == [set()] + [{9000}] * 3


def test_a_slow_watch_reads_its_tree_to_the_end(machine, clock):
    root = machine(V2, *(v2(f"/g{at}", 1000 + at) for at in range(3)))
    trees = GroupTrees(WHOLE, root, slice_seconds=0, clock=clock)
    told = []
    for _ in range(6):
        told.append(trees.read().is_complete)
        clock.seconds += 300

    # The second reading seems to come after a pause; that it was the pace is seen at the third one.
    assert told == [False, False, False, False, True, True]


def test_a_tree_is_as_old_as_what_was_read_first_in_it(machine, clock):
    root = machine(V2, *(v2(f"/g{at}", 1000 + at) for at in range(3)))
    trees = GroupTrees(WHOLE, root, slice_seconds=0, clock=clock)
    ages = []
    for _ in range(9):
        ages.append(trees.read().age_seconds)
        clock.seconds += 60

    # Four steps for a reading; each next one takes the place of the last when it is whole.
    assert ages == [0, 60, 120, 180, 240, 300, 360, 180, 240]
    assert GroupTrees(WHOLE, root, slice_seconds=9, clock=clock).read().age_seconds == 0


def test_too_many_groups_are_cut_and_said_to_be(machine, monkeypatch):
    monkeypatch.setattr(group_sweep, "MOST_GROUPS", 3)
    root = machine(V1, *(v1(f"/g{at}", 1000 + at, kills=1) for at in range(5)))
    tree = GroupTrees(WHOLE, root, slice_seconds=9).read()

    assert len(tree.groups) == 3
    assert (tree.is_cut, tree.is_complete) == (True, True)
    # A part of the groups has no sum of kills.
    assert {use.memory.oom_kills_total for use in tree.groups} == {None}
    assert {use.new_oom_kills for use in tree.groups} == {None}


def news(tree):
    return {use.path: (use.new_oom_kills, use.new_limit_hits) for use in tree.groups}


def test_where_not_all_groups_were_seen_at_the_beginning_old_kills_are_not_new(machine, fake_host, monkeypatch):
    root = machine(V2, *(v2(f"/g{at}", 1000 + at, kills=5, hits=6) for at in range(3)))
    monkeypatch.setattr(group_sweep, "MOST_GROUPS", 2)
    trees = GroupTrees(WHOLE, root, slice_seconds=9)
    seen = set(trees._first)
    monkeypatch.setattr(group_sweep, "MOST_GROUPS", 9)
    first = news(trees.read())
    # By now all that were there are known: what comes later was made meanwhile.
    fake_host(v2("/new", 1000, kills=1))
    second = news(trees.read())

    assert len(seen) == 2
    assert first == {f"/g{at}": (0, 0) if f"/g{at}" in seen else (None, None) for at in range(3)}
    assert second == first | {"/new": (1, 0)}


def test_where_the_beginning_took_too_long_what_is_new_is_unknown(machine, monkeypatch):
    monkeypatch.setattr(group_tree, "_BEGINNING_SECONDS", 0)
    root = machine(V2, v2("/a", 1100, kills=2, hits=7))

    assert news(GroupTrees(WHOLE, root, slice_seconds=9).read()) == {"/a": (None, None)}


def test_a_group_that_a_cut_reading_left_out_keeps_its_beginning(machine, monkeypatch):
    root = machine(V2, *(v2(f"/g{at}", 1000 + at, kills=5) for at in range(3)))
    trees = GroupTrees(WHOLE, root, slice_seconds=9)
    monkeypatch.setattr(group_sweep, "MOST_GROUPS", 2)
    trees.read()
    monkeypatch.setattr(group_sweep, "MOST_GROUPS", 9)

    assert news(trees.read()) == {f"/g{at}": (0, 0) for at in range(3)}


@pytest.mark.parametrize("lost", ["memory.current", "memory.max", "memory.stat", "memory.events"])
def test_what_cannot_be_read_is_unknown_and_says_why(machine, lost):
    files = v2("/a", 1100, 2000)
    root = machine(V2, files)
    (root / f"sys/fs/cgroup/a/{lost}").unlink()
    (root / f"sys/fs/cgroup/a/{lost}").mkdir()
    tree = GroupTrees(WHOLE, root, slice_seconds=9).read()

    (use,) = tree.groups
    told = (use.memory.used_bytes, use.memory.limit_bytes, use.memory.oom_kills_total, use.new_limit_hits)
    at = {"memory.current": 0, "memory.stat": 0, "memory.max": 1, "memory.events": 2}[lost]
    assert told[at] is None
    assert tree.gaps
    assert "directory" in tree.gaps[0].reason


def test_nonsense_is_unknown_and_never_0(machine):
    root = machine(V2, v2("/a", "lots", "half", "x", "y"))
    (use,) = GroupTrees(WHOLE, root, slice_seconds=9).read().groups

    assert (use.memory.used_bytes, use.memory.limit_bytes) == (None, None)
    assert (use.memory.oom_kills_total, use.new_oom_kills, use.new_limit_hits) == (None, None, None)


def test_below_a_group_without_the_controller_nothing_is_looked_for(machine):
    root = machine(V2, v2("/a", 1100), {"sys/fs/cgroup/off/cgroup.procs": ""}, v2("/off/deep", 900))

    assert paths(GroupTrees(WHOLE, root, slice_seconds=9).read()) == ["/a"]


@pytest.mark.parametrize(
    "choice",
    [
        TargetChoice(kind="cgroup", path="/a/b"),
        TargetChoice(kind="cgroup", path="/sys/fs/cgroup/a/b"),
        TargetChoice(kind="process", pid=7),
    ],
)
def test_the_tree_of_a_group_or_a_process_is_its_path_and_all_below(machine, choice):
    groups = [v2(path, 900) for path in ("/a", "/a/b", "/a/b/c", "/a/other", "/z")]
    root = machine(V2, *groups, **{"proc/7/cgroup": "0::/a/b\n"})

    assert paths(GroupTrees(choice, root, slice_seconds=9).read()) == ["/a", "/a/b", "/a/b/c"]


@pytest.mark.parametrize("mountinfo", ["", "1 2 0:3 / / rw - ext4 /dev/x rw\n", V2])
def test_without_a_hierarchy_there_is_no_tree_and_a_reason(machine, mountinfo):
    tree = GroupTrees(WHOLE, machine(mountinfo), slice_seconds=9).read()

    assert tree.groups == ()
    assert [gap.field for gap in tree.gaps] == ["groups"]


def test_without_mountinfo_there_is_a_reason(tmp_path):
    tree = GroupTrees(WHOLE, tmp_path, slice_seconds=9).read()

    assert [gap.reason for gap in tree.gaps] == ["No such file or directory"]


@pytest.mark.parametrize("path", ["/../../etc", "/a/../..", "/gone"])
def test_a_path_that_leads_nowhere_has_no_groups_below(machine, path):
    root = machine(V2, v2("/a", 900))

    assert "/.." not in "".join(paths(GroupTrees(TargetChoice(kind="cgroup", path=path), root).read()))


def test_a_name_that_strangers_chose_is_shown_safely(machine):
    root = machine(V2, v2("/\x1b[2J", 900))

    assert paths(GroupTrees(WHOLE, root, slice_seconds=9).read()) == ["/\\x1b[2J"]


def test_no_descriptor_is_left_open(machine):
    root = machine(V2, *(v2(f"/g{at}", 1000) for at in range(20)))
    trees = GroupTrees(WHOLE, root, slice_seconds=9)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        trees.read()

    assert len(list(Path("/proc/self/fd").iterdir())) == before


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5), st.binary(max_size=40))
def test_any_bytes_give_a_tree(tmp_path_factory, names, text):
    root = tmp_path_factory.mktemp("host")
    folder = root.joinpath("sys/fs/cgroup", *names)
    folder.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(V2)
    for depth in range(len(names)):
        for file in ("memory.current", "memory.max", "memory.stat", "memory.events"):
            (root.joinpath("sys/fs/cgroup", *names[: depth + 1]) / file).write_bytes(text)
    tree = GroupTrees(WHOLE, root, slice_seconds=9).read()

    assert [use.depth for use in tree.groups] == list(range(1, len(names) + 1))
