"""Real leakers side by side, watched in one window: each is named, and neither a collection nor a full cache is.

Eight seconds of it, with faster looks; with MNEMO_FULL_COUNTS=1 a minute.
"""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from mnemo_cli.forensics.growth import Growth, suspects, watch_growth
from mnemo_cli.watch.clock import WaitingClock
from tests.forensics.growth.leakers import CONTROLS, LEAKS, running

SECONDS = 60.0 if os.environ.get("MNEMO_FULL_COUNTS") else 8.0
NAMES = {
    "a Python list": {"heap", "anonymous maps", "private memory"},
    "descriptors": {"descriptors device"},
    "pipes": {"descriptors pipe"},
    "threads": {"threads"},
    "anonymous maps": {"anonymous maps"},
    "a tmpfs file": {"tmpfs files"},
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def watched() -> dict[str, Growth]:
    found: dict[str, Growth] = {}

    def watch(name: str, pid: int) -> None:
        found[name] = watch_growth(pid, seconds=SECONDS, clock=WaitingClock())

    with running({**LEAKS, **CONTROLS}, seconds=SECONDS) as programs:
        watches = [threading.Thread(target=watch, args=(name, program.pid)) for name, program in programs.items()]
        for each in watches:
            each.start()
        for each in watches:
            each.join()
    return found


@pytest.fixture(scope="module")
def growths() -> dict[str, Growth]:
    return watched()


@pytest.mark.parametrize("name", LEAKS)
def test_each_leak_is_named_once_with_a_rate_a_limit_and_a_next_step(growths, name):
    growth = growths[name]
    (suspect,) = suspects(growth)
    assert suspect.line.series.name in NAMES[name]
    assert suspect.confidence == ("likely" if SECONDS >= 60 else "possible")
    assert suspect.line.trend.rate_per_second > 0 and suspect.line.trend.grows
    assert isinstance(suspect.line.seconds_to_limit, float)
    assert any(str(growth.pid) in (step.command or "") for step in suspect.steps)
    assert growth.program.language == "Python" and growth.ended is None


@pytest.mark.parametrize("name", CONTROLS)
def test_what_is_only_at_work_is_never_named(growths, name):
    assert suspects(growths[name]) == ()


def test_what_moves_is_told_in_its_shape(growths):
    sawtooth = growths["a sawtooth"].line("private memory")
    assert sawtooth is not None and sawtooth.trend.shape == "sawtooth"
    cache = growths["a cache that fills and stops"].line("private memory")
    assert cache is not None and cache.trend.shape == "flat" and cache.trend.stopped_seconds is not None


def test_what_the_leaking_descriptors_and_files_are_is_told(growths):
    def details(name: str) -> str:
        return " ".join(suspects(growths[name])[0].line.series.details)

    assert details("descriptors").startswith("/dev/null: ")
    assert details("a tmpfs file").startswith("/dev/shm/") and "inode" in details("a tmpfs file")


QUEUE = """
tracker = MemoryTracker("app", published=True, shared_memory=sys.argv[1])
tracker.set_limit("work_queue", 100000)
tell()
for number in range(2000):
    if gone.wait(0.02):
        break
    tracker.set_work_queue_size(number)
gone.wait()
"""
CHILDREN = """
started = []
tell()
while not gone.wait(0.2) and len(started) < 60:
    started.append(subprocess.Popen(["sleep", "60"]))
gone.wait()
for each in started:
    each.kill()
    each.wait()
"""
PROLOGUE = """
import subprocess, sys, threading
from mnemo_cli.tracker import MemoryTracker
gone = threading.Event()
def tell():
    threading.Thread(target=lambda: (sys.stdin.read(), gone.set()), daemon=True).start()
    print("ready", flush=True)
"""


@pytest.mark.parametrize(
    ("code", "names"), [(QUEUE, ["tracker app work_queue"]), (CHILDREN, ["processes", "the whole tree"])]
)
def test_what_a_program_counts_and_what_it_starts_is_followed(code, names):
    """On a machine whose /dev/shm is a folder of the test's own: nothing is left in the real one."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="mnemo-test-") as place:
        root = Path(place)
        (root / "dev/shm").mkdir(parents=True)
        for folder in ("proc", "sys"):
            (root / folder).symlink_to(f"/{folder}")
        words = [sys.executable, "-c", PROLOGUE + code, f"{place}/dev/shm"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            try:
                assert program.stdout is not None and program.stdout.readline() == "ready\n"
                growth = watch_growth(program.pid, seconds=5.0, root=root, clock=WaitingClock())
                program.communicate(timeout=30)
            finally:
                program.kill()
    found = [suspect.line.series.name for suspect in suspects(growth)]
    assert found[:1] == names[:1] and set(found) <= set(names)
