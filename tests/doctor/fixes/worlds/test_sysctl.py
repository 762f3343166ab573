"""sysctl.d: what a profile asks of the machine, never below what the kernel has by itself, never in a container."""

import pytest

from mnemo_cli.doctor.fixes.scene import Proposal
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import Wanted
from mnemo_cli.doctor.fixes.worlds.sysctl import PATH, configured, merged

WANTED = Wanted(nofile=1, nproc=1, sysctls=(("vm.max_map_count", 262144), ("fs.inotify.max_user_watches", 65536)))


def test_what_is_wanted_is_written(root, propose):
    proposal = propose("sysctl", root({}), WANTED)
    text = proposal.drafts[0].content.decode()
    assert text.splitlines()[1:] == ["vm.max_map_count = 262144", "fs.inotify.max_user_watches = 65536"]
    assert proposal.live == (
        ("proc/sys/vm/max_map_count", 262144),
        ("proc/sys/fs/inotify/max_user_watches", 65536),
    )
    assert [(step.line, step.automatic) for step in proposal.activate] == [(f"sysctl -p /{PATH}", True)]


def test_a_higher_value_of_the_kernel_itself_is_kept(root, propose):
    where = root({"proc/sys/fs/inotify/max_user_watches": "192536\n", "proc/sys/vm/max_map_count": "65530\n"})
    text = propose("sysctl", where, WANTED).drafts[0].content.decode()
    assert "fs.inotify.max_user_watches = 192536\n" in text and "vm.max_map_count = 262144\n" in text


def test_what_is_configured_is_left_alone(root, propose):
    line = "vm.max_map_count=262144\n-fs/inotify/max_user_watches = 70000\n"
    assert propose("sysctl", root({"usr/lib/sysctl.d/10-x.conf": line}), WANTED).drafts == ()


@pytest.mark.parametrize("later", ["etc/sysctl.conf", "usr/lib/sysctl.d/99-x.conf"])
def test_a_later_file_has_the_last_word_and_is_named(root, propose, later):
    proposal = propose("sysctl", root({later: "vm.max_map_count = 1000\n"}), WANTED)
    assert len(proposal.unmet) == 1 and "sets vm.max_map_count = 1000" in proposal.unmet[0]


def test_in_a_container_nothing_is_written(root, propose):
    proposal = propose("sysctl", root({".dockerenv": ""}), WANTED)
    assert not proposal.drafts and not proposal.activate and "on the host" in proposal.unmet[0]


def test_nothing_wanted_is_nothing_done(root, propose):
    assert propose("sysctl", root({})) == Proposal()


def test_a_file_of_etc_hides_the_vendors_of_the_same_name(root):
    where = root({"etc/sysctl.d/x.conf": "a.b = 1\n", "usr/lib/sysctl.d/x.conf": "a.b = 2\n"})
    assert {name: value for name, (value, _) in configured(Tree(where)).items()} == {"a.b": 1}


def test_other_lines_stay():
    assert merged("# x\n-vm.a = 1\nvm.b=2", {"vm.a": 9}) == "# x\nvm.b=2\nvm.a = 9\n"
