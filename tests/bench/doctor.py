"""CPU of the doctor: the engine on one process, the count of tasks by user, and an audit of everybody."""

import contextlib
import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from mnemo_cli.doctor.audit import audit, audit_all
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.subjects import everybody
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.sampling.tasks import count_tasks
from tests.bench.crowd import crowd
from tests.bench.measure import Table, cpu_seconds_per_call, microseconds, milliseconds, paired

ROOT = Path("/")
PROJECT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 22)
# Larger than any file that the engine reads here.
_MOST_BYTES = 1 << 16


def run() -> None:
    table = Table("doctor: CPU in one process")
    _engine(table)
    with crowd(1200):
        _tasks(table)
    with crowd(1100):
        _everybody(table)


def _engine(table: Table) -> None:
    """One audit of ourselves with nothing kept, against opening, reading and closing the same files."""
    paths, folders = _what_is_read()

    def mnemo() -> None:
        with Evidence(Surroundings()) as evidence:
            audit(evidence, CHECKS, today=TODAY)

    def peer() -> None:
        for path in paths:
            with contextlib.suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    while os.read(descriptor, _MOST_BYTES):
                        pass
                finally:
                    os.close(descriptor)
        for folder in folders:
            with contextlib.suppress(OSError):
                for name in os.listdir(folder):
                    if folder.endswith("/fd"):
                        os.readlink(f"{folder}/{name}")

    ours, theirs, ratio = paired(cpu_seconds_per_call(mnemo, 5), cpu_seconds_per_call(peer, 5), runs=11)
    table.add("the engine on self, × raw reads of the same files", milliseconds(ours), milliseconds(theirs), ratio, 6)
    table.add("   and in milliseconds", milliseconds(ours), "", ours * 1e3, 8, " ms")


def _what_is_read() -> tuple[list[str], list[str]]:
    """The files and folders that one audit opens, as the interpreter reports them: of a child, since a hook stays."""
    told = subprocess.run([sys.executable, "-c", _LISTENER], capture_output=True, text=True, check=True, cwd=PROJECT)
    # What is opened below a kept folder has a short name: it is the folder of a process.
    names = [name if name.startswith("/") else _below_proc(name) for name in json.loads(told.stdout)]
    return [name for name in names if not Path(name).is_dir()], [name for name in names if Path(name).is_dir()]


def _below_proc(name: str) -> str:
    return f"/proc/{name if name[0].isdigit() else f'self/{name}'}"


_LISTENER = """
import datetime, json, os, sys
from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.surroundings import Surroundings

seen = []
sys.addaudithook(lambda event, arguments: seen.append(arguments[0]) if event == "open" else None)
with Evidence(Surroundings()) as evidence:
    audit(evidence, CHECKS, today=datetime.date(2026, 11, 22))
print(json.dumps([os.fsdecode(name) for name in seen if isinstance(name, str | os.PathLike)]))
"""


def _tasks(table: Table) -> None:
    def mnemo() -> None:
        count_tasks(ROOT, [])

    def peer() -> None:
        for process in psutil.process_iter(["uids", "num_threads"]):
            process.info["num_threads"]

    ours, theirs, ratio = paired(cpu_seconds_per_call(mnemo, 2), cpu_seconds_per_call(peer, 2))
    table.add("tasks by user at 1,200 processes, × psutil", milliseconds(ours), milliseconds(theirs), ratio, 1)


def _everybody(table: Table) -> None:
    """Everything of `--all`: the listing, the machine, its users, and each process."""
    best: list[float] = []
    count = 0
    for _ in range(7):
        begin = time.process_time()
        machine = Surroundings()
        found = everybody(machine)
        processes = (Evidence(machine, each.pid, found=each) for each in found)
        count = sum(1 for _ in audit_all(Evidence(machine, None), processes, CHECKS, today=TODAY)) - 1
        best.append((time.process_time() - begin) / count)
    each = sorted(best)[len(best) // 2]
    table.add(f"--all: one of {count:,} processes", microseconds(each), "", each * 1e6, 150, " µs")
