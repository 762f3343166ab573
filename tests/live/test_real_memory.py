"""Real memory: a hog is stopped, a frozen job goes on, a tree is weighed as a whole, a large supervisor is not.

Small sizes and one round by default; the whole ones with MNEMO_FULL_COUNTS=1.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.orchestrate.engines.local.local import LocalSettings
from mnemo_cli.orchestrate.engines.local.place import find_place
from tests.live.conftest import MIB, MemoryGroup
from tests.orchestrate.engines.driving import DEADLINE_SECONDS, driven, order

MB = 1_000_000
FULL = bool(os.environ.get("MNEMO_FULL_COUNTS"))
PYTHON = (sys.executable, "-I", "-S", "-c")
PROJECT = Path(__file__).parents[2]
# It tells in a file how much it holds, a page at a time, at 200 MiB/s.
HOG = """
import mmap, os, sys, time
told, block = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), mmap.mmap(-1, 1 << 30, flags=mmap.MAP_PRIVATE)
base = int(open("/proc/self/statm").read().split()[1]) * 4096
began = time.monotonic()
for at in range(1 << 18):
    block[at * 4096] = 1
    if at % 64 == 63:
        os.pwrite(told, b"%012d" % (base + (at + 1) * 4096), 0)
        time.sleep(max(0, began + (at + 1) * 4096 / (200 << 20) - time.monotonic()))
"""
# From the first line on it grows until the second one, and ends with the third.
BALLAST = """
import select, sys, time
sys.stdin.readline()
held = []
while not select.select([sys.stdin], [], [], 0.05)[0]:
    held.append(b"x" * 3_000_000)
sys.stdin.readline()
sys.stdin.readline()
"""
HOLD = "import time; held = b'x' * int({size}); print('held', flush=True); time.sleep(600)"
SUPERVISOR = """
import sys
from pathlib import Path
from mnemo_cli.orchestrate.engines.local.local import LocalSettings
from tests.orchestrate.engines.driving import driven, order
held = b"x" * int(sys.argv[2])
with driven(LocalSettings(Path(sys.argv[1]), slots=1, groups=sys.argv[3] == "groups")) as driver:
    driver.engine.start([order("a", "true")])
    print(driver.end("a").ended.peak_bytes)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the engine needs Linux")


