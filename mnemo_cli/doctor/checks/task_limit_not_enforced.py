"""RLIMIT_NPROC is set for a process whom the kernel does not hold to it: it protects from nothing.

The real uid 0 of the first user namespace is spared, and so is whoever holds CAP_SYS_RESOURCE or
CAP_SYS_ADMIN there; "root" inside a user namespace (rootless containers) is not. LimitNPROC= therefore
has no effect on a root service: TasksMax= has, and counts the service's own tasks only.
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
    if not isinstance(limit.soft, int) or (usual is not None and limit.soft >= usual):
        return Pass("nobody set it on purpose", limit=limit.soft, unit="tasks", layer="user")
    enforced = evidence.is_task_limit_enforced
    if enforced is None:
        return evidence.unknown("uid_map", "status")
    if enforced:
        return Pass("enforced", limit=limit.soft, unit="tasks", layer="user")
    who = "root" if evidence.uid == 0 else "a holder of CAP_SYS_RESOURCE or CAP_SYS_ADMIN"
    return Fault(
        "note" if usual is None else "warning",
        f"a limit of {limit.soft:,} tasks is set, but {who} is not held to it; use TasksMax= or pids.max",
        limit=limit.soft, unit="tasks", layer="user",
        source=source_of(evidence, "RLIMIT_NPROC"), fixes=raise_tasks(evidence, limit.soft),
    )  # fmt: skip


CHECK = Check("PR003", "task-limit-not-enforced", run, about="limit")
