"""The kills below a group: all are added, a group that is gone is forgotten, and what cannot be read is unknown."""

import pytest

from mnemo_cli.sampling.subtree import oom_kills_by_folder, subtree_oom_kills


def test_the_kills_of_a_group_and_of_all_below_it_are_added(fake_host):
    root = fake_host(
        {
            "g/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
            "g/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            "g/a/b/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n",
            "g/other/cgroup.procs": "",
        }
    )
    assert subtree_oom_kills(root / "g") == 7
    assert subtree_oom_kills(root / "gone") == 0


@pytest.mark.parametrize("is_nonsense", [True, False])
def test_a_count_that_is_there_and_cannot_be_read_makes_the_sum_unknown(fake_host, is_nonsense):
    root = fake_host({"g/memory.oom_control": "oom_kill 1\n", "g/a/memory.oom_control": "oom_kill half\n"})
    if not is_nonsense:
        file = root / "g/a/memory.oom_control"
        file.unlink()
        file.symlink_to(file.name)  # too many levels of links
    assert subtree_oom_kills(root / "g") is None
    assert dict(oom_kills_by_folder(root / "g")) == {root / "g": 1, root / "g/a": None}


def test_what_cannot_be_listed_has_no_known_count(fake_host):
    root = fake_host({"g": "no folder\n"})
    assert dict(oom_kills_by_folder(root / "g")) == {root / "g": None}
    assert dict(oom_kills_by_folder(root / "gone")) == {}
