"""A drop-in for one service, and one for all: raised to what is wanted, and nothing else touched."""

import pytest

from mnemo_cli.doctor.fixes.wanted import Wanted
from mnemo_cli.errors import RepairError, TargetError, UsageError

UNIT = "usr/lib/systemd/system/a.service"
MACHINE = {"proc/sys/kernel/pid_max": "32768\n", "proc/sys/kernel/threads-max": "190000\n"}


def text_of(proposal):
    return proposal.drafts[0].content.decode().partition("]\n")[2] if proposal.drafts else ""


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("", "LimitNOFILE=65536:524288\n"),
        ("LimitNOFILE=1024:800000\n", "LimitNOFILE=65536:800000\n"),
        ("LimitNOFILE=infinity\n", ""),
        ("LimitNOFILE=70000\n", ""),
        ("LimitNOFILE=1024:infinity\n", "LimitNOFILE=65536:1048576\n"),
        ("LimitNOFILE=65536\nLimitNPROC=100\n", "LimitNPROC=4096:4096\n"),
        ("LimitNOFILE=65536\nLimitNPROC=100:infinity\n", "LimitNPROC=4096:4194304\n"),
        ("LimitNOFILE=65536\nTasksMax=100\n", "TasksMax=4096\n"),
        ("LimitNOFILE=65536\nTasksMax=infinity\n", ""),
        ("LimitNOFILE=65536\nTasksMax=10%\n", ""),
    ],
)
def test_what_a_service_gets(root, propose, unit, written):
    where = root({**MACHINE, UNIT: f"[Service]\n{unit}"})
    assert text_of(propose("service", where, unit="a.service")) == written


def test_tasks_of_a_small_machine_are_raised_and_unknown_ones_are_left(root, propose):
    small = {**MACHINE, "proc/sys/kernel/threads-max": "10000\n"}
    assert "TasksMax=4096\n" in text_of(propose("service", root({UNIT: "[Service]\n", **small}), unit="a.service"))
    proposal = propose("all-services", root({UNIT: "", **small}))
    assert "DefaultTasksMax=4096\n" in text_of(proposal)


def test_an_image_without_proc_says_that_tasks_are_unknown(root, propose):
    proposal = propose("service", root({UNIT: ""}), unit="a.service")
    assert "TasksMax" not in text_of(proposal) and "DefaultTasksMax" in proposal.notes[0]


def test_the_manager_default_is_what_a_silent_unit_inherits(root, propose):
    files = {**MACHINE, UNIT: "", "etc/systemd/system.conf": "[Manager]\nDefaultLimitNOFILE=70000:800000\n"}
    assert propose("service", root(files), unit="a.service").drafts == ()
    assert propose("all-services", root(files)).drafts == ()


def test_memory_ceilings_below_the_need_are_raised_and_none_is_set_where_there_was_none(root, propose):
    wanted = Wanted(nofile=1, nproc=1, memory_bytes=2**31)
    files = {**MACHINE, UNIT: "[Service]\nMemoryMax=1G\nMemoryHigh=512M\n"}
    assert text_of(propose("service", root(files), wanted, "a.service")) == (
        "MemoryHigh=2147483648\nMemoryMax=2147483648\n"
    )
    assert propose("service", root({UNIT: "[Service]\nMemoryMax=4G\n"}), wanted, "a.service").drafts == ()


@pytest.mark.parametrize("world", ["service", "all-services"])
def test_a_later_drop_in_has_the_last_word_and_is_named(root, propose, world):
    where = root(
        {
            UNIT: "",
            "etc/systemd/system/a.service.d/override.conf": "[Service]\nLimitNOFILE=2000\n",
            "etc/systemd/system.conf.d/99-x.conf": "[Manager]\nDefaultLimitNOFILE=2000\n",
        }
    )
    proposal = propose(world, where, unit="a.service")
    assert len(proposal.unmet) == 1 and "LimitNOFILE=2000 and is read after ours" in proposal.unmet[0]


def test_reloading_is_automatic_only_where_systemd_runs(root, propose):
    proposal = propose("service", root({UNIT: ""}), unit="a.service")
    assert [(step.line, step.automatic) for step in proposal.activate] == [("systemctl daemon-reload", False)]
    where = root({"run/systemd/system/x": ""})
    assert propose("service", where, unit="a.service").activate[0].automatic
    assert proposal.restart == ("systemctl restart a.service",)


def test_the_default_for_all_is_never_activated_by_itself_and_warns_of_select(root, propose):
    proposal = propose("all-services", root({"run/systemd/system/x": ""}))
    assert [step.automatic for step in proposal.activate] == [False]
    assert "select()" in proposal.notes[0]


def test_a_service_must_be_named_and_be_there(root, propose):
    with pytest.raises(UsageError, match="--unit"):
        propose("service", root({}))
    with pytest.raises(TargetError, match=r"no unit b\.service"):
        propose("service", root({UNIT: ""}), unit="b.service")


@pytest.mark.parametrize("world", ["service", "all-services"])
def test_above_nr_open_is_refused(root, propose, world):
    with pytest.raises(RepairError, match=r"above fs\.nr_open"):
        propose(world, root({UNIT: "", "proc/sys/fs/nr_open": "5000\n"}), unit="a.service")
