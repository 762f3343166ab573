"""Memory that no process shows as its own: files in tmpfs and /dev/shm, shared memory segments, huge pages.

A full tmpfs is charged to the control group of whoever wrote it, and stays when they are gone.
"""

import heapq
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import json_line, small_file
from mnemo_cli.diagnostics.reading import few, joined, missing, read_whole, status_of
from mnemo_cli.model import Json
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.mounts import below, unescaped

_KINDS = ("tmpfs", "ramfs", "devtmpfs", "hugetlbfs")
_MOST_MOUNTS, _MOST_FILES, _MOST_ENTRIES = 200, 100, 20000


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    rows = [json_line(row) for row in _mounts(scene.root, lacks)]
    if rows:
        yield Member("mounts/tmpfs.jsonl", tuple(joined(rows)), "document", "/proc/self/mountinfo")
    files = [json_line(row) for row in _largest_files(scene.root / "dev/shm", lacks)]
    if files:
        yield Member("mounts/dev-shm.jsonl", tuple(joined(files)), "document", "/dev/shm")
    yield from few(lacks)
    yield small_file(scene, "proc/sysvipc/shm", "mounts/sysvipc-shm")


def _mounts(root: Path, lacks: list[Missing]) -> Iterator[dict[str, Json]]:
    try:
        lines = decoded(read_whole(root / "proc/self/mountinfo")).split("\n")
    except OSError as err:
        lacks.append(missing("/proc/self/mountinfo", err))
        return
    found = [fields for fields in map(_memory_mount, lines) if fields is not None]
    for kind, point in found[:_MOST_MOUNTS]:
        try:
            use = os.statvfs(below(root, PurePosixPath(point)))
        except (OSError, ValueError) as err:
            lacks.append(missing(point, err))
            continue
        yield {
            "kind": kind,
            "point": printable(point),
            "size_bytes": use.f_blocks * use.f_frsize,
            "used_bytes": (use.f_blocks - use.f_bfree) * use.f_frsize,
            "files": use.f_files - use.f_ffree,
        }


def _memory_mount(line: str) -> tuple[str, str] | None:
    """Kind and mount point of a file system that lies in memory; no other is touched, for it may be dead."""
    left, _, right = line.partition(" - ")
    fields, kind = left.split(" "), right.split(" ")[0]
    return (kind, unescaped(fields[4])) if kind in _KINDS and len(fields) > 5 else None


def _largest_files(folder: Path, lacks: list[Missing]) -> Iterator[dict[str, Json]]:
    sizes: list[tuple[int, str]] = []
    try:
        with os.scandir(folder) as entries:
            for _, entry in zip(range(_MOST_ENTRIES), entries, strict=False):
                if (status := status_of(entry)) is not None:
                    sizes.append((status.st_blocks * 512, entry.name))
            if next(entries, None) is not None:
                lacks.append(Missing("/dev/shm", "partial", f"only {_MOST_ENTRIES} of its files were looked at"))
    except OSError as err:
        lacks.append(missing("/dev/shm", err))
    for size, name in heapq.nlargest(_MOST_FILES, sizes):
        yield {"name": printable(name), "used_bytes": size}


COLLECTOR = Collector("mounts", "memory in tmpfs, /dev/shm and shared segments", collect, profile=Profile.STANDARD)
