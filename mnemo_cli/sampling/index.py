"""Which processes exist, and who is whose child.

Walking /proc costs 13 µs for each process that is new and next to nothing for the rest: the last
field of /proc/loadavg tells in 2 µs whether anybody has forked since, and the inode that readdir
gives tells a reused pid from the old process.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import KeptFile, gap


class Entry(NamedTuple):
    """A process as it was when first seen. (pid, started) names it for good."""

    pid: int
    ppid: int
    started: int
    name: str
    uid: int | None
    inode: int


class ProcessIndex:
    """Every process that /proc shows. `refresh` re-reads only what may have changed."""

    def __init__(self, root: Path) -> None:
        self._proc = os.fspath(root / "proc")
        self._loadavg = KeptFile(root / "proc/loadavg")
        self._last_pid = b""
        self._young: list[Entry] = []
        self.entries: dict[int, Entry] = {}

    def refresh(self, gaps: list[Gap]) -> bool:
        """Walk /proc if somebody forked since the last walk; True when an entry may have changed.

        A process seen between its fork and its exec still has its parent's name: everybody who is
        new is read once more at the next refresh.
        """
        young, self._young = self._young, []
        renamed = [self._read_again(entry) for entry in young]
        last_pid = self._read_last_pid()
        if last_pid and last_pid == self._last_pid:
            return any(renamed)
        self._last_pid = last_pid
        self._walk(gaps)
        return True

    def forget(self, pid: int) -> None:
        """A reader found that this process has ended."""
        self.entries.pop(pid, None)

    def descendants(self, roots: Iterable[int]) -> set[int]:
        """`roots` that exist, and everything below them."""
        children: dict[int, list[int]] = {}
        for entry in self.entries.values():
            parent = self.entries.get(entry.ppid)
            # Nobody is older than their parent: else the parent is gone and a stranger was given its pid.
            if parent is not None and parent.started <= entry.started:
                children.setdefault(entry.ppid, []).append(entry.pid)
        found: set[int] = set()
        waiting = [pid for pid in roots if pid in self.entries]
        while waiting:
            pid = waiting.pop()
            if pid not in found:
                found.add(pid)
                waiting.extend(children.get(pid, ()))
        return found

    def close(self) -> None:
        self._loadavg.close()

    def _read_last_pid(self) -> bytes:
        try:
            return self._loadavg.read().rpartition(b" ")[2]
        except OSError:
            return b""

    def _walk(self, gaps: list[Gap]) -> None:
        known = self.entries
        present: dict[int, Entry] = {}
        try:
            with os.scandir(self._proc) as listing:
                for item in listing:
                    if not item.name.isdigit():
                        continue
                    pid = int(item.name)
                    entry = known.get(pid)
                    if entry is None or entry.inode != item.inode():
                        entry = self._read_entry(pid, item.inode())
                        if entry is not None and known:
                            self._young.append(entry)
                    if entry is not None:
                        present[pid] = entry
        except OSError as err:
            gaps.append(gap("processes", "/proc", err))
            return
        self.entries = present

    def _read_again(self, entry: Entry) -> bool:
        """Whether the process has another name or parent than when it was first seen."""
        now = self._read_entry(entry.pid, entry.inode)
        if now is None or now == entry or now.started != entry.started or entry.pid not in self.entries:
            return False
        self.entries[entry.pid] = now
        return True

    def _read_entry(self, pid: int, inode: int) -> Entry | None:
        directory = f"{self._proc}/{pid}"
        try:
            descriptor = os.open(f"{directory}/stat", os.O_RDONLY | os.O_CLOEXEC)
            try:
                text = os.read(descriptor, 4096)
            finally:
                os.close(descriptor)
            # Not the owner of the file: that is root once the process has changed its user without an exec (proc(5)).
            uid = os.stat(directory).st_uid  # noqa: PTH116 - a thousand paths for nothing
            name, ppid, started = parse_stat(text)
        except (OSError, ValueError):
            # It ended between the listing and the reading: not a gap, it is simply gone.
            return None
        return Entry(pid, ppid, started, name, uid, inode)


def parse_stat(text: bytes) -> tuple[str, int, int]:
    """Name, parent and start time (clock ticks since boot) from /proc/PID/stat; raises ValueError.

    A name may hold spaces, parentheses and newlines: it ends at the last parenthesis.
    """
    opening, closing = text.find(b"("), text.rfind(b")")
    fields = text[closing + 2 :].split()
    # More fields follow the start time: without them it may be cut.
    if opening < 0 or closing < opening or len(fields) <= 20:
        raise ValueError(f"not a process stat line: {text[:60]!r}")
    if not fields[1].isdigit() or not fields[19].isdigit():
        raise ValueError(f"not a process stat line: {text[:60]!r}")
    return printable(os.fsdecode(text[opening + 1 : closing])), int(fields[1]), int(fields[19])
