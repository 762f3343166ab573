"""Which control groups limit a process's memory: its own and every visible ancestor, on v1, v2 or both.

The path in /proc/PID/cgroup is relative to the hierarchy's root, the mount may show only a part of
it (field 4 of mountinfo), and inside a control-group namespace both are cut. So the naive join of
mount point and path is wrong in containers: the mount's root is taken off the path first, and where
that leads nowhere the mount point itself is the nearest group that can be seen.
https://man7.org/linux/man-pages/man7/cgroups.7.html
"""

import os
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from mnemo_cli.errors import TargetError
from mnemo_cli.model import UNLIMITED, Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.group import Group, GroupV1, GroupV2
from mnemo_cli.sampling.mounts import Mount, below, in_first_namespace, inside_mount, parse_membership, parse_mounts


class Place(NamedTuple):
    """The groups that limit something, the innermost first, and what could not be seen of them."""

    path: str | None
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]


def locate_process(pid: int | Literal["self"], root: Path) -> Place:
    """The groups of a process; none, with a gap, where /proc does not say."""
    source = f"/proc/{pid}/cgroup"
    try:
        text = (root / source[1:]).read_bytes()
    except OSError as err:
        return Place(path=None, groups=(), gaps=(gap("limits", source, err),))
    return locate_membership(text, source, root)


def locate_membership(text: bytes, source: str, root: Path) -> Place:
    """The groups that a text of /proc/PID/cgroup names; `source` is that file."""
    try:
        mounts = parse_mounts(os.fsdecode((root / "proc/self/mountinfo").read_bytes()))
    except OSError as err:
        return Place(path=None, groups=(), gaps=(gap("limits", "/proc/self/mountinfo", err),))
    for mount in mounts:
        path = parse_membership(os.fsdecode(text), mount.version)
        if path is not None:
            return _place(mount, path, root)
    unseen = Gap("limits", source, "no memory controller is mounted here: no group's limit can be seen")
    return Place(path=None, groups=(), gaps=(unseen,))


def locate_path(wanted: str, root: Path) -> Place:
    """The groups at and above a path that a person gave: inside the hierarchy, or below /sys/fs/cgroup.

    Raises TargetError when there is no such group.
    """
    try:
        mounts = parse_mounts(os.fsdecode((root / "proc/self/mountinfo").read_bytes()))
    except OSError as err:
        raise TargetError(f"cannot find control groups: /proc/self/mountinfo: {err.strerror}") from err
    for mount in mounts:
        inside = wanted
        if PurePosixPath(wanted).is_relative_to(mount.point):
            inside = str(PurePosixPath(wanted).relative_to(mount.point))
        parts = PurePosixPath(inside.strip("/")).parts
        directory = below(root, mount.point).joinpath(*parts)
        if ".." not in parts and is_there(directory / type_of(mount).USAGE_FILE):
            return _walk(mount, "/" + "/".join(parts), root, _unseen_above(mount, root))
    tried = ", ".join(str(mount.point) for mount in mounts) or "no mounted memory controller"
    raise TargetError(
        f"no memory control group {printable(wanted)}: looked below {printable(tried)}; "
        "give the path inside the hierarchy, such as /app"
    )


def type_of(mount: Mount) -> type[Group]:
    return GroupV1 if mount.version == 1 else GroupV2


def _place(mount: Mount, path: str, root: Path) -> Place:
    inside = inside_mount(path, mount.root)
    if inside is not None and is_there(below(root, mount.point) / inside[1:]):
        return _walk(mount, inside, root, _unseen_above(mount, root))
    reason = f"the group {printable(path)} is not visible here; the nearest visible group is judged"
    return _walk(mount, _nearest(inside, mount, root), root, [Gap("limits", printable(str(mount.point)), reason)])


def _nearest(inside: str | None, mount: Mount, root: Path) -> str:
    """The innermost ancestor that is there: of a group that was removed it still limits the process."""
    parents = PurePosixPath(inside).parents if inside is not None else ()
    return next((str(path) for path in parents if is_there(below(root, mount.point) / str(path)[1:])), "/")


def _unseen_above(mount: Mount, root: Path) -> list[Gap]:
    if mount.root == "/" and in_first_namespace(root):
        return []
    reason = "limits above this control-group namespace cannot be seen from inside it"
    return [Gap("limits", printable(str(mount.point)), reason)]


def _walk(mount: Mount, path: str, root: Path, gaps: list[Gap]) -> Place:
    top = below(root, mount.point)
    make = type_of(mount)
    inner = PurePosixPath(path)
    whole_hierarchy = mount.root == "/" and in_first_namespace(root)
    groups: list[Group] = []
    for current in (inner, *inner.parents):
        directory = top / str(current)[1:]
        # The true root can have no limit (v2 gives it no file, v1 refuses to set one), and where the
        # controller is off there is no file: no limit at that level either way.
        if str(current) == "/" and whole_hierarchy and not _is_limited(directory, mount):
            continue
        if is_there(directory / make.LIMIT_FILE) and (not groups or _binds_children(directory, mount)):
            groups.append(make(directory, path=str(current)))
    if not groups and path != "/":
        source = printable(f"{mount.point}{path}")
        gaps.append(Gap("limits", source, "no group on this path has a memory limit file"))
    gaps.extend(_hidden_limit(groups))
    return Place(path=printable(path), groups=tuple(groups), gaps=tuple(gaps))


def _is_limited(directory: Path, mount: Mount) -> bool:
    """A kernel in user space may mount one group as the root of all, with its limit in place; unreadable, it may be."""
    group = type_of(mount)(directory, path="/")
    limit_bytes = group.glance([]).limit_bytes
    group.close()
    return limit_bytes is not UNLIMITED


def _binds_children(directory: Path, mount: Mount) -> bool:
    """Before Linux 5.11 a v1 group limited its children only with memory.use_hierarchy = 1."""
    if mount.version == 2:
        return True
    try:
        return (directory / "memory.use_hierarchy").read_bytes().strip() != b"0"
    except OSError:
        return True


def _hidden_limit(groups: list[Group]) -> list[Gap]:
    """v1 tells the tightest limit on the path even when the group that has it lies outside our view."""
    hidden = groups[0].hidden_limit_bytes() if groups else None
    if hidden is None:
        return []
    seen = [memory.limit_bytes for memory in (group.glance([]) for group in groups)]
    if any(isinstance(limit, int) and limit <= hidden for limit in seen) or None in seen:
        return []
    return [
        Gap("limits", f"{groups[0].path}/memory.stat", f"an ancestor that cannot be seen has a limit of {hidden} bytes")
    ]
