"""Which counters moved along the path while the target lived, quoted as they stand in their files.

v1: oom_kill of the victim's own group, failcnt of the group whose limit was hit: of memory, and of memory and swap
together. v2: memory.events is hierarchical, memory.events.local is not.
https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
"""

from collections.abc import Iterator
from typing import NamedTuple

from mnemo_cli.forensics.case import Case, Counters, GroupReading
from mnemo_cli.forensics.kills import Evidence


class Moves(NamedTuple):
    """What the counters say. None: nobody looked, or looked only once.

    `own_kills` and `machine_kills` are how far oom_kill rose in the target's own group and on the machine.
    `total_kills` is oom_kill of the own group where there was no look before: since the group was made.
    `limit_group` is the group whose own limit was hit meanwhile; `no_limit_hit` says that no visible one was.
    """

    own_kills: int | None = None
    machine_kills: int | None = None
    total_kills: int | None = None
    group_kills: int | None = None
    limit_group: GroupReading | None = None
    no_limit_hit: bool = False
    evidence: tuple[Evidence, ...] = ()


def moves_of(case: Case) -> Moves:
    """Read from the target's own group outward."""
    groups = [group for group in case.groups if group.path is not None]
    machine = next((group for group in case.groups if group.path is None), None)
    own = groups[0] if groups else None
    limit_group = _limit_group(groups)
    return Moves(
        own_kills=_rise(own, "local_oom_kills_total", "oom_kills_total"),
        machine_kills=_rise(machine, "oom_kills_total"),
        total_kills=own.after.oom_kills_total if own and own.after and own.before is None else None,
        group_kills=_rise(own, "oom_group_kills_total"),
        limit_group=limit_group,
        no_limit_hit=limit_group is None and bool(groups) and all(_was_seen(group) for group in groups),
        evidence=tuple(_quotes(case.groups)),
    )


def _rise(group: GroupReading | None, *fields: str) -> int | None:
    """Of the first field that both looks have. A counter that fell belongs to another group of the same name."""
    if group is None or group.before is None or group.after is None:
        return None
    for field in fields:
        before, after = _count(group.before, field), _count(group.after, field)
        if before is not None and after is not None:
            return after - before if after >= before else None
    return None


def _count(counters: Counters, field: str) -> int | None:
    found = getattr(counters, field)
    return found if isinstance(found, int) else None


def _limit_group(groups: list[GroupReading]) -> GroupReading | None:
    """The innermost group whose own limit was hit: `oom` of .local on v2, failcnt on v1, else v2's outermost `oom`.

    The hierarchical `oom` rises in the group that was hit and in all above it, so the innermost one is meant.
    """
    for fields in (("local_oom_total",), ("oom_total",), ("local_limit_hits_total",), ("limit_hits_total",)):
        for group in groups:
            rise = _rise(group, *fields)
            if rise is not None and rise > 0:
                return group
    return None


def _was_seen(group: GroupReading) -> bool:
    """Whether its limit's record was read twice."""
    return _rise(group, "oom_total", "limit_hits_total") is not None


def _quotes(groups: tuple[GroupReading, ...]) -> Iterator[Evidence]:
    """Every counter that moved, and oom_kill of the target's own group and of the machine where it did not."""
    for position, group in enumerate(groups):
        for field in Counters._fields:
            before = None if group.before is None else _count(group.before, field)
            after = None if group.after is None else _count(group.after, field)
            speaks = field == "oom_kills_total" and before is not None and (position == 0 or group.path is None)
            # Without an earlier look a counter that is not 0 speaks of some time since the group was made.
            has_moved = after != before if before is not None else after != 0
            if after is None or not (has_moved or speaks):
                continue
            file, key = _place(group, field)
            rise = f"{before} → {after}" if before is not None else f"{after} (no earlier look)"
            yield Evidence(source=file, text=f"{key} {rise}".lstrip())


_KEYS = {
    "oom_total": "oom",
    "oom_kills_total": "oom_kill",
    "oom_group_kills_total": "oom_group_kill",
    "limit_hits_total": "max",
}


def _place(group: GroupReading, field: str) -> tuple[str, str]:
    """The file of a counter, and its key there."""
    if group.path is None:
        return "/proc/vmstat", "oom_kill"
    folder = (group.folder or group.path).rstrip("/")
    key = _KEYS[field.removeprefix("local_") if field.startswith("local_") else field]
    if group.version == 1:
        # The hits of both limits are added up.
        hits = f"{folder}/memory[.memsw].failcnt", "hits"
        return hits if key == "max" else (f"{folder}/memory.oom_control", key)
    return f"{folder}/memory.events{'.local' if field.startswith('local_') else ''}", key
