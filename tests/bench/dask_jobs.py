"""500 × `true` on three workers, against plain client.submit(subprocess.run) on the very same cluster."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from select import POLLIN, poll
from typing import NamedTuple

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
    theirs = statistics.median(one.cpu_seconds for one in plain) / JOBS * 1e3
    for what, limit, field in (
        ("CPU per job of mnemo's own processes, × all of plain Dask's", 1.5, "own_cpu_seconds"),
        ("CPU per job, with Dask's scheduler and workers", None, "cpu_seconds"),
    ):
        mine = statistics.median(getattr(one, field) for one in ours) / JOBS * 1e3
        table.add(what, f"{mine:.2f} ms", f"{theirs:.2f} ms", mine / theirs, limit)
    mine, theirs = (statistics.median(one.seconds for one in costs) / JOBS * 1e3 for costs in (ours, plain))
    table.add("time per job", f"{mine:.2f} ms", f"{theirs:.2f} ms", mine / theirs, None)


class Cost(NamedTuple):
    """Own: the orchestrator, the keepers and the jobs. Agents live inside of Dask's workers."""

    cpu_seconds: float
    own_cpu_seconds: float
    seconds: float


def _cost(made: Cluster, work: Callable[[], None]) -> Cost:
    began, seconds = _cpu_seconds(made), time.monotonic()
    work()
    everybody, own = (after - before for after, before in zip(_cpu_seconds(made), began, strict=True))
    return Cost(everybody, own, time.monotonic() - seconds)


def _cpu_seconds(made: Cluster) -> tuple[float, float]:
    """Of everybody, and of us and whoever a worker has started and waited for: its keeper with the jobs of that."""
    own = _ticks(os.getpid(), 11, 15)
    started = sum(_ticks(program.pid, 13, 15) for program in made.workers.values())
    dasks = sum(_ticks(program.pid, 11, 13) for program in (*made.workers.values(), *filter(None, [made.scheduler])))
    return (own + started + dasks) / _TICKS, (own + started) / _TICKS


def _ticks(pid: int, begin: int, end: int) -> int:
    return sum(map(int, _words(pid)[begin:end]))


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
