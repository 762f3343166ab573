"""A witness: what it knew before and after, whose kills it tells of, and when it says nothing."""

import contextlib

import pytest

from mnemo_cli.forensics.case import Ended
from mnemo_cli.forensics.live.groups import GroupWatch
from mnemo_cli.forensics.live.witness import Witness
from mnemo_cli.model import LimitSource, Memory, Process, Sample, Scope
from tests.forensics.live.machines import GROUP, PID

KILLED = Ended(by_signal=9, reporter="wait")
ENDED = Ended(code=0, reporter="wait")
CHILD, STRANGER = 4200, 77


@pytest.fixture
def witness(machine):
    machine.process(STRANGER, GROUP, name="bash")
    with contextlib.closing(Witness(machine.root)) as found:
        found.meet(PID)
        yield found


def sample(used_bytes: int = 3000) -> Sample:
    group = Memory(source=LimitSource(kind="cgroup", path=GROUP), used_bytes=used_bytes, limit_bytes=4096)
    process = Process(pid=PID, ppid=1, started=1, name="app2", uid=0, rss_bytes=555)
    return Sample(
        time_seconds=0, clock_seconds=0, scope=Scope(kind="command", name="app"), limits=(group,), processes=(process,)
    )


def test_a_kill_with_its_line_and_counters_is_proven(machine, witness):
    machine.logs_kill(PID)
    machine.group(GROUP, kills=3)
    machine.machine_kills(8)
    machine.ends(PID)
    explanation = witness.explain(KILLED)
    assert (explanation.verdict, explanation.confidence) == ("kernel-oom", "proven")
    (kill,) = explanation.kills
    assert (kill.victim.pid, kill.limit_cgroup, kill.limit_bytes) == (PID, GROUP, 4096)


def test_without_the_log_the_counters_prove_it(machine, witness):
    machine.group(GROUP, kills=3)
    machine.machine_kills(8)
    explanation = witness.explain(KILLED)
    assert (explanation.verdict, explanation.confidence, explanation.kills) == ("kernel-oom", "proven", ())


def test_a_sigkill_beside_counters_that_stood_still_is_no_oom_kill(machine, witness):
    explanation = witness.explain(KILLED)
    assert explanation.verdict == "signal"
    assert [cause.confidence for cause in explanation.causes if cause.verdict == "kernel-oom"] == ["excluded"]


def test_an_ordinary_end_is_not_explained(machine, witness):
    assert witness.explain(ENDED) is None
    assert witness.explain(Ended(code=3, reporter="wait"), output=["bye"]) is None


def test_kills_elsewhere_on_the_machine_are_no_matter_of_a_program_that_ended_well(machine, witness):
    machine.machine_kills(9)
    machine.logs_kill(999, group="/other", limit_group="/other")
    assert witness.explain(ENDED) is None


def test_what_was_logged_before_is_no_explanation(machine):
    machine.logs_kill(PID)
    with contextlib.closing(Witness(machine.root)) as witness:
        witness.meet(PID)
        machine.machine_kills(8)
        assert witness.explain(KILLED).kills == ()


def test_a_killed_child_is_told_of_though_its_parent_ended_well(machine, witness):
    machine.process(CHILD, GROUP, parent=PID)
    witness.note(sample(), {PID, CHILD})
    machine.logs_kill(CHILD)
    machine.group(GROUP, kills=3)
    machine.machine_kills(8)
    explanation = witness.explain(ENDED)
    assert explanation.verdict == "exit"
    assert f"ended app (pid {CHILD}), a process of app2 (pid {PID})" in explanation.headline


def test_a_child_in_a_group_below_is_told_of(machine, witness):
    machine.group(f"{GROUP}/job", kills=0)
    machine.process(CHILD, f"{GROUP}/job", parent=PID)
    witness.note(sample(), {PID, CHILD})
    machine.logs_kill(CHILD, group=f"{GROUP}/job")
    machine.machine_kills(8)
    (kill,) = witness.explain(ENDED).kills
    assert kill.victim_cgroup == f"{GROUP}/job"


@pytest.mark.parametrize(("pid", "group"), [(STRANGER, GROUP), (999, f"{GROUP}/job")])
def test_a_stranger_in_the_same_group_is_nobody_of_ours(machine, witness, pid, group):
    machine.logs_kill(pid, group=group)
    machine.machine_kills(8)
    assert witness.explain(ENDED) is None


def test_a_kill_in_a_new_group_below_is_counted_where_the_log_is_closed(machine, witness):
    if machine.version == 2:
        pytest.skip("memory.events of v2 counts the groups below by itself")
    (machine.root / "dev/kmsg").unlink()
    machine.group(f"{GROUP}/job", kills=1)
    machine.machine_kills(8)
    explanation = witness.explain(ENDED)
    quotes = [
        each.text
        for cause in explanation.causes
        for each in cause.evidence
        if each.source.endswith("/job/memory.oom_control")
    ]
    assert quotes == ["oom_kill 0 → 1"]


