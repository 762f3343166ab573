"""Real memory groups at their limits: what is sampled, what is judged, what is told of a kill."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Event, Level, Moment, Sample
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.files import reason
from mnemo_cli.sampling.group import GroupV1, GroupV2
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch

if TYPE_CHECKING:
    from conftest import MemoryGroup

pytestmark = pytest.mark.memory_group

MIB = 1 << 20
LIMIT_BYTES = 96 * MIB
STEP_BYTES = 4 * MIB
DEADLINE_SECONDS = 30.0
HOLD = """
import sys
held = bytearray({size})
for position in range(0, len(held), 4096):
    held[position] = 1
print("ready", flush=True)
sys.stdin.read()
"""
# Takes one more step for each line it is given, and answers when the pages are there.
GROW = """
import sys
held = []
print("ready", flush=True)
for line in sys.stdin:
    held.append(bytearray({step}))
    for position in range(0, {step}, 4096):
        held[-1][position] = 1
    print("grown", flush=True)
"""
DEVOUR = """
held = []
while True:
    held.append(bytearray({step}))
    for position in range(0, {step}, 4096):
        held[-1][position] = 1
"""


def answer(program: "subprocess.Popen[str]") -> None:
    assert program.stdout is not None
    assert program.stdout.readline(), "the program ended instead of answering"


def sample_of(machine: Machine) -> Sample:
    return machine.sample(time_seconds=time.time(), clock_seconds=time.monotonic())


def moments_of(group: "MemoryGroup") -> Iterator[Moment]:
    """Moments with the real clock, for as long as the test may take."""
    machine = Machine(TargetChoice(kind="cgroup", path=group.path), asked=NOBODY)
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        for moment in watch(machine, edges=Edges(), rhythm=Rhythm(interval_seconds=0.05), clock=WaitingClock()):
            assert time.monotonic() < deadline, f"the last verdict was {moment.verdict}"
            yield moment
    finally:
        machine.close()


def needs_a_quiet_machine() -> None:
    machine = Machine(TargetChoice(kind="host"), asked=NOBODY)
    host = sample_of(machine).host
    machine.close()
    if host is None or host.used_ratio is None or host.used_ratio > 0.35:
        pytest.skip("the machine itself is so full that its own level would be told")


def test_an_unlimited_grandchild_is_held_to_the_limit_of_its_ancestor(memory_group):
    memory_group.limit(LIMIT_BYTES)
    task = memory_group.below("a").below("b").run(HOLD.format(size=70 * MIB))
    answer(task)
    machine = Machine(TargetChoice(kind="process", pid=task.pid))
    sample = sample_of(machine)
    machine.close()
    limits = {memory.source.path: memory for memory in sample.limits}
    assert limits[f"{memory_group.path}/a/b"].limit_bytes is UNLIMITED
    _, verdict = step(State(), sample, Edges())
    assert verdict.binding is not None
    assert verdict.binding.source.path == memory_group.path
    assert verdict.binding.limit_bytes == LIMIT_BYTES
    assert verdict.binding.used_bytes is not None
    assert 70 * MIB <= verdict.binding.used_bytes <= 80 * MIB
    assert verdict.level is Level.HIGH
    assert verdict.binding.source.json == {
        "kind": "cgroup",
        "path": memory_group.path,
        "file": "memory.limit_in_bytes" if memory_group.mount.version == 1 else "memory.max",
    }


def test_a_process_growing_to_the_limit_passes_every_level_in_order_and_leaves_it_normal(memory_group):
    needs_a_quiet_machine()
    memory_group.limit(LIMIT_BYTES)
    program = memory_group.run(GROW.format(step=STEP_BYTES))
    answer(program)
    changes: list[Event] = []
    for moment in moments_of(memory_group):
        changes += [event for event in moment.verdict.events if event.event == "level"]
        if program.poll() is not None:
            if moment.verdict.level is Level.NORMAL:
                break
        elif moment.verdict.level is Level.CRITICAL:
            program.communicate()
        elif moment.reported:
            program.stdin.write("more\n")
            program.stdin.flush()
            answer(program)
    assert [event.fields["to"] for event in changes] == ["moderate", "high", "critical", "normal"]
    assert [event.fields["from"] for event in changes] == ["normal", "moderate", "high", "critical"]
    upward = changes[:3]
    assert {json.dumps(event.fields["limit_source"]) for event in upward} == {
        json.dumps(upward[0].fields["limit_source"])
    }
    assert upward[0].fields["limit_source"]["path"] == memory_group.path
    assert program.returncode == 0


@pytest.mark.parametrize("where", ["in the group itself", "in a group below it"])
def test_an_oom_kill_is_an_event_that_names_the_group_with_its_counter(memory_group, where):
    memory_group.limit(LIMIT_BYTES)
    place = memory_group if where == "in the group itself" else memory_group.below("victim")
    program = None
    for moment in moments_of(memory_group):
        kills = [event for event in moment.verdict.events if event.event == "oom_kill"]
        if kills:
            break
        if program is None:
            program = place.run(DEVOUR.format(step=STEP_BYTES))
            assert program.wait(DEADLINE_SECONDS) == -signal.SIGKILL
    (kill,) = kills
    assert kill.fields["limit_source"]["path"] == memory_group.path
    assert (kill.fields["kills"], kill.fields["oom_kills_total"]) == (1, 1)
    assert memory_group.path in kill.text
    # Limited to the same with swap, v1 counts the hits in the other limit's file, or says that it does not.
    hits = next(one for one in moment.sample.limits if one.source.path == memory_group.path).limit_hits_total
    gaps = {gap.field for gap in moment.sample.gaps}
    assert hits or (hits is None and f"limits.{memory_group.path}.limit_hits_total" in gaps)


def test_a_victim_is_told_by_the_group_that_holds_it_when_the_tree_is_watched(memory_group):
    """The watched parent lives in the victim's group: the innermost group on its path counts the kill."""
    memory_group.limit(LIMIT_BYTES)
    inner = memory_group.below("job")
    parent = inner.run(HOLD.format(size=MIB))
    answer(parent)
    machine = Machine(TargetChoice(kind="process", pid=parent.pid))
    state, _ = step(State(), sample_of(machine), Edges())
    victim = inner.run("open('/proc/self/oom_score_adj', 'w').write('1000')\n" + DEVOUR.format(step=STEP_BYTES))
    assert victim.wait(DEADLINE_SECONDS) == -signal.SIGKILL
    _, verdict = step(state, sample_of(machine), Edges())
    machine.close()
    (kill,) = [event for event in verdict.events if event.event == "oom_kill"]
    assert kill.fields["limit_source"]["path"] == inner.path
    assert kill.fields["oom_kills_total"] == 1
    assert parent.poll() is None


