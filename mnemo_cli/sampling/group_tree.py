"""All memory groups that can be seen from a target's place, as a tree: use, limit, OOM kills and hits of each.

A machine may have thousands of groups at 60 µs each, so a reading takes no longer than a slice of time and goes on
where the one before ended. The limits on the target's own path are in `path`, read whole in each sample.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from mnemo_cli.model import Gap, Memory, sum_of
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.group_sweep import Found, Sweep
from mnemo_cli.sampling.mounts import Mount, below, inside_mount, parse_membership, parse_mounts
from mnemo_cli.sampling.target import TargetChoice

_SLICE_SECONDS, _BEGINNING_SECONDS = 0.010, 0.050
# Nobody looked for that long, and more than twice as long as the last time: what was read before is the past.
_PAUSE_SECONDS = 70.0


class GroupUse(NamedTuple):
    """One group. `memory` has its use, limit, OOM kills and hits of the limit, those of all groups below counted in.

    Of v1 the hits are those of its own limit. The new ones are since the watch began; None where they cannot be told.
    """

    path: str
    depth: int
    memory: Memory
    new_oom_kills: int | None
    new_limit_hits: int | None


class GroupTree(NamedTuple):
    """Parents stand before their children, and of these the ones that use most first.

    `is_complete` is False while the first reading goes on, `is_cut` True where there are more groups than are read.
    `age_seconds` is that of the group that was read first.
    """

    version: Literal[1, 2] | None
    groups: tuple[GroupUse, ...]
    is_complete: bool
    is_cut: bool
    gaps: tuple[Gap, ...]
    age_seconds: float = 0.0


class GroupTrees:
    """Reads the tree again and again. Construct it when the watch begins: what happened before is not new.

    For a group or a process the tree is its path and all groups below; else the whole hierarchy that can be seen.
    """

    def __init__(
        self,
        choice: TargetChoice,
        root: Path,
        *,
        slice_seconds: float = _SLICE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slice_seconds = slice_seconds
        self._clock = clock
        self._read_seconds = clock()
        self._apart_seconds = 0.0
        self._lost: list[Gap] = []
        self._mount, self._names = _scope(choice, root, self._lost)
        self._root = root
        # Each with the time when it began.
        self._latest: tuple[float, GroupTree] | None = None
        self._sweep: tuple[float, Sweep] | None = None
        self._first: dict[str, tuple[int | None, int | None]] = {}
        self._knows_beginning = False
        self._note_beginning()

    def read(self) -> GroupTree:
        """The tree as of the last complete reading; while the first one goes on, as much as is known."""
        if self._mount is None:
            return GroupTree(None, (), is_complete=True, is_cut=False, gaps=tuple(self._lost))
        now = self._clock()
        self._forget_the_past(now)
        began, sweep = self._sweep = self._sweep or (now, Sweep(self._mount, self._root, self._names))
        sweep.go_on(self._slice_seconds)
        if sweep.is_over:
            self._sweep, self._latest = None, (began, self._tree(sweep))
            self._note_whole(sweep)
        began, tree = self._latest or (began, self._tree(sweep))
        return tree._replace(age_seconds=now - began)

    def _forget_the_past(self, now: float) -> None:
        before, self._apart_seconds = self._apart_seconds, now - self._read_seconds
        self._read_seconds = now
        if self._apart_seconds > max(_PAUSE_SECONDS, 2 * before):
            self._sweep = self._latest = None

    def _note_whole(self, sweep: Sweep) -> None:
        if not sweep.is_cut:
            # A group that comes back under its old name has nothing behind it, nor has one that was not there yet.
            self._first = {path: self._first[path] for path in sweep.found if path in self._first}
            self._knows_beginning = True

    def _note_beginning(self) -> None:
        if self._mount is not None:
            sweep = Sweep(self._mount, self._root, self._names, only_events=True)
            sweep.go_on(_BEGINNING_SECONDS)
            self._knows_beginning = sweep.is_over and not sweep.is_cut
            self._first = {path: _events_of(found.memory) for path, found in sweep.found.items()}

    def _tree(self, sweep: Sweep) -> GroupTree:
        uses = {path: self._with_news(path, found) for path, found in sweep.found.items()}
        if sweep.version == 1:
            # v1 counts a kill in the victim's own group only; of a part of the groups there is no sum.
            _add_kills(uses, sweep.found, is_whole=sweep.is_over and not sweep.is_cut)
        return GroupTree(
            sweep.version, tuple(_in_order(uses, sweep.found)), sweep.is_over, sweep.is_cut, tuple(sweep.gaps)
        )

    def _with_news(self, path: str, found: Found) -> GroupUse:
        now = _events_of(found.memory)
        first = self._first.get(path)
        if first is None:
            # Made after the watch began: all that happened in it is new. Else it may have been there unseen.
            first = self._first[path] = (0, 0) if self._knows_beginning else (None, None)
        kills, hits = (_since(before, count) for before, count in zip(first, now, strict=True))
        return GroupUse(found.shown, found.depth, found.memory, kills, hits)


def _scope(choice: TargetChoice, root: Path, gaps: list[Gap]) -> tuple[Mount | None, tuple[str, ...]]:
    """The hierarchy of memory, and the names that lead from its top to the target's group."""
    try:
        mounts = parse_mounts(os.fsdecode((root / "proc/self/mountinfo").read_bytes()))
    except OSError as err:
        gaps.append(gap("groups", "/proc/self/mountinfo", err))
        return None, ()
    mount = next((mount for mount in mounts if is_there(below(root, mount.point))), None)
    if mount is None:
        gaps.append(Gap("groups", "/proc/self/mountinfo", "no memory controller is mounted here"))
        return None, ()
    path = _path(choice, mount, root)
    return mount, tuple(name for name in path.split("/") if name)


