"""Where the groups of one controller are, for any controller, on v1 and v2: the folders from the innermost outward.

For memory, whose limits a monitor follows for hours, see cgroup; here a chain is found once and read once.
"""

import os
from pathlib import Path
from typing import Literal, NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.mounts import Mount, below, in_first_namespace, inside_mount, parse_membership, parse_mounts


class Folder(NamedTuple):
    """One group: its name inside the hierarchy, made safe to show, and where its files are."""

    path: str
    directory: Path


class Chain(NamedTuple):
    """The groups of a process under one controller. `is_cut` where groups above cannot be seen from here."""

    version: Literal[1, 2] | None
    folders: tuple[Folder, ...]
    is_cut: bool


class Hierarchies:
    """The mounts of one machine, read once."""

    def __init__(self, root: Path, gaps: list[Gap]) -> None:
        self._root = root
        self._is_cut = not in_first_namespace(root)
        try:
            self._mountinfo = os.fsdecode((root / "proc/self/mountinfo").read_bytes())
        except OSError as err:
            gaps.append(gap("groups", "/proc/self/mountinfo", err))
            self._mountinfo = ""
        self._mounts: dict[str, tuple[Mount, ...]] = {}

    def chain(self, controller: str, membership: bytes) -> Chain:
        """The groups that a text of /proc/PID/cgroup names for a controller such as "pids"."""
        text = os.fsdecode(membership)
        for mount in self._mounts_of(controller):
            path = parse_membership(text, mount.version, controller)
            if path is not None:
                folders, is_whole = self._walk(mount, path.removesuffix(" (deleted)"))
                return Chain(mount.version, folders, self._is_cut or mount.root != "/" or not is_whole)
        return Chain(None, (), self._is_cut)

    def _walk(self, mount: Mount, path: str) -> tuple[tuple[Folder, ...], bool]:
        """The visible part of the path, and whether that is all of it."""
        top = below(self._root, mount.point)
        inside = inside_mount(path, mount.root)
        names = [] if inside is None else [name for name in inside.split("/") if name]
        while names and not is_there(top.joinpath(*names)):
            names.pop()  # removed meanwhile: its parent still limits the process
        folders = [
            Folder(printable("/" + "/".join(names[:depth])), top.joinpath(*names[:depth]))
            for depth in range(len(names), -1, -1)
        ]
        return tuple(folders), inside is not None

    def _mounts_of(self, controller: str) -> tuple[Mount, ...]:
        if controller not in self._mounts:
            self._mounts[controller] = parse_mounts(self._mountinfo, controller)
        return self._mounts[controller]
