"""500 × `true` on three workers, against plain client.submit(subprocess.run) on the very same cluster."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from select import POLLIN, poll

from distributed import Client

from mnemo_cli.limits.levels import Edges
from mnemo_cli.orchestrate.engines.dask.engine import Dask
from mnemo_cli.orchestrate.engines.dask.options import DaskSettings
from mnemo_cli.orchestrate.job import Job
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.placing import PlacingScheduler
from mnemo_cli.orchestrate.run.resuming import resume
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.waiting import Waiting
from tests.bench.measure import Table
from tests.live.clusters import Cluster, cluster

JOBS, WORKERS, RUNS = 500, 3, 3
_EDGES = Edges(moderate_ratio=0.97, high_ratio=0.98, critical_ratio=0.99)
_TICKS = os.sysconf("SC_CLK_TCK")


def run() -> None:
    table = Table(f"dask: {JOBS} × `true` on {WORKERS} workers, × client.submit(subprocess.run)")
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as name, cluster(Path(name, "cluster"), WORKERS) as made:
        plain, ours = [], []
        for at in range(RUNS):
            plain.append(_cost(made, lambda: _plain(made.address)))
            folder = Path(name, str(at))
            folder.mkdir()
            ours.append(_cost(made, lambda folder=folder: _mnemo(folder, made.address)))  # type: ignore[misc]
    for what, unit, at in (("CPU per job, all processes", "ms", 0), ("time per job", "ms", 1)):
        mine, theirs = (statistics.median(one[at] for one in costs) / JOBS * 1e3 for costs in (ours, plain))
        limit = 1.5 if at == 0 else None
        table.add(what, f"{mine:.2f} {unit}", f"{theirs:.2f} {unit}", mine / theirs, limit)


def _cost(made: Cluster, work: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds of everybody, and seconds. A worker's keeper is counted with its worker, which waits for it."""
    cpu_seconds, seconds = _cpu_seconds(made), time.monotonic()
    work()
    return _cpu_seconds(made) - cpu_seconds, time.monotonic() - seconds


def _cpu_seconds(made: Cluster) -> float:
    programs = [*made.workers.values(), *filter(None, [made.scheduler])]
    pids = [os.getpid(), *(program.pid for program in programs)]
    return sum(sum(map(int, _words(pid)[11:15])) for pid in pids) / _TICKS


def _words(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _run_true(number: int) -> int:
    import subprocess

    return subprocess.run(["true"], check=False).returncode


def _plain(address: str) -> None:
    with Client(address, set_as_default=False) as client:
        futures = [client.submit(_run_true, number, pure=False) for number in range(JOBS)]
        assert client.gather(futures) == [0] * JOBS


def _mnemo(folder: Path, address: str) -> None:
    jobs = (Job(id=f"j{at}", name="true", command=("true",), claim_bytes=16 << 20) for at in range(JOBS))
    assert run_plan(folder, jobs, DaskSettings(folder / "run", _EDGES, scheduler=address)) == ["done"] * JOBS


def run_plan(folder: Path, jobs: Iterable[Job], settings: DaskSettings) -> list[str]:
    """A whole run as the command does it, without its views."""
    journal, engine = Journal.create(folder / "journal"), Dask(settings)
    waiting = Waiting(journal.outcome_of)
    scheduler = PlacingScheduler(most_slots=None, waiting=waiting, learned=Learned())
    one = Run(engine, journal, scheduler, waiting, Plan(jobs), RunSettings(10_000), lambda happening: None)
    resume(one, engine, journal, _now())
    events = poll()
    events.register(engine.descriptor, POLLIN)
    while not one.is_over:
        one.turn((), _now())
        if not one.is_over:
            events.poll(200)
    states = [row.state for row in journal.jobs()]
    engine.close()
    journal.close()
    return states


def _now() -> Now:
    return Now(time.monotonic(), time.time())