def _path(choice: TargetChoice, mount: Mount, root: Path) -> str:
    if choice.path is not None:
        wanted = PurePosixPath(choice.path)
        return str(wanted.relative_to(mount.point) if wanted.is_relative_to(mount.point) else wanted)
    if choice.pid is None:
        return "/"
    try:
        text = os.fsdecode((root / f"proc/{choice.pid}/cgroup").read_bytes())
    except OSError:
        return "/"
    path = parse_membership(text, mount.version)
    return (inside_mount(path, mount.root) if path is not None else None) or "/"


def _events_of(memory: Memory) -> tuple[int | None, int | None]:
    return memory.oom_kills_total, memory.limit_hits_total


def _since(before: int | None, now: int | None) -> int | None:
    if before is None or now is None:
        return None
    # Fewer than before: it is another group of the same name.
    return now - before if now >= before else now


def _add_kills(uses: dict[str, GroupUse], found: dict[str, Found], *, is_whole: bool) -> None:
    """Each group's kills become those of all groups below it, too."""
    for path in sorted(uses, key=lambda path: uses[path].depth, reverse=True):
        use = uses[path]
        if not is_whole:
            uses[path] = use._replace(memory=use.memory._replace(oom_kills_total=None), new_oom_kills=None)
        elif (above := uses.get(found[path].parent)) is not None:
            kills = sum_of(above.memory.oom_kills_total, use.memory.oom_kills_total)
            uses[found[path].parent] = above._replace(
                memory=above.memory._replace(oom_kills_total=kills),
                new_oom_kills=sum_of(above.new_oom_kills, use.new_oom_kills),
            )


def _in_order(uses: dict[str, GroupUse], found: dict[str, Found]) -> Iterator[GroupUse]:
    """Depth first, the largest of siblings first; those of unknown use last, and equals by name."""
    children: dict[str, list[str]] = defaultdict(list)
    for path, one in found.items():
        children[one.parent if one.parent in found else ""].append(path)
    left = _sorted(children[""], uses)
    while left:
        path = left.pop()
        yield uses[path]
        left += _sorted(children[path], uses) if path in children else []


def _sorted(paths: list[str], uses: dict[str, GroupUse]) -> list[str]:
    """The last one comes first: they are taken from the end."""

    def weight(path: str) -> tuple[int, str]:
        used_bytes = uses[path].memory.used_bytes
        return (1 if used_bytes is None else -used_bytes, path)

    return sorted(paths, key=weight, reverse=True)
