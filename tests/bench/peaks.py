"""How well the engine of this machine holds and reports memory: a hog at its limit, a tree, a job that needs none."""

import sys
import tempfile
import time
from pathlib import Path

from mnemo_cli.orchestrate.engines.local.local import LocalSettings
from tests.bench.measure import Table
from tests.orchestrate.engines.driving import DEADLINE_SECONDS, Driver, driven, order

PYTHON = (sys.executable, "-I", "-S", "-c")
HOG_LIMIT_BYTES, MEMBER_BYTES, BALLAST_BYTES = 200_000_000, 60_000_000, 300 << 20
# Takes 200 MB a second.
HOG = (
    "import time\nkept = []\nbegan = time.monotonic()\nwhile len(kept) < 600:\n"
    "  kept.append(b'x' * 1_000_000)\n  time.sleep(max(0, began + len(kept) / 200 - time.monotonic()))"
)
TREE = (
    "import os, sys, time\nfor _ in range(2):\n  if not os.fork(): break\n"
    f"kept = os.urandom({MEMBER_BYTES})\nopen(sys.argv[1] + f'/{{os.getpid()}}', 'w').close()\ntime.sleep(600)"
)


def run() -> None:
    table = Table("peaks: limits held and memory reported by the engine of this machine")
    for name, groups, most in (("without groups", False, 240), ("in a memory group", True, 200)):
        with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as folder:
            held = _hog(Path(folder), groups) / 1e6
            table.add(f"a hog at 200 MB/s under 200 MB, {name}", f"{held:.1f} MB", "", held, most, " MB")
            ours, theirs = _tree(Path(folder), groups)
            off = abs(ours - theirs) / theirs * 100
            mega = f"{ours / 1e6:.1f} MB", f"{theirs / 1e6:.1f} MB"
            table.add(f"a tree of three, off from the PSS by hand, {name}", *mega, off, 5, " %")
    with tempfile.TemporaryDirectory(prefix="mnemo-bench-") as folder:
        small = _small(Path(folder)) / 1e6
        table.add("`true` of a supervisor of 300 MiB", f"{small:.2f} MB", "", small, 5, " MB")


def _hog(folder: Path, groups: bool) -> int:
    with driven(LocalSettings(folder / "hog", slots=1, groups=groups)) as driver:
        _hold_to(groups, driver)
        driver.engine.start([order("hog", *PYTHON, HOG, limit_bytes=HOG_LIMIT_BYTES)])
        return _peak(driver, "hog")


def _tree(folder: Path, groups: bool) -> tuple[int, int]:
    """What the engine says of a tree, and the sum of its members' PSS, read by hand."""
    ready = folder / f"ready-{groups}"
    ready.mkdir()
    with driven(LocalSettings(folder / "tree", slots=1, groups=groups)) as driver:
        _hold_to(groups, driver)
        driver.engine.start([order("tree", *PYTHON, TREE, str(ready))])
        deadline = time.monotonic() + DEADLINE_SECONDS
        while len(list(ready.iterdir())) < 3:
            assert time.monotonic() < deadline, "the tree never stood"
            time.sleep(0.01)
        pss_bytes = sum(_pss_bytes(path.name) for path in ready.iterdir())
        # Two looks of the sampler.
        time.sleep(0.3)
        driver.engine.stop(driver.started("tree").key, grace_seconds=0)
        return _peak(driver, "tree"), pss_bytes


def _hold_to(groups: bool, driver: Driver) -> None:
    """Where the engine finds no place for a memory group, a row of one would be of something else."""
    assert not groups or driver.engine.capacity.enforcement != "tree-sampler", driver.engine.enforcement_reason


def _small(folder: Path) -> int:
    ballast = bytearray(b"x") * BALLAST_BYTES
    with driven(LocalSettings(folder / "small", slots=1, groups=True)) as driver:
        driver.engine.start([order("small", "true")])
        peak_bytes = _peak(driver, "small")
    assert len(ballast) == BALLAST_BYTES
    return peak_bytes


def _peak(driver: Driver, job: str) -> int:
    peak_bytes = driver.end(job).ended.peak_bytes
    assert peak_bytes is not None, f"nothing is known of {job}"
    return peak_bytes


def _pss_bytes(pid: str) -> int:
    return int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("\nPss:")[1].split()[0]) << 10
