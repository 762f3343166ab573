"""What a recording costs: bytes and CPU of a sample with 30 processes, as this machine lives beside some that work.

The peer in bytes is the same samples as ndjson through gzip -6; in CPU it is writing a sample as ndjson.
"""

import gzip
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment, Process
from mnemo_cli.recording.document import encode, sample_document
from mnemo_cli.recording.mnr.header import About
from mnemo_cli.recording.mnr.recorder import SAMPLES_OF_A_PART, Recorder
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from tests.bench.crowd import crowd
from tests.bench.measure import Table, microseconds, paired

_ROWS = 30
# A tenth of what a screen has, and so is the age of PSS: there are as many changes between two samples.
_INTERVAL_SECONDS, _DETAILS_SECONDS = 0.1, 0.5
_SAMPLES = 3 * SAMPLES_OF_A_PART
_ABOUT = About("0", "bench", 1.0, Edges())
_WORKERS = 5
_WORK = """
import time
kept = []
while True:
    kept.append(bytearray(300_000))
    if len(kept) > 100:
        del kept[:90]
    time.sleep(0.05)
"""


def run() -> None:
    table = Table(f"record: {_SAMPLES} samples of this machine, {_ROWS} processes, {_WORKERS} of them at work")
    workers = [subprocess.Popen([sys.executable, "-I", "-S", "-c", _WORK]) for _ in range(_WORKERS)]
    try:
        with crowd(64):
            moments = _lived()
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert all(len(moment.sample.processes) == _ROWS for moment in moments)
    with tempfile.TemporaryDirectory() as folder:
        _bytes(table, moments, Path(folder))
        _cpu(table, moments, Path(folder))


def _lived() -> list[Moment]:
    sampler = choose_sampler(
        TargetChoice(kind="host"), portable=False, asked=Asked(rows=_ROWS), details_seconds=_DETAILS_SECONDS
    )
    clock = WaitingClock()
    clock.stop_after(60.0)
    found: list[Moment] = []
    for moment in watch(sampler, edges=Edges(), rhythm=Rhythm(interval_seconds=_INTERVAL_SECONDS), clock=clock):
        found += [moment] if moment.reported else []
        if len(found) == _SAMPLES:
            break
    sampler.close()
    return found


def _bytes(table: Table, moments: Sequence[Moment], folder: Path) -> None:
    for name, wanted, samples in (
        ("bytes of a sample, whole ones among them", 400, moments),
        ("   the same when every process changes each time", None, list(map(_all_changed, range(_SAMPLES), moments))),
    ):
        path = folder / f"{wanted}.mnr"
        _recorded(path, samples)
        lines = "".join(encode(sample_document(moment)) + "\n" for moment in samples).encode()
        ours, theirs = path.stat().st_size / len(samples), len(gzip.compress(lines, 6)) / len(samples)
        table.add(name, f"{ours:.0f} B", f"{theirs:.0f} B", ours, wanted, " B")


def _all_changed(number: int, moment: Moment) -> Moment:
    def other(process: Process) -> Process:
        return process._replace(rss_bytes=4096 * ((process.pid * 7919 * (number + 1)) % 100_003))

    return moment._replace(sample=moment.sample._replace(processes=tuple(map(other, moment.sample.processes))))


def _cpu(table: Table, moments: Sequence[Moment], folder: Path) -> None:
    path = folder / "cpu.mnr"

    def per_sample(call: object) -> float:
        assert callable(call)
        begin = time.process_time()
        call()
        return (time.process_time() - begin) / len(moments)

    def record() -> None:
        path.unlink(missing_ok=True)
        _recorded(path, moments)

    def write_lines() -> None:
        for moment in moments:
            encode(sample_document(moment))

    def read() -> None:
        with open(path, "rb") as file:
            assert sum(1 for _ in read_recording(file, "cpu.mnr")) == len(moments)

    for name, call, wanted in (("CPU of recording one", record, 3.0), ("CPU of reading one back", read, 3.0)):
        ours, theirs, ratio = paired(lambda call=call: per_sample(call), lambda: per_sample(write_lines), runs=5)
        table.add(name, microseconds(ours), microseconds(theirs), ratio, wanted)


def _recorded(path: Path, moments: Sequence[Moment]) -> None:
    recorder = Recorder(path, _ABOUT, _refuse, max_bytes=1 << 40)
    for moment in moments:
        recorder.note(moment)
    recorder.close()


def _refuse(complaint: str) -> None:
    raise AssertionError(complaint)
