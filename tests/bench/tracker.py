"""The counters of a program against those of prometheus_client: what a call costs, and what reading processes costs."""

import compileall
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.reader import TrackerReader
from mnemo_cli.tracker.storage import SHARED_MEMORY
from tests.bench.measure import Table, child_cpu_seconds, microseconds, milliseconds, paired

HERE = Path(__file__)
BARE = [sys.executable, "-I", "-c", "pass"]
CALLS, CALL_ROUNDS = 100_000, 11
PROCESSES, READ_ROUNDS = 32, 25
COMPONENTS = ("event_queue", "work_queue", "db_connections", "embeddings_cache", "operation_history")
# What the classes of mnemo_cli.bounded tell.
REPORTED = ("used", "limit", "used_bytes", "evicted_total", "rejected_total")


def run() -> None:
    # As an installer leaves it, whatever PYTHONDONTWRITEBYTECODE says here.
    compileall.compile_dir(str(HERE.parents[2] / "mnemo_cli"), quiet=1)
    table = Table("tracker: CPU, × prometheus_client")
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        _recording(table, folder)
        _reading(table, folder)
    program = f"import sys; sys.path.insert(0, {str(HERE.parents[2])!r}); from mnemo_cli.tracker import MemoryTracker"
    imports = [sys.executable, "-I", "-c", program]
    cost, bare, ratio = paired(lambda: child_cpu_seconds(imports), lambda: child_cpu_seconds(BARE), runs=31)
    table.add("import MemoryTracker, × a bare interpreter", milliseconds(cost), milliseconds(bare), ratio, 1.5)


def _recording(table: Table, folder: str) -> None:
    from prometheus_client import CollectorRegistry, Counter, Gauge

    registry = CollectorRegistry()
    peer_counter = Counter("bench_allocated_bytes", "peer", registry=registry)
    peer_gauge = Gauge("bench_size", "peer", registry=registry)
    with MemoryTracker("bench", published=True, shared_memory=folder) as tracker:
        gauge, counter = tracker.gauge("size", unit="items"), tracker.counter("done", unit="items")
        inc, inc_many = _calls(peer_counter.inc), _calls(peer_counter.inc, 4096)
        rows: tuple[tuple[str, Callable[[], object], Callable[[], object], float | None], ...] = (
            ("record_allocation, × Counter.inc", _calls(tracker.record_allocation, 4096), inc_many, 1.2),
            ("record_deallocation, × Counter.inc", _calls(tracker.record_deallocation, 4096), inc_many, None),
            ("a plain gauge, × Gauge.set", _calls(gauge.set, 21.5), _calls(peer_gauge.set, 21.5), 0.25),
            ("a plain counter, × Counter.inc", _calls(counter.inc), inc, 0.6),
        )
        for name, ours, theirs, wanted in rows:
            mnemo, peer, ratio = paired(_per_call(ours), _per_call(theirs), runs=CALL_ROUNDS)
            table.add(name, f"{mnemo * 1e9:.0f} ns", f"{peer * 1e9:.0f} ns", ratio, wanted)


def _calls(call: Callable[..., object], *arguments: object) -> Callable[[], object]:
    """The tightest loop that Python has around a call."""

    def loop() -> None:
        for _ in itertools.repeat(None, CALLS):
            call(*arguments)

    return loop


def _per_call(loop: Callable[[], object]) -> Callable[[], float]:
    def measure() -> float:
        begin = time.process_time()
        loop()
        return (time.process_time() - begin) / CALLS

    return measure


def _reading(table: Table, folder: str) -> None:
    """In a program of its own: prometheus_client decides at its import whether it is of many processes."""
    metrics = Path(folder, "prometheus")
    metrics.mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(metrics), "PYTHONPATH": str(HERE.parents[2])}
    argv = [sys.executable, str(HERE), folder]
    said = subprocess.run(argv, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    pairs = [(float(one), float(other)) for one, other in map(str.split, said.splitlines())]
    mnemo, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    table.add(
        f"reading one of {PROCESSES}, × multiprocess collect", microseconds(mnemo), microseconds(peer), ratio, 0.15
    )


def _compare_readers(folder: str) -> None:
    """Prints "ours theirs", seconds for each process, once for each round."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    root = Path(folder, "root")
    Path(root, "dev/shm").mkdir(parents=True)
    Path(root, "proc").symlink_to("/proc")
    with _workers(str(root / "dev/shm")) as pids:
        reader, collector = TrackerReader(root), MultiProcessCollector(CollectorRegistry())
        read = reader.read(pids, [], time_seconds=time.time())
        assert len(read) == PROCESSES and all(len(one.components) == len(COMPONENTS) for one in read)
        assert sum(len(metric.samples) for metric in collector.collect()) >= 11 + len(REPORTED) * len(COMPONENTS)
        files = sorted(Path(root, "dev/shm").glob("mnemosyne-*/*"))
        for number in range(READ_ROUNDS):
            _work_on(files, number)
            ours = _per_process(lambda: reader.read(pids, [], time_seconds=time.time()))
            theirs = _per_process(lambda: list(collector.collect()))
            print(ours, theirs, flush=True)
    shutil.rmtree(root)


def _per_process(read: Callable[[], object]) -> float:
    begin = time.process_time()
    read()
    return (time.process_time() - begin) / PROCESSES


def _work_on(files: list[Path], number: int) -> None:
    """What busy programs do between two readings: the totals have moved, and two of the components."""
    moved = [layout.USED_AT, layout.ALLOCATED_AT, layout.ALLOCATIONS_AT]
    moved += [
        layout.COMPONENTS_AT + slot * layout.COMPONENT_WORDS + layout.COMPONENT_OFFSETS["used"] for slot in (0, 1)
    ]
    for at, path in enumerate(files):
        with path.open("r+b") as file:
            for word in moved:
                file.seek(word * 8)
                file.write(layout.word(at * 1000 + number))


@contextmanager
def _workers(shared_memory: str) -> Iterator[set[int]]:
    """Processes that keep the same numbers twice, and wait until their input ends."""
    pids: set[int] = set()
    ready, told = os.pipe()
    waiting, stop = os.pipe()
    for _ in range(PROCESSES):
        pid = os.fork()
        if pid == 0:
            os.close(stop)
            _work(shared_memory)
            os.write(told, b".")
            os.read(waiting, 1)
            os._exit(0)
        pids.add(pid)
        os.read(ready, 1)
    try:
        yield pids
    finally:
        os.close(stop)
        for pid in pids:
            os.waitpid(pid, 0)


def _work(shared_memory: str) -> None:
    """The values that a Tracker shows, in both: 7 counters, 2 gauges, the components, a gauge and a counter."""
    from prometheus_client import Counter, Gauge

    tracker = MemoryTracker("worker", published=True, shared_memory=shared_memory)
    tracker.record_allocation(4096)
    tracker.gauge("temperature", unit="celsius").set(21.5)
    tracker.counter("requests", unit="requests").inc()
    for number in range(8):
        Counter(f"worker_{number}", "peer").inc(4096)
    for number in range(3):
        Gauge(f"worker_size_{number}", "peer", multiprocess_mode="livesum").set(4096)
    for name in COMPONENTS:
        component = tracker.component(name)
        for counter in REPORTED:
            component(counter, 17)
            if counter.endswith("_total"):
                Counter(f"worker_{name}_{counter}", "peer").inc(17)
            else:
                Gauge(f"worker_{name}_{counter}", "peer", multiprocess_mode="livesum").set(17)


if __name__ == "__main__":
    _compare_readers(sys.argv[1])
