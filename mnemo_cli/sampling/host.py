"""The machine's memory, from /proc/meminfo and /proc/vmstat.

Used is MemTotal − MemAvailable: what would have to be freed by killing or swapping.
https://docs.kernel.org/filesystems/proc.html#meminfo
"""

import contextlib
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap, LimitSource, Memory, difference_of, sum_of
from mnemo_cli.sampling.files import KeptFile, Table, gap

_SOURCE = LimitSource(kind="host", file="/proc/meminfo")
_KIB = 1024
_MEMINFO = Table(
    "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapTotal", "SwapFree", "AnonPages", "Shmem", "Slab",
    "KernelStack", "PageTables",
)  # fmt: skip
_GLANCE = Table("MemTotal", "MemAvailable")
_VMSTAT = Table("workingset_refault_anon", "workingset_refault_file", "pgmajfault", "oom_kill")


class Paging(NamedTuple):
    """Counters of /proc/vmstat since boot; None where the kernel does not count it."""

    oom_kills_total: int | None
    major_faults_total: int | None
    refaults_total: int | None


class HostMemory:
    """Reads the machine's memory again and again; `root` is "/" or a captured tree."""

    def __init__(self, root: Path) -> None:
        self._meminfo = KeptFile(root / "proc/meminfo")
        self._vmstat = KeptFile(root / "proc/vmstat")

    def read(self, gaps: list[Gap], paging: Paging | None = None) -> Memory:
        """The machine as one limit: MemTotal, with MemTotal − MemAvailable used."""
        try:
            text = self._meminfo.read()
        except OSError as err:
            gaps.append(gap("limits.host", "/proc/meminfo", err))
            return Memory(source=_SOURCE, used_bytes=None, limit_bytes=None)
        return parse_meminfo(text, gaps, paging)

    def glance(self, gaps: list[Gap]) -> Memory:
        """Only use and limit: for the fast samples near a limit."""
        total = available = None
        with contextlib.suppress(OSError):
            total, available = _GLANCE.values(self._meminfo.read())
        if total is None or available is None or available > total:
            return self.read(gaps)  # which says what is wrong
        return Memory(source=_SOURCE, used_bytes=(total - available) * _KIB, limit_bytes=total * _KIB)

    def read_paging(self, gaps: list[Gap]) -> Paging:
        """Dear (the kernel adds up every processor's counters): once per reported sample, not more."""
        try:
            text = self._vmstat.read()
        except OSError as err:
            gaps.append(gap("host_oom_kills_total", "/proc/vmstat", err))
            return Paging(oom_kills_total=None, major_faults_total=None, refaults_total=None)
        return parse_vmstat(text, gaps)

    def close(self) -> None:
        self._meminfo.close()
        self._vmstat.close()


def parse_meminfo(text: bytes, gaps: list[Gap], paging: Paging | None = None) -> Memory:
    """A missing line is a gap and leaves None, whatever depends on it included."""
    numbers = _MEMINFO.values(text)
    if None in numbers:
        gaps.extend(_missing(_MEMINFO, numbers, "/proc/meminfo"))
    (total, free, available, buffers, cached, swap_total, swap_free, anon, shmem, slab, stacks, page_tables) = (
        None if number is None else number * _KIB for number in numbers
    )
    if total is not None and available is not None and available > total:
        gaps.append(Gap("limits.host.used_bytes", "/proc/meminfo", "MemAvailable is larger than MemTotal"))
        available = None
    return Memory(
        source=_SOURCE,
        used_bytes=difference_of(total, available),
        limit_bytes=total,
        reclaimable_bytes=difference_of(available, free),
        anon_bytes=anon,
        file_bytes=sum_of(buffers, cached),
        shmem_bytes=shmem,
        kernel_bytes=sum_of(slab, stacks, page_tables),
        swap_used_bytes=difference_of(swap_total, swap_free),
        swap_total_bytes=swap_total,
        major_faults_total=paging.major_faults_total if paging else None,
        refaults_total=paging.refaults_total if paging else None,
        oom_kills_total=paging.oom_kills_total if paging else None,
    )


def parse_vmstat(text: bytes, gaps: list[Gap]) -> Paging:
    """oom_kill is there from Linux 4.13 on."""
    numbers = _VMSTAT.values(text)
    if None in numbers:
        gaps.extend(_missing(_VMSTAT, numbers, "/proc/vmstat"))
    refaults_anon, refaults_file, major_faults, oom_kills = numbers
    return Paging(
        oom_kills_total=oom_kills,
        major_faults_total=major_faults,
        refaults_total=sum_of(refaults_anon, refaults_file),
    )


def _missing(table: Table, numbers: list[int | None], source: str) -> list[Gap]:
    names = [key for key, number in zip(table.keys, numbers, strict=True) if number is None]
    return [Gap(f"limits.host.{name}", source, f"there is no readable {name} line") for name in names]
