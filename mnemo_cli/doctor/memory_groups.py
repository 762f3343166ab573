"""The memory groups that limit a process, each read once, with what only version 1 tells: who may not kill."""

from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap, Memory
from mnemo_cli.sampling.cgroup import locate_membership
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.group import GroupV1


class OomControl(NamedTuple):
    """memory.oom_control of a v1 group."""

    path: str
    is_disabled: bool
    is_stuck: bool


class MemoryGroups(NamedTuple):
    """The memory groups of one membership, the innermost first, with what could not be seen of them."""

    path: str | None
    memories: tuple[Memory, ...]
    oom_controls: tuple[OomControl, ...]
    pressure_path: Path | None
    gaps: tuple[Gap, ...]


def read_memory_groups(membership: bytes, root: Path) -> MemoryGroups:
    """Reads every group on the path once, and keeps no file of it open."""
    place = locate_membership(membership, "/proc/PID/cgroup", root)
    gaps, controls = list(place.gaps), list[OomControl]()
    memories = tuple(group.read(gaps) for group in place.groups)
    for group in place.groups:
        if isinstance(group, GroupV1) and (control := _oom_control(group, gaps)) is not None:
            controls.append(control)
        group.close()
    pressures = (group.directory / "memory.pressure" for group in place.groups)
    return MemoryGroups(
        place.path,
        memories,
        tuple(controls),
        next((path for path in pressures if is_there(path)), None),
        tuple(gaps),
    )


def _oom_control(group: GroupV1, gaps: list[Gap]) -> OomControl | None:
    try:
        lines = (group.directory / "memory.oom_control").read_bytes().split(b"\n")
    except OSError as err:
        gaps.append(gap(f"oom_control.{group.path}", f"{group.path}/memory.oom_control", err))
        return None
    return OomControl(group.path, b"oom_kill_disable 1" in lines, b"under_oom 1" in lines)
