"""What the groups of a target count, looked at while it lives and again after its death."""

import os
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from mnemo_cli.forensics.case import Counters, GroupReading
from mnemo_cli.model import Gap, Memory
from mnemo_cli.redact import printable
from mnemo_cli.sampling.cgroup import Place, locate_membership, locate_path
from mnemo_cli.sampling.files import gap, line_values
from mnemo_cli.sampling.group import Group, GroupV1
from mnemo_cli.sampling.host import HostMemory
from mnemo_cli.sampling.subtree import oom_kills_by_folder

# A leaf has few groups below it; where there are more, those of the victims are told by the kernel log.
_MOST_GROUPS_BELOW = 1000
_EVENTS = ("oom", "oom_kill", "oom_group_kill", "max")


class _Level:
    """One group: what it counted at first, and what a sample said of it last."""

    __slots__ = ("before", "group", "memory")

    def __init__(self, group: Group, before: Counters | None) -> None:
        self.group = group
        self.before = before
        self.memory: Memory | None = None


class GroupWatch:
    """The groups of a target, those it was in before included, and the machine. `readings` looks a last time.

    Without `first_look` there is nothing from before: the counters only say what happened some time.
    """

    def __init__(self, root: Path, *, first_look: bool = True) -> None:
        self._root = root
        self._host = HostMemory(root)
        self._first_look = first_look
        self._host_kills = self._host.read_paging([]).oom_kills_total if first_look else None
        self._host_memory: Memory | None = None
        self._levels: dict[Path, _Level] = {}
        self._memberships: set[bytes] = set()
        self._main_membership = b""
        self._below: dict[Path, dict[Path, int | None] | None] = {}
        self._own: tuple[Path, ...] = ()
        self.own_path: str | None = None
        # Where the target and its children were; not the groups above.
        self.leaf_paths: set[str] = set()
        self.gaps: list[Gap] = []

    def follow(self, membership: bytes, source: str, *, is_main: bool = True) -> None:
        """The groups that a text of /proc/PID/cgroup names; `is_main` for those of the target itself."""
        if membership == self._main_membership or (membership in self._memberships and not is_main):
            return
        self._memberships.add(membership)
        if is_main:
            self._main_membership = membership
        self._settle(locate_membership(membership, source, self._root), is_main=is_main)

    def follow_path(self, path: str) -> None:
        """The groups at and above a path; raises TargetError where there is none."""
        self._settle(locate_path(path, self._root), is_main=True)

    def note(self, limits: Iterable[Memory]) -> None:
        """What a sample said of the groups and the machine: the last use before the death."""
        for memory in limits:
            if memory.source.kind == "host":
                self._host_memory = memory
            for level in self._levels.values():
                if level.group.path == memory.source.path:
                    level.memory = memory

    @property
    def own_directory(self) -> Path | None:
        """The folder of the target's own group; None where only the machine limits it."""
        return self._own[0] if self._own else None

    def have_killed(self) -> bool | None:
        """Whether anybody was OOM-killed on this machine since the first look; None where the kernel does not count."""
        kills = self._host.read_paging([]).oom_kills_total
        return None if kills is None or self._host_kills is None else kills != self._host_kills

    def readings(self, *, of_children: bool) -> tuple[GroupReading, ...]:
        """From the target's own group outward, then groups that it was in before, the machine last.

        `of_children` puts those groups below its own first in which somebody was killed: where the target itself was
        not, they are where it happened.
        """
        order = [*self._own, *(directory for directory in self._levels if directory not in self._own)]
        groups = [_reading(self._levels[directory]) for directory in order]
        return (*(self._groups_below() if of_children else ()), *groups, self._machine())

    def own_kills(self) -> bool:
        """Whether somebody was killed in the target's group, or in one below it."""
        own = self._levels.get(self._own[0]) if self._own else None
        now = read_counters(own.group) if own is not None else None
        before = own.before.oom_kills_total if own is not None and own.before is not None else None
        rose = now is not None and None not in (before, now.oom_kills_total) and now.oom_kills_total != before
        return rose or bool(self._groups_below())

    def close(self) -> None:
        self._host.close()
        for level in self._levels.values():
            level.group.close()

    def _settle(self, place: Place, *, is_main: bool) -> None:
        for group in place.groups:
            if group.directory in self._levels:
                group.close()
            else:
                self._levels[group.directory] = _Level(group, read_counters(group) if self._first_look else None)
        self.gaps.extend(gap for gap in place.gaps if gap not in self.gaps)
        if place.path is not None:
            self.leaf_paths.add(place.path)
        if not is_main:
            return
        self._own = tuple(group.directory for group in place.groups)
        self.own_path = place.path
        first = place.groups[0] if self._first_look and place.groups else None
        if isinstance(first, GroupV1) and first.directory not in self._below:
            self._below[first.directory] = _kills_below(first.directory)

    def _groups_below(self) -> list[GroupReading]:
        """Where somebody was killed below: v1 counts that in the victim's own group only."""
        found: list[GroupReading] = []
        for top, before in self._below.items():
            after = _kills_below(top)
            if before is None or after is None:
                self._lack(top, "", f"there are more than {_MOST_GROUPS_BELOW} groups below it to look at")
                continue
            for folder, kills in after.items():
                earlier = _kills_at_first(before, folder)
                if folder in self._levels:
                    continue
                if kills is None or earlier is None:
                    self._lack(top, f"/{os.path.relpath(folder, top)}", "it could not be read before and after")
                elif kills > earlier:
                    path = f"{self._levels[top].group.path}/{printable(os.path.relpath(folder, top))}"
                    counters = Counters(oom_kills_total=earlier), Counters(oom_kills_total=kills)
                    found.append(GroupReading(path, 1, printable(str(folder)), before=counters[0], after=counters[1]))
        return found

    def _lack(self, top: Path, below: str, reason: str) -> None:
        lack = Gap("groups", f"{self._levels[top].group.path}{printable(below)}/memory.oom_control", reason)
        if lack not in self.gaps:
            self.gaps.append(lack)

    def _machine(self) -> GroupReading:
        kills = self._host.read_paging(self.gaps).oom_kills_total
        memory = self._host_memory or self._host.read([])
        return GroupReading(
            path=None,
            limit_bytes=memory.limit_bytes,
            used_bytes=memory.used_bytes,
            shmem_bytes=memory.shmem_bytes,
            before=None if self._host_kills is None else Counters(oom_kills_total=self._host_kills),
            after=None if kills is None else Counters(oom_kills_total=kills),
        )


