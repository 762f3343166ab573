"""Real kills in memory groups: who was killed, by whom, against whose limit, at once and from any form of the log."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from mnemo_cli.diagnostics.collector import Member
from mnemo_cli.diagnostics.redaction import Redactor, known_names
from mnemo_cli.forensics.case import Case, Ended
from mnemo_cli.forensics.explanation import Explanation
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.live.instant import Instant
from mnemo_cli.forensics.live.logs import Logs
from mnemo_cli.forensics.live.witness import Witness
from mnemo_cli.forensics.truth import judge
from mnemo_cli.redact import redact
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice

if TYPE_CHECKING:
    from conftest import MemoryGroup

pytestmark = pytest.mark.memory_group

ROOT = Path("/")
MIB = 1 << 20
LIMIT_BYTES = 48 * MIB
DEADLINE_SECONDS = 30.0
# The promise is one second; a machine that is busy with other tests may take longer.
MOST_SECONDS = 5.0
FORMATS = ([], ["-T"], ["-x"], ["-r"], ["-d"], ["-t"], ["--time-format", "iso"], ["-J"])

# Each says that it is ready, and goes on when it is told to.
READY = """
import sys
print("ready", flush=True)
sys.stdin.readline()
"""
DEVOUR = """
held = []
while True:
    held.append(b"x" * 1048576)
"""
NAMED = """
import ctypes
ctypes.CDLL(None).prctl(15, {name!r}, 0, 0, 0)
"""
HOLD = """
held = b"x" * ({mib} * 1048576)
open("/proc/self/oom_score_adj", "w").write("{score}")
print("holding", flush=True)
sys.stdin.read()
"""
GROW_UP_TO = """
held = []
for _ in range({mib}):
    held.append(b"x" * 1048576)
print("grown", flush=True)
sys.stdin.read()
"""
FILL = """
with open({path!r}, "wb", 0) as file:
    while True:
        file.write(b"x" * 1048576)
"""
PARENT = """
import subprocess
child = subprocess.run([sys.executable, "-I", "-S", "-c", {code!r}])
assert child.returncode == -9, child
"""


class Death(NamedTuple):
    """What was said of it, and how long after it."""

    pid: int
    code: int
    explanation: Explanation
    seconds: float

    @property
    def kill(self) -> Kill:
        (kill,) = self.explanation.kills
        return kill


class Watched:
    """A program in a group beside which a witness stands, as `mnemo monitor` has it."""

    def __init__(self, group: "MemoryGroup", code: str) -> None:
        self.witness = Witness(ROOT)
        self.program = group.run(READY + code)
        self.witness.meet(self.program.pid)
        answer(self.program)
        machine = Machine(TargetChoice(kind="command", pid=self.program.pid))
        self.witness.note(machine.sample(time_seconds=time.time(), clock_seconds=time.monotonic()), machine.pids)
        machine.close()

    def go(self) -> None:
        go(self.program)

    def death(self) -> Death:
        with contextlib.closing(self.witness):
            code = self.program.wait(DEADLINE_SECONDS)
            died_seconds = time.monotonic()
            ended = Ended(by_signal=-code, reporter="wait") if code < 0 else Ended(code=code, reporter="wait")
            explanation = self.witness.explain(ended)
            seconds = time.monotonic() - died_seconds
        assert explanation is not None
        return Death(self.program.pid, code, explanation, seconds)


@pytest.fixture(autouse=True)
def the_log_can_be_read() -> None:
    logs = Logs(ROOT, Instant.now())
    logs.read_kernel()
    if not logs.were_read:
        pytest.skip("; ".join(f"{gap.source}: {gap.reason}" for gap in logs.gaps))


@pytest.fixture
def told(memory_group, record_property) -> Callable[[Death], None]:
    """Every form of the log, masked or not, says the same of the group as was said at once."""

    def check(*deaths: Death) -> None:
        expected = [facts(kill) for death in deaths for kill in death.explanation.kills]
        for death in deaths:
            record_property("seconds_after_death", round(death.seconds, 3))
            print(f"told {death.seconds:.3f} s after the death: {death.explanation.headline}")
            assert death.seconds < MOST_SECONDS
        redactor = Redactor(b"key of this test" * 2, known_names(ROOT))
        for form in FORMATS:
            text = subprocess.run(["dmesg", *form], capture_output=True, timeout=DEADLINE_SECONDS).stdout
            assert found_in(text, memory_group) == expected, form
            masked = redact(text.decode(errors="surrogateescape")).text.encode(errors="surrogateescape")
            assert found_in(masked, memory_group) == expected, form
            bundled = Member("kernel-log/kernel.log", (text,), "log", "dmesg")
            assert found_in(b"".join(redactor.member(bundled)), memory_group) == expected, form

    return check


def found_in(text: bytes, group: "MemoryGroup") -> list[tuple[object, ...]]:
    """The facts of the group's kills in a log: others of the machine are in it, too."""
    logs = Logs(ROOT, Instant.now())
    logs.add("log", [text])
    explanation = judge(logs.into(Case()))
    return [facts(kill) for kill in explanation.kills if is_of(kill, group)]


def is_of(kill: Kill, group: "MemoryGroup") -> bool:
    return kill.victim_cgroup is not None and f"{kill.victim_cgroup}/".startswith(f"{group.path}/")


