"""The caches of the jobs: programs of theirs that keep counters are asked to give up a share."""

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from mnemo_cli.model import Gap, Tracker


def ask_jobs_to_shrink(
    fraction: float, trackers: Iterable[Tracker], leaders: Collection[int], *, root: Path = Path("/")
) -> int:
    """How many programs were asked: those of `trackers` in the process groups that these pids lead.

    Programs that are not ours are left alone: whoever runs them has a ladder of his own.
    """
    published = [tracker.pid for tracker in trackers if tracker.pid is not None]
    pids = [pid for pid in published if _leader_of(pid) in leaders]
    if not pids:
        return 0
    from mnemo_cli.tracker.asking import ask

    gaps: list[Gap] = []
    return len(ask(pids, "shrink", fraction, gaps=gaps, root=root))


def _leader_of(pid: int) -> int:
    """0, which no group has, for a process that is gone."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
