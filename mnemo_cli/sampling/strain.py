"""The counters that tell what memory costs in time: reclaim, refaults, major faults, swap-in, stalls; level by level.

v2 counts all of them for each group and everything below it. v1 counts fewer: neither reclaim nor PSI, but the
hits of the limit, each of which is a reclaim. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
"""

from pathlib import Path
from typing import NamedTuple

from mnemo_cli.model import Gap, Limit
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import gap, line_values, parse_number
from mnemo_cli.sampling.group import Group, GroupV1
from mnemo_cli.sampling.host import HostMemory
from mnemo_cli.sampling.pressure import parse_pressure

_V2 = ("pgscan", "pgsteal", "workingset_refault_anon", "workingset_refault_file", "pgmajfault", "pswpin")
_V1 = ("total_workingset_refault_anon", "total_workingset_refault_file", "total_pgmajfault")
# Proactive reclaim has a counter of its own: somebody asked for it, and it is no sign of need.
_HOST_SCANS = ("pgscan_kswapd", "pgscan_direct")
_HOST_STEALS = ("pgsteal_kswapd", "pgsteal_direct")
_HOST = ("workingset_refault_anon", "workingset_refault_file", "pgmajfault", "pswpin")


class Strain(NamedTuple):
    """The counters of one level, in pages, faults, hits and seconds since it was made. None: not counted, or not read.

    `usage_bytes` includes the file cache in a group: reclaim begins when that is at the limit. Of the machine
    it is MemTotal − MemAvailable.
    `high_hits_total` counts how often memory.high held it back, `limit_hits_total` how often its limit was reached.
    """

    name: str
    usage_bytes: int | None = None
    limit_bytes: Limit | None = None
    scanned_pages_total: int | None = None
    reclaimed_pages_total: int | None = None
    refaults_total: int | None = None
    major_faults_total: int | None = None
    swapped_in_pages_total: int | None = None
    high_hits_total: int | None = None
    limit_hits_total: int | None = None
    stalled_seconds_total: float | None = None
    all_stalled_seconds_total: float | None = None


def read_group_strain(group: Group, gaps: list[Gap]) -> Strain:
    """Of one control group of either version."""
    usage = _number(group.directory / group.USAGE_FILE, group.path, gaps)
    strain = Strain(f"cgroup {group.path}", usage, group.glance(gaps).limit_bytes)
    if isinstance(group, GroupV1):
        anon, file, major_faults = _values(group.directory / "memory.stat", group.path, _V1, gaps)
        return strain._replace(
            refaults_total=_sum(anon, file),
            major_faults_total=major_faults,
            limit_hits_total=group.limit_hits_total(gaps),
        )
    scanned, reclaimed, anon, file, major_faults, swapped_in = _values(
        group.directory / "memory.stat", group.path, _V2, gaps
    )
    high, hits = _values(group.directory / "memory.events", group.path, ("high", "max"), gaps)
    some, full = _stalls(group.directory / "memory.pressure", f"{group.path}/memory.pressure", gaps)
    return strain._replace(
        scanned_pages_total=scanned,
        reclaimed_pages_total=reclaimed,
        refaults_total=_sum(anon, file),
        major_faults_total=major_faults,
        swapped_in_pages_total=swapped_in,
        high_hits_total=high,
        limit_hits_total=hits,
        stalled_seconds_total=some,
        all_stalled_seconds_total=full,
    )


def read_host_strain(root: Path, gaps: list[Gap]) -> Strain:
    """Of the whole machine."""
    host = HostMemory(root)
    try:
        memory = host.glance(gaps)
    finally:
        host.close()
    keys = (*_HOST, *_HOST_SCANS, *_HOST_STEALS)
    anon, file, major_faults, swapped_in, *sums = _values(root / "proc/vmstat", "/proc", keys, gaps)
    some, full = _stalls(root / "proc/pressure/memory", "/proc/pressure/memory", gaps)
    return Strain(
        "the machine",
        memory.used_bytes,
        memory.limit_bytes,
        scanned_pages_total=_sum(*sums[:2]),
        reclaimed_pages_total=_sum(*sums[2:]),
        refaults_total=_sum(anon, file),
        major_faults_total=major_faults,
        swapped_in_pages_total=swapped_in,
        stalled_seconds_total=some,
        all_stalled_seconds_total=full,
    )


def parse_major_faults(stat: bytes) -> int | None:
    """Of one process, from a text of /proc/PID/stat: the tenth field after the name."""
    fields = stat[stat.rfind(b")") + 2 :].split()
    # More follow: without them it may be cut.
    return int(fields[9]) if len(fields) > 20 and fields[9].isdigit() else None


def _values(path: Path, group: str, keys: tuple[str, ...], gaps: list[Gap]) -> list[int | None]:
    """None without a gap for what this kernel does not count."""
    try:
        return line_values(path.read_bytes(), keys)
    except OSError as err:
        gaps.append(gap(f"strain.{path.name}", _shown(path, group), err))
        return [None] * len(keys)


def _number(path: Path, group: str, gaps: list[Gap]) -> int | None:
    try:
        return parse_number(path.read_bytes())
    except (OSError, ValueError) as err:
        gaps.append(gap(f"strain.{path.name}", _shown(path, group), err))
        return None


def _stalls(path: Path, shown: str, gaps: list[Gap]) -> tuple[float | None, float | None]:
    try:
        found = parse_pressure(path.read_bytes(), source=shown)
    except (OSError, ValueError) as err:
        gaps.append(gap("strain.pressure", printable(shown), err))
        return None, None
    return found.some_seconds_total, found.full_seconds_total


def _shown(path: Path, group: str) -> str:
    return f"{group.rstrip('/')}/{path.name}"


def _sum(*parts: int | None) -> int | None:
    """Of those that are counted: kernels before 5.9 tell no refaults of anonymous pages."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
