"""The settings in force are those systemd itself would take: the last drop-in by name, whatever its folder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.fixes.systemd import (
    default_tasks_max,
    has_unit,
    limit,
    limit_pair,
    manager_settings,
    merged,
    unit_files,
    unit_settings,
    where,
)
from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import Pair
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.systemd_units import Assignment, parse_section

UNIT = "usr/lib/systemd/system/a.service"
OURS = "etc/systemd/system/a.service.d/60-mnemo.conf"


def test_the_last_drop_in_by_name_counts_whatever_its_folder(root):
    tree = Tree(
        root(
            {
                UNIT: "[Service]\nLimitNOFILE=1\nTasksMax=1\n",
                "etc/systemd/system/a.service.d/10-x.conf": "[Service]\nLimitNOFILE=2\n",
                "usr/lib/systemd/system/a.service.d/90-x.conf": "[Service]\nLimitNOFILE=3\n",
                "etc/systemd/system/service.d/50-all.conf": "[Service]\nTasksMax=5\n",
            }
        )
    )
    found = unit_settings(tree, "a.service")
    assert {key: value.text for key, value in found.items()} == {"LimitNOFILE": "3", "TasksMax": "5"}
    assert where(found["LimitNOFILE"]).endswith("usr/lib/systemd/system/a.service.d/90-x.conf line 2")


def test_a_file_of_etc_hides_the_vendors_of_the_same_name(root):
    files = {UNIT: "", "usr/lib/systemd/system/a.service.d/x.conf": "", "etc/systemd/system/a.service.d/x.conf": ""}
    tree = Tree(root({**files, "etc/systemd/system/a.service": ""}))
    assert unit_files(tree, "a.service") == [
        "etc/systemd/system/a.service",
        "etc/systemd/system/a.service.d/x.conf",
    ]


def test_an_empty_assignment_takes_the_earlier_one_back(root):
    tree = Tree(root({UNIT: "[Service]\nLimitNOFILE=5\n", OURS: "[Service]\nLimitNOFILE=\n"}))
    assert unit_settings(tree, "a.service") == {}


def test_an_instance_has_its_template_and_dashes_have_prefixes(root):
    tree = Tree(
        root(
            {
                "usr/lib/systemd/system/db@.service": "[Service]\nLimitNOFILE=5\n",
                "etc/systemd/system/db@1.service.d/x.conf": "[Service]\nTasksMax=7\n",
                "etc/systemd/system/a-b.service": "",
                "etc/systemd/system/a-.service.d/x.conf": "[Service]\nTasksMax=8\n",
            }
        )
    )
    assert has_unit(tree, "db@1.service") and not has_unit(tree, "dc@1.service")
    assert {key: value.text for key, value in unit_settings(tree, "db@1.service").items()} == {
        "LimitNOFILE": "5",
        "TasksMax": "7",
    }
    assert unit_settings(tree, "a-b.service")["TasksMax"].text == "8"


def test_a_file_as_it_is_to_be_counts_in_its_place(root):
    tree = Tree(root({UNIT: "", "etc/systemd/system/a.service.d/90-x.conf": "[Service]\nTasksMax=1\n"}))
    changed = {OURS: "[Service]\nTasksMax=9\nLimitNOFILE=9\n"}
    assert {key: value.text for key, value in unit_settings(tree, "a.service", changed).items()} == {
        "TasksMax": "1",
        "LimitNOFILE": "9",
    }


def test_the_manager_reads_the_strongest_file_and_all_drop_ins(root):
    tree = Tree(
        root(
            {
                "etc/systemd/system.conf": "[Manager]\nDefaultLimitNOFILE=1\n",
                "usr/lib/systemd/system.conf": "[Manager]\nDefaultTasksMax=1\n",
                "usr/lib/systemd/system.conf.d/x.conf": "[Manager]\nDefaultLimitNOFILE=2\n",
            }
        )
    )
    assert {key: value.text for key, value in manager_settings(tree).items()} == {"DefaultLimitNOFILE": "2"}


@pytest.mark.parametrize(
    ("word", "pair"),
    [
        ("65536", Pair(65536, 65536)),
        ("1024:524288", Pair(1024, 524288)),
        ("1024:infinity", Pair(1024, UNLIMITED)),
        ("infinity", Pair(UNLIMITED, UNLIMITED)),
        ("4K", Pair(4096, 4096)),
        ("15%", Pair()),
        ("many", Pair()),
    ],
)
def test_a_limit_as_systemd_writes_it(word, pair):
    assert limit_pair(Assignment("f", 1, word)) == pair


def test_nothing_set_is_nothing():
    assert limit_pair(None) == Pair() and limit("") is None


def test_the_default_of_tasks_is_known_with_the_machine_only(root):
    assert default_tasks_max(Tree(root({}))) is None
    where = root({"proc/sys/kernel/pid_max": "32768\n", "proc/sys/kernel/threads-max": "190000\n"})
    assert default_tasks_max(Tree(where)) == 4915


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, "# head\n[Service]\nA=9\n"),
        ("", "[Service]\nA=9\n"),
        ("[Service]\nA=1\nB=2\n", "[Service]\nA=9\nB=2\n"),
        ("[Service]\nB=2", "[Service]\nA=9\nB=2\n"),
        ("# mine\n[Unit]\nA=1\n", "# mine\n[Unit]\nA=1\n[Service]\nA=9\n"),
        ("[Service]\nA=1\nA=2\n[Unit]\nA=3\n", "[Service]\nA=9\n[Unit]\nA=3\n"),
        ("[Service]\nA=1\\\n2\nB=2\n", "[Service]\nA=9\nB=2\n"),
        ("[Service]\n#A=1\n A = 1\n", "[Service]\nA=9\n#A=1\n"),
    ],
)
def test_a_key_is_merged_into_its_section(old, new):
    assert merged(old, "Service", {"A": "9"}, "# head\n") == new


sections = st.lists(
    st.sampled_from(["[Service]", "[Unit]", "A=1", "B=2", " A = 3 ", "# A=4", "", "C=\\", "x", "\x0c", "é=ü"]),
    max_size=12,
)


@given(sections)
def test_after_merging_the_key_has_the_value_and_all_others_theirs(lines):
    text = "".join(f"{line}\n" for line in lines)
    after = merged(text, "Service", {"A": "9"}, "")
    assert parse_section(after, "Service", "")["A"].text == "9"
    for section in ("Service", "Unit"):
        old, new = (
            {key: value.text for key, value in parse_section(each, section, "").items() if key != "A"}
            for each in (text, after)
        )
        if not any(line.endswith("\\") for line in lines):
            assert new == old
    assert merged(after, "Service", {"A": "9"}, "") == after
