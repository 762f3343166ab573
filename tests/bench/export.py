"""The exporter: CPU of a scrape beside 1,000 processes and 32 trackers, CPU at a 15 s scrape, and its size.

The peer is a bare interpreter, `python -I -c pass`: on a busy machine it costs more too.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.tracker.folding import clean_own
from mnemo_cli.tracker.storage import SHARED_MEMORY
from tests.bench.crowd import crowd, memory_group
from tests.bench.measure import Table, child_cpu_seconds, milliseconds
from tests.bench.startup import BARE, mnemo_script

_TRACKERS = 32
_SCRAPES = 40
_IDLE_SECONDS = 60.0
_SCRAPE_INTERVAL_SECONDS = 15.0
# Workers of a program as people run them: forked, each with the seven usual components.
_WORKERS = """
import os, signal, sys
from mnemo_cli.tracker.memory import MemoryTracker

def work(number):
    tracker = MemoryTracker(f"bench-{os.getppid()}", limit_bytes=1 << 30, published=True)
    tracker.record_allocation(1 << 20)
    for part in ("event_queue", "work_queue", "db_connections", "embeddings_cache", "operation_history"):
        tracker.set_limit(part, 1000)
    tracker.set_event_queue_size(number)
    tracker.set_work_queue_size(8412)
    tracker.set_embeddings_cache_entries(500)
    tracker.set_embeddings_cache_bytes(123456789)
    tracker.set_history_ops(321)
    tracker.set_network_connections(3)
    tracker.increment_db_connections()
    tracker.increment_spawned_tasks()
    os.write(1, b"ready\\n")
    signal.pause()

for number in range(int(sys.argv[1])):
    if os.fork() == 0:
        work(number)
signal.pause()
"""


def run() -> None:
    table = Table("export serve: a scrape beside 1,000 processes and 32 trackers; idle, scraped every 15 s")
    with crowd(1000), _trackers(_TRACKERS), _exporter() as (pid, url):
        text = _scrape(url)
        assert text.count(b'\nmnemo_tracker_used_bytes{name="bench-') == _TRACKERS, "the trackers were not all seen"
        cost = statistics.median(_cost_of_a_scrape(pid, url) for _ in range(_SCRAPES))
        bare = milliseconds(statistics.median(child_cpu_seconds(BARE) for _ in range(9)))
        samples = sum(not line.startswith(b"#") for line in text.splitlines())
        table.add(f"a scrape of {samples:,} samples, CPU", milliseconds(cost), bare, cost * 1e3, 25, " ms")
        share = _idle_share(pid, url)
        table.add("scraped every 15 s, of a core", f"{share:.3f} %", "", share, 0.2, " %")
        size = _pss_bytes(pid) / (1 << 20)
        table.add("PSS", f"{size:.1f} MiB", "", size, 25, " MiB")


def _cost_of_a_scrape(pid: int, url: str) -> float:
    before = _cpu_seconds(pid)
    _scrape(url)
    return _cpu_seconds(pid) - before


def _idle_share(pid: int, url: str) -> float:
    """Percent of a core: its own samples between the scrapes are in it."""
    began, before = time.monotonic(), _cpu_seconds(pid)
    while time.monotonic() - began < _IDLE_SECONDS:
        time.sleep(_SCRAPE_INTERVAL_SECONDS)
        _scrape(url)
    return 100 * (_cpu_seconds(pid) - before) / (time.monotonic() - began)


def _scrape(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


def _cpu_seconds(pid: int) -> float:
    """Of all its threads, those that have ended too: its process clock, as clock_getcpuclockid(3) names it."""
    return time.clock_gettime(~pid << 3 | 2)


def _pss_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


@contextlib.contextmanager
def _exporter() -> Iterator[tuple[int, str]]:
    words = [mnemo_script(), "export", "serve", "--host", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        yield process.pid, process.stderr.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate()


@contextlib.contextmanager
def _trackers(count: int) -> Iterator[None]:
    with memory_group("trackers", 1 << 30) as group:
        workers = subprocess.Popen(
            [sys.executable, "-c", _WORKERS, str(count)],
            stdout=subprocess.PIPE,
            preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())),  # type: ignore[func-returns-value]
            start_new_session=True,
        )
        try:
            assert workers.stdout is not None
            for _ in range(count):
                assert workers.stdout.readline() == b"ready\n"
            yield
        finally:
            os.killpg(workers.pid, 9)
            workers.communicate()
            while (group / "cgroup.procs").read_text():
                os.sched_yield()
            # What was killed leaves its file behind.
            clean_own(SHARED_MEMORY)
