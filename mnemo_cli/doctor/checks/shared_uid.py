"""RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.

The limit counts the user, not the process: `--ulimit nproc=100` for two containers with one uid lets
both together have 100 tasks, and whoever starts last gets nothing. In a container use --pids-limit,
for a service TasksMax=, or give each its own user.
"""

from mnemo_cli.doctor.advice import raise_tasks
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_NPROC")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_NPROC")
    usual = evidence.machine.usual_task_limit
    if not isinstance(limit.soft, int) or usual is None or limit.soft >= usual:
        return Pass("nobody set it on purpose", limit=limit.soft, unit="tasks", layer="user")
    if evidence.is_task_limit_enforced is False:
        return Pass("not enforced for this user", limit=limit.soft, unit="tasks", layer="user")
    if not evidence.membership:
        return evidence.unknown("cgroup")
    if evidence.in_container:
        return _fault(evidence, limit.soft, None, "every container of the host that uses the same uid counts too")
    own, census = evidence.status.threads, evidence.machine.census
    if own is None or census is None or evidence.uid is None:
        return evidence.unknown("tasks_by_uid", "status")
    others = census.by_uid.get(evidence.uid, 0) - own
    if others > own and evidence.unit is not None:
        return _fault(evidence, limit.soft, others + own, f"{others:,} tasks of the same user belong to others")
    return Pass(used=others + own, limit=limit.soft, unit="tasks", layer="user")


def _fault(evidence: Evidence, limit: int, used: int | None, why: str) -> Fault:
    return Fault(
        "note",
        f"the limit of {limit:,} tasks is shared: {why}",
        used=used, limit=limit, unit="tasks", layer="user",
        source=source_of(evidence, "RLIMIT_NPROC"), fixes=raise_tasks(evidence, limit),
    )  # fmt: skip


CHECK = Check("PR009", "shared-uid", run, about="limit")
