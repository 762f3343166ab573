"""The machine's memory as one limit, from the numbers that psutil answers on this system or another.

Used is total − available, as everywhere. psutil's own `used` is something else on each system.
"""

from collections.abc import Mapping

from mnemo_cli.model import Gap, LimitSource, Memory, difference_of, sum_of
from mnemo_cli.sampling.macos import VmStat

# What is asked of psutil.virtual_memory() and psutil.swap_memory(). No system answers all of it.
VIRTUAL = ("total", "available", "free", "buffers", "cached", "shared")
SWAP = ("total", "used", "sout")
_SOURCE = LimitSource(kind="host")


def glance_at_host(virtual: Mapping[str, int | None], gaps: list[Gap]) -> Memory:
    """Only use and limit."""
    used_bytes, limit_bytes = difference_of(virtual["total"], virtual["available"]), virtual["total"]
    _tell_missing({"used_bytes": used_bytes, "limit_bytes": limit_bytes}, gaps)
    return Memory(source=_SOURCE, used_bytes=used_bytes, limit_bytes=limit_bytes)


def host_memory(
    virtual: Mapping[str, int | None], swap: Mapping[str, int | None], make_up: VmStat | None, gaps: list[Gap]
) -> Memory:
    """All of it; `make_up` is what macOS's own tool adds. What nobody tells leaves a gap."""
    fields: dict[str, int | None] = {
        "used_bytes": difference_of(virtual["total"], virtual["available"]),
        "limit_bytes": virtual["total"],
        "reclaimable_bytes": difference_of(virtual["available"], virtual["free"]),
        "anon_bytes": make_up.anon_bytes if make_up else None,
        # Of Linux, psutil counts reclaimable slab into `cached`, as free(1) does.
        "file_bytes": make_up.file_bytes if make_up else sum_of(virtual["buffers"], virtual["cached"]),
        "shmem_bytes": virtual["shared"],
        "kernel_bytes": None,
        "swap_used_bytes": swap["used"],
        "swap_total_bytes": swap["total"],
        "major_faults_total": None,
        "refaults_total": None,
        "oom_kills_total": None,
        "paged_out_bytes_total": swap["sout"],
    }
    _tell_missing(fields, gaps)
    return Memory(source=_SOURCE, compressed_bytes=make_up.compressed_bytes if make_up else None, **fields)


def _tell_missing(fields: Mapping[str, int | None], gaps: list[Gap]) -> None:
    """A gap for each None that has none yet."""
    told = {gap.field for gap in gaps}
    missing = [f"limits.host.{name}" for name, number in fields.items() if number is None]
    gaps.extend(Gap(name, "psutil", "psutil has no reading of it here") for name in missing if name not in told)
