"""Where the groups of one controller are, for any controller, on v1 and v2: the folders from the innermost outward.

For memory, whose limits a monitor follows for hours, see cgroup; here a chain is found once and read once.
"""

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import gap, is_there

# The inode of the first control-group namespace: PROC_CGROUP_INIT_INO in the kernel's include/linux/proc_ns.h.
_FIRST_NAMESPACE = "cgroup:[4026531835]"
_OCTAL = re.compile(r"\\([0-7]{3})")


class Folder(NamedTuple):
    """One group: its name inside the hierarchy, made safe to show, and where its files are."""

    path: str
    directory: Path


class Chain(NamedTuple):
    """The groups of a process under one controller. `is_cut` where groups above cannot be seen from here."""

    version: Literal[1, 2] | None
    folders: tuple[Folder, ...]
    is_cut: bool


class _Mount(NamedTuple):
    version: Literal[1, 2]
    point: str
    root: str


class Hierarchies:
    """The mounts of one machine, read once."""

    def __init__(self, root: Path, gaps: list[Gap]) -> None:
        self._root = root
        self._is_cut = not _in_first_namespace(root)
        try:
            self._mountinfo = os.fsdecode((root / "proc/self/mountinfo").read_bytes())
        except OSError as err:
            gaps.append(gap("groups", "/proc/self/mountinfo", err))
            self._mountinfo = ""
        self._mounts: dict[str, list[_Mount]] = {}

    def chain(self, controller: str, membership: bytes) -> Chain:
        """The groups that a text of /proc/PID/cgroup names for a controller such as "pids"."""
        text = os.fsdecode(membership)
        for mount in self._mounts_of(controller):
            path = member_path(text, controller, mount.version)
            if path is not None:
                folders, is_whole = self._walk(mount, path)
                return Chain(mount.version, folders, self._is_cut or mount.root != "/" or not is_whole)
        return Chain(None, (), self._is_cut)

    def _walk(self, mount: _Mount, path: str) -> tuple[tuple[Folder, ...], bool]:
        """The visible part of the path, and whether that is all of it."""
        top = self._root / mount.point.lstrip("/")
        inside = _inside(path, mount.root)
        names = [] if inside is None else [name for name in inside.split("/") if name]
        while names and not is_there(top.joinpath(*names)):
            names.pop()  # removed meanwhile: its parent still limits the process
        folders = [
            Folder(printable("/" + "/".join(names[:depth])), top.joinpath(*names[:depth]))
            for depth in range(len(names), -1, -1)
        ]
        return tuple(folders), inside is not None

    def _mounts_of(self, controller: str) -> list[_Mount]:
        if controller not in self._mounts:
            self._mounts[controller] = _parse_mounts(self._mountinfo, controller)
        return self._mounts[controller]


def member_path(text: str, controller: str, version: Literal[1, 2]) -> str | None:
    """The path of a v1 controller, or of the unified hierarchy, in a text of /proc/PID/cgroup."""
    for line in text.split("\n"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not path.startswith("/"):
            continue
        if controller in controllers.split(",") if version == 1 else number == "0" and not controllers:
            return path.removesuffix(" (deleted)")
    return None


def _parse_mounts(text: str, controller: str) -> list[_Mount]:
    """v1 comes first: on a hybrid host the controller is there. A mount of the whole hierarchy shows most."""
    found: list[_Mount] = []
    for line in text.split("\n"):
        left, separator, right = line.partition(" - ")
        fields, kind = left.split(" "), right.split(" ")
        if not separator or len(fields) < 6 or len(kind) < 3:
            continue
        root, point = (_OCTAL.sub(lambda match: chr(int(match[1], 8)), field) for field in fields[3:5])
        if kind[0] == "cgroup" and controller in kind[2].split(","):
            found.append(_Mount(1, point, root))
        elif kind[0] == "cgroup2":
            found.append(_Mount(2, point, root))
    return sorted(found, key=lambda mount: (mount.version, mount.root != "/"))


def _inside(path: str, mount_root: str) -> str | None:
    """The path below the mount point; None where the mount does not show that part of the hierarchy."""
    if ".." in path.split("/") or ".." in mount_root.split("/"):
        return None
    if mount_root == "/":
        return path
    return path[len(mount_root) :] if (path + "/").startswith(mount_root + "/") else None


def _in_first_namespace(root: Path) -> bool:
    try:
        return (root / "proc/self/ns/cgroup").readlink().as_posix() == _FIRST_NAMESPACE
    except OSError:
        return True  # kernels before 4.6 have no such namespaces
