"""One process looked at closely: its limits with their use, its descriptors and memory by kind, its OOM standing.

What each process shows of itself in a sample (PSS, swap, command line) is in `details`. What is dear here (the kinds
of memory, the descriptors one by one, the tasks of its user) is read again once a hundred times its own cost has
gone by; of a large process not at the first look, or the first one after a pause, either, so that whoever pressed
a key is not kept waiting.
"""

import time
from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from mnemo_cli.model import Gap
from mnemo_cli.sampling.descriptors import parse_shared_folders, read_descriptors
from mnemo_cli.sampling.files import gap, parse_number
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.sampling.mappings import MemoryKinds, MemorySums, parse_memory_kinds, parse_memory_sums
from mnemo_cli.sampling.proc_folder import ProcessFolder, is_live
from mnemo_cli.sampling.rlimits import Rlimit, parse_rlimits
from mnemo_cli.sampling.status import Status, parse_status
from mnemo_cli.sampling.tasks import count_tasks

_LARGEST_SHARE_OF_TIME = 0.01
# Looks that are further apart may be two visits; or the watch is that slow, and the next one is as far away.
_PAUSE_SECONDS = 3.0
_LARGE_BYTES, _MANY_DESCRIPTORS = 1 << 30, 2000
# 90,000 mappings: more than vm.max_map_count allows by default.
_MOST_SMAPS_BYTES = 1 << 26

T = TypeVar("T")


class OneProcess(NamedTuple):
    """None where the kernel denies it, or before it was read. `descriptors` are counts by kind.

    `oom_score` is the kernel's own, the higher the sooner it is killed; `tasks_of_user` those that RLIMIT_NPROC
    counts.
    """

    pid: int
    started: int
    status: Status
    sums: MemorySums
    rlimits: Mapping[str, Rlimit] = MappingProxyType({})
    fd_count: int | None = None
    descriptors: Mapping[str, int] | None = None
    kinds: MemoryKinds | None = None
    tasks_of_user: int | None = None
    oom_score: int | None = None
    gaps: tuple[Gap, ...] = ()

    def used_of(self, rlimit: str) -> int | None:
        """What counts against a limit, in its unit; None where that is not known, or nobody counts it."""
        counts = {
            "RLIMIT_NOFILE": self.fd_count,
            "RLIMIT_NPROC": self.tasks_of_user,
            "RLIMIT_AS": self.status.virtual_bytes,
            "RLIMIT_DATA": self.status.data_bytes,
            "RLIMIT_STACK": self.status.stack_bytes,
            "RLIMIT_MEMLOCK": self.status.locked_bytes,
            "RLIMIT_SIGPENDING": self.status.signals_queued,
        }
        return counts.get(rlimit)


class OneProcessReader:
    """Reads one process again and again, and another one when it is asked for that."""

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._looker: _Looker | None = None

    def read(self, pid: int, started: int) -> OneProcess | None:
        """As it is now; None where it has ended, or its pid belongs to another process."""
        if self._looker is None or self._looker.key != (pid, started):
            self.close()
            try:
                self._looker = _Looker(pid, started, self._root, self._clock)
            except (OSError, ValueError):
                return None
        return self._looker.look()

    def close(self) -> None:
        if self._looker is not None:
            self._looker.folder.close()
            self._looker = None


