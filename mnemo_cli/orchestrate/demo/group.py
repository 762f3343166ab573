"""A memory group that this process is in for as long as a block lasts, and leaves and removes after it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.orchestrate.engines.local.place import Place, find_place
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason

_LIMIT_FILES = {1: "memory.limit_in_bytes", 2: "memory.max"}


class InGroup(NamedTuple):
    """Whether we are in a group of our own, and where it is, or why there is none, in words."""

    is_in: bool
    text: str


@contextlib.contextmanager
def own_group(root: Path, limit_bytes: int) -> Iterator[InGroup]:
    """While entered, this process is in a memory group with that limit, where one can be made."""
    place, found = find_place(root)
    if place is None:
        yield InGroup(False, found)
        return
    folder = place.parent / f"mnemo-demo-{os.getpid()}"
    try:
        _enter(folder, _LIMIT_FILES[place.version], limit_bytes)
    except OSError as err:
        _leave(folder, place)
        yield InGroup(False, f"no memory group can be made: {printable(str(folder))}: {reason(err)}")
        return
    try:
        yield InGroup(True, f"memory group {printable(str(folder))}")
    finally:
        _leave(folder, place)


def _enter(folder: Path, limit_file: str, limit_bytes: int) -> None:
    folder.mkdir()
    _write(folder / limit_file, str(limit_bytes))
    _write(folder / "cgroup.procs", str(os.getpid()))


def _leave(folder: Path, place: Place) -> None:
    """Back to where we were; on v2 that may be a group that was made so that ours could be."""
    with contextlib.suppress(OSError):
        _write(place.home / "cgroup.procs", str(os.getpid()))
    with contextlib.suppress(OSError):
        folder.rmdir()
    if place.home.parent == place.parent:
        with contextlib.suppress(OSError):
            _write(place.parent / "cgroup.subtree_control", "-memory")
            _write(place.parent / "cgroup.procs", str(os.getpid()))
            place.home.rmdir()


def _write(path: Path, word: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, word.encode())
    finally:
        os.close(descriptor)
