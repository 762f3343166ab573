"""Who belongs to an attempt, and what they use, from /proc: where no control group can be had.

The children's files name the live children of each thread (CONFIG_PROC_CHILDREN): 0.25 ms for five
processes beside 5,000, where a scan of /proc takes 120. A process that leaves its parent (setsid and
a second fork) comes to the keeper, which is a subreaper then, and is known by the job's name in its
environment; one that has overwritten that as well is not found.
"""
# ruff: noqa: PTH116, PTH208
# (pathlib would be half of what a keeper imports)

import contextlib
import os

from mnemo_cli.orchestrate.engines.local.keeper.kernel_files import read

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# PSS costs 50 times as much as RSS: it is read when the tree has changed, and then it corrects the RSS.
_PSS_SECONDS = 1.0
_PSS_CHANGE_RATIO = 0.05
_PR_SET_CHILD_SUBREAPER = 36


class Tree:
    """The descendants of `root_pid`, and of those whose parent was one of them and is gone."""

    def __init__(self, root_pid: int, proc: str) -> None:
        self.root_pid: int | None = root_pid
        self.orphans: set[int] = set()
        self.peak_bytes: int | None = None
        self._proc = proc
        self._excess_bytes = 0
        self._weighed_rss_bytes = 0
        self._weighed_pids: list[int] = []
        self._weighed_seconds = float("-inf")

    def pids(self) -> list[int]:
        """Everybody who lives now, parents before children."""
        found = [] if self.root_pid is None else [self.root_pid]
        found += self.orphans
        for pid in found:
            found += children(self._proc, pid)
        return found

    def measure(self, clock_seconds: float, limit_bytes: int | None) -> int | None:
        """Bytes used by all of them, shared pages counted once; None when nobody can be read."""
        pids = self.pids()
        # One that has ended reads 0 pages until somebody waits for it: it is not a process that needs nothing.
        rss = [size for pid in pids if (size := _rss_bytes(self._proc, pid))]
        if not rss:
            return None
        rss_bytes = sum(rss)
        used_bytes = rss_bytes - self._excess_bytes
        # One process shares with nobody of its own; and no limit is held against a guess.
        near = limit_bytes is not None and used_bytes >= limit_bytes
        if near or (len(pids) > 1 and self._is_stale(pids, rss_bytes, clock_seconds)):
            used_bytes = self._weigh(pids, rss_bytes, clock_seconds)
        elif len(pids) == 1:
            self._excess_bytes = 0
            used_bytes = rss_bytes
        if used_bytes <= 0:
            return None  # all of them ended between the two readings
        self.peak_bytes = max(self.peak_bytes or 0, used_bytes)
        return used_bytes

    def _is_stale(self, pids: list[int], rss_bytes: int, clock_seconds: float) -> bool:
        changed = abs(rss_bytes - self._weighed_rss_bytes) > _PSS_CHANGE_RATIO * self._weighed_rss_bytes
        return changed or pids != self._weighed_pids or clock_seconds - self._weighed_seconds > _PSS_SECONDS

    def _weigh(self, pids: list[int], rss_bytes: int, clock_seconds: float) -> int:
        pss = [_pss_bytes(self._proc, pid) for pid in pids]
        self._weighed_pids, self._weighed_rss_bytes, self._weighed_seconds = pids, rss_bytes, clock_seconds
        # Where it is denied (another user's), RSS must do.
        self._excess_bytes = 0 if None in pss else max(0, rss_bytes - sum(size or 0 for size in pss))
        return rss_bytes - self._excess_bytes


def children(proc: str, pid: int) -> list[int]:
    """The live children of all its threads; none where it has ended."""
    folder = f"{proc}/{pid}/task"
    try:
        # Two links more than it has threads: a process of one thread is the usual one.
        tasks = [str(pid)] if os.stat(folder).st_nlink == 3 else os.listdir(folder)
    except OSError:
        return []
    found: list[int] = []
    for task in tasks:
        with contextlib.suppress(OSError):
            found += map(int, read(f"{folder}/{task}/children").split())
    return found


def start_ticks(proc: str, pid: int) -> int | None:
    """When it began, in clock ticks since boot: with its pid it names a process until the next boot."""
    try:
        return int(read(f"{proc}/{pid}/stat").rpartition(b")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None


def environment(proc: str, pid: int) -> dict[bytes, bytes]:
    """What it was started with; empty for a zombie, and for one that we may not look at."""
    try:
        pairs = read(f"{proc}/{pid}/environ").split(b"\0")
    except OSError:
        return {}
    return {name: text for name, equals, text in (pair.partition(b"=") for pair in pairs) if equals}


def adopt_orphans() -> bool:
    """Become the parent of whoever a job leaves behind; whether the system did it."""
    import ctypes  # only without groups

    return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def _rss_bytes(proc: str, pid: int) -> int | None:
    try:
        return int(read(f"{proc}/{pid}/statm").split(None, 2)[1]) * _PAGE_BYTES
    except (OSError, IndexError, ValueError):
        return None


def _pss_bytes(proc: str, pid: int) -> int | None:
    try:
        words = read(f"{proc}/{pid}/smaps_rollup").partition(b"\nPss:")[2].split(None, 1)
        return int(words[0]) * 1024
    except ProcessLookupError:
        return 0
    except (OSError, IndexError, ValueError):
        return None