def test_a_group_that_was_removed_and_made_again_is_read_again(memory_group):
    inner = memory_group.below("service")
    make = GroupV1 if inner.mount.version == 1 else GroupV2
    group = make(inner.directory, path=inner.path)
    assert group.glance([]).used_bytes is not None
    inner.directory.rmdir()
    gaps = []
    assert group.glance(gaps).used_bytes is None
    assert reason(OSError(19, "")) in {gap.reason for gap in gaps}
    inner.directory.mkdir()
    assert group.glance([]).used_bytes is not None
    group.close()


def test_a_raised_limit_is_an_event_with_both_values(memory_group):
    memory_group.limit(LIMIT_BYTES)
    machine = Machine(TargetChoice(kind="cgroup", path=memory_group.path))
    state, _ = step(State(), sample_of(machine), Edges())
    if memory_group.mount.version == 1:
        # On v1 the limit of memory and swap together must be raised first, where it is counted.
        both = memory_group.directory / "memory.memsw.limit_in_bytes"
        if both.exists():
            both.write_text(f"{2 * LIMIT_BYTES}\n")
    memory_group.limit(2 * LIMIT_BYTES)
    _, verdict = step(state, sample_of(machine), Edges())
    machine.close()
    (change,) = [event for event in verdict.events if event.event == "limit_change"]
    assert (change.fields["from"], change.fields["to"]) == (LIMIT_BYTES, 2 * LIMIT_BYTES)
