"""What a program runs on, and how much heap it was told to take: -Xmx, MaxRAMPercentage, GOMEMLIMIT and so on.

A heap that may grow past the control group's limit ends in an OOM kill that the runtime cannot see coming.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.units import parse_size

Runtime: TypeAlias = Literal["JVM", "Go"]

# The linker writes this note, and the build id after it, into the first pages of every Go program.
_GO_MARKS = (b"\xff Go build ID: ", b"Go\x00\x00")
_GO_HEAD_BYTES = 16384
# Few programs have one of these: they are compiled when the first one is looked at.
_XMX = r"-(?:Xmx|XX:MaxHeapSize=)(\d{1,15}[kKmMgGtT]?)"
_RAM_PERCENTAGE = r"-XX:MaxRAMPercentage=(\d{1,3}(?:\.\d{1,6})?)"
_OLD_SPACE = r"--max[-_]old[-_]space[-_]size=(\d{1,9})"
_GO_LIMIT = r"(\d{1,18})(B|KiB|MiB|GiB|TiB)?"
_JAVA_VARIABLES = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
_MIB = 1 << 20


class HeapSetting(NamedTuple):
    """One setting: as bytes, or (MaxRAMPercentage) as a share of what the runtime takes for its memory."""

    name: str
    text: str
    heap_bytes: int | None
    share_ratio: float | None = None


def read_runtime(folder: ProcessFolder, name: str | None) -> Runtime | None:
    """The runtimes that raise their own soft RLIMIT_NOFILE at start; None for any other or where we may not look."""
    if name == "java":
        return "JVM"
    try:
        head = folder.read("exe", _GO_HEAD_BYTES)
    except OSError:
        return None
    return "Go" if head[:4] == b"\x7fELF" and any(mark in head for mark in _GO_MARKS) else None


def heap_settings(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[HeapSetting, ...]:
    """Every heap setting of a program, the ones that win last."""
    program = argv[0].rpartition("/")[2] if argv else ""
    found: list[HeapSetting] = []
    if program == "java" or program.startswith("java"):
        words = [(word, name) for name in _JAVA_VARIABLES for word in environment.get(name, "").split()]
        found += _java([*words, *((word, "") for word in argv[1:])])
    if program.startswith(("node", "electron")):
        words = [(word, "NODE_OPTIONS") for word in environment.get("NODE_OPTIONS", "").split()]
        found += _node([*words, *((word, "") for word in argv[1:])])
    if (limit := _go(environment.get("GOMEMLIMIT", ""))) is not None:
        found.append(HeapSetting("GOMEMLIMIT", environment["GOMEMLIMIT"], limit))
    return tuple(found)


def _java(words: Sequence[tuple[str, str]]) -> list[HeapSetting]:
    """The last -Xmx counts; a percentage counts only without one."""
    fixed = shared = None
    for word, place in words:
        if (size := re.fullmatch(_XMX, word)) is not None:
            fixed = HeapSetting(_named("-Xmx", place), word, parse_size(size[1].lower()))
        elif (percent := re.fullmatch(_RAM_PERCENTAGE, word)) is not None:
            shared = HeapSetting(_named("MaxRAMPercentage", place), word, None, float(percent[1]) / 100)
    chosen = fixed or shared
    return [chosen] if chosen is not None else []


def _node(words: Sequence[tuple[str, str]]) -> list[HeapSetting]:
    found = [
        HeapSetting(_named("--max-old-space-size", place), word, int(match[1]) * _MIB)
        for word, place in words
        if (match := re.fullmatch(_OLD_SPACE, word)) is not None
    ]
    return found[-1:]


def _go(word: str) -> int | None:
    match = re.fullmatch(_GO_LIMIT, word)
    return parse_size(match[0]) if match else None


def _named(name: str, place: str) -> str:
    return f"{name} in {place}" if place else name
