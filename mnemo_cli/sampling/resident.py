"""The resident memory of many processes: an adaptive sweep over kept /proc/PID/statm descriptors.

A process that does not change is read more and more rarely, at most 8 s apart; one that changes is
read at every sweep. Kept descriptors read in 3 µs where open, read and close take 10: they need
RLIMIT_NOFILE, so at most half of the soft limit is used and idle processes give theirs up first.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from mnemo_cli.sampling.index import Entry

_LONGEST_REST_SECONDS = 8.0
_KTHREADD = 2


class Tracked:
    """One process of the sweep; `pages` is None until it could be read."""

    __slots__ = ("descriptor", "due_seconds", "entry", "pages", "rest_seconds")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.descriptor = -1
        self.pages: int | None = None
        self.due_seconds = 0.0
        self.rest_seconds = 0.0


class ResidentSweep:
    """Keeps the resident size of a changing set of processes."""

    def __init__(self, root: Path, *, most_descriptors: int) -> None:
        self._proc = os.fspath(root / "proc")
        self._most_descriptors = most_descriptors
        self._kept = 0
        self._idle_holders: dict[int, Tracked] = {}
        self.tracked: dict[int, Tracked] = {}

    def follow(self, entries: Iterable[Entry]) -> None:
        """Track exactly these processes from now on; the memory of those that stay is kept."""
        following: dict[int, Tracked] = {}
        for entry in entries:
            process = self.tracked.pop(entry.pid, None)
            if process is None or process.entry.started != entry.started:
                if process is not None:
                    self._release(process)
                process = Tracked(entry)
            process.entry = entry
            following[entry.pid] = process
        for gone in self.tracked.values():
            self._release(gone)
        self.tracked = following

    def sweep(self, clock_seconds: float, *, whole: bool = False) -> list[int]:
        """Read every process that is due (all of them if `whole`); the pids that have ended."""
        ended: list[int] = []
        for pid, process in self.tracked.items():
            if whole or process.due_seconds <= clock_seconds:
                try:
                    self._rest(process, self._read(process), clock_seconds)
                except (ProcessLookupError, FileNotFoundError):
                    ended.append(pid)
        for pid in ended:
            self._release(self.tracked.pop(pid))
        return ended

    def close(self) -> None:
        self.follow(())

    def _read(self, process: Tracked) -> int | None:
        """The pages now; as they were last (None before the first reading) where they cannot be read, such as
        when no descriptors are left. Raises ProcessLookupError or FileNotFoundError when the process has ended.
        """
        try:
            if process.descriptor >= 0:
                text = os.pread(process.descriptor, 128, 0)
            else:
                text = self._open_and_read(process)
            _, word, _ = text.split(None, 2)
            pages = int(word) if word.isdigit() else process.pages
            if pages == 0 and self._is_zombie(process):
                raise ProcessLookupError
            return pages
        except (ProcessLookupError, FileNotFoundError):
            raise
        except (OSError, ValueError):
            return process.pages

    def _is_zombie(self, process: Tracked) -> bool:
        """Ended, and not yet reaped by its parent: it reads zeros, as a thread of the kernel does (kthreadd is 2)."""
        if process.entry.ppid == _KTHREADD or process.entry.pid == _KTHREADD:
            return False
        with open(f"{self._proc}/{process.entry.pid}/stat", "rb") as stat:
            return stat.read(4096).rpartition(b")")[2][:2] == b" Z"

    def _open_and_read(self, process: Tracked) -> bytes:
        descriptor = os.open(f"{self._proc}/{process.entry.pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
        keep = self._kept < self._most_descriptors or self._take_from_idle()
        try:
            text = os.pread(descriptor, 128, 0)
        except OSError:
            keep = False
            raise
        finally:
            if keep:
                process.descriptor = descriptor
                self._kept += 1
            else:
                os.close(descriptor)
        return text

    def _rest(self, process: Tracked, pages: int | None, clock_seconds: float) -> None:
        if process.pages == pages:
            process.rest_seconds = min(_LONGEST_REST_SECONDS, process.rest_seconds * 2 or 0.5)
            if process.rest_seconds == _LONGEST_REST_SECONDS and process.descriptor >= 0:
                self._idle_holders[process.entry.pid] = process
        else:
            process.rest_seconds = 0.0
            self._idle_holders.pop(process.entry.pid, None)
        process.due_seconds = clock_seconds + process.rest_seconds
        process.pages = pages

    def _take_from_idle(self) -> bool:
        while self._idle_holders:
            holder = self._idle_holders.pop(next(iter(self._idle_holders)))
            if holder.descriptor >= 0:
                self._release(holder)
                return True
        return False

    def _release(self, process: Tracked) -> None:
        self._idle_holders.pop(process.entry.pid, None)
        if process.descriptor >= 0:
            os.close(process.descriptor)
            process.descriptor = -1
            self._kept -= 1
