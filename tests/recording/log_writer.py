"""A program that writes so many lines to the memory log as fast as it can; run by the tests, several at once."""

import sys
from pathlib import Path

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import LimitSource, Memory, Moment, Sample, Scope
from mnemo_cli.recording.memory_log import MemoryLog, MemoryLogSettings


def main(path: str, count: str, max_bytes: str, number: str) -> None:
    settings = MemoryLogSettings(path=Path(path), interval_seconds=0.5, max_bytes=int(max_bytes))
    log = MemoryLog(settings, lambda complaint: print(complaint, file=sys.stderr))
    host = Memory(source=LimitSource(kind="host"), used_bytes=100, limit_bytes=1000)
    for position in range(int(count)):
        sample = Sample(
            time_seconds=float(position),
            clock_seconds=float(position),
            scope=Scope(kind="name", name=f"{number} {position}"),
            limits=(host,),
        )
        log.note(Moment(sample=sample, verdict=step(State(), sample, Edges())[1]))
        if position == 20:
            print("started", flush=True)
    log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
