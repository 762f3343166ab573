"""2,000 × `true` on two slots, with journal, exit records and peaks, against GNU parallel with its job log."""

import contextlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import MnemoError
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.engines.local.keeper.tree import Tree
from mnemo_cli.orchestrate.engines.local.local import LocalSettings
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.resuming import Unseen, resume
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting
from tests.bench.crowd import crowd
from tests.bench.measure import NOT_INSTALLED, Table, cpu_seconds_per_call, microseconds
from tests.orchestrate.engines.driving import run_plan

JOBS, SLOTS, RUNS, ROWS = 2000, 2, 5, 10_000
_FAMILY = "import os, time\nfor _ in range(4):\n  if not os.fork(): break\nprint(end='x', flush=True)\ntime.sleep(600)"


class Cost(NamedTuple):
    seconds: float
    cpu_seconds: float


def run() -> None:
    table = Table(f"orchestrate: {JOBS:,} × `true`, {SLOTS} slots, × GNU parallel --joblog --resume")
    has_peer = shutil.which("parallel") is not None
    costs = {"groups": [], "none": [], "parallel": []}  # type: dict[str, list[Cost]]
    for _ in range(RUNS):
        if has_peer:
            costs["parallel"].append(_measured(_parallel))
        costs["groups"].append(_measured(lambda: _mnemo(groups=True)))
        costs["none"].append(_measured(lambda: _mnemo(groups=False)))
    _costs(table, "a memory group per job", costs["groups"], costs["parallel"], 3.0)
    _costs(table, "without groups", costs["none"], costs["parallel"], 2.0)
    _sampling(table)
    _resuming(table)
    _queueing(table)


def _costs(table: Table, shown: str, own: list[Cost], peer: list[Cost], wanted: float) -> None:
    cpu, rate = _per_job(own)
    theirs = [_ms(_per_job(peer)[0]), f"{_per_job(peer)[1]:.0f}"] if peer else [NOT_INSTALLED] * 2
    table.add(f"CPU per job, {shown}", _ms(cpu), theirs[0], cpu * 1e3, wanted, unit=" ms")
    # The table's figure is the most that it may be: parallel's rate as a share of ours.
    shares = [mine.seconds / other.seconds for mine, other in zip(own, peer, strict=False)]
    table.add(f"jobs/s, {shown} (time ÷ its time)", f"{rate:.0f}", theirs[1], _median(shares) if shares else None, 0.4)


def _per_job(costs: list[Cost]) -> tuple[float, float]:
    """CPU seconds of a job, and jobs per second."""
    return _median(one.cpu_seconds for one in costs) / JOBS, JOBS / _median(one.seconds for one in costs)


def _sampling(table: Table) -> None:
    with crowd(5000):
        family = subprocess.Popen(["python3", "-I", "-S", "-c", _FAMILY], stdout=subprocess.PIPE)
        assert family.stdout is not None
        family.stdout.read(5)
        tree = Tree(family.pid, "/proc")
        clock = iter(range(1 << 30))
        cost = cpu_seconds_per_call(lambda: tree.measure(next(clock) / 10, 1 << 30), 200)
        seconds = _median(cost() for _ in range(RUNS))
        for pid in reversed(tree.pids()):
            subprocess.run(["kill", "-9", str(pid)], check=False)
        family.wait()
        family.stdout.close()
        table.add("a tree of 5 beside 5,000, ten times a second", microseconds(seconds), "", seconds * 1e3, 0.5, " ms")


def _resuming(table: Table) -> None:
    """From the journal's file to a full queue, and the whole plan read again beside it."""
    jobs = [Job(id=f"j{at}", name=f"n{at % 50}", command=("work",)) for at in range(ROWS)]
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name:
        journal = Journal.create(Path(name, "journal"))
        journal.accept(jobs)
        journal.close()

        def resumed() -> None:
            journal = Journal.create(Path(name, "journal"))
            waiting = Waiting(journal.outcome_of)
            scheduler = Scheduler(slots=SLOTS, budget_bytes=1 << 32, waiting=waiting, learned=Learned())
            source, engine = Unseen(Plan(jobs), journal), Fake(World(), slots=SLOTS)
            run = Run(engine, journal, scheduler, waiting, source, RunSettings(ROWS), lambda happening: None)
            resume(run, engine, journal, Now(0.0, 0.0))
            assert (len(waiting), len(source.take(ROWS))) == (ROWS, 0)
            journal.close()

        seconds = _median(cpu_seconds_per_call(resumed, 1)() for _ in range(RUNS))
        table.add(f"resume of {ROWS:,} rows, CPU", _ms(seconds), "", seconds, 1.0, " s")


def _queueing(table: Table) -> None:
    """The supervisor's own memory while one job runs and the others wait."""
    few, many, flood = (_median(_supervisor_mb(lines) for _ in range(3)) for lines in (10, ROWS, 1_000_000))
    table.add(f"supervisor with {ROWS:,} queued", f"{many:.0f} MB", "", many, 60.0, " MB")
    table.add("a million lines of stdin add", f"{flood:.0f} MB", f"{few:.0f} MB", flood - few, 25.0, " MB")


def _supervisor_mb(lines: int) -> float:
    """The most that it has held when it has all lines, or when its queue is full."""
    words = [sys.executable, "-m", "mnemo_cli", "orchestrate", "-", "--slots", "1", "--quiet", "--journal", "j"]
    edges = {f"MNEMOSYNE_MEMORY_{name}_PCT": f"{99 - at}" for at, name in enumerate(("CRITICAL", "HIGH", "MODERATE"))}
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name:
        os.mkfifo(Path(name, "held"))
        feeder = subprocess.Popen(
            ["sh", "-c", f"echo 'read line < held'; yes 'true # of usual length' | head -{lines}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        program = subprocess.Popen(words, cwd=name, stdin=feeder.stdout, env={**os.environ, **edges})
        assert feeder.stdout is not None
        feeder.stdout.close()
        wanted, deadline = min(lines, ROWS), time.monotonic() + 120
        while _waiting_in(Path(name, "j")) < wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        status = Path(f"/proc/{program.pid}/status").read_text()
        feeder.kill()
        feeder.wait()
        for _ in range(2):
            program.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(1)
        program.wait()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def _waiting_in(journal: Path) -> int:
    """0 before there is one."""
    with contextlib.suppress(MnemoError), contextlib.closing(Journal.read(journal)) as opened:
        return opened.standing.waiting
    return 0


def _measured(work) -> Cost:  # type: ignore[no-untyped-def]
    began, cpu_began = time.monotonic(), _cpu_seconds()
    work()
    return Cost(time.monotonic() - began, _cpu_seconds() - cpu_began)


def _mnemo(*, groups: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name:
        jobs = (Job(id=f"j{at}", name="true", command=("true",)) for at in range(JOBS))
        states = run_plan(Path(name), jobs, LocalSettings(Path(name, "run"), SLOTS, groups=groups))
        assert states == ["done"] * JOBS


def _parallel() -> None:
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as folder:
        command = ["parallel", "-j", str(SLOTS), "--joblog", f"{folder}/log", "--resume", "true", "#", "{}"]
        numbers = "".join(f"{at}\n" for at in range(JOBS))
        subprocess.run(command, input=numbers.encode(), check=True, stdout=subprocess.DEVNULL)


def _cpu_seconds() -> float:
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime


def _median(numbers) -> float:  # type: ignore[no-untyped-def]
    return statistics.median(numbers)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms"
