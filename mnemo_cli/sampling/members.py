"""Which processes a target means now."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from mnemo_cli.errors import TargetError
from mnemo_cli.sampling.index import Entry, ProcessIndex
from mnemo_cli.sampling.target import TargetChoice

_KERNEL_NAME_BYTES = 15


class Members:
    """The processes of a target. One that was in the tree stays in it, even when its parent is gone."""

    def __init__(self, choice: TargetChoice, root: Path, directory: Path | None = None) -> None:
        self._choice = choice
        self._root = root
        self._directory = directory
        self._pattern = compile_name(choice.pattern or "") if choice.kind == "name" else None
        self._seen: set[tuple[int, int]] = set()

    def among(self, index: ProcessIndex) -> list[Entry]:
        """The members that exist now."""
        entries = index.entries
        if self._directory is not None:
            return [entries[pid] for pid in group_processes(self._directory) if pid in entries]
        if not self._choice.is_tree:
            return list(entries.values())
        tree = [entries[pid] for pid in index.descendants(self._roots(entries.values()))]
        # A tree that has ended keeps its last members: a stranger with the old pid does not revive it.
        self._seen = {(entry.pid, entry.started) for entry in tree} or self._seen
        return tree

    def _roots(self, entries: Iterable[Entry]) -> list[int]:
        if self._pattern is not None:
            return [entry.pid for entry in entries if has_name(self._pattern, entry, self._root)]
        known = [pid for pid, _ in self._seen]
        roots = known if self._seen else [self._choice.pid or 0]
        by_pid = {entry.pid: entry for entry in entries if entry.pid in set(roots)}
        return [pid for pid in roots if pid in by_pid and self._is_same(by_pid[pid])]

    def _is_same(self, entry: Entry) -> bool:
        """Not a stranger who was given the pid of a member."""
        return not self._seen or (entry.pid, entry.started) in self._seen


def compile_name(pattern: str) -> re.Pattern[str]:
    """Raises TargetError for a pattern that is no regular expression."""
    try:
        return re.compile(pattern)
    except re.error as err:
        raise TargetError(f"--name {pattern!r} is not a regular expression: {err}") from err


def has_name(pattern: re.Pattern[str], entry: Entry, root: Path) -> bool:
    """Whether a person means this process by the pattern; never mnemo itself."""
    if entry.pid == os.getpid():
        return False
    if pattern.search(entry.name):
        return True
    # The kernel cuts a name at 15 bytes: then the program's file name tells the rest.
    if len(entry.name.encode(errors="replace")) < _KERNEL_NAME_BYTES:
        return False
    try:
        argv = (root / f"proc/{entry.pid}/cmdline").read_bytes()
    except OSError:
        return False
    return pattern.search(os.fsdecode(argv.partition(b"\0")[0]).rpartition("/")[2]) is not None


def group_processes(directory: Path) -> set[int]:
    """The processes of a control group and of all groups below it."""
    pids: set[int] = set()
    for folder, _, files in os.walk(directory):
        if "cgroup.procs" in files:
            try:
                with open(f"{folder}/cgroup.procs", "rb") as listing:
                    pids.update(int(word) for word in listing.read().split() if word.isdigit() and len(word) < 20)
            except OSError:  # the group was removed while we walked, or is threaded (EOPNOTSUPP)
                continue
    return pids
