"""The rows of a target's control groups: memory, swap, tasks and processor time on every level of the path."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mnemo_cli.doctor.inventory.row import LimitRow
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.model import Gap, Limit, Memory
from mnemo_cli.sampling.cpu import CpuGroup, read_cpu
from mnemo_cli.sampling.hierarchy import Hierarchies
from mnemo_cli.sampling.pids import PidsGroup
from mnemo_cli.sampling.place import container_sign
from mnemo_cli.sampling.systemd_units import unit_of_group
from mnemo_cli.units import parse_size

_CONTAINER = "the container runtime"


def group_rows(machine: Surroundings, membership: bytes) -> Iterator[LimitRow]:
    """The innermost group first, each with all its limits; `membership` is a text of /proc/PID/cgroup."""
    gaps = (*machine.memory_groups(membership).gaps, *machine.gaps)
    rows = [
        *_memory_rows(machine, machine.memory_groups(membership).memories, gaps),
        *_pids_rows(machine, machine.pids_groups(membership)[0], gaps),
    ]
    # The two hierarchies of v1 may have different paths: the depth orders what they do not share.
    yield from sorted(rows, key=lambda row: -_depth(row.layer))


def cpu_groups(machine: Surroundings, membership: bytes, gaps: list[Gap]) -> tuple[CpuGroup, ...]:
    """What each level may have of the processors, and its throttling so far."""
    return read_cpu(Hierarchies(machine.root, gaps).chain("cpu", membership), gaps)


def _memory_rows(machine: Surroundings, memories: Iterable[Memory], gaps: Iterable[Gap]) -> Iterator[LimitRow]:
    for memory in memories:
        path, file = memory.source.path or "/", memory.source.file or "memory.max"
        is_v2, kills = file == "memory.max", memory.oom_kills_total
        yield LimitRow(
            name=file,
            scope="group",
            layer=f"cgroup {path}",
            unit="bytes",
            soft=memory.limit_bytes,
            hard=memory.limit_bytes,
            used=memory.used_bytes,
            source=_source(machine, path, "MemoryMax", memory.limit_bytes),
            hits=memory.limit_hits_total,
            note=f"the kernel has killed {kills:,} processes here for memory" if kills else None,
            lack=_lack(gaps, path, "limit_bytes", "used_bytes", "limit_hits_total"),
            has_hits=True,
        )
        if is_v2:
            yield _further(machine, "memory.high", "MemoryHigh", memory, memory.used_bytes, memory.high_bytes, gaps)
        name, key = ("memory.swap.max", "MemorySwapMax") if is_v2 else ("memory.memsw", "")
        yield _further(machine, name, key, memory, memory.swap_used_bytes, memory.swap_total_bytes, gaps)


def _further(
    machine: Surroundings,
    name: str,
    key: str,
    memory: Memory,
    used_bytes: int | None,
    limit_bytes: Limit | None,
    gaps: Iterable[Gap],
) -> LimitRow:
    path = memory.source.path or "/"
    fields = ("high_bytes", "used_bytes") if name == "memory.high" else ("swap_total_bytes", "swap_used_bytes")
    notes = {
        "memory.high": "slows the group down above it, and never kills",
        "memory.memsw": "what memory.memsw.limit_in_bytes leaves for swap beyond memory",
    }
    return LimitRow(
        name=name,
        scope="group",
        layer=f"cgroup {path}",
        unit="bytes",
        soft=limit_bytes,
        hard=limit_bytes,
        used=used_bytes,
        source=_source(machine, path, key, limit_bytes),
        note=notes.get(name) if isinstance(limit_bytes, int) else None,
        lack=_lack(gaps, path, *fields) if limit_bytes is None or used_bytes is None else None,
    )


def _pids_rows(machine: Surroundings, groups: Iterable[PidsGroup], gaps: Iterable[Gap]) -> Iterator[LimitRow]:
    for group in groups:
        lack = next((_told(gap) for gap in gaps if gap.field == f"pids.{group.path}"), None)
        if lack is None and (group.limit is None or group.used is None or group.hits is None):
            lack = f"{Path(group.path, 'pids.events')} is not there"
        yield LimitRow(
            name="pids.max",
            scope="group",
            layer=f"cgroup {group.path}",
            unit="tasks",
            soft=group.limit,
            hard=group.limit,
            used=group.used,
            source=_source(machine, group.path, "TasksMax", group.limit),
            hits=group.hits,
            lack=lack,
            has_hits=True,
        )


def _source(machine: Surroundings, path: str, key: str, limit: Limit | None) -> str | None:
    """The unit whose file says exactly this, or the runtime that made the group; the kernel keeps no record of it."""
    if not isinstance(limit, int):
        return None
    last = path.rpartition("/")[2]
    if key and last.endswith(".service") and unit_of_group(path) == last:
        written = machine.unit(last).assignments.get(key)
        if written is not None and _size(written.text) == limit:
            return f"unit {last} {key} ({written.path} line {written.line})"
    if container_sign(f"0::{path}") is not None or (path == "/" and machine.container is not None):
        return _CONTAINER
    return None


def _size(text: str) -> int | None:
    """None for a share such as 33%: it is not known of what."""
    try:
        return parse_size(text)
    except ValueError:
        return None


def _lack(gaps: Iterable[Gap], path: str, *fields: str) -> str | None:
    names = [f"limits.{path}.{field}" for field in fields]
    return next((_told(gap) for gap in gaps if gap.field in names), None)


def _told(gap: Gap) -> str:
    return f"cannot read {gap.source}: {gap.reason}"


def _depth(layer: str) -> int:
    path = layer.removeprefix("cgroup ")
    return 0 if path == "/" else path.count("/")