def read_counters(group: Group, gaps: list[Gap] | None = None) -> Counters | None:
    """A group's record of hits and kills now; None where the group is gone or may not be read."""
    noted: list[Gap] = [] if gaps is None else gaps
    if isinstance(group, GroupV1):
        (kills,) = _numbers(group, "memory.oom_control", ("oom_kill",), noted)
        hits = group.limit_hits_total(noted)
        counters = Counters(oom_kills_total=kills, limit_hits_total=hits)
    else:
        oom, kills, group_kills, hits = _numbers(group, "memory.events", _EVENTS, noted)
        local_oom, local_kills, _, local_hits = _numbers(group, "memory.events.local", _EVENTS, [])
        counters = Counters(oom, kills, group_kills, hits, local_oom, local_kills, local_hits)
    return None if all(number is None for number in counters) else counters


def _numbers(group: Group, name: str, keys: tuple[str, ...], gaps: list[Gap]) -> list[int | None]:
    try:
        return line_values((group.directory / name).read_bytes(), keys)
    except OSError as err:
        gaps.append(gap("groups", f"{group.path}/{name}", err))
        return [None] * len(keys)


def _reading(level: _Level) -> GroupReading:
    """The use is that of the last sample; after the death it would be what the dead have left."""
    group, gaps = level.group, list[Gap]()
    now = group.read(gaps)
    last = level.memory or now
    return GroupReading(
        path=group.path,
        version=1 if isinstance(group, GroupV1) else 2,
        folder=printable(str(group.directory)),
        limit_bytes=last.limit_bytes if now.limit_bytes is None else now.limit_bytes,
        used_bytes=last.used_bytes,
        peak_bytes=last.usage_peak_bytes if now.usage_peak_bytes is None else now.usage_peak_bytes,
        shmem_bytes=last.shmem_bytes,
        before=level.before,
        after=read_counters(group, gaps),
    )


def _kills_below(top: Path) -> dict[Path, int | None] | None:
    """The kills that v1 groups at and below `top` remember; None where there are too many groups."""
    found = dict(islice(oom_kills_by_folder(top), _MOST_GROUPS_BELOW + 1))
    return found if len(found) <= _MOST_GROUPS_BELOW else None


def _kills_at_first(before: Mapping[Path, int | None], folder: Path) -> int | None:
    """One that was not there began with 0, if what it is in could be looked at."""
    if folder in before:
        return before[folder]
    above = next((before[parent] for parent in folder.parents if parent in before), None)
    return None if above is None else 0