@pytest.fixture(params=["groups", "tree"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> LocalSettings:
    place, reason = find_place(Path("/"))
    if request.param == "groups" and place is None:
        pytest.skip("no memory group can be made here: " + reason)
    return LocalSettings(tmp_path / "run", slots=4, groups=request.param == "groups")


def test_a_hog_is_stopped_at_its_limit(settings, tmp_path):
    limit_bytes = (200 if FULL else 60) * MB
    told = tmp_path / "told"
    with driven(settings) as driver:
        driver.engine.start([order("hog", *PYTHON, HOG, str(told), limit_bytes=limit_bytes)])
        ended = driver.end("hog").ended
    most_bytes = max(int(told.read_text()), ended.peak_bytes)
    assert ended.status != 0
    if settings.groups:
        assert ended.kernel_oom and ended.peak_bytes <= limit_bytes
    else:
        assert ended.capped and limit_bytes * 0.9 <= most_bytes <= limit_bytes + 40 * MB


def test_a_tree_uses_what_its_members_use_together(settings, tmp_path):
    size = (60 if FULL else 25) * MB
    one = " ".join(f"'{word}'" for word in (*PYTHON, HOLD.format(size=size).replace("'", '"')))
    with driven(settings) as driver:
        driver.engine.start([order("tree", "sh", "-c", f"{one} & {one} & {one} & wait", stdout=tmp_path / "out")])
        root = driver.started("tree").identity.pid
        driver.until(lambda: (tmp_path / "out").read_text().count("held") == 3, what="the memory of all three")
        by_hand = sum(map(pss_bytes, family(root)))
        assert by_hand > 3 * size
        used: list[int] = []

        def is_told() -> bool:
            used[:] = driver.engine.use().values()
            return bool(used) and abs(used[0] - by_hand) <= 0.05 * by_hand

        driver.until(is_told, what=f"a use of {by_hand}")
        driver.engine.stop(driver.started("tree").key, grace_seconds=0)
        peak_bytes = driver.end("tree").ended.peak_bytes
    assert abs(peak_bytes - by_hand) <= 0.05 * by_hand


@pytest.mark.parametrize("kind", ["groups", "tree"])
def test_a_small_job_of_a_large_supervisor_is_small(memory_group, tmp_path, kind):
    memory_group.limit(512 * MIB)
    size = (300 if FULL else 60) * MB
    program = in_group(
        memory_group, tmp_path, [sys.executable, "-c", SUPERVISOR, str(tmp_path / "run"), str(size), kind]
    )
    peak = program.stdout.read().strip()
    assert program.wait(DEADLINE_SECONDS) == 0
    assert peak == "None" or int(peak) <= 5 * MB
    if kind == "groups":
        assert peak != "None"


@pytest.mark.parametrize("attempt", range(5 if FULL else 1))
def test_a_job_that_was_frozen_at_high_ends_well_when_memory_comes_back(memory_group, tmp_path, attempt):
    place, reason = find_place(Path("/"))
    if place is None or not place.can_freeze:
        pytest.skip(f"nothing can be frozen here: {reason}")
    memory_group.limit(256 * MIB)
    ballast = memory_group.run(BALLAST)
    finish = tmp_path / "finish"
    wait = f"held = b'x' * 10_000_000\nimport os, time\nwhile not os.path.exists({str(finish)!r}): time.sleep(0.01)"
    job = '[[job]]\nid = "{}"\nmem = "20M"\ncmd = {}\n'
    (tmp_path / "plan.toml").write_text(
        "".join(job.format(name, json.dumps([*PYTHON, wait])) for name in ("old", "young"))
    )
    command = [sys.executable, "-m", "mnemo_cli", "orchestrate", "plan.toml", "--slots", "2", "--journal", "journal"]
    program = in_group(memory_group, tmp_path, [*command, "--format", "ndjson"])
    events: list[dict[str, object]] = []
    try:
        await_event(program, events, lambda event: event.get("what") == "started" and event.get("id") == "young")
        tell(ballast)
        await_event(program, events, lambda event: "froze " in str(event.get("text")))
        tell(ballast)
        tell(ballast)
        await_event(program, events, lambda event: str(event.get("text")).endswith(" go on"))
    finally:
        finish.touch()
    rest = program.stdout.read()
    assert program.wait(DEADLINE_SECONDS) == 0
    ends = [json.loads(line) for line in rest.splitlines()]
    assert {(event["id"], event["attempt"]) for event in (*events, *ends) if event.get("what") == "ok"} == {
        ("old", 1),
        ("young", 1),
    }


def in_group(group: MemoryGroup, folder: Path, command: list[str]) -> "subprocess.Popen[str]":
    """A program of ours with everything that it needs, in the group from its first line on."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "HOME": str(folder)}
    environment["MNEMOSYNE_ORCHESTRATE_HISTORY_FILE"] = str(folder / "history.db")
    program = group.run(
        f"import os\nos.chdir({str(folder)!r})\nos.execve({command[0]!r}, {command!r}, {environment!r})\n"
    )
    assert program.stdin is not None
    program.stdin.close()
    return program


def await_event(program, events, is_it) -> None:
    deadline = time.monotonic() + 2 * DEADLINE_SECONDS
    for line in program.stdout:
        events.append(json.loads(line))
        if is_it(events[-1]):
            return
        assert time.monotonic() < deadline, events
    raise AssertionError(f"it ended first: {events}")


def tell(program) -> None:
    program.stdin.write("\n")
    program.stdin.flush()


def family(root: int) -> list[int]:
    """By hand: its children, and itself."""
    return [root, *map(int, Path(f"/proc/{root}/task/{root}/children").read_text().split())]


def pss_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
