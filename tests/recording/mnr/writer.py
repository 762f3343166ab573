"""A program that records a sample after another, and says each on stdout once it is recorded."""

import sys
from itertools import islice
from pathlib import Path

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Process, Sample, Scope
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.recorder import Recorder

ROWS = 5


def moments():
    """Of a machine whose use is its number of seconds, with processes that grow and swap places."""
    state, number = State(), 0
    while True:
        number += 1
        limits = (Memory(LimitSource("host", file="/proc/meminfo"), used_bytes=number, limit_bytes=1 << 40),)
        processes = tuple(
            Process(pid, 1, 7, f"worker {pid}", 0, rss_bytes=(number * pid * 7919) % 65_521)
            for pid in sorted(range(1, ROWS + 1), key=lambda pid: (number * pid) % 31)
        )
        sample = Sample(1_700_000_000.0 + number, float(number), Scope("host", "host"), limits, processes=processes)
        state, verdict = step(state, sample, Edges())
        yield Moment(sample, verdict)


def endless(path: Path, most: int) -> None:
    recorder = Recorder(path, About("0", "host", 1.0, Edges()), print, max_bytes=1 << 40)
    for moment in islice(moments(), most):
        recorder.note(moment)
        if recorder.status.failure is not None:
            return
        print(moment.sample.limits[0].used_bytes, flush=True)


if __name__ == "__main__":
    endless(Path(sys.argv[1]), int(sys.argv[2]))
