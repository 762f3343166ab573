"""What memory costs a target in time, between two readings of its counters, and which group it is that suffers.

A group counts what happens to everything below it: the innermost level that shows it is the one that suffers, and
the innermost full one is whose limit causes it. What shows on the machine alone happens to somebody else.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import TargetError
from mnemo_cli.model import Gap
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.cgroup import Place, locate_path, locate_process
from mnemo_cli.sampling.files import gap
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.strain import Strain, parse_major_faults, read_group_strain, read_host_strain
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.clock import Clock

# Below these nobody notices: a busy healthy machine has some of each.
_STALLED_RATIO, _SCANNED_PAGES, _REFAULTS, _MAJOR_FAULTS, _SWAPPED_IN_PAGES = 0.01, 1000.0, 100.0, 50.0, 50.0
_FULL_RATIO = 0.95

# Reclaim that gets less than this of what it looks at has to look long.
_RECLAIMED_SHARE = 0.5


class Rates(NamedTuple):
    """One level between two readings, each per second. None: not counted there, or not read."""

    name: str
    usage_ratio: float | None
    stalled_ratio: float | None
    all_stalled_ratio: float | None
    scanned_pages: float | None
    reclaimed_pages: float | None
    refaults: float | None
    major_faults: float | None
    swapped_in_pages: float | None
    high_hits: float | None
    limit_hits: float | None

    @property
    def suffers(self) -> bool:
        """Whether any of it is more than a healthy machine shows."""
        edges = (
            (self.stalled_ratio, _STALLED_RATIO), (self.refaults, _REFAULTS), (self.major_faults, _MAJOR_FAULTS),
            (self.swapped_in_pages, _SWAPPED_IN_PAGES),
        )  # fmt: skip
        # A group full of file cache is at its limit all the time, and reclaim that finds its pages costs little.
        return self._reclaim_is_hard or any(rate is not None and rate >= edge for rate, edge in edges)

    @property
    def _reclaim_is_hard(self) -> bool:
        scanned, reclaimed = self.scanned_pages, self.reclaimed_pages
        if scanned is None or reclaimed is None:
            return False
        return scanned >= _SCANNED_PAGES and reclaimed < _RECLAIMED_SHARE * scanned

    @property
    def is_full(self) -> bool:
        """Whether its own limit presses: it was hit, or is nearly used up."""
        hit = any(rate is not None and rate > 0 for rate in (self.high_hits, self.limit_hits))
        return hit or (self.usage_ratio is not None and self.usage_ratio >= _FULL_RATIO)


class StrainReading(NamedTuple):
    """All levels of a target at one time, the innermost first and the machine last."""

    clock_seconds: float
    levels: tuple[Strain, ...]
    major_faults_total: int | None = None
    gaps: tuple[Gap, ...] = ()


class Slowness(NamedTuple):
    """What memory costs a target in time. `major_faults_per_second` are those of the process itself."""

    target: str
    seconds: float
    levels: tuple[Rates, ...]
    major_faults_per_second: float | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def sufferer(self) -> Rates | None:
        """The innermost level that shows it; None where none does."""
        return next((level for level in self.levels if level.suffers), None)

    @property
    def cause(self) -> Rates | None:
        """The innermost level from the sufferer outward whose limit presses; None where none does."""
        if self.sufferer is None:
            return None
        return next((level for level in self.levels[self.levels.index(self.sufferer) :] if level.is_full), None)


def watch_slowness(choice: TargetChoice, *, clock: Clock, root: Path = Path("/"), seconds: float = 1.0) -> Slowness:
    """Two readings `seconds` apart. Raises TargetError where there is no such target."""
    pid = _some_pid(choice, root)
    before = read_strain(choice, pid, root=root, clock_seconds=clock.seconds())
    clock.wait(seconds)
    after = read_strain(choice, pid, root=root, clock_seconds=clock.seconds())
    return slowness(before, after, target=choice.scope().name if choice.kind != "own" else "this process")


def read_strain(choice: TargetChoice, pid: int | None, *, root: Path, clock_seconds: float) -> StrainReading:
    """Every level on the target's path now; `pid` is the process whose path it is, where the target has one."""
    gaps: list[Gap] = []
    place = _place(choice, pid, root)
    levels = [] if place is None else [read_group_strain(group, gaps) for group in place.groups]
    levels.append(read_host_strain(root, gaps))
    if place is not None:
        gaps.extend(place.gaps)
        for group in place.groups:
            group.close()
    major_faults = None
    if choice.kind in ("process", "command") and pid is not None:
        try:
            major_faults = parse_major_faults((root / f"proc/{pid}/stat").read_bytes())
        except OSError as err:
            gaps.append(gap("strain.process", f"/proc/{pid}/stat", err))
    return StrainReading(clock_seconds, tuple(levels), major_faults, tuple(gaps))


def slowness(before: StrainReading, after: StrainReading, *, target: str) -> Slowness:
    """What happened between the two. A level that is in one of them only has no rates."""
    seconds = after.clock_seconds - before.clock_seconds
    earlier = {level.name: level for level in before.levels}
    return Slowness(
        target=target,
        seconds=seconds,
        levels=tuple(_rates(earlier.get(level.name, Strain(level.name)), level, seconds) for level in after.levels),
        major_faults_per_second=_rate(before.major_faults_total, after.major_faults_total, seconds),
        gaps=tuple(dict.fromkeys((*before.gaps, *after.gaps))),
    )


def _rates(before: Strain, after: Strain, seconds: float) -> Rates:
    usage, limit = after.usage_bytes, after.limit_bytes
    counters = (
        "stalled_seconds_total", "all_stalled_seconds_total", "scanned_pages_total", "reclaimed_pages_total",
        "refaults_total", "major_faults_total", "swapped_in_pages_total", "high_hits_total", "limit_hits_total",
    )  # fmt: skip
    return Rates(
        after.name,
        usage / limit if usage is not None and isinstance(limit, int) and limit > 0 else None,
        *(_rate(getattr(before, counter), getattr(after, counter), seconds) for counter in counters),
    )


def _rate(before: float | None, after: float | None, seconds: float) -> float | None:
    """None where a counter was reset: the group was made anew meanwhile."""
    if before is None or after is None or seconds <= 0 or after < before:
        return None
    return (after - before) / seconds


def _place(choice: TargetChoice, pid: int | None, root: Path) -> Place | None:
    if choice.kind == "host":
        return None
    if choice.path is not None:
        return locate_path(choice.path, root)
    return locate_process("self" if pid is None else pid, root)


def _some_pid(choice: TargetChoice, root: Path) -> int | None:
    """Of a tree or a name the first process tells the path."""
    if not choice.is_tree:
        return None
    machine = Machine(choice, root=root, asked=NOBODY)
    try:
        pids: Sequence[int] = tuple(machine.pids)
    finally:
        machine.close()
    if not pids:
        raise TargetError(choice.nobody)
    return choice.pid if choice.pid in pids else pids[0]
