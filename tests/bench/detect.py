"""How late a level change is seen: 1 GiB/s into a 300 MiB group, from crossing 80 % to the event."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from tests.bench.crowd import memory_group
from tests.bench.measure import Table, milliseconds

_LIMIT_BYTES = 300 << 20
# Touches 1 MiB at a time on a schedule, and prints when the group's own count passed 80 %.
_FILLER = """
import mmap, os, sys, time
group, rate, limit = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
usage = os.open(group + "/memory.usage_in_bytes", os.O_RDONLY)
block = b"x" * (1 << 20)
memory = mmap.mmap(-1, int(limit * 0.93))
sys.stdin.readline()
begin = time.monotonic()
told = False
for position in range(0, len(memory) - (1 << 20), 1 << 20):
    due = begin + position / rate
    while time.monotonic() < due:
        pass
    memory[position:position + (1 << 20)] = block
    if not told and int(os.pread(usage, 32, 0)) > 0.8 * limit:
        told = True
        print(time.monotonic(), flush=True)
sys.stdin.readline()
"""


def run(rounds: int = 30) -> None:
    table = Table(f"detect: from crossing 80 % to the event, {rounds} rounds")
    late = sorted(_one_round() for _ in range(rounds))
    table.add("median", milliseconds(statistics.median(late)), "", statistics.median(late) * 1e3, 5, " ms")
    table.add("worst", milliseconds(late[-1]), "", late[-1] * 1e3, 25, " ms")


def _one_round() -> float:
    with memory_group("detect", _LIMIT_BYTES) as group:
        filler = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _FILLER, str(group), str(1 << 30), str(_LIMIT_BYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())),  # type: ignore[func-returns-value]
        )
        try:
            return _seen_at(group, filler) - _crossed_at(filler)
        finally:
            filler.kill()
            filler.communicate()


def _seen_at(group: Path, filler: "subprocess.Popen[bytes]") -> float:
    assert filler.stdin is not None
    path = "/" + str(group.relative_to("/sys/fs/cgroup/memory"))
    sampler = Machine(TargetChoice(kind="cgroup", path=path), asked=NOBODY)
    clock = WaitingClock()
    clock.stop_after(10)
    try:
        for moment in watch(sampler, edges=Edges(), rhythm=Rhythm(interval_seconds=1.0), clock=clock):
            if moment.reported and moment.verdict.level is Level.NORMAL:
                filler.stdin.write(b"go\n")
                filler.stdin.flush()
            if any(event.event == "level" and event.fields["to"] == "critical" for event in moment.verdict.events):
                return clock.seconds()
    finally:
        sampler.close()
    raise AssertionError("critical was never reached")


def _crossed_at(filler: "subprocess.Popen[bytes]") -> float:
    assert filler.stdout is not None
    return float(filler.stdout.readline())
