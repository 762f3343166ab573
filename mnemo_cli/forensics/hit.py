"""The limit that was hit: whose it is, how large, how full, put together from a kernel's report and from readings."""

from typing import Literal, NamedTuple

from mnemo_cli.forensics.case import Case, GroupReading
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.owner import Whose, owner_of
from mnemo_cli.model import Limit, Unlimited


class Hit(NamedTuple):
    """`path` is None for the machine, and where nobody tells. `is_own` says whether it is the victim's own group's.

    `folder` and `version` are known where the group was read on a living system. `is_told` is False where only the
    victim's own limit is known: whether it was that one, nobody says.
    """

    whose: Whose
    path: str | None = None
    is_own: bool | None = None
    limit_bytes: Limit | None = None
    used_bytes: int | None = None
    hits_total: int | None = None
    version: Literal[1, 2] | None = None
    folder: str | None = None
    is_told: bool = True

    @property
    def used_ratio(self) -> float | None:
        if self.used_bytes is None or self.limit_bytes is None or isinstance(self.limit_bytes, Unlimited):
            return None
        return self.used_bytes / self.limit_bytes if self.limit_bytes else 1.0


def hit_of(case: Case, kill: Kill | None, group: GroupReading | None) -> Hit | None:
    """The report's own word first, then the group whose counters moved; None where neither tells."""
    if kill is not None and kill.limit_cgroup is not None and kill.scope in ("memcg", None):
        reading = next((each for each in case.groups if each.path == kill.limit_cgroup), None)
        return _of_report(kill, kill.limit_cgroup, reading or _any(case))
    if kill is not None and kill.scope in ("global", "cpuset", "mempolicy"):
        return Hit(owner_of(None), limit_bytes=kill.limit_bytes, used_bytes=kill.used_bytes)
    if group is not None:
        return _of_reading(case, group)
    return _of_record(case)


def _of_report(kill: Kill, path: str, reading: GroupReading | None) -> Hit:
    same = reading is not None and reading.path == path
    return Hit(
        whose=owner_of(path),
        path=path,
        is_own=None if kill.victim_cgroup is None else kill.victim_cgroup == path,
        limit_bytes=kill.limit_bytes
        if kill.limit_bytes is not None or not same or not reading
        else reading.limit_bytes,
        used_bytes=kill.used_bytes if kill.used_bytes is not None or not same or not reading else reading.used_bytes,
        hits_total=kill.limit_hits_total,
        version=None if reading is None else reading.version,
        folder=reading.folder if same and reading is not None else None,
    )


def _of_reading(case: Case, group: GroupReading) -> Hit:
    own = next((each for each in case.groups if each.path is not None), None)
    return Hit(
        whose=owner_of(group.path),
        path=group.path,
        is_own=own is not None and own.path == group.path,
        limit_bytes=group.limit_bytes,
        used_bytes=group.used_bytes,
        hits_total=None if group.after is None else group.after.limit_hits_total,
        version=group.version,
        folder=group.folder,
    )


def _of_record(case: Case) -> Hit | None:
    """A container that is marked as OOM-killed, or a unit with that result: its own limit, as far as is known."""
    for record in case.records:
        if record.oom_killed and not record.is_running:
            words = f"container {record.container_name or (record.container_id or '?')[:12]}"
            whose = Whose("container", words, record.container_id, record.kind, record.pod_uid)
            return Hit(whose, limit_bytes=record.limit_bytes, is_told=False)
    if case.unit is not None and case.unit.result == "oom-kill":
        unit = Whose("unit", f"unit {case.unit.name}", unit=case.unit.name)
        whose = owner_of(case.unit.control_group) if case.unit.control_group else unit
        return Hit(whose, case.unit.control_group or None, limit_bytes=case.unit.limit_bytes, is_told=False)
    return None


def _any(case: Case) -> GroupReading | None:
    """Any group that was read tells the hierarchy's version."""
    return next((each for each in case.groups if each.path is not None), None)
