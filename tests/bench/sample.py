"""CPU of one sample, against psutil in the same process."""

import time
from pathlib import Path

import psutil

from mnemo_cli.model import Gap
from mnemo_cli.sampling.group import GroupV1
from mnemo_cli.sampling.host import HostMemory
from mnemo_cli.sampling.index import ProcessIndex
from mnemo_cli.sampling.pressure import PressureFile
from mnemo_cli.sampling.resident import ResidentSweep
from mnemo_cli.sampling.rlimits import descriptor_budget
from tests.bench.crowd import crowd, memory_group
from tests.bench.measure import Table, cpu_seconds_per_call, microseconds, paired


def run() -> None:
    table = Table("sample: CPU in one process, × psutil")
    _system(table)
    for count in (1000, 5000):
        with crowd(count):
            _processes(table, count, descriptor_budget(), 0.2, "")
            _processes(table, count, 512, 0.35, ", soft NOFILE 1,024")


def _system(table: Table) -> None:
    with memory_group("path") as group:
        inner = group / "b" / "c"
        inner.mkdir(parents=True)
        groups = [GroupV1(folder, path=str(folder)) for folder in (inner, inner.parent, group)]
        host, pressure = HostMemory(Path("/")), PressureFile(Path("/proc/pressure/memory"), Path("/"))

        def judged() -> None:
            gaps: list[Gap] = []
            host.glance(gaps)
            pressure.read(gaps)
            for one in groups:
                one.glance(gaps)

        def everything() -> None:
            gaps: list[Gap] = []
            host.read(gaps)
            pressure.read(gaps)
            for one in groups:
                one.read(gaps)

        def peer() -> None:
            psutil.virtual_memory()
            psutil.swap_memory()

        for name, mnemo, wanted in (
            ("host + PSI + use, limit, working set of 3 groups", judged, 0.6),
            ("   and every counter the kernel keeps of the groups", everything, None),
        ):
            ours, theirs, ratio = paired(cpu_seconds_per_call(mnemo, 300), cpu_seconds_per_call(peer, 300), runs=15)
            table.add(name, microseconds(ours), microseconds(theirs), ratio, wanted)
        for one in groups:
            one.close()


def _processes(table: Table, count: int, most_descriptors: int, wanted: float, note: str) -> None:
    """A sweep over every process, as when something moved: none is left out."""
    index = ProcessIndex(Path("/"))
    index.refresh([])
    sweep = ResidentSweep(Path("/"), most_descriptors=most_descriptors)
    sweep.follow(index.entries.values())
    clock = time.monotonic()

    def mnemo() -> None:
        index.refresh([])
        sweep.sweep(clock, whole=True)

    def peer() -> None:
        for process in psutil.process_iter(["memory_info"]):
            process.info["memory_info"]

    ours, theirs, ratio = paired(cpu_seconds_per_call(mnemo, 3), cpu_seconds_per_call(peer, 3))
    total = len(index.entries)
    table.add(
        f"one of {total:,} processes{note}", microseconds(ours / total), microseconds(theirs / total), ratio, wanted
    )
    sweep.close()
    index.close()
