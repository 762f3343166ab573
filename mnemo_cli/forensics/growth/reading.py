"""One look after the other at a process: its memory by kind, descriptors, connections, threads, counters.

Everything is read at each look, but for what is dear (the kinds of memory, the descriptors one by one, the
connections): that is read again once 50 times its own cost has gone by, so that a watch takes 2 % of one
processor for each of them at most, and a large process is not held up.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import TargetError
from mnemo_cli.limits.history import Point
from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.connections import Connections, read_connections
from mnemo_cli.sampling.descriptors import Descriptors, parse_shared_folders, read_descriptors
from mnemo_cli.sampling.files import gap
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.sampling.mappings import MemoryKinds, MemorySums, parse_memory_kinds, parse_memory_sums
from mnemo_cli.sampling.proc_folder import ProcessFolder, is_live
from mnemo_cli.sampling.status import Status, parse_status

_LARGEST_SHARE_OF_TIME = 0.02
# 90,000 mappings: more than vm.max_map_count allows by default.
_MOST_SMAPS_BYTES = 1 << 26
_USUAL_SHARED_FOLDERS = ("/dev/shm/",)


class Seen(NamedTuple):
    """All readings of a process, each with the seconds since the watch began."""

    sums: tuple[tuple[float, MemorySums], ...]
    kinds: tuple[tuple[float, MemoryKinds], ...]
    fd_counts: tuple[Point, ...]
    descriptors: tuple[tuple[float, Descriptors], ...]
    connections: tuple[tuple[float, Connections], ...]


class EndedError(Exception):
    """The process has ended, and how that shows."""


class Looker:
    """Follows one process through its folder in /proc: a stranger with the same pid is never taken for it."""

    def __init__(self, pid: int, root: Path) -> None:
        """Raises TargetError where there is no process to watch."""
        if pid <= 0:
            raise TargetError(f"{pid} is no pid of a process: give one as `ps -e` shows it, 1 or more")
        self.pid, self._root = pid, root
        try:
            self.folder = ProcessFolder(pid, root, live=is_live(root))
            self.status = parse_status(self.folder.read("status"))
        except OSError as err:
            raise TargetError(f"there is no process {pid} here; it may have ended, see `ps -e`") from err
        try:
            self._refuse_the_dead()
        except TargetError:
            self.folder.close()
            raise
        self.gaps: list[Gap] = []
        self.started = self._started()
        self._shared_folders = self._find_shared_folders()
        self._due_seconds: dict[str, float] = {}
        self._sums: list[tuple[float, MemorySums]] = []
        self._kinds: list[tuple[float, MemoryKinds]] = []
        self._fd_counts: list[Point] = []
        self._descriptors: list[tuple[float, Descriptors]] = []
        self._connections: list[tuple[float, Connections]] = []

    @property
    def seen(self) -> Seen:
        """What there is so far; each gap is told once, however often it was met."""
        return Seen(
            tuple(self._sums),
            tuple(self._kinds),
            tuple(self._fd_counts),
            tuple(self._descriptors),
            tuple(self._connections),
        )

    @property
    def is_there(self) -> bool:
        """Whether the process still exists, be it as a zombie."""
        return self.folder.is_there()

    def look(self, at_seconds: float) -> None:
        """One look; raises EndedError once there is nothing to see any more."""
        text = self._status_text()
        self._sums.append((at_seconds, parse_memory_sums(text)))
        self._count_descriptors(at_seconds)
        self._if_due("kinds", at_seconds, self._read_kinds)
        self._if_due("descriptors", at_seconds, self._read_descriptors)

    def close(self) -> None:
        self.folder.close()

    def _status_text(self) -> bytes:
        try:
            text = self.folder.read("status")
        except OSError:
            raise EndedError("the process has ended") from None
        self.status = parse_status(text)
        if self.status.state in ("Z", "X"):
            raise EndedError(
                f"the process has ended, and its parent {self.status.ppid} has not taken its exit code yet"
            )
        return text

    def _count_descriptors(self, at_seconds: float) -> None:
        try:
            self._fd_counts.append((at_seconds, float(self.folder.fd_count())))
        except OSError as err:
            self._note(gap("descriptors", f"{self.folder.shown}/fd", err))

    def _read_kinds(self, at_seconds: float) -> None:
        try:
            text = self.folder.read("smaps", _MOST_SMAPS_BYTES)
        except OSError as err:
            self._note(gap("memory.kinds", f"{self.folder.shown}/smaps", err))
            return
        if len(text) >= _MOST_SMAPS_BYTES:
            self._note(
                Gap("memory.kinds", f"{self.folder.shown}/smaps", "it has too many mappings to look at each one")
            )
            return
        found = parse_memory_kinds(text, tuple(folder.encode() for folder in self._shared_folders))
        if found.unread:
            lack = f"{found.unread} of its mappings were not understood, so that the kinds have no sums"
            self._note(Gap("memory.kinds", f"{self.folder.shown}/smaps", lack))
        # A process that is about to end has none left.
        if found.mappings:
            self._kinds.append((at_seconds, found))

    def _read_descriptors(self, at_seconds: float) -> None:
        try:
            found = read_descriptors(self.pid, self._root, self._shared_folders)
        except OSError as err:
            self._note(gap("descriptors.kinds", f"{self.folder.shown}/fd", err))
            return
        # Found by pid, not through the folder: it was ours if the process still exists.
        if not self.folder.is_there():
            return
        self._descriptors.append((at_seconds, found))
        if found.sockets:
            self._if_due("connections", at_seconds, self._read_connections)
        else:
            self._connections.append((at_seconds, Connections({}, ())))

    def _read_connections(self, at_seconds: float) -> None:
        gaps: list[Gap] = []
        found = read_connections(self.folder, self._descriptors[-1][1].sockets, gaps)
        for each in gaps:
            self._note(each)
        if found is not None:
            self._connections.append((at_seconds, found))

    def _if_due(self, what: str, at_seconds: float, read: Callable[[float], None]) -> None:
        if at_seconds < self._due_seconds.get(what, 0.0):
            return
        # The kernel walks the target's pages in our time: it is our processor time that counts.
        begin = time.thread_time()
        read(at_seconds)
        self._due_seconds[what] = at_seconds + (time.thread_time() - begin) / _LARGEST_SHARE_OF_TIME

    def _note(self, missing: Gap) -> None:
        if missing not in self.gaps:
            self.gaps.append(missing)

    def _started(self) -> int | None:
        try:
            return parse_stat(self.folder.read("stat"))[2]
        except (OSError, ValueError) as err:
            self.gaps.append(gap("started", f"{self.folder.shown}/stat", err))
            return None

    def _find_shared_folders(self) -> tuple[str, ...]:
        try:
            return parse_shared_folders(self.folder.read("mountinfo"))
        except OSError as err:
            self.gaps.append(gap("tmpfs", f"{self.folder.shown}/mountinfo", err))
            return _USUAL_SHARED_FOLDERS

    def _refuse_the_dead(self) -> None:
        status: Status = self.status
        name = f"{self.pid} ({printable(status.name or '?')})"
        if status.is_kernel_thread:
            raise TargetError(f"process {name} is a thread of the kernel: it has no memory of its own that could grow")
        if status.state in ("Z", "X"):
            raise TargetError(
                f"process {name} has ended and waits for its parent {status.ppid} to take its exit code: "
                "it holds nothing any more"
            )
