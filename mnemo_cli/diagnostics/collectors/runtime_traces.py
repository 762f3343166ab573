"""What runtimes leave when they die: JVM error logs, Node reports, heap and core dumps, found by the target's pids.

Looked for in the folders that the processes work in, in /tmp and where core dumps go. Of dumps only name, size and
time are told; of a JVM's error log the head, which names the error and the memory, and nothing of its environment
or command line; of a Node report the numbers of its heap. No link is followed: these folders are others'.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import json_line, small_file, text_member
from mnemo_cli.diagnostics.node_report import node_report
from mnemo_cli.diagnostics.reading import few, joined, missing, open_regular, read_whole, status_of
from mnemo_cli.model import Json
from mnemo_cli.recording.document import timestamp
from mnemo_cli.redact import decoded, printable

_MOST_PROCESSES, _MOST_ENTRIES, _MOST_FILES, _MOST_TEXTS = 64, 5000, 200, 8
_JVM_BYTES, _NODE_BYTES = 1 << 16, 1 << 20
_CORE_FOLDERS = ("var/lib/systemd/coredump", "var/crash", "cores")
# What may lie in a folder of cores of other programs is told only where its name holds a pid of the target.
_KINDS = {
    "jvm-error": re.compile(r"hs_err_pid(\d{1,10})\.log"),
    "jvm-replay": re.compile(r"replay_pid(\d{1,10})\.log"),
    "jvm-heap": re.compile(r"java_pid(\d{1,10})\.hprof(?:\.\d+)?|[\w.-]+\.hprof"),
    "node-report": re.compile(r"report\.\d{8}\.\d{6}\.(\d{1,10})\.\d+\.\d+\.json"),
    "node-heap": re.compile(r"Heap[.-][\w.-]+\.heapsnapshot|Heap\.\d{8}\.\d{6}\.(\d{1,10})\.[\d.]+heapsnapshot"),
    "core": re.compile(r"core(?:\.(\d{1,10}))?|core\.[\w.-]+\.\d{1,10}(?:\.[\d]+)*(?:\.(?:zst|lz4|xz))?|core-[\w.-]+"),
    "crash-report": re.compile(r"_[\w.-]+\.\d+\.crash"),
    "python-trace": re.compile(r"faulthandler[\w.-]*\.(?:log|txt)"),
}
# A JVM's error log ends, for us, where it lists threads, maps, flags, the command line and the environment.
_JVM_TOLD = re.compile(
    rb"(?m)^(?:# .*|#|Heap:|Heap|Metaspace:|Memory:.*|Native Memory Tracking:|elapsed time: .*| .*total.*used.*)$"
)


class _Trace(NamedTuple):
    kind: str
    folder: Path
    name: str
    pid: int | None
    size_bytes: int
    changed_seconds: float
    uid: int


def collect(scene: Scene) -> Iterator[Member | Missing]:
    lacks: list[Missing] = []
    traces = sorted(_traces(scene, lacks), key=lambda trace: -trace.changed_seconds)[:_MOST_FILES]
    if traces:
        rows = tuple(joined(json_line(_row(trace, scene.root)) for trace in traces))
        yield Member("runtime-traces/traces.jsonl", rows, "document", "the folders of the target's processes")
    for number, trace in enumerate([one for one in traces if one.kind in ("jvm-error", "node-report")][:_MOST_TEXTS]):
        yield _text(trace, f"runtime-traces/{number}-{trace.kind}")
    if not traces and not lacks:
        yield Missing("traces", "skipped", "no runtime left a trace of these processes")
    yield small_file(scene, "proc/sys/kernel/core_pattern", "runtime-traces/core_pattern", "commands")
    yield from few(lacks)


def _traces(scene: Scene, lacks: list[Missing]) -> Iterator[_Trace]:
    pids, seen = frozenset(scene.pids), set[tuple[int, int]]()
    own = [scene.root / f"proc/{pid}/cwd" for pid in scene.pids[:_MOST_PROCESSES]]
    shared = [scene.root / name for name in ("tmp", *_CORE_FOLDERS, *_core_folder(scene.root))]
    for folder in (*own, *shared):
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            yield from _of_folder(folder, pids, is_own=folder in own)
        except (OSError, ValueError) as err:
            lack = missing(f"/{folder.relative_to(scene.root)}", err)
            if lack.state != "skipped":
                lacks.append(lack)


def _core_folder(root: Path) -> tuple[str, ...]:
    """Where the kernel writes cores itself; nowhere of its own where it hands them to a program (core(5))."""
    try:
        pattern = decoded(read_whole(root / "proc/sys/kernel/core_pattern")).strip()
    except OSError:
        return ()
    folder = pattern.rpartition("/")[0].lstrip("/")
    return (folder,) if pattern.startswith("/") and folder and not {"..", "%"} & {*folder.split("/"), *folder} else ()


def _of_folder(folder: Path, pids: frozenset[int], *, is_own: bool) -> Iterator[_Trace]:
    with os.scandir(folder) as entries:
        for entry, _ in zip(entries, range(_MOST_ENTRIES), strict=False):
            kind, pid = _kind(entry.name, pids)
            if kind is None or (pid is None and not is_own) or not entry.is_file(follow_symlinks=False):
                continue
            if (status := status_of(entry)) is not None:
                yield _Trace(kind, folder, entry.name, pid, status.st_size, status.st_mtime, status.st_uid)


def _kind(name: str, pids: frozenset[int]) -> tuple[str | None, int | None]:
    """What a file is by its name, and of which process of the target; a stranger's pid makes it a stranger's."""
    for kind, pattern in _KINDS.items():
        match = pattern.fullmatch(name)
        if match is None:
            continue
        told = next((int(word) for word in match.groups() if word), None)
        if told is None:
            # core.java.1000.<boot id>.4121.<time>.zst, and whatever other pattern names a pid
            told = next((int(word) for word in re.findall(r"\d{1,10}", name) if int(word) in pids), None)
        return (kind, told) if told is None or told in pids or not pids else (None, None)
    return None, None


def _row(trace: _Trace, root: Path) -> dict[str, Json]:
    return {
        "kind": trace.kind,
        "path": printable(f"/{trace.folder.relative_to(root)}/{trace.name}"),
        "pid": trace.pid,
        "size_bytes": trace.size_bytes,
        "changed": timestamp(trace.changed_seconds),
    }


def _text(trace: _Trace, path: str) -> Member | Missing:
    most_bytes = _JVM_BYTES if trace.kind == "jvm-error" else _NODE_BYTES
    try:
        text = _read(trace, most_bytes)
        told = _jvm_lines(text) if trace.kind == "jvm-error" else node_report(text)
    except (OSError, ValueError) as err:
        return missing(trace.name, err)
    return text_member(path, told, printable(trace.name), "log" if trace.kind == "jvm-error" else "document")


def _read(trace: _Trace, most_bytes: int) -> bytes:
    """Through the folder, no link followed: only what still is the file that was seen, of the same owner."""
    folder = os.open(trace.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        descriptor = open_regular(trace.name, within=folder)
    finally:
        os.close(folder)
    try:
        if os.fstat(descriptor).st_uid != trace.uid:
            raise ValueError("it belongs to somebody else by now")
        return os.pread(descriptor, most_bytes, 0)
    finally:
        os.close(descriptor)


def _jvm_lines(text: bytes) -> bytes:
    """The error in words and the sizes of the heap: an allow-list of lines."""
    return b"\n".join(match[0] for match in _JVM_TOLD.finditer(text)) + b"\n"


COLLECTOR = Collector(
    "runtime-traces", "what runtimes left when they died, and names of dumps", collect, profile=Profile.STANDARD
)
