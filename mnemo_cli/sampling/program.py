"""What a program runs on and allocates with, from its command line, executable and mapped libraries.

It decides which tool can look into it. How a runtime's heap settings are read is in `runtime`.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import gap
from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.runtime import HeapSetting, heap_settings, read_runtime

Language: TypeAlias = Literal["Python", "JVM", "Node", "Go", "native"]
Allocator: TypeAlias = Literal["glibc", "jemalloc", "tcmalloc", "mimalloc", "musl"]

_EXECUTABLES: tuple[tuple[str, Language], ...] = (
    (r"(?:python|pypy)[\d.]*[a-z]*", "Python"),
    (r"node(?:js)?\d*", "Node"),
    (r"java", "JVM"),
)
_LIBRARIES: tuple[tuple[bytes, Language], ...] = (
    (rb"/libjvm\.so", "JVM"),
    (rb"/libnode\.so", "Node"),
    (rb"/libpython\d[\d.]*[a-z]*\.so", "Python"),
)
# A program that brings an allocator of its own maps the C library, too: that one comes last.
_ALLOCATORS: tuple[tuple[bytes, Allocator], ...] = (
    (rb"/libjemalloc[-\w]*\.so", "jemalloc"),
    (rb"/libtcmalloc[-\w]*\.so", "tcmalloc"),
    (rb"/libmimalloc[-\w.]*\.so", "mimalloc"),
    (rb"/(?:ld-musl-|libc\.musl-)", "musl"),
    (rb"/libc(?:-\d[\d.]*)?\.so", "glibc"),
)
_NATIVE_TRACKING = re.compile(r"-XX:NativeMemoryTracking=(?:summary|detail)")
_SNAPSHOT_SIGNAL = re.compile(r"--heapsnapshot-signal=(SIG[A-Z0-9]{2,10})")
_JAVA_VARIABLES = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
_ALLOCATOR_VARIABLES = ("MALLOC_CONF", "_RJEM_MALLOC_CONF")
_MOST_MAPS_BYTES = 1 << 23


class Program(NamedTuple):
    """None where we may not look. `argv` is raw: views mask its secrets and make it printable.

    `tracks_native_memory` (JVM), `traces_allocations` (Python) and `profiles_heap` (jemalloc) say that the
    program was started with the option; `snapshot_signal` is Node's, `heap` the setting that bounds the
    runtime's heap.
    """

    language: Language | None
    allocator: Allocator | None = None
    argv: tuple[str, ...] = ()
    uid: int | None = None
    tracks_native_memory: bool = False
    traces_allocations: bool = False
    profiles_heap: bool = False
    snapshot_signal: str | None = None
    heap: HeapSetting | None = None


def read_program(pid: int, root: Path, folder: ProcessFolder, gaps: list[Gap]) -> Program:
    """Whatever of it can be seen; of a stranger's process not more than its command line."""
    argv = tuple(os.fsdecode(word) for word in _read(folder, "cmdline", gaps).rstrip(b"\0").split(b"\0"))
    status = _read(folder, "status", gaps)
    name = re.match(rb"Name:\t([^\n]*)", status)
    uid = re.search(rb"\nUid:\t(\d{1,10})\t", status)
    maps = _read(folder, "maps", gaps)
    environment = _environment(_read(folder, "environ", gaps))
    runtime = read_runtime(folder, None if name is None else os.fsdecode(name[1]))
    options = [*argv[1:], *(word for key in _JAVA_VARIABLES for word in environment.get(key, "").split())]
    signal = _SNAPSHOT_SIGNAL.search(" ".join([*argv[1:], environment.get("NODE_OPTIONS", "")]))
    return Program(
        language=language_of(argv, _executable(pid, root), maps, runtime),
        allocator=allocator_of(maps),
        argv=() if argv == ("",) else argv,
        uid=None if uid is None else int(uid[1]),
        tracks_native_memory=any(_NATIVE_TRACKING.fullmatch(word) for word in options),
        traces_allocations="PYTHONTRACEMALLOC" in environment
        or any("tracemalloc" in word for word in _x_options(argv)),
        profiles_heap=any("prof:true" in environment.get(key, "") for key in _ALLOCATOR_VARIABLES),
        snapshot_signal=None if signal is None else signal[1],
        heap=next(iter(heap_settings(argv, environment)[-1:]), None),
    )


def language_of(argv: Sequence[str], executable: str | None, maps: bytes, runtime: str | None) -> Language | None:
    """The executable's name decides, then the libraries; "native" only where we could look and found no runtime."""
    if runtime == "Go":
        return "Go"
    names = [Path(word).name for word in (executable, *argv[:1]) if word]
    for pattern, language in _EXECUTABLES:
        if any(re.fullmatch(pattern, name) for name in names):
            return language
    for library, language in _LIBRARIES:
        if re.search(library, maps):
            return language
    if runtime == "JVM":
        return "JVM"
    return "native" if maps else None


def allocator_of(maps: bytes) -> Allocator | None:
    """Of the mapped libraries; None where there is none that we know, as in a static program."""
    return next((allocator for library, allocator in _ALLOCATORS if re.search(library, maps)), None)


def _x_options(argv: Sequence[str]) -> list[str]:
    """The words after -X, and those written together with it."""
    return [
        word if word != "-X" else after
        for word, after in zip(argv[1:], [*argv[2:], ""], strict=False)
        if word.startswith("-X")
    ]


def _environment(text: bytes) -> Mapping[str, str]:
    """Only the variables that say how to look into the program: the others are nobody's business."""
    wanted = {*_JAVA_VARIABLES, *_ALLOCATOR_VARIABLES, "NODE_OPTIONS", "GOMEMLIMIT", "PYTHONTRACEMALLOC"}
    pairs = (os.fsdecode(word).partition("=") for word in text.split(b"\0"))
    return {name: value for name, _, value in pairs if name in wanted}


def _executable(pid: int, root: Path) -> str | None:
    try:
        return os.readlink(root / f"proc/{pid}/exe").removesuffix(" (deleted)")  # noqa: PTH115 - a plain text
    except OSError:
        return None


def _read(folder: ProcessFolder, name: str, gaps: list[Gap]) -> bytes:
    try:
        return folder.read(name, _MOST_MAPS_BYTES)
    except OSError as err:
        gaps.append(gap("program", f"{folder.shown}/{name}", err))
        return b""
