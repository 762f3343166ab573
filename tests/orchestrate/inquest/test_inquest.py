"""The case of one death: whose kill it was, what the group had counted, what was noted while it lived."""

import contextlib

import pytest

from mnemo_cli.orchestrate.flight import Flight
from mnemo_cli.orchestrate.inquest.inquest import Inquest
from mnemo_cli.orchestrate.job import Ended, Identity, Job, Key
from mnemo_cli.orchestrate.run.ends import Death
from mnemo_cli.orchestrate.waiting import Entry
from tests.forensics.live.machines import PID, STARTED_TICKS, Machine

JOB = Job(id="a", name="n", command=("/usr/bin/app",))
OURS, OTHERS = "/outer/mnemo-77-123/4", "/outer/mnemo-77-123/41"
FOLDER = f"/sys/fs/cgroup{OURS}"
IDENTITY = Identity(PID, STARTED_TICKS, "boot")


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "machine")


@pytest.fixture
def inquest(machine):
    with contextlib.closing(Inquest(machine.root)) as opened:
        yield opened


def death(reason="signal", identity=IDENTITY, limit_bytes=4096, **fields):
    return Death(Key("a", 1), JOB, reason, Ended(**{"status": -9, "seconds": 1.0, **fields}), limit_bytes, identity)


def oom(**fields):
    return death("oom-limit", **{"kernel_oom": True, "oom_kills": 1, "group": FOLDER, **fields})


def kill_in(machine, pid=PID, group=OURS, limit_group=OURS):
    machine.machine_kills(8)
    machine.logs_kill(pid, group=group, limit_group=limit_group)


def test_the_kernels_line_proves_whom_it_killed_at_whose_limit(machine, inquest):
    kill_in(machine)
    explanation, group = inquest.hold(oom())
    assert (explanation.verdict, explanation.confidence, group) == ("kernel-oom", "proven", OURS)
    (kill,) = explanation.kills
    assert (kill.victim.pid, kill.limit_cgroup, kill.limit_bytes) == (PID, OURS, 4096)


def test_the_group_is_known_by_its_end_where_a_container_sees_only_that(machine, inquest):
    kill_in(machine, group=f"/docker/x{OURS}", limit_group="/docker/x")
    explanation, group = inquest.hold(oom())
    assert (explanation.confidence, group) == ("proven", f"/docker/x{OURS}")


def test_a_kill_below_its_group_is_its_own_and_one_beside_it_is_not(machine, inquest):
    kill_in(machine, 77, group=f"{OURS}/inner")
    assert inquest.hold(oom()).group == OURS
    kill_in(machine, 78, group=OTHERS)
    explanation, _ = inquest.hold(death(oom_kills=0, group=f"/sys/fs/cgroup{OTHERS}0"))
    assert (explanation.verdict, explanation.kills) == ("signal", ())


def test_what_two_deaths_share_is_read_once_and_told_of_both(machine, inquest):
    kill_in(machine, 77, group=OTHERS)
    kill_in(machine, PID)
    assert inquest.hold(oom()).explanation.kills[0].victim.pid == PID
    other = oom(identity=Identity(77, 1, "boot"), group=f"/sys/fs/cgroup{OTHERS}")
    assert inquest.hold(other).explanation.kills[0].victim.pid == 77


def test_a_kill_before_the_run_is_of_somebody_else(machine):
    machine.logs_kill(PID, group="/elsewhere")
    with contextlib.closing(Inquest(machine.root)) as inquest:
        assert inquest.hold(death()).explanation.kills == ()


def test_without_a_group_the_pid_tells_and_each_kill_is_of_one_attempt_only(machine, inquest):
    kill_in(machine, group="/app")
    assert inquest.hold(death()).explanation.confidence == "proven"
    again, _ = inquest.hold(death())
    assert again.kills == ()


def test_without_the_log_the_groups_counter_speaks(machine, tmp_path):
    (machine.root / "dev/kmsg").unlink()
    with contextlib.closing(Inquest(machine.root)) as inquest:
        explanation, group = inquest.hold(oom())
        assert (explanation.verdict, explanation.kills, group) == ("kernel-oom", (), None)


@pytest.mark.parametrize(("oom_kills", "excluded"), [(0, True), (None, True)])
def test_a_sigkill_beside_counters_that_stood_still_was_no_oom_kill(machine, inquest, oom_kills, excluded):
    explanation, _ = inquest.hold(death(oom_kills=oom_kills, group=FOLDER))
    assert explanation.verdict == "signal"
    assert [c.confidence for c in explanation.causes if c.verdict == "kernel-oom"] == ["excluded"] * excluded


def test_the_machines_counter_alone_is_a_suspicion(machine, inquest):
    machine.machine_kills(8)
    explanation, _ = inquest.hold(death("oom-host-suspected"))
    assert (explanation.verdict, explanation.confidence) == ("kernel-oom", "likely")


def test_a_limit_that_was_noted_while_it_lived_explains_its_end(machine, inquest):
    limits = "Limit                     Soft Limit           Hard Limit           Units\n"
    limits += "Max cpu time              1                    1                    seconds\n"
    (machine.root / f"proc/{PID}/limits").write_text(limits)
    flight = Flight(Entry(JOB), 1, None, 0.0, identity=IDENTITY)
    inquest.look([flight])
    inquest.look([flight])
    (machine.root / f"proc/{PID}/limits").unlink()
    explanation, _ = inquest.hold(death(cpu_seconds=1.0, oom_kills=0, group=FOLDER))
    assert (explanation.verdict, explanation.confidence) == ("limit", "likely")
    inquest.look([])
    assert inquest.hold(death(cpu_seconds=1.0)).explanation.verdict == "signal"


def test_an_end_that_nobody_saw_is_judged_by_what_its_group_kept(machine, inquest):
    kill_in(machine)
    explanation, _ = inquest.hold(oom(identity=None, status=None))
    assert (explanation.verdict, explanation.confidence) == ("kernel-oom", "proven")


def test_many_deaths_at_once_are_not_waited_for_one_by_one(machine, inquest):
    """The machine counts kills of which the log never tells: the first ones wait, the rest does not."""
    machine.machine_kills(10_000)
    found = [inquest.hold(oom()) for _ in range(1000)]
    assert found[0] is not None and found[-1] is None
