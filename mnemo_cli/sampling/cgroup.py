"""Which control groups limit a process's memory: its own and every visible ancestor, on v1, v2 or both.

The path in /proc/PID/cgroup is relative to the hierarchy's root, the mount may show only a part of
it (field 4 of mountinfo), and inside a control-group namespace both are cut. So the naive join of
mount point and path is wrong in containers: the mount's root is taken off the path first, and where
that leads nowhere the mount point itself is the nearest group that can be seen.
https://man7.org/linux/man-pages/man7/cgroups.7.html
"""

import os
import re
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from mnemo_cli.errors import TargetError
from mnemo_cli.model import UNLIMITED, Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.group import Group, GroupV1, GroupV2

# The inode of the first control-group namespace: PROC_CGROUP_INIT_INO in the kernel's include/linux/proc_ns.h.
_FIRST_NAMESPACE = "cgroup:[4026531835]"
_OCTAL = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """Where the memory controller's hierarchy is mounted, and which part of it the mount shows."""

    version: Literal[1, 2]
    point: PurePosixPath
    root: str


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
        directory = _under(root, mount.point).joinpath(*parts)
        if ".." not in parts and is_there(directory / type_of(mount).USAGE_FILE):
            return _walk(mount, "/" + "/".join(parts), root, _unseen_above(mount, root))
    tried = ", ".join(str(mount.point) for mount in mounts) or "no mounted memory controller"
    raise TargetError(
        f"no memory control group {printable(wanted)}: looked below {printable(tried)}; "
        "give the path inside the hierarchy, such as /app"
    )


def parse_membership(text: str, version: Literal[1, 2]) -> str | None:
    """The path of the memory controller (v1) or of the unified hierarchy (v2) in /proc/PID/cgroup."""
    # Not splitlines: a group may be named with a carriage return or a U+2028, only the newline is refused.
    for line in text.split("\n"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not path.startswith("/"):
            continue
        if version == 1 and "memory" in controllers.split(","):
            return path
        if version == 2 and number == "0" and not controllers:
            return path
    return None


def parse_mounts(text: str) -> tuple[Mount, ...]:
    """The mounts of the memory controller in mountinfo. v1 comes first: on a hybrid host memory is there."""
    found: list[Mount] = []
    for line in text.split("\n"):
        left, separator, right = line.partition(" - ")
        fields, kind = left.split(" "), right.split(" ")
        if not separator or len(fields) < 6 or len(kind) < 3:
            continue
        mount_root, point = _unescape(fields[3]), PurePosixPath(_unescape(fields[4]))
        if kind[0] == "cgroup" and "memory" in kind[2].split(","):
            found.append(Mount(version=1, point=point, root=mount_root))
        elif kind[0] == "cgroup2":
            found.append(Mount(version=2, point=point, root=mount_root))
    return tuple(sorted(found, key=lambda mount: (mount.version, mount.root != "/")))


def type_of(mount: Mount) -> type[Group]:
    return GroupV1 if mount.version == 1 else GroupV2


def _place(mount: Mount, path: str, root: Path) -> Place:
    inside = _inside_mount(path, mount.root)
    if inside is not None and is_there(_under(root, mount.point) / inside[1:]):
        return _walk(mount, inside, root, _unseen_above(mount, root))
    reason = f"the group {printable(path)} is not visible here; the nearest visible group is judged"
    return _walk(mount, _nearest(inside, mount, root), root, [Gap("limits", printable(str(mount.point)), reason)])


def _nearest(inside: str | None, mount: Mount, root: Path) -> str:
    """The innermost ancestor that is there: of a group that was removed it still limits the process."""
    parents = PurePosixPath(inside).parents if inside is not None else ()
    return next((str(path) for path in parents if is_there(_under(root, mount.point) / str(path)[1:])), "/")


def _unseen_above(mount: Mount, root: Path) -> list[Gap]:
    if mount.root == "/" and _in_first_namespace(root):
        return []
    reason = "limits above this control-group namespace cannot be seen from inside it"
    return [Gap("limits", printable(str(mount.point)), reason)]


def _walk(mount: Mount, path: str, root: Path, gaps: list[Gap]) -> Place:
    top = _under(root, mount.point)
    make = type_of(mount)
    inner = PurePosixPath(path)
    whole_hierarchy = mount.root == "/" and _in_first_namespace(root)
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


def _inside_mount(path: str, mount_root: str) -> str | None:
    """The path below the mount point; None when the mount does not show that part of the hierarchy."""
    if ".." in path.split("/") or ".." in mount_root.split("/"):
        return None
    if mount_root == "/":
        return "/" + path.strip("/")
    if path == mount_root or path.startswith(mount_root + "/"):
        return "/" + path[len(mount_root) :].strip("/")
    return None


def _in_first_namespace(root: Path) -> bool:
    try:
        return (root / "proc/self/ns/cgroup").readlink().as_posix() == _FIRST_NAMESPACE
    except OSError:
        return True  # kernels before 4.6 have no such namespaces


def _under(root: Path, point: PurePosixPath) -> Path:
    return root / str(point).lstrip("/")


def _unescape(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), field)
