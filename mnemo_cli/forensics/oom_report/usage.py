"""How full the group or the machine was, and with what: the lines between the trace and the table of tasks."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from mnemo_cli.forensics.kills import Usage
from mnemo_cli.model import UNLIMITED, Limit
from mnemo_cli.units import KIB

# The kernel's "no limit" is the largest number of pages; as kB it is 2^53 less a page, on v1 and v2.
_NO_LIMIT_BYTES = 2**62
_LIMIT = re.compile(
    r"(?P<what>memory|memory\+swap|swap|kmem):\s+usage\s+(?P<usage>\d{1,17})kB,\s+limit\s+(?P<limit>\d{1,17})kB,"
    r"\s+failcnt\s+(?P<hits>\d{1,20})"
)
_STATS = re.compile(r"Memory cgroup stats(?: for (?P<group>.+?))?:(?P<inline>(?:\s[a-z_]+:\d{1,17}KB)*)\s*", re.DOTALL)
_INLINE = re.compile(r"([a-z_]+):(\d+)KB")
_KEY = re.compile(r"(?P<key>[a-z][a-z0-9_]{2,39}) (?P<number>\d{1,20})")
_MACHINE_KEY = re.compile(r"\b([a-z_]{4,30}):(\d{1,16})(?=\s|$)")
_MACHINE_START = (
    "active_anon:", "active_file:", "slab_reclaimable:", "mapped:", "unevictable:", "free:", "kernel_misc",
)  # fmt: skip
_SWAP = re.compile(r"(?P<which>Total|Free) swap\s*=\s*(?P<kib>\d{1,16})kB")


class LimitLine(NamedTuple):
    """One counter of the group whose limit was hit; `what` is memory, memory+swap, swap or kmem."""

    what: str
    used_bytes: int
    limit_bytes: Limit
    hits_total: int


class StatsOf(NamedTuple):
    """The head of a group's statistics; before 5.3 they stand in the same line, in bytes here."""

    group: str | None
    inline: tuple[tuple[str, int], ...]


class Stat(NamedTuple):
    """One line of the statistics."""

    key: str
    number: int


class MachinePages(NamedTuple):
    """Numbers of the Mem-Info block, in pages."""

    pages: tuple[tuple[str, int], ...]


class Swap(NamedTuple):
    """The machine's swap: `which` is Total or Free."""

    which: str
    size_bytes: int


def usage_line(text: str) -> LimitLine | StatsOf | Stat | MachinePages | Swap | None:
    """The fact, or None where the line is something else."""
    if ": usage " in text or ": usage\n" in text:
        return _limit_line(text)
    if text.startswith("Memory cgroup stats"):
        match = _STATS.fullmatch(text)
        if match is None:
            return None
        return StatsOf(match["group"], tuple((key, int(kib) * KIB) for key, kib in _INLINE.findall(match["inline"])))
    stripped = text.strip()
    match = _KEY.fullmatch(stripped)
    if match is not None:
        return Stat(match["key"], int(match["number"]))
    if stripped.startswith(_MACHINE_START):
        pairs = tuple((key, int(pages)) for key, pages in _MACHINE_KEY.findall(stripped))
        return MachinePages(pairs) if pairs else None
    match = _SWAP.match(stripped)
    return Swap(match["which"], int(match["kib"]) * KIB) if match is not None else None


def group_usage(stats: Mapping[str, int], limits: Mapping[str, LimitLine]) -> Usage | None:
    """Where a group's memory was; `total_` keys of v1 include the groups below it, as the limit does."""
    if not stats:
        return None
    swap = limits.get("swap")
    kernel = limits.get("kmem")
    slab = _sum(stats, "slab_reclaimable", "slab_unreclaimable")
    return Usage(
        anon_bytes=_first(stats, "total_rss", "anon", "rss"),
        file_bytes=_first(stats, "total_cache", "file", "cache"),
        shmem_bytes=_first(stats, "total_shmem", "shmem"),
        slab_bytes=_first(stats, "slab") if "slab" in stats else slab,
        kernel_bytes=_first(stats, "kernel") if "kernel" in stats else kernel.used_bytes if kernel else None,
        swap_bytes=swap.used_bytes if swap is not None else _first(stats, "total_swap", "swap"),
    )


def machine_usage(pages: Mapping[str, int], swap: Mapping[str, int], page_bytes: int | None) -> Usage | None:
    """Where the machine's memory was. File includes shmem, as everywhere; the kernel's lists keep shmem with anon."""
    swap_bytes = swap["Total"] - swap["Free"] if {"Total", "Free"} <= swap.keys() else None
    if page_bytes is None or not pages:
        return Usage(swap_bytes=swap_bytes) if swap_bytes is not None else None
    shmem = _first(pages, "shmem")
    anon = _sum(pages, "active_anon", "inactive_anon")
    file = _sum(pages, "active_file", "inactive_file")
    slab = _sum(pages, "slab_reclaimable", "slab_unreclaimable")
    return Usage(
        anon_bytes=_times(max(0, anon - shmem) if anon is not None and shmem is not None else anon, page_bytes),
        file_bytes=_times(file + shmem if file is not None and shmem is not None else file, page_bytes),
        shmem_bytes=_times(shmem, page_bytes),
        slab_bytes=_times(slab if slab is not None else pages.get("slab"), page_bytes),
        swap_bytes=swap_bytes,
    )


def binding_line(limits: Mapping[str, LimitLine]) -> LimitLine | None:
    """The counter that was full: on v1 that may be memory+swap or kmem while memory has room."""
    for what in ("memory", "memory+swap", "kmem"):
        line = limits.get(what)
        if line is not None and isinstance(line.limit_bytes, int) and _full(line.used_bytes, line.limit_bytes):
            return line
    return limits.get("memory")


def hits_total(limits: Mapping[str, LimitLine]) -> int | None:
    """How often the limit that was full refused. memory and memory+swap may have the same one, and either may count.

    It refused at least once: 0 is told where nobody counts (memory+swap since 6.15), or a line is cut off.
    """
    full = binding_line(limits)
    if full is None or full.what == "kmem":
        return None if full is None else full.hits_total
    both = (limits[what] for what in ("memory", "memory+swap") if what in limits)
    hits = sum(line.hits_total for line in both if line.limit_bytes == full.limit_bytes)
    return None if hits == 0 else hits


def _full(used_bytes: int, limit_bytes: int) -> bool:
    # Charges are made in batches per CPU, so that a full group may stand a little below its limit.
    return limit_bytes - used_bytes <= limit_bytes // 64


def _limit_line(text: str) -> LimitLine | None:
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        return None
    limit_bytes = int(match["limit"]) * KIB
    return LimitLine(
        match["what"], int(match["usage"]) * KIB, UNLIMITED if limit_bytes >= _NO_LIMIT_BYTES else limit_bytes,
        int(match["hits"]),
    )  # fmt: skip


def _first(stats: Mapping[str, int], *keys: str) -> int | None:
    return next((stats[key] for key in keys if key in stats), None)


def _sum(stats: Mapping[str, int], *keys: str) -> int | None:
    return sum(stats[key] for key in keys) if all(key in stats for key in keys) else None


def _times(pages: int | None, page_bytes: int) -> int | None:
    return pages * page_bytes if pages is not None else None
