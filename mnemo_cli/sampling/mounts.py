"""Where the hierarchies of control groups are mounted, and which group of one a process is in: for any controller."""

import re
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

# The inode of the first control-group namespace: PROC_CGROUP_INIT_INO in the kernel's include/linux/proc_ns.h.
_FIRST_NAMESPACE = "cgroup:[4026531835]"
_OCTAL = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """Where the hierarchy of a controller is mounted, and which part of it the mount shows."""

    version: Literal[1, 2]
    point: PurePosixPath
    root: str


def parse_membership(text: str, version: Literal[1, 2], controller: str = "memory") -> str | None:
    """The path of a v1 controller, or of the unified hierarchy (v2), in a text of /proc/PID/cgroup."""
    # Not splitlines: a group may be named with a carriage return or a U+2028, only the newline is refused.
    for line in text.split("\n"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not path.startswith("/"):
            continue
        if version == 1 and controller in controllers.split(","):
            return path
        if version == 2 and number == "0" and not controllers:
            return path
    return None


def parse_mounts(text: str, controller: str = "memory") -> tuple[Mount, ...]:
    """The mounts of a controller in mountinfo. v1 comes first: on a hybrid host the controller is there."""
    found: list[Mount] = []
    for line in text.split("\n"):
        left, separator, right = line.partition(" - ")
        fields, kind = left.split(" "), right.split(" ")
        if not separator or len(fields) < 6 or len(kind) < 3:
            continue
        mount_root, point = unescaped(fields[3]), PurePosixPath(unescaped(fields[4]))
        if kind[0] == "cgroup" and controller in kind[2].split(","):
            found.append(Mount(version=1, point=point, root=mount_root))
        elif kind[0] == "cgroup2":
            found.append(Mount(version=2, point=point, root=mount_root))
    return tuple(sorted(found, key=lambda mount: (mount.version, mount.root != "/")))


def inside_mount(path: str, mount_root: str) -> str | None:
    """The path below the mount point; None when the mount does not show that part of the hierarchy."""
    if ".." in path.split("/") or ".." in mount_root.split("/"):
        return None
    if mount_root == "/":
        return "/" + path.strip("/")
    if path == mount_root or path.startswith(mount_root + "/"):
        return "/" + path[len(mount_root) :].strip("/")
    return None


def in_first_namespace(root: Path) -> bool:
    """Whether every control group of the machine can be seen from here."""
    try:
        return (root / "proc/self/ns/cgroup").readlink().as_posix() == _FIRST_NAMESPACE
    except OSError:
        return True  # kernels before 4.6 have no such namespaces


def below(root: Path, point: PurePosixPath) -> Path:
    """Where a mount point lies on a machine whose root is `root`."""
    return root / str(point).lstrip("/")


def unescaped(field: str) -> str:
    """A field of mountinfo as it is: blanks and backslashes stand there as \\040 and the like."""
    return _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), field)