class _Looker:
    """Follows one process through its folder: a stranger with the same pid is never taken for it."""

    def __init__(self, pid: int, started: int, root: Path, clock: Callable[[], float]) -> None:
        """Raises OSError or ValueError where it is not there."""
        self.key = pid, started
        self._root = root
        self.folder = ProcessFolder(pid, root, live=is_live(root))
        try:
            if parse_stat(self.folder.read("stat"))[2] != started:
                raise ValueError("another process has its pid")
        except (OSError, ValueError):
            self.folder.close()
            raise
        self._clock = clock
        self._looked_seconds: float | None = None
        self._apart_seconds = 0.0
        self._is_first = True
        self._due_seconds: dict[str, float] = {}
        self._dear: dict[str, object] = {}
        self._gaps: dict[str, tuple[Gap, ...]] = {}

    def look(self) -> OneProcess | None:
        try:
            text = self.folder.read("status")
        except OSError:
            return None
        self._note_time()
        status, sums = parse_status(text), parse_memory_sums(text)
        fd_count = self._cheap("fd_count", "fd", lambda: self.folder.fd_count())
        is_large = (sums.resident_bytes or 0) > _LARGE_BYTES
        descriptors = self._if_due("descriptors", (fd_count or 0) > _MANY_DESCRIPTORS, self._read_descriptors)
        kinds = self._if_due("kinds", is_large, self._read_kinds)
        # It looks at every process of the machine.
        by_uid = self._if_due("tasks", True, self._count_tasks)
        uid = status.real_uid
        return OneProcess(
            *self.key,
            status=status,
            sums=sums,
            rlimits=self._cheap("rlimits", "limits", lambda: parse_rlimits(self.folder.read("limits"))) or {},
            fd_count=fd_count,
            descriptors=descriptors,
            kinds=kinds,
            tasks_of_user=None if by_uid is None or uid is None else by_uid.get(uid),
            oom_score=self._cheap("oom_score", "oom_score", lambda: parse_number(self.folder.read("oom_score"))),
            gaps=tuple(lack for lacks in self._gaps.values() for lack in lacks),
        )

    def _note_time(self) -> None:
        now = self._clock()
        if self._looked_seconds is not None:
            before, self._apart_seconds = self._apart_seconds, now - self._looked_seconds
            self._is_first = self._apart_seconds > max(_PAUSE_SECONDS, 2 * before)
        self._looked_seconds = now

    def _cheap(self, what: str, name: str, read: Callable[[], T]) -> T | None:
        self._gaps.pop(what, None)
        try:
            return read()
        except (OSError, ValueError) as err:
            self._gaps[what] = (gap(what, f"{self.folder.shown}/{name}", err),)
            return None

    def _if_due(self, what: str, is_dear: bool, read: Callable[[list[Gap]], T | None]) -> T | None:
        if self._clock() >= self._due_seconds.get(what, -inf) and not (is_dear and self._is_first):
            gaps: list[Gap] = []
            begin = time.perf_counter()
            self._dear[what] = read(gaps)
            cost = time.perf_counter() - begin
            self._due_seconds[what] = self._clock() + cost / _LARGEST_SHARE_OF_TIME
            self._gaps[what] = tuple(gaps)
        known: T | None = self._dear.get(what)  # type: ignore[assignment]  # what `read` gave under this name
        return known

    def _read_kinds(self, gaps: list[Gap]) -> MemoryKinds | None:
        source = f"{self.folder.shown}/smaps"
        try:
            text = self.folder.read("smaps", _MOST_SMAPS_BYTES)
        except OSError as err:
            gaps.append(gap("kinds", source, err))
            return None
        if len(text) >= _MOST_SMAPS_BYTES:
            gaps.append(Gap("kinds", source, "it has too many mappings to look at each one"))
            return None
        kinds = parse_memory_kinds(text, tuple(folder.encode() for folder in self._shared_folders()))
        if kinds.unread:
            gaps.append(Gap("kinds", source, f"{kinds.unread} of its mappings were not understood"))
        return kinds if kinds.mappings and not kinds.unread else None

    def _read_descriptors(self, gaps: list[Gap]) -> Mapping[str, int] | None:
        try:
            found = read_descriptors(self.key[0], self._root, ())
        except OSError as err:
            gaps.append(gap("descriptors", f"{self.folder.shown}/fd", err))
            return None
        # Found by pid, not through the folder: it was ours if the process still exists.
        return dict(found.kinds) if self.folder.is_there() else None

    def _count_tasks(self, gaps: list[Gap]) -> Mapping[int, int] | None:
        census = count_tasks(self._root, gaps)
        # With processes that cannot be read a sum would be too small.
        return None if census is None or census.unread else census.by_uid

    def _shared_folders(self) -> tuple[str, ...]:
        try:
            return parse_shared_folders(self.folder.read("mountinfo"))
        except OSError:
            return ("/dev/shm/",)  # where tmpfs usually is