def facts(kill: Kill) -> tuple[object, ...]:
    """What must be the same in every form; of a name that is split by its newline nobody can tell the second half."""
    victim = kill.victim
    return (
        kill.killer, kill.scope, victim.pid, victim.uid, victim.anon_rss_bytes, victim.shmem_rss_bytes,
        kill.limit_cgroup, kill.victim_cgroup, kill.trigger.pid if kill.trigger else None, kill.limit_bytes,
    )  # fmt: skip


def answer(program: "subprocess.Popen[str]") -> None:
    assert program.stdout is not None and program.stdout.readline(), "the program ended instead of answering"


def go(program: "subprocess.Popen[str]") -> None:
    assert program.stdin is not None
    program.stdin.write("go\n")
    program.stdin.flush()


def proven(death: Death) -> bool:
    return (death.explanation.verdict, death.explanation.confidence) == ("kernel-oom", "proven")


def test_the_limit_of_its_own_group(memory_group, told):
    memory_group.limit(LIMIT_BYTES)
    watched = Watched(memory_group, DEVOUR)
    watched.go()
    death = watched.death()
    assert death.code == -9 and proven(death)
    assert death.kill.victim.pid == death.pid == death.kill.trigger.pid
    assert death.kill.scope == "memcg"
    assert death.kill.limit_cgroup == death.kill.victim_cgroup == memory_group.path
    assert death.kill.limit_bytes == LIMIT_BYTES
    told(death)


def test_the_limit_of_an_ancestor(memory_group, told):
    memory_group.limit(LIMIT_BYTES)
    job = memory_group.below("job")
    watched = Watched(job, DEVOUR)
    watched.go()
    death = watched.death()
    assert death.code == -9 and proven(death)
    assert (death.kill.limit_cgroup, death.kill.victim_cgroup) == (memory_group.path, job.path)
    told(death)


def test_the_trigger_is_not_the_victim(memory_group, told):
    memory_group.limit(LIMIT_BYTES)
    sleeper = Watched(memory_group, HOLD.format(mib=30, score=900))
    sleeper.go()
    answer(sleeper.program)
    small = memory_group.run(READY + GROW_UP_TO.format(mib=25))
    answer(small)
    go(small)
    death = sleeper.death()
    assert death.code == -9 and proven(death)
    assert (death.kill.victim.pid, death.kill.victim.oom_score_adj) == (death.pid, 900)
    assert death.kill.trigger is not None and death.kill.trigger.pid == small.pid
    answer(small)
    told(death)


@pytest.mark.parametrize(
    "name", [b"x,pid=1,uid=0", b"a\nOut of memory", b"(sd-pam)", b"a) total-vm:1kB", b"\x1b[31mred"]
)
def test_a_process_with_a_misleading_name(memory_group, told, name):
    memory_group.limit(LIMIT_BYTES)
    watched = Watched(memory_group, NAMED.format(name=name) + DEVOUR)
    watched.go()
    death = watched.death()
    assert death.code == -9 and proven(death)
    assert (death.kill.victim.pid, death.kill.victim.uid) == (death.pid, 0)
    assert death.kill.victim_cgroup == memory_group.path
    told(death)


@pytest.fixture
def tmpfs(tmp_path) -> Iterator[Path]:
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128m", "mnemo-test", tmp_path], capture_output=True)
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted: {done.stderr.decode().strip()}")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_writer_into_a_tmpfs_whose_own_memory_is_small(memory_group, tmpfs, told):
    memory_group.limit(LIMIT_BYTES)
    watched = Watched(memory_group, FILL.format(path=str(tmpfs / "file")))
    watched.go()
    death = watched.death()
    assert death.code == -9 and proven(death)
    assert death.kill.usage is not None and death.kill.usage.shmem_bytes is not None
    assert death.kill.usage.shmem_bytes > LIMIT_BYTES // 2
    assert death.kill.victim.anon_rss_bytes < LIMIT_BYTES // 2
    told(death)


def test_three_kills_in_a_row_are_three(memory_group, told):
    memory_group.limit(LIMIT_BYTES)
    watched = [Watched(memory_group.below(f"job{number}"), DEVOUR) for number in range(3)]
    for each in watched:
        each.go()
    deaths = [each.death() for each in watched]
    assert [death.code for death in deaths] == [-9] * 3
    assert all(proven(death) for death in deaths)
    assert [death.kill.victim.pid for death in deaths] == [death.pid for death in deaths]
    told(*sorted(deaths, key=lambda death: death.kill.time_seconds))


def test_a_child_is_killed_and_its_parent_lives(memory_group, told):
    memory_group.limit(LIMIT_BYTES)
    watched = Watched(memory_group, PARENT.format(code=DEVOUR))
    watched.go()
    death = watched.death()
    assert death.code == 0 and death.explanation.verdict == "exit"
    assert death.kill.victim.pid not in (None, death.pid)
    assert f"(pid {death.kill.victim.pid}), a process of " in death.explanation.headline
    told(death)


def test_a_program_that_ends_by_itself_is_not_explained(memory_group):
    watched = Watched(memory_group, "")
    with contextlib.closing(watched.witness):
        watched.go()
        assert watched.program.wait(DEADLINE_SECONDS) == 0
        assert watched.witness.explain(Ended(code=0, reporter="wait")) is None


def test_kill_9_of_a_person_is_no_oom_kill(memory_group):
    memory_group.limit(LIMIT_BYTES)
    watched = Watched(memory_group, "")
    watched.program.kill()
    death = watched.death()
    assert death.explanation.verdict == "signal"
    assert not death.explanation.kills
