"""Where memory groups for jobs can be made, best first: below our own group on v2, on v1, or nowhere.

A group for jobs must lie below every limit that holds for ourselves: beside our own group only where
that has no limit. On v2 a group with processes in it cannot have groups with limits below it, so the
supervisor is put aside into a group of its own where nobody else is in ours.
https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint
"""

import contextlib
import os
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason
from mnemo_cli.sampling.mounts import Mount, below, inside_mount, parse_membership, parse_mounts

_PROBE_BYTES = 1 << 30


class Place(NamedTuple):
    """`parent` is the group below which runs make theirs, `home` the one that the keeper itself is in."""

    version: Literal[1, 2]
    parent: Path
    home: Path
    freezer: Path | None

    @property
    def can_freeze(self) -> bool:
        return self.version == 2 or self.freezer is not None


def find_place(root: Path) -> tuple[Place | None, str]:
    """The place, and how it was found or why there is none, in words."""
    refusals: list[str] = []
    try:
        membership = (root / "proc/self/cgroup").read_text(errors="surrogateescape")
        mounts_text = (root / "proc/self/mountinfo").read_text(errors="surrogateescape")
    except OSError as err:
        return None, f"cannot read where control groups are: {reason(err)}"
    # v1 first: on a hybrid host the memory controller is there, and v2 has none to give.
    for mount in parse_mounts(mounts_text):
        own = _own_folder(root, mount, membership, "memory")
        if own is None:
            continue
        find = _place_v1 if mount.version == 1 else _place_v2
        try:
            place = find(root, own, membership, mounts_text)
        except OSError as err:
            refusals.append(f"v{mount.version} at {printable(str(own))}: {reason(err)}")
            continue
        if place is not None:
            return place, f"a memory group (v{mount.version}) for each job below {printable(str(place.parent))}"
        refusals.append(f"v{mount.version} at {printable(str(own))}: it has other processes or no memory controller")
    return None, "no memory group can be made (" + ("; ".join(refusals) or "no memory controller is mounted") + ")"


def _own_folder(root: Path, mount: Mount, membership: str, controller: str) -> Path | None:
    path = parse_membership(membership, mount.version, controller)
    inside = None if path is None else inside_mount(path, mount.root)
    if inside is None:
        return None
    return below(root, mount.point).joinpath(*PurePosixPath(inside).parts[1:])


def _place_v1(root: Path, own: Path, membership: str, mounts_text: str) -> Place:
    _try(own, "memory.limit_in_bytes")
    freezer = None
    for mount in parse_mounts(mounts_text, "freezer"):
        folder = _own_folder(root, mount, membership, "freezer") if mount.version == 1 else None
        if folder is not None:
            with contextlib.suppress(OSError):
                _try(folder, None)
                freezer = folder
                break
    return Place(1, own, own, freezer)


def _place_v2(root: Path, own: Path, membership: str, mounts_text: str) -> Place | None:
    if "memory" not in _words(own / "cgroup.controllers"):
        return None
    if "memory" in _words(own / "cgroup.subtree_control"):
        _try(own, "memory.max")
        return Place(2, own, own, None)
    beside = own.parent
    if _is_unlimited(own) and "memory" in _words(beside / "cgroup.subtree_control"):
        with contextlib.suppress(OSError):
            _try(beside, "memory.max")
            return Place(2, beside, own, None)
    if _words(own / "cgroup.procs") != [str(os.getpid())]:
        return None
    return _put_aside(own)


def _put_aside(own: Path) -> Place:
    """Nobody but us is in our group: we move into one below it, and jobs get groups beside that."""
    aside = own / f"mnemo-supervisor-{os.getpid()}"
    aside.mkdir()
    try:
        _write(aside / "cgroup.procs", str(os.getpid()))
        _write(own / "cgroup.subtree_control", "+memory")
        _try(own, "memory.max")
    except OSError:
        with contextlib.suppress(OSError):
            _write(own / "cgroup.procs", str(os.getpid()))
            aside.rmdir()
        raise
    return Place(2, own, aside, None)


def _is_unlimited(own: Path) -> bool:
    return _words(own / "memory.max") == ["max"] and _words(own / "memory.high") == ["max"]


def _try(parent: Path, limit_file: str | None) -> None:
    """Make a group there, limit it, remove it; raises OSError."""
    probe = parent / f"mnemo-probe-{os.getpid()}"
    probe.mkdir()
    try:
        if limit_file is not None:
            _write(probe / limit_file, str(_PROBE_BYTES))
    finally:
        probe.rmdir()


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []


def _write(path: Path, word: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, word.encode())
    finally:
        os.close(descriptor)
