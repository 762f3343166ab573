"""The control groups of the target and of ourselves up to the root: limits, use, hits, kills, pressure, CPU, tasks.

All files of these controllers that tell something, on v1 and v2. Beside them a table of all groups below the
target's (of the whole machine without a target): v1 counts a kill in the victim's own group only, which may lie there.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Scene
from mnemo_cli.diagnostics.members import text_member
from mnemo_cli.diagnostics.reading import few, gathered, missing, missing_of, read_whole, shown
from mnemo_cli.errors import TargetError
from mnemo_cli.model import Gap
from mnemo_cli.sampling.cgroup import locate_path
from mnemo_cli.sampling.files import line_values
from mnemo_cli.sampling.group import GroupV1
from mnemo_cli.sampling.hierarchy import Hierarchies

_CONTROLLERS = ("memory", "pids", "cpu")
_PREFIXES = ("memory.", "pids.", "cpu.", "hugetlb.", "io.pressure")
_NAMES = (
    "cgroup.events",
    "cgroup.controllers",
    "cgroup.subtree_control",
    "cgroup.type",
    "cgroup.stat",
    "cgroup.freeze",
)
# Seen without being read: reading memory.kmem.slabinfo walks all slabs, the others are eventfds' counterparts.
_LEFT_OUT = ("memory.kmem.slabinfo", "memory.pressure_level")
# A name may match thousands of processes; the first ones tell in which groups they are.
_MOST_PROCESSES = 32
_MOST_GROUPS, _MOST_BELOW = 64, 500


class _Found(NamedTuple):
    """One folder of a group: the controller that it was found under (on v2 one folder serves all), and where it is."""

    controller: str
    path: str
    directory: Path


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    groups = list(_groups(scene, lacks))
    pids = ("self", *map(str, scene.pids[:_MOST_PROCESSES]))
    memberships = b"".join(_membership(scene.root, pid) for pid in pids)
    if memberships:
        yield text_member("target-groups/memberships.txt", memberships, "/proc/PID/cgroup")
    for controller in _CONTROLLERS:
        chosen = [group for group in groups[:_MOST_GROUPS] if group.controller == controller]
        text = b"".join(_texts(group, scene.root, lacks) for group in chosen)
        if text:
            yield text_member(f"target-groups/{controller}.txt", text, shown(chosen[-1].directory, scene.root))
    top = _top(scene, groups)
    if top is not None:
        below = b"".join(_below(top))
        yield text_member("target-groups/below.txt", below, shown(top.directory, scene.root))
    if len(groups) > _MOST_GROUPS:
        yield Missing("/sys/fs/cgroup", "partial", f"{len(groups) - _MOST_GROUPS} more groups of the target")
    yield from few(lacks)


def _groups(scene: Scene, lacks: list[Missing]) -> Iterator[_Found]:
    """Every folder on the paths of the target's processes and of ours, each once; the target's come first."""
    gaps: list[Gap] = []
    hierarchies, seen = Hierarchies(scene.root, gaps), set[Path]()
    if scene.choice.path is not None:
        try:
            place = locate_path(scene.choice.path, scene.root)
        except TargetError as err:
            lacks.append(Missing(scene.choice.path, "skipped", str(err)))
        else:
            for group in place.groups:
                seen.add(group.directory)
                yield _Found("memory", group.path, group.directory)
    for pid in (*scene.pids[:_MOST_PROCESSES], "self"):
        try:
            membership = read_whole(scene.root / f"proc/{pid}/cgroup")
        except OSError as err:
            lacks.append(missing(f"/proc/{pid}/cgroup", err))
            continue
        for controller in _CONTROLLERS:
            for folder in hierarchies.chain(controller, membership).folders:
                if folder.directory not in seen:
                    seen.add(folder.directory)
                    yield _Found(controller, folder.path, folder.directory)
    lacks.extend(map(missing_of, gaps))


def _membership(root: Path, pid: str) -> bytes:
    try:
        return b"==> /proc/%b/cgroup <==\n%b\n" % (pid.encode(), read_whole(root / f"proc/{pid}/cgroup"))
    except OSError:
        return b""


def _texts(group: _Found, root: Path, lacks: list[Missing]) -> bytes:
    """Every file of the group that tells something, under its full name."""
    where = shown(group.directory, root)
    try:
        listed = sorted(os.listdir(group.directory))  # noqa: PTH208
    except OSError as err:
        lacks.append(missing(where, err))
        return b""
    names = [name for name in listed if _is_wanted(group.directory, name)]
    text = b"".join(gathered(((f"{where}/{name}", group.directory / name) for name in names), lacks))
    processes = _count(group.directory / "cgroup.procs")
    if processes is None:
        return text
    return b"==> %b/cgroup.procs <==\n%d processes\n\n%b" % (os.fsencode(where), processes, text)


def _is_wanted(directory: Path, name: str) -> bool:
    if name in _LEFT_OUT or not (name.startswith(_PREFIXES) or name in _NAMES):
        return False
    try:
        # memory.reclaim and memory.force_empty can only be written.
        return bool((directory / name).stat().st_mode & 0o444)
    except OSError:
        return False


def _count(path: Path) -> int | None:
    try:
        return read_whole(path).count(b"\n")
    except OSError:
        return None


def _top(scene: Scene, groups: list[_Found]) -> _Found | None:
    """The target's innermost memory group; the root of all without a target."""
    memory = [group for group in groups if group.controller == "memory"]
    if not memory:
        return None
    return memory[0] if scene.pids or scene.choice.path is not None else memory[-1]


def _below(top: _Found) -> Iterator[bytes]:
    """One line for each group: its path from here, its use, its limit, its hits and the kills that it remembers."""
    yield (
        b"# group used_bytes limit_bytes limit_hits oom_kills ('-': not counted, or not readable); from %b\n"
        % os.fsencode(top.path)
    )
    for number, (folder, folders, files) in enumerate(os.walk(top.directory)):
        folders.sort()
        if number == _MOST_BELOW:
            yield b"# and more: only the first %d are listed\n" % _MOST_BELOW
            return
        yield _row(Path(folder), os.fsencode(os.path.relpath(folder, top.directory)), files)


def _row(folder: Path, name: bytes, files: list[str]) -> bytes:
    is_v2 = "memory.usage_in_bytes" not in files
    used, limit = ("memory.current", "memory.max") if is_v2 else ("memory.usage_in_bytes", "memory.limit_in_bytes")
    events = _content(folder / ("memory.events" if is_v2 else "memory.oom_control"))
    kills, hits = line_values(events, ("oom_kill", "max"))
    if not is_v2:
        with closing(GroupV1(folder, path="")) as group:
            hits = group.limit_hits_total([])
    words = (_content(folder / used), _content(folder / limit), _digits(hits), _digits(kills))
    name = name.replace(b" ", b"\\x20").replace(b"\n", b"\\x0a")
    return b" ".join((name, *(word.strip() or b"-" for word in words))) + b"\n"


def _digits(number: int | None) -> bytes:
    return b"" if number is None else b"%d" % number


def _content(path: Path) -> bytes:
    try:
        return read_whole(path, most_bytes=4096)
    except OSError:
        return b""


COLLECTOR = Collector("target-groups", "the control groups on the target's path", collect)
