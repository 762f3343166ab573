"""`mnemo monitor --replay` at ten times the speed in 200×50: percent of a core, of a recording with 20 processes."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Process, Sample, Scope
from mnemo_cli.output.lines import LineFormat, moment_text
from tests.bench.measure import Table, child_cpu_seconds, process_cpu_seconds
from tests.bench.monitor import Terminal
from tests.bench.startup import mnemo_script

_SAMPLES, _PROCESSES = 1800, 20
_SECONDS, _SPEED = 20.0, 10


def run() -> None:
    """At one sample a second ten times the speed is ten samples a second, each of which is drawn."""
    table = Table("replay: one sample a second, 20 processes; peer is the same at its own pace")
    with _recording() as path:
        fast, slow = _percent(path, _SPEED), _percent(path, 1)
        table.add(f"at speed {_SPEED}, of a core", f"{fast:.2f} %", f"{slow:.2f} %", fast, 20.0, " %")
        lines = child_cpu_seconds([mnemo_script(), "monitor", "--replay", str(path), "--format", "ndjson"])
        each = lines / _SAMPLES * 1e3
        table.add("a sample as a line again, with the survey", f"{each:.2f} ms", "", each, None, " ms")


def _percent(path: Path, speed: int) -> float:
    terminal = Terminal([mnemo_script(), "monitor", "--replay", str(path), "--speed", str(speed)])
    try:
        assert terminal.read_until(b"PID", 60)
        terminal.read_until(b"", 2.0)
        began, before = time.monotonic(), process_cpu_seconds(terminal.process.pid)
        terminal.read_until(b"", _SECONDS)
        return (process_cpu_seconds(terminal.process.pid) - before) / (time.monotonic() - began) * 100
    finally:
        terminal.end()


@contextlib.contextmanager
def _recording() -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(suffix=".ndjson")
    with os.fdopen(descriptor, "w") as file:
        file.writelines(moment_text(moment, LineFormat.NDJSON) for moment in _moments())
    try:
        yield Path(name)
    finally:
        os.unlink(name)


def _moments() -> Iterator[Moment]:
    """Processes that grow and shrink by turns, in a group of 4 GiB."""
    state = State()
    for position in range(_SAMPLES):
        sizes = [((row + 1) << 24) + ((position * (row + 3)) % 997 << 12) for row in range(_PROCESSES)]
        group = Memory(LimitSource("cgroup", "/app", "memory.max"), sum(sizes), 4 << 30)
        sample = Sample(
            time_seconds=1_700_000_000.0 + position,
            clock_seconds=float(position),
            scope=Scope("cgroup", "/app"),
            limits=(group, Memory(LimitSource("host"), 2 * sum(sizes), 24 << 30)),
            processes=_processes(sizes),
            process_count=_PROCESSES,
        )
        state, verdict = step(state, sample, Edges())
        yield Moment(sample, verdict)


def _processes(sizes: Sequence[int]) -> tuple[Process, ...]:
    return tuple(
        Process(
            pid=4000 + row,
            ppid=1,
            started=row,
            name="python",
            uid=0,
            rss_bytes=size + (1 << 20),
            pss_bytes=size,
            command=f"python worker.py --queue {row}",
        )
        for row, size in enumerate(sizes)
    )
