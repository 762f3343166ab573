"""RLIMIT_NPROC is set on purpose for a user who has tasks elsewhere too: they starve each other.

The limit counts the user, not the process: `--ulimit nproc=100` for two containers with one uid lets
both together have 100 tasks, and whoever starts last gets nothing. In a container use --pids-limit,
for a service TasksMax=, or give each its own user.
"""

from mnemo_cli.doctor.advice import raise_tasks
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Unknown
from mnemo_cli.doctor.evidence import HIDDEN, WHO_SEES_ALL, Evidence
from mnemo_cli.doctor.provenance import source_of


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_NPROC")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_NPROC")
    if not isinstance(limit.soft, int):
        return Pass("unlimited", limit=limit.soft, unit="tasks", layer="user")
    usual = evidence.machine.usual_task_limit
    if usual is None:
        return evidence.unknown("kernel.threads-max", "init_rlimits")
    if limit.soft >= usual:
        return Pass("nobody set it on purpose", limit=limit.soft, unit="tasks", layer="user")
    if evidence.is_task_limit_enforced is False:
        return Pass("not enforced for this user", limit=limit.soft, unit="tasks", layer="user")
    if not evidence.membership:
        return evidence.unknown("cgroup")
    if evidence.in_container:
        return _fault(evidence, limit.soft, None, "every container of the host that uses the same uid counts too")
    own, count = evidence.status.threads, evidence.tasks_of_user
    if own is None or count is None:
        return evidence.unknown("tasks_by_uid", "status")
    others = count.used - own
    if evidence.unit is None:
        return Pass(used=count.used, limit=limit.soft, unit="tasks", layer="user")
    if others > own:
        return _fault(evidence, limit.soft, count.used, f"{others:,} tasks of the same user belong to others")
    if count.hidden is None or others + count.hidden > own:
        return Unknown(f"at least {others:,} tasks of the same user belong to others, and {HIDDEN}", WHO_SEES_ALL)
    return Pass(used=count.used, limit=limit.soft, unit="tasks", layer="user")


def _fault(evidence: Evidence, limit: int, used: int | None, why: str) -> Fault:
    return Fault(
        "note",
        f"the limit of {limit:,} tasks is shared: {why}",
        used=used, limit=limit, unit="tasks", layer="user",
        source=source_of(evidence, "RLIMIT_NPROC"), fixes=raise_tasks(evidence, limit),
    )  # fmt: skip


CHECK = Check("PR009", "shared-uid", run, about="limit")
