"""A control group on the path has nearly as many tasks as pids.max allows: then fork fails with EAGAIN inside it.

Every level of the path limits, and is compared with its own count, which includes its other groups:
reading the innermost group alone misses the limit of the slice, pod or container around it. The limit
holds for root too. TasksMax= of a unit, --pids-limit of docker and podPidsLimit of the kubelet set it.
"""

from mnemo_cli.doctor.advice import raise_tasks
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.sampling.pids import PidsGroup


def run(evidence: Evidence) -> Outcome:
    groups = evidence.pids_groups
    bounded = [group for group in groups if isinstance(group.limit, int) and group.used is not None]
    worst = max(bounded, key=_used_ratio, default=None)
    fault = None if worst is None else _fault(evidence, worst)
    if fault is not None:
        return fault
    unread = [group for group in groups if group.limit is None or (group.used is None and isinstance(group.limit, int))]
    if unread:
        return evidence.unknown(f"pids.{unread[0].path}", otherwise=f"the count of {unread[0].path} cannot be read")
    if worst is None:
        return _nothing_limits(evidence)
    return Pass(used=worst.used, limit=worst.limit, unit="tasks", layer=f"cgroup {worst.path}", hits=worst.hits)


def _fault(evidence: Evidence, group: PidsGroup) -> Fault | None:
    assert group.used is not None and isinstance(group.limit, int)
    severity = fullness(group.used, group.limit)
    if severity is None:
        return None
    return Fault(
        severity,
        f"{share(group.used, group.limit)} tasks exist in the group {group.path}",
        used=group.used, limit=group.limit, unit="tasks", layer=f"cgroup {group.path}",
        source="pids.max", hits=group.hits, fixes=raise_tasks(evidence, group.limit * 4, group.path),
    )  # fmt: skip


def _nothing_limits(evidence: Evidence) -> Outcome:
    if not evidence.has_pids_controller:
        return evidence.unknown(
            "cgroup", "groups", otherwise="no pids controller is mounted here: no group's limit can be seen"
        )
    cut = " that can be seen from inside this namespace" if evidence.are_groups_cut else ""
    return Pass(f"no group limits tasks{cut}")


def _used_ratio(group: PidsGroup) -> float:
    assert group.used is not None and isinstance(group.limit, int)
    return group.used / group.limit if group.limit else 1.0


CHECK = Check("PR004", "pids-group-usage", run, about="group")
