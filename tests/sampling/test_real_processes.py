"""Real processes of this machine: trees that change, names that lie, descriptors that run short."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mnemo_cli.errors import TargetError
from mnemo_cli.model import Gap, Sample
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.files import KeptFile, reason
from mnemo_cli.sampling.index import ProcessIndex
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.resident import ResidentSweep
from mnemo_cli.sampling.target import TargetChoice

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs Linux's /proc")

ROOT = Path("/")
WAIT = "import sys; print('ready', flush=True); sys.stdin.read()"
# Starts one of its own, tells its pid, and waits for a word to end; the child waits for the end of its input.
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-I", "-S", "-c", {WAIT!r}], stdin=int(sys.argv[1]), stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.readline()
"""
LATE_PARENT = f"""
import subprocess, sys
print("ready", flush=True)
sys.stdin.readline()
subprocess.Popen([sys.executable, "-I", "-S", "-c", {WAIT!r}], stdin=0).wait()
"""
MANY = f"""
import subprocess, sys
wait = [sys.executable, "-I", "-S", "-c", {WAIT!r}]
children = [subprocess.Popen(wait, stdin=0, stdout=subprocess.PIPE) for _ in range(24)]
for child in children:
    child.stdout.readline()
print("ready", flush=True)
sys.stdin.read()
"""
FEW_DESCRIPTORS = """
import os, resource, sys
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
before = len(os.listdir("/proc/self/fd"))
machine = Machine(TargetChoice(kind="process", pid=int(sys.argv[1])))
for clock in range(3):
    sample = machine.sample(time_seconds=0.0, clock_seconds=float(clock))
print(sample.process_count, sum(1 for process in sample.processes if process.rss_bytes))
machine.close()
print(len(os.listdir("/proc/self/fd")) - before)
"""
DEADLINE_SECONDS = 20.0


class Started:
    """Programs that wait for the end of their input; all of them are ended with the test."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[str]] = []

    def __call__(self, code: str, *words: str, pass_fds: tuple[int, ...] = ()) -> tuple[subprocess.Popen[str], str]:
        """The program, and its first line of output."""
        program = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", code, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=pass_fds,
        )  # fmt: skip
        self.running.append(program)
        assert program.stdout is not None
        return program, program.stdout.readline().strip()

    def end(self, program: subprocess.Popen[str]) -> None:
        program.communicate(timeout=DEADLINE_SECONDS)

    def end_all(self) -> None:
        for program in self.running:
            program.kill()  # nothing happens to one that has been waited for
            with program:
                pass


@pytest.fixture
def start() -> Iterator[Started]:
    started = Started()
    yield started
    started.end_all()


class Watching:
    """A machine that is sampled on a clock of its own, until something is true."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.clock_seconds = 0.0

    def sample(self) -> Sample:
        self.clock_seconds += 1.0
        return self.machine.sample(time_seconds=0.0, clock_seconds=self.clock_seconds)

    def until(self, wanted: Callable[[Sample], bool]) -> Sample:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not wanted(sample := self.sample()):
            assert time.monotonic() < deadline, f"never seen; the last was {sample}"
        return sample


@pytest.fixture
def watch_tree() -> Iterator[Callable[[int], Watching]]:
    machines: list[Machine] = []

    def make(pid: int) -> Watching:
        machines.append(Machine(TargetChoice(kind="process", pid=pid), most_descriptors=4))
        return Watching(machines[-1])

    yield make
    for machine in machines:
        machine.close()


def pids(sample: Sample) -> set[int]:
    return {process.pid for process in sample.processes}


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_grandchild_stays_a_member_after_its_parent_has_ended(start, watch_tree):
    reading, writing = os.pipe()
    parent, line = start(PARENT, str(reading), pass_fds=(reading,))
    os.close(reading)
    try:
        watching = watch_tree(parent.pid)
        assert pids(watching.sample()) == {parent.pid, int(line)}
        start.end(parent)
        alone = watching.until(lambda sample: pids(sample) == {int(line)})
        assert alone.process_count == 1
        assert alone.target is not None
        assert alone.target.used_bytes
    finally:
        os.close(writing)
    assert watching.until(lambda sample: sample.process_count == 0).processes == ()


def test_a_child_that_is_started_later_joins_the_tree(start, watch_tree):
    parent, _ = start(LATE_PARENT)
    watching = watch_tree(parent.pid)
    assert pids(watching.sample()) == {parent.pid}
    parent.stdin.write("go\n")
    parent.stdin.flush()
    watching.until(lambda sample: len(pids(sample)) == 2 and parent.pid in pids(sample))


def test_a_process_that_ends_between_two_samples_leaves_no_number_and_no_complaint(start, watch_tree):
    program, _ = start(WAIT)
    watching = watch_tree(program.pid)
    before = watching.sample()
    assert before.process_count == 1
    start.end(program)
    after = watching.sample()
    assert (after.process_count, after.processes) == (0, ())
    assert not [gap for gap in after.gaps if gap.field.startswith(("target", "processes"))]


def test_a_pid_that_nobody_has_is_an_error_that_says_so(start):
    program, _ = start(WAIT)
    start.end(program)
    with pytest.raises(TargetError, match=f"there is no process {program.pid}"):
        Machine(TargetChoice(kind="process", pid=program.pid))


