"""Which kills of a log are the target's: by pid, by group, by container id or pod uid in the group's path, by unit.

A child's kill is the target's only as a consequence: that distinction is kept.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.forensics.case import Case, Notice, Who
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.forensics.owner import is_in_container, pod_uid_of
from mnemo_cli.forensics.truth.ending import main_record

# "target": the very process. "child": another process of the target, told apart. "group": one of the target's
# processes, and nobody tells which. "all": there is no target, the log itself is explained.
Relation: TypeAlias = Literal["target", "child", "group", "all"]
# A log's time is that of writing, and a record's that of noticing.
_SLACK_SECONDS = 120.0


class Match(NamedTuple):
    """`time_fits` is False where both times are known and the kill is not near the end: another run, or clocks."""

    kill: Kill
    relation: Relation
    time_fits: bool = True


def matches_of(case: Case) -> tuple[Match, ...]:
    """The kills of the target, in the order of the log. Those that fit in time hide those that do not."""
    kills = each_once(case.kills)
    if case.who is None and not case.records and case.unit is None:
        return tuple(Match(kill, "all") for kill in kills)
    found = [
        Match(kill, relation, _time_fits(kill.time_seconds, kill.clock, case))
        for kill in kills
        if (relation := _relation(kill, case)) is not None
    ]
    return tuple([match for match in found if match.time_fits] or found)


def decisive(matches: tuple[Match, ...], case: Case) -> Match | None:
    """The one that the verdict is about: of the very pid, else of the target, else of its processes.

    The last one whose report is sound, if any is: the same kill may stand in another log, cut.
    """
    pid = case.who.pid if case.who is not None else None
    of_pid = [match for match in matches if pid is not None and match.kill.victim.pid == pid]
    own = [match for match in matches if match.relation in ("target", "all")]
    fitting = of_pid or own or matches
    sound = [match for match in fitting if match.kill.suspicion is None]
    return next(reversed(sound or fitting), None)


def each_once(kills: Iterable[Kill]) -> tuple[Kill, ...]:
    """Every victim once: kubelet repeats the kernel's kills, by name and pid alone."""
    everyone = tuple(kills)
    told = {
        (kill.victim.pid, kill.victim.name) for kill in everyone if kill.killer == "kernel" and not _is_hearsay(kill)
    }
    return tuple(kill for kill in everyone if not (_is_hearsay(kill) and (kill.victim.pid, kill.victim.name) in told))


def notices_for(case: Case, *kinds: str) -> tuple[Notice, ...]:
    """The notices about the target's unit, container or pod; of a case without a target all of them."""
    return tuple(
        notice
        for notice in case.notices
        if notice.kind in kinds
        and _is_subject(notice.subject, case)
        and _time_fits(notice.time_seconds, notice.clock, case)
    )


def unix_seconds(time_seconds: float | None, clock: str | None, boot_seconds: float | None) -> float | None:
    """A log's time as Unix time; None where the log counts from boot and nobody tells when that was."""
    if time_seconds is None or clock == "unix":
        return time_seconds
    return None if boot_seconds is None else boot_seconds + time_seconds


def _is_hearsay(kill: Kill) -> bool:
    return kill.killer == "kernel" and kill.scope is None and kill.victim_cgroup is None and kill.trigger is None


def _relation(kill: Kill, case: Case) -> Relation | None:
    who = case.who if case.who is not None else Who()
    record, unit = main_record(case), case.unit
    pids = {who.pid, record.pid if record else None, unit.main_pid if unit else None} - {None, 0}
    if kill.victim.pid is not None and kill.victim.pid in pids:
        # A pid is used again; a program that was watched from before is the same one under another name.
        is_same = case.since_seconds is not None or _same_name(who.name, kill.victim.name) or _in_group(kill, case)
        return "target" if is_same else None
    if kill.victim.pid is not None and kill.victim.pid in who.member_pids:
        return "child"
    if not (_in_group(kill, case) or _is_named(kill, case)):
        return None
    if kill.group_kill or kill.killer == "kubelet":
        return "target"
    return "child" if pids and kill.victim.pid is not None else "group"


def _same_name(known: str | None, told: str | None) -> bool:
    """The kernel keeps 15 bytes of a name, and prctl changes it: only two full, different names contradict."""
    if known is None or told is None:
        return True
    # Names that are no UTF-8 hold surrogates.
    full, cut = known.encode("utf-8", "surrogatepass"), told.encode("utf-8", "surrogatepass")
    return full[:15] == cut[:15] or len(full) > 15


def _in_group(kill: Kill, case: Case) -> bool:
    path = kill.victim_cgroup
    if path is None:
        return False
    groups = {case.who.cgroup if case.who else None, case.unit.control_group if case.unit else None} - {None, "", "/"}
    if any(path == group or path.startswith(f"{group}/") for group in groups):
        return True
    if any(is_in_container(path, found) for found in _container_ids(case)):
        return True
    # A pod is the target only where no container of it is named.
    if not _container_ids(case) and pod_uid_of(path) in _pod_uids(case):
        return True
    return any(unit in path.split("/") for unit in _units(case))


def _is_named(kill: Kill, case: Case) -> bool:
    """A killer that names a unit or a pod instead of a process."""
    if kill.killer == "kubelet":
        return kill.victim.name in _pods(case)
    return kill.killer == "systemd-oomd" and kill.victim.name in _units(case)


def _is_subject(subject: str, case: Case) -> bool:
    if case.who is None and not case.records and case.unit is None:
        return True
    same_id = (len(subject) >= 12 and each.startswith(subject) for each in _container_ids(case))
    return subject in _units(case) or subject in _pods(case) or any(same_id)


def _pods(case: Case) -> set[str]:
    record = main_record(case)
    return {f"{record.namespace}/{record.pod_name}"} if record is not None and record.pod_name is not None else set()


def _container_ids(case: Case) -> set[str]:
    """Of several records only the one that the case is about: each container's kills are its own."""
    record = main_record(case)
    found = {record.container_id if record else None, case.who.container_id if case.who else None}
    return {each for each in found if each}


def _pod_uids(case: Case) -> set[str | None]:
    record = main_record(case)
    return {record.pod_uid if record else None, case.who.pod_uid if case.who else None} - {None, ""}


def _units(case: Case) -> set[str]:
    found = {case.who.unit if case.who else None, case.unit.name if case.unit else None}
    return {each for each in found if each}


def _time_fits(time_seconds: float | None, clock: str | None, case: Case) -> bool:
    when = unix_seconds(time_seconds, clock, case.boot_seconds)
    died = case.died_seconds if case.died_seconds is not None else _finished(case)
    if when is None:
        return True
    if case.since_seconds is not None and when < case.since_seconds - _SLACK_SECONDS:
        return False
    return died is None or abs(when - died) <= _SLACK_SECONDS or (case.since_seconds is not None and when <= died)


def _finished(case: Case) -> float | None:
    record = main_record(case)
    if record is not None:
        return record.finished_seconds
    return case.unit.finished_seconds if case.unit is not None else None