@pytest.fixture
def below_of_v1(machine):
    """Groups below the target's, with the kills that each remembers; None for one that cannot be read."""
    if machine.version == 2:
        pytest.skip("memory.events of v2 counts the groups below by itself")

    def write(kills_by_name):
        for name, kills in kills_by_name.items():
            file = machine.folder(f"{GROUP}/{name}") / "memory.oom_control"
            file.parent.mkdir(exist_ok=True)
            file.unlink(missing_ok=True)
            if kills is None:
                file.symlink_to(file.name)  # too many levels of links
            else:
                file.write_text(f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n")

    return write


def looked_at_twice(machine, below_of_v1, before, after):
    """Whether somebody was killed below, with the readings of the groups there, and why some are missing."""
    below_of_v1(before)
    with contextlib.closing(GroupWatch(machine.root)) as watch:
        watch.follow_path(GROUP)
        below_of_v1(after)
        killed = watch.own_kills()
        found = [each for each in watch.readings(of_children=True) if each.path and each.path.startswith(f"{GROUP}/")]
        return killed, found, [gap.source for gap in watch.gaps if gap.field == "groups"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"job": None}, {"job": 3}),
        ({"job": 3}, {"job": None}),
        ({"job": None}, {"job": None, "job/inner": 3}),
    ],
)
def test_kills_that_could_not_be_read_before_and_after_are_unknown(machine, below_of_v1, before, after):
    killed, found, lacks = looked_at_twice(machine, below_of_v1, before, after)
    assert (killed, found) == (False, [])
    assert f"{GROUP}/job/memory.oom_control" in lacks


def test_where_there_are_too_many_groups_nothing_is_told_of_them(machine, below_of_v1):
    crowd = {f"job{number}": 3 for number in range(1001)}
    killed, found, lacks = looked_at_twice(machine, below_of_v1, crowd, {"job0": 4})
    assert (killed, found, lacks) == (False, [], [f"{GROUP}/memory.oom_control"])


def test_a_new_group_inside_one_that_was_read_began_with_0(machine, below_of_v1):
    killed, (reading,), lacks = looked_at_twice(machine, below_of_v1, {"job": 3}, {"job/inner": 1})
    assert (killed, reading.path, lacks) == (True, f"{GROUP}/job/inner", [])
    assert (reading.before.oom_kills_total, reading.after.oom_kills_total) == (0, 1)


def test_a_program_that_moved_into_another_group_is_followed(machine, witness):
    machine.group("/moved", kills=0)
    machine.process(PID, "/moved")
    witness.note(sample(), {PID})
    machine.logs_kill(PID, group="/moved", limit_group="/moved")
    machine.group("/moved", kills=1)
    machine.machine_kills(8)
    explanation = witness.explain(KILLED)
    assert explanation.confidence == "proven"
    assert explanation.kills[0].victim_cgroup == "/moved"


def test_a_signal_that_was_asked_for_is_no_riddle(machine, witness):
    assert witness.explain(Ended(by_signal=15, reporter="wait"), expected=True) is None


def test_a_kill_is_told_of_even_where_an_end_was_asked_for(machine, witness):
    machine.logs_kill(PID)
    machine.machine_kills(8)
    assert witness.explain(KILLED, expected=True).verdict == "kernel-oom"


def test_a_process_of_which_nobody_saw_the_end(machine):
    with contextlib.closing(Witness(machine.root, PID)) as witness:
        assert witness.explain(None) is None
        machine.logs_kill(PID)
        machine.group(GROUP, kills=3)
        machine.machine_kills(8)
        assert witness.explain(None).kills[0].victim.pid == PID


def test_last_words_of_a_runtime_are_told(machine, witness):
    explanation = witness.explain(Ended(code=1, reporter="wait"), output=["Traceback", "MemoryError"])
    assert explanation is None or explanation.verdict == "limit"
    node = witness.explain(
        Ended(code=134, reporter="wait"),
        output=["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
    )
    assert node.verdict == "limit"


def test_the_limits_of_the_program_are_those_it_had_last(machine, witness):
    (machine.root / f"proc/{PID}/limits").write_text(
        "Limit                     Soft Limit           Hard Limit           Units     \n"
        "Max cpu time              2                    2                    seconds   \n"
    )
    witness.note(sample(), {PID})
    explanation = witness.explain(KILLED, cpu_seconds=2.01)
    assert explanation.verdict == "limit"


def test_a_group_that_is_gone_leaves_no_counters_and_no_crash(machine, witness):
    folder = machine.folder(GROUP)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    machine.logs_kill(PID)
    machine.machine_kills(8)
    assert witness.explain(KILLED).confidence == "proven"


def test_in_a_pid_namespace_of_its_own_pids_are_not_compared(machine, witness):
    folder = machine.root / "proc/self/ns"
    folder.mkdir()
    (folder / "pid").symlink_to("pid:[4026532000]")
    machine.logs_kill(PID, group="/somebody/else", limit_group="/somebody/else")
    machine.machine_kills(8)
    explanation = witness.explain(KILLED)
    assert explanation.kills == ()
    assert "who.pid" in {gap.field for gap in explanation.gaps}