def test_a_tree_whose_last_process_is_a_zombie_has_ended(start, watch_tree):
    program, _ = start(WAIT)
    watching = watch_tree(program.pid)
    assert watching.sample().target.processes == 1
    program.stdin.close()
    sample = watching.until(lambda sample: sample.target.processes == 0)
    assert program.returncode is None
    assert sample.target.used_bytes == 0


def test_a_kept_file_of_an_ended_process_says_that_it_has_ended(start):
    program, _ = start(WAIT)
    file = KeptFile(f"/proc/{program.pid}/statm")
    assert file.read()
    start.end(program)
    with pytest.raises(ProcessLookupError) as gone:
        file.read()
    assert reason(gone.value) == "the process has ended"
    file.close()


def test_few_descriptors_are_enough_for_many_processes_and_are_given_back(start):
    programs = [start(WAIT)[0] for _ in range(10)]
    before = open_descriptors()
    index, gaps = ProcessIndex(ROOT), []
    index.refresh(gaps)
    sweep = ResidentSweep(ROOT, most_descriptors=2)
    sweep.follow([index.entries[program.pid] for program in programs])
    index.close()
    for clock_seconds in (0.0, 1.0, 2.0):
        assert sweep.sweep(clock_seconds, whole=True) == []
        assert open_descriptors() == before + 2
    assert all(process.pages for process in sweep.tracked.values())
    for program in programs[::2]:
        start.end(program)
    held = open_descriptors()
    assert sorted(sweep.sweep(3.0, whole=True)) == sorted(program.pid for program in programs[::2])
    assert open_descriptors() <= held
    sweep.close()
    assert open_descriptors() <= before
    assert not gaps


def test_a_small_limit_of_descriptors_is_kept_and_every_size_still_read(start):
    """Half of 32 may be kept; 25 processes are read all the same, and all descriptors come back."""
    parent, _ = start(MANY)
    done = subprocess.run([sys.executable, "-c", FEW_DESCRIPTORS, str(parent.pid)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["25", "25", "0"]


@pytest.mark.parametrize(
    "name", [b"a) S 1 (b", b"\x1b[2Jred", b"two\nlines", b"\xff\xfe", b"sp ace", b"(((((((((((((((", b")"]
)
def test_a_process_may_call_itself_what_it_likes_and_is_never_shown_raw(start, watch_tree, name):
    rename = f"open('/proc/self/comm', 'wb', buffering=0).write({name!r})"
    program, _ = start(f"import sys; {rename}; print('ready', flush=True); sys.stdin.read()")
    (row,) = watch_tree(program.pid).sample().processes
    assert (row.pid, row.ppid) == (program.pid, os.getpid())
    assert row.name.isprintable()
    assert row.command is not None
    assert row.command.isprintable()


def test_processes_are_found_by_the_name_that_the_kernel_cut(start, tmp_path):
    link = tmp_path / "mnemo-a-program-with-a-long-name"
    link.symlink_to(os.path.realpath(sys.executable))
    program = subprocess.Popen([link, "-I", "-S", "-c", WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    start.running.append(program)
    program.stdout.readline()
    machine = Machine(TargetChoice(kind="name", pattern="^mnemo-a-program-with-a-long-name$"))
    assert pids(machine.sample(time_seconds=0.0, clock_seconds=0.0)) == {program.pid}
    machine.close()


def test_nobody_of_a_name_is_an_error_that_says_so():
    with pytest.raises(TargetError, match="no process has a name that matches 'mnemo-nobody-is-called-so'"):
        Machine(TargetChoice(kind="name", pattern="mnemo-nobody-is-called-so"))


def test_a_tree_uses_what_its_processes_hold(start, watch_tree):
    hold = "import sys; held = bytearray(b'x') * (24 << 20); print('ready', flush=True); sys.stdin.read()"
    program, _ = start(hold)
    target = watch_tree(program.pid).sample().target
    assert target is not None
    assert target.used_bytes is not None
    assert 24 << 20 < target.used_bytes < 40 << 20
    assert not target.used_is_rss


def test_this_machine_is_read_without_a_complaint_about_what_every_kernel_has():
    machine = Machine(TargetChoice(kind="host"), asked=Asked(rows=5))
    before = open_descriptors()
    sample = machine.sample(time_seconds=0.0, clock_seconds=0.0)
    assert sample.host is not None
    assert sample.host.used_bytes is not None
    assert isinstance(sample.host.limit_bytes, int)
    assert 0 < sample.host.used_bytes < sample.host.limit_bytes
    assert len(sample.processes) == 5
    assert Gap("processes", "/proc", "") not in sample.gaps
    machine.close()
    assert open_descriptors() <= before


def test_a_program_of_ours_that_is_over_already_is_no_error(start):
    program, _ = start(WAIT)
    program.stdin.close()
    while "Z" not in Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2]:
        assert program.returncode is None
    machine = Machine(TargetChoice(kind="command", pid=program.pid, pattern="x"))
    assert machine.sample(time_seconds=0.0, clock_seconds=0.0).target.processes == 0
    machine.close()
