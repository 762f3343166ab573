"""The trackers of the processes in scope, read again and again.

A process is found by the file that it keeps: in this machine's /dev/shm, or in that of its container.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap, Tracker
from mnemo_cli.tracker import layout
from mnemo_cli.tracker.adding import folded
from mnemo_cli.tracker.alive import Owners
from mnemo_cli.tracker.discovery import CountersFile, files_below, open_shared_memory
from mnemo_cli.tracker.folder import PREFIX
from mnemo_cli.tracker.owner import mount_namespace
from mnemo_cli.tracker.reading import Seen, UnreadableError, allocated_bytes_in, decode


class _Before(NamedTuple):
    """What is remembered of a file until the next reading."""

    time_seconds: float
    allocated_bytes: int
    seen: Seen


class TrackerReader:
    """Remembers what rates need, and which mounts a process sees; everything else is read anew."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = str(root)
        self._proc = str(root / "proc")
        self._owners = Owners(self._proc)
        self._own_mounts = mount_namespace("self", self._proc)
        self._mounts: dict[int, str | None] = {}
        self._before: dict[str, _Before] = {}

    def read(self, scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]:
        """A Tracker for each living process of the scope, and one for what dead workers of these programs counted."""
        trackers: list[Tracker] = []
        dead: dict[tuple[str, str], list[CountersFile]] = defaultdict(list)
        programs: set[tuple[str, str]] = set()
        before, self._before = self._before, {}
        self._owners.look_at(scope)
        for file in self._files(scope, gaps):
            pid = self._owners.pid_of(file.header, file.uid) if file.header.state == layout.IN_USE else None
            if pid in scope and pid is not None:
                trackers += self._living(file, pid, before, time_seconds, gaps)
                programs.add(file.program)
            elif pid is None and (file.header.state != layout.IN_USE or self._owners.can_tell(file.header)):
                dead[file.program].append(file)
        for program in programs & dead.keys():
            trackers += _dead(dead[program], gaps)
        return tuple(sorted(trackers, key=lambda tracker: (tracker.name, tracker.pid is None, tracker.pid)))

    def _files(self, scope: Collection[int], gaps: list[Gap]) -> list[CountersFile]:
        """Those of this machine, and of each container that has a process in scope."""
        files: list[CountersFile] = []
        seen: set[tuple[int, int]] = set()
        for root, path, ours in self._places(scope):
            shared_memory = open_shared_memory(root)
            if shared_memory is None:
                continue
            try:
                status = os.fstat(shared_memory)
                # A container may share this machine's /dev/shm.
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    found: list[Gap] = []
                    files += files_below(shared_memory, path, found, ours=ours)
                    gaps += self._of_users_in(scope, found) if ours and found else found
            finally:
                os.close(shared_memory)
        return files

    def _places(self, scope: Collection[int]) -> Iterator[tuple[str, str, bool]]:
        """(root, what to call its /dev/shm, whether it is this machine's)."""
        yield self._root, "/dev/shm", True
        known = self._mounts
        self._mounts = {pid: known[pid] if pid in known else mount_namespace(pid, self._proc) for pid in scope}
        others = {mounts: pid for pid, mounts in self._mounts.items() if mounts not in (None, self._own_mounts)}
        for pid in others.values():
            yield f"{self._proc}/{pid}/root", f"/proc/{pid}/root/dev/shm", False

    def _of_users_in(self, scope: Collection[int], gaps: list[Gap]) -> list[Gap]:
        """What lies in a user's folder is of interest when one of his processes is in scope."""
        uids = {str(_uid(f"{self._proc}/{pid}")) for pid in scope}
        return [gap for gap in gaps if gap.source.partition(PREFIX)[2].partition("/")[0] in uids]

    def _living(
        self, file: CountersFile, pid: int, before: dict[str, _Before], time_seconds: float, gaps: list[Gap]
    ) -> Iterator[Tracker]:
        header, path = file.header, f"{file.folder}/{file.name}"
        allocated_bytes = allocated_bytes_in(file.content)
        then_seconds, then_bytes, seen = before.get(path) or _Before(header.made_seconds, 0, {})
        seconds = time_seconds - then_seconds
        rate = (allocated_bytes - then_bytes) / seconds if seconds > 0 and allocated_bytes >= then_bytes else None
        try:
            yield decode(file.content, pid=pid, name=header.name, started=header.started, rate=rate, seen=seen)
        except UnreadableError as err:
            gaps.append(Gap("trackers", path, str(err)))
            return
        self._before[path] = _Before(time_seconds, allocated_bytes, seen)
        if rate is None:
            gaps.append(Gap("trackers.allocation_bytes_per_second", path, "the clock stood still or was set back"))


def _dead(files: list[CountersFile], gaps: list[Gap]) -> Iterator[Tracker]:
    try:
        total = folded(files)
    except UnreadableError as err:
        gaps.append(Gap("trackers", files[0].folder, f"a dead worker's counters cannot be read: {err}"))
    else:
        yield total


def _uid(path: str) -> int | None:
    try:
        return Path(path).stat().st_uid
    except OSError:
        return None
