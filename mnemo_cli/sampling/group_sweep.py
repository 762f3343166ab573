"""One walk over all memory groups of a hierarchy, which may stop when its time is over and go on later."""

import os
import time
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap, Memory
from mnemo_cli.redact import printable
from mnemo_cli.sampling.cgroup import type_of
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.group import Group, GroupV1, GroupV2
from mnemo_cli.sampling.mounts import Mount, below

MOST_GROUPS = 2048
_MOST_GAPS = 20


class Found(NamedTuple):
    """One group: the path of the one above ("" at the top), its own as shown to people, and how it stands."""

    parent: str
    shown: str
    depth: int
    memory: Memory


class Folder(NamedTuple):
    """A folder still to be read."""

    directory: str
    path: str
    depth: int


class Sweep:
    """`found` has the groups by their path. `names` lead from the top to where all groups below are wanted."""

    def __init__(self, mount: Mount, root: Path, names: tuple[str, ...], *, only_events: bool = False) -> None:
        self.version = mount.version
        self.found: dict[str, Found] = {}
        self.gaps: list[Gap] = []
        self.is_cut = False
        self._type = type_of(mount)
        self._names = names
        self._only_events = only_events
        self._left = [Folder(os.fspath(below(root, mount.point)), "/", 0)]

    @property
    def is_over(self) -> bool:
        return not self._left

    def go_on(self, seconds: float) -> None:
        """Read groups until the time is over, one at least."""
        end = time.perf_counter() + seconds
        while self._left:
            self._visit(self._left.pop())
            if len(self.found) >= MOST_GROUPS:
                self.is_cut = self.is_cut or bool(self._left)
                self._left.clear()
            if time.perf_counter() >= end:
                return

    def _visit(self, folder: Folder) -> None:
        try:
            with os.scandir(folder.directory) as items:
                names = {item.name: item.is_dir(follow_symlinks=False) for item in items}
        except OSError as err:
            if is_there(Path(folder.directory)):
                self._lacks(gap(f"groups.{printable(folder.path)}", printable(folder.path), err))
            return
        has_memory = self._type.USAGE_FILE in names
        if has_memory:
            self._read(folder)
        elif folder.depth:
            return  # the controller is off here, and so it is in all groups below
        wanted = self._names[folder.depth : folder.depth + 1] or names
        prefix = folder.path.rstrip("/")
        self._left += [
            Folder(f"{folder.directory}/{name}", f"{prefix}/{name}", folder.depth + 1)
            for name in wanted
            if names.get(name)
        ]

    def _read(self, folder: Folder) -> None:
        gaps: list[Gap] = []
        group = self._type(Path(folder.directory), path=folder.path)
        memory = Memory(group.source, None, None) if self._only_events else group.glance(gaps)
        kills, hits = _read_events(group, gaps)
        group.close()
        if gaps and not is_there(Path(folder.directory)):
            return  # removed while we looked
        for lack in gaps:
            self._lacks(lack)
        memory = memory._replace(oom_kills_total=kills, limit_hits_total=hits)
        # The key is the name as the system has it: made printable, two names may look the same.
        parent = folder.path.rpartition("/")[0] or "/" if folder.depth else ""
        self.found[folder.path] = Found(parent, group.path, folder.depth, memory)

    def _lacks(self, lack: Gap) -> None:
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(lack)


def _read_events(group: Group, gaps: list[Gap]) -> tuple[int | None, int | None]:
    """OOM kills, and hits of the limit."""
    is_v1 = isinstance(group, GroupV1)
    name = "memory.oom_control" if is_v1 else "memory.events"
    try:
        text = (group.directory / name).read_bytes()
    except OSError as err:
        gaps.append(gap(f"groups.{group.path}.oom_kills_total", f"{group.path.rstrip('/')}/{name}", err))
        text = b""
    if isinstance(group, GroupV1):
        (kills,) = GroupV1.EVENTS.values(text)
        return kills, group.limit_hits_total(gaps)
    hits, kills = GroupV2.EVENTS.values(text)
    return kills, hits
