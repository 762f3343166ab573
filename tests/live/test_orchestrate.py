"""`mnemo orchestrate` with real memory: an OOM kill and what follows it, a freeze that ends, a drain in time."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mnemo_cli.orchestrate.engines.local.place import find_place
from mnemo_cli.orchestrate.journal import Journal

if TYPE_CHECKING:
    from conftest import MemoryGroup

pytestmark = pytest.mark.memory_group

MIB = 1 << 20
LIMIT_BYTES = 256 * MIB
PATIENCE_SECONDS = 60.0
DRAIN_SECONDS = 4.0
MNEMO = (sys.executable, "-m", "mnemo_cli", "orchestrate")
# Fills what it is told to, in MiB; nothing is given back but all of it, at its end.
HOG = """
import sys
held = []
print("ready", flush=True)
for line in sys.stdin:
    held.append(b"x" * (int(line) << 20))
    print("held", flush=True)
"""


def far_edges() -> dict[str, str]:
    """An environment in which the load of the machine under test puts nothing off."""
    edges = {"MODERATE": "97", "HIGH": "98", "CRITICAL": "99"}
    return {**os.environ, **{f"MNEMOSYNE_MEMORY_{name}_PCT": percent for name, percent in edges.items()}}


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.02)


class Run:
    """One orchestrator inside a group, and what it said so far as ndjson."""

    def __init__(self, group: "MemoryGroup", folder: Path, *words: str) -> None:
        self._out = folder / "out"
        self.program = group.run(
            f"import os; os.chdir({str(folder)!r})\n"
            f"os.dup2(os.open({str(self._out)!r}, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)\n"
            f"os.dup2(os.open({str(folder / 'err')!r}, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)\n"
            f"os.execv({sys.executable!r}, {[*MNEMO, *words, '--format', 'ndjson']!r})"
        )

    def actions(self) -> list[tuple[str, str]]:
        """What the ladder did: (action, outcome)."""
        return [(event["action"], event["outcome"]) for event in self._events() if event.get("event") == "mark"]

    def did(self, action: str) -> bool:
        return (action, "done") in self.actions()

    def told(self) -> list[tuple[str, str]]:
        """What happened to jobs: (id, what)."""
        return [(event["id"], event["what"]) for event in self._events() if "what" in event]

    def _events(self) -> list[dict[str, str]]:
        text = self._out.read_text() if self._out.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("}\n")]


@pytest.fixture
def small(memory_group: "MemoryGroup") -> "MemoryGroup":
    memory_group.limit(LIMIT_BYTES)
    return memory_group


@contextlib.contextmanager
def hog(group: "MemoryGroup") -> Iterator[Callable[[float], None]]:
    """While entered, a program in the group that brings its use to a share of its limit when it is told to."""
    program = group.run(HOG)
    assert program.stdin is not None and program.stdout is not None
    program.stdout.readline()

    def fill(ratio: float) -> None:
        missing = int(ratio * LIMIT_BYTES - used(group)) // MIB
        assert missing > 0
        print(missing, file=program.stdin, flush=True)
        program.stdout.readline()

    yield fill
    program.stdin.close()
    program.wait(PATIENCE_SECONDS)


def plan_of(folder: Path, *jobs: dict[str, object]) -> None:
    (folder / "plan").write_text("".join(f"{json.dumps(job)}\n" for job in jobs))


def used(group: "MemoryGroup") -> int:
    """The working set, as the ladder counts it."""
    v1 = group.mount.version == 1
    fields = dict(line.split() for line in (group.directory / "memory.stat").read_text().splitlines())
    usage = (group.directory / ("memory.usage_in_bytes" if v1 else "memory.current")).read_text()
    return int(usage) - int(fields["total_inactive_file" if v1 else "inactive_file"])


def resumed(folder: Path, plan: Path) -> "subprocess.CompletedProcess[str]":
    words = [*MNEMO, str(plan), "--journal", "j", "--resume"]
    return subprocess.run(words, cwd=folder, env=far_edges(), capture_output=True, text=True, timeout=PATIENCE_SECONDS)


def test_a_job_that_the_kernel_killed_at_its_limit_gets_more_and_is_done(tmp_path: Path) -> None:
    place, why = find_place(Path("/"))
    if place is None:
        pytest.skip(f"no memory group can be made for a job: {why}")
    code = "x = b'x' * (100 << 20); print(len(x))"
    job = {"id": "a", "name": "grows", "cmd": [sys.executable, "-I", "-S", "-c", code], "mem": "40Mi"}
    (tmp_path / "plan").write_text(json.dumps(job) + "\n")
    words = [*MNEMO, "plan", "--journal", "j", "--budget", "400Mi"]
    done = subprocess.run(
        words, cwd=tmp_path, env=far_edges(), capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert (done.returncode, done.stdout) == (0, f"{100 * MIB}\n"), done.stderr
    assert "a died after" in done.stderr and "it is tried again with" in done.stderr
    with contextlib.closing(Journal.read(tmp_path / "j")) as journal:
        first, second = journal.attempts()
    assert (first.reason, first.limit_bytes, second.reason) == ("oom-limit", 80 * MIB, "ok")
    assert first.headline is not None and first.headline.startswith("killed by the kernel at its limit of 80M")
    assert second.limit_bytes is not None and second.limit_bytes > 100 * MIB
    assert second.peak_bytes is not None and second.peak_bytes > 100 * MIB


def test_a_job_that_was_frozen_at_high_finishes_when_memory_comes_back(small: "MemoryGroup", tmp_path: Path) -> None:
    """The younger one: the older one goes on meanwhile, and its end would let the other one go on too."""
    waits = "echo >> begun; while [ ! -e {0} ]; do sleep 0.02; done; echo {0} >> finished\n"
    (tmp_path / "plan").write_text(waits.format("old") + waits.format("young"))
    begun, finished = tmp_path / "begun", tmp_path / "finished"
    with contextlib.ExitStack() as at_last:
        at_last.callback((tmp_path / "old").touch)
        with contextlib.ExitStack() as stack:
            stack.callback((tmp_path / "young").touch)
            fill = stack.enter_context(hog(small))
            run = Run(small, tmp_path, "plan", "--slots", "2")
            until(lambda: begun.exists() and begun.read_text().count("\n") == 2, "the start of both jobs")
            fill(0.68)
            until(lambda: run.did("freeze"), "the freeze")
            (tmp_path / "young").touch()
            with pytest.raises(subprocess.TimeoutExpired):
                run.program.wait(1.0)
            assert not finished.exists()
        until(finished.exists, "the end of the younger job")
    assert run.program.wait(PATIENCE_SECONDS) == 0, (tmp_path / "err").read_text()
    assert finished.read_text().split() == ["young", "old"]
    assert run.actions().count(("freeze", "done")) >= 2  # and let it go on again


def test_a_limit_that_is_raised_while_it_runs_lets_more_begin(memory_group: "MemoryGroup", tmp_path: Path) -> None:
    memory_group.limit(200 * MIB)
    waits = {"cmd": "while [ ! -e go ]; do sleep 0.02; done"}
    plan_of(tmp_path, {"id": "a", "mem": "80Mi", **waits}, {"id": "b", "mem": "100Mi", **waits})
    with contextlib.ExitStack() as stack:
        stack.callback((tmp_path / "go").touch)
        run = Run(memory_group, tmp_path, "plan", "--slots", "2")
        until(lambda: run.told() == [("a", "started")], "the start of the first job")
        with pytest.raises(subprocess.TimeoutExpired):
            run.program.wait(1.0)
        assert run.told() == [("a", "started")]
        memory_group.limit(400 * MIB)
        until(lambda: ("b", "started") in run.told(), "the start of the second job")
    assert run.program.wait(PATIENCE_SECONDS) == 0, (tmp_path / "err").read_text()


def test_a_limit_that_is_lowered_while_it_runs_is_told_to_the_jobs_that_need_more(
    memory_group: "MemoryGroup", tmp_path: Path
) -> None:
    """One that says so never begins; one of which nothing is known gets all there is, once, and says what it needs."""
    memory_group.limit(512 * MIB)
    grows = [sys.executable, "-I", "-S", "-c", "held = [b'x' * (10 << 20) for _ in range(40)]"]
    plan_of(
        tmp_path,
        {"id": "waits", "mem": "20Mi", "cmd": "while [ ! -e go ]; do sleep 0.02; done"},
        {"id": "says", "mem": "300Mi", "cmd": "true"},
        {"id": "after", "mem": "1Mi", "after": ["says"], "cmd": "true"},
        {"id": "grows", "cmd": grows},
        {"id": "fits", "mem": "200Mi", "cmd": "true"},
    )
    with contextlib.ExitStack() as stack:
        stack.callback((tmp_path / "go").touch)
        run = Run(memory_group, tmp_path, "plan", "--slots", "1", "--journal", "j")
        until(lambda: run.told() == [("waits", "started")], "the start of the first job")
        memory_group.limit(480 * MIB)
        until(lambda: ("after", "dependency-failed") in run.told(), "the word that a job never fits")
        assert ("says", "never-fits") in run.told()
    assert run.program.wait(PATIENCE_SECONDS) == 1, (tmp_path / "err").read_text()
    ends = [end for end in run.told() if end[1] != "started"]
    assert ends[2:] == [("waits", "ok"), ("grows", "oom-limit"), ("fits", "ok")]
    with contextlib.closing(Journal.read(tmp_path / "j")) as journal:
        (grown,) = [row for row in journal.jobs() if row.job.id == "grows"]
    assert grown.needed_bytes is not None and grown.needed_bytes > 288 * MIB


def test_at_critical_it_is_over_within_the_drain_time_out_and_resume_does_the_rest(
    small: "MemoryGroup", tmp_path: Path
) -> None:
    """The first job ends by itself meanwhile, the second one ignores SIGTERM, the third never began."""
    plan = tmp_path / "plan"
    ends = "echo >> begun; while [ ! -e go ]; do sleep 0.02; done; echo a >> finished"
    stays = "trap '' TERM; echo >> begun; while [ ! -e all ]; do sleep 0.02; done; echo b >> finished"
    plan.write_text(f"{ends}\n{stays}\necho c >> finished\n")
    with hog(small) as fill:
        run = Run(small, tmp_path, "plan", "--journal", "j", "--slots", "2", "--drain-timeout", f"{DRAIN_SECONDS}s")
        begun = tmp_path / "begun"
        until(lambda: begun.exists() and begun.read_text().count("\n") == 2, "the start of both jobs")
        fill(0.86)
        until(lambda: run.did("drain"), "the drain")
        began_seconds = time.monotonic()
        (tmp_path / "go").touch()
        assert run.program.wait(PATIENCE_SECONDS) == 75, (tmp_path / "err").read_text()
        assert time.monotonic() - began_seconds <= DRAIN_SECONDS + 2.0
    assert [action for action, outcome in run.actions() if outcome == "done"][-2:] == ["save", "terminate"]
    (tmp_path / "all").touch()
    done = resumed(tmp_path, plan)
    assert done.returncode == 0, done.stderr
    assert sorted((tmp_path / "finished").read_text().split()) == ["a", "b", "c"]
    with contextlib.closing(Journal.read(tmp_path / "j")) as journal:
        assert journal.standing.done == 3
