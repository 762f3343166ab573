"""The trackers of the processes in scope, put into a whole sample.

Most machines have none, and a light command must not pay for them: the reader is loaded once a folder
of counters files is seen. That takes one listing of /dev/shm (7 µs) for each sample. A container has
a /dev/shm of its own: to find those costs 3 µs for each process that was not there before, once, and
10 µs for each set of mounts other than ours.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mnemo_cli.model import Gap, Sample, Tracker
from mnemo_cli.tracker.folder import PREFIX
from mnemo_cli.tracker.owner import mount_namespace

if TYPE_CHECKING:
    from mnemo_cli.sampling.machine import Sampler
    from mnemo_cli.tracker.reader import TrackerReader

# A folder full of files that are none leaves a gap for each: a sample says how many more there were.
_MOST_GAPS = 20


class TrackerSource(Protocol):
    """The trackers of the processes in `scope`; why some are missing is added to `gaps`. TrackerReader.read is one."""

    def __call__(self, scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]: ...


class PublishedTrackers:
    """A TrackerSource that reads the counters files of the processes in scope.

    `in_containers` also looks for the files of processes that have a /dev/shm of their own while
    nobody publishes in ours. Leave it out where to know the processes in scope means a walk of /proc.
    """

    def __init__(self, root: Path = Path("/"), *, in_containers: bool = True) -> None:
        self._root = root
        self._proc, self._shared_memory = os.fspath(root / "proc"), os.fspath(root / "dev/shm")
        self._in_containers = in_containers
        self._mounts: dict[int, str | None] = {}
        self._reader: TrackerReader | None = None

    def __call__(self, scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]:
        if self._reader is None:
            if not self._somebody_publishes(scope):
                return ()
            from mnemo_cli.tracker.reader import TrackerReader

            self._reader = TrackerReader(self._root)
        return self._reader.read(scope, gaps, time_seconds=time_seconds)

    def _somebody_publishes(self, scope: Collection[int]) -> bool:
        if _has_folder(self._shared_memory):
            return True
        return self._in_containers and any(
            _has_folder(f"{self._proc}/{pid}/root/dev/shm") for pid in self._elsewhere(scope)
        )

    def _elsewhere(self, scope: Collection[int]) -> Iterator[int]:
        """One process of each set of mounts other than ours."""
        known = self._mounts
        self._mounts = {pid: known[pid] if pid in known else mount_namespace(pid, self._proc) for pid in scope}
        seen = {None, mount_namespace("self", self._proc)}
        for pid, mounts in self._mounts.items():
            if mounts not in seen:
                seen.add(mounts)
                yield pid


def unasked(scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]:
    """A TrackerSource for whom nothing but other numbers was asked for: it reads nothing, and says so."""
    gaps.append(Gap("trackers", "/dev/shm", "trackers were not asked for"))
    return ()


class InScope(Collection[int]):
    """The processes of a sampler, found when somebody looks: that may mean a walk of /proc."""

    def __init__(self, sampler: "Sampler") -> None:
        self._sampler = sampler
        self._found: frozenset[int] | None = None

    def __contains__(self, pid: object) -> bool:
        return pid in self._pids()

    def __iter__(self) -> Iterator[int]:
        return iter(self._pids())

    def __len__(self) -> int:
        return len(self._pids())

    def _pids(self) -> frozenset[int]:
        if self._found is None:
            self._found = frozenset(self._sampler.pids)
        return self._found


def with_trackers(sample: Sample, sampler: "Sampler", source: TrackerSource) -> Sample:
    """A whole sample with the trackers of its processes, each component with its level."""
    gaps: list[Gap] = []
    trackers = source(InScope(sampler), gaps, time_seconds=sample.time_seconds)
    if not trackers and not gaps:
        return sample
    from mnemo_cli.limits.components import judged

    if len(gaps) > _MOST_GAPS:
        gaps[_MOST_GAPS:] = [Gap("trackers", gaps[-1].source, f"so it is with {len(gaps) - _MOST_GAPS} others")]
    return sample._replace(trackers=judged(trackers), gaps=(*sample.gaps, *gaps))


def _has_folder(shared_memory: str) -> bool:
    try:
        with os.scandir(shared_memory) as entries:
            return any(entry.name.startswith(PREFIX) for entry in entries)
    except OSError:
        return False
