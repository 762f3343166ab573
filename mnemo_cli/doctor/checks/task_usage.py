"""The user's tasks have nearly reached RLIMIT_NPROC: soon fork and new threads fail with EAGAIN.

"Resource temporarily unavailable", "can't start new thread". All tasks of the real user count, also those
of other sessions, services and containers with the same uid. They are counted only where the machine
has at least half as many tasks as the limit allows: below that no user can be near it. What other
containers or hidepid hide from us makes the count a lower bound, and then the answer may be unknown.
"""

from mnemo_cli.doctor.advice import configure
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Unknown, fullness, share
from mnemo_cli.doctor.evidence import HIDDEN, WHO_SEES_ALL, Evidence
from mnemo_cli.doctor.provenance import source_of

_COUNT_FROM_RATIO = 0.5


def run(evidence: Evidence) -> Outcome:
    limit, uid, total = evidence.rlimit("RLIMIT_NPROC"), evidence.uid, evidence.total_tasks
    if limit is None or uid is None:
        return evidence.unknown("limits", "status")
    if not isinstance(limit.soft, int):
        return Pass("unlimited", limit=limit.soft, unit="tasks", layer="user")
    if total is not None and total < limit.soft * _COUNT_FROM_RATIO:
        return Pass(f"the whole machine has {total:,} tasks", limit=limit.soft, unit="tasks", layer="user")
    if evidence.is_task_limit_enforced is False:
        return Pass("not enforced for this user", limit=limit.soft, unit="tasks", layer="user")
    return _counted(evidence, limit.soft)


def _counted(evidence: Evidence, limit: int) -> Outcome:
    count = evidence.tasks_of_user
    if count is None:
        return evidence.unknown("tasks_by_uid")
    severity = fullness(count.used, limit)
    if severity is not None:
        return Fault(
            severity,
            f"{share(count.used, limit)} tasks of user {evidence.user} exist",
            used=count.used, limit=limit, unit="tasks", layer="user",
            source=source_of(evidence, "RLIMIT_NPROC"), fixes=configure(evidence, nproc=limit * 4),
        )  # fmt: skip
    if count.hidden is None or fullness(count.used + count.hidden, limit) is not None:
        return Unknown(f"at least {count.used:,} of {limit:,} tasks of the user exist, and {HIDDEN}", WHO_SEES_ALL)
    return Pass(used=count.used, limit=limit, unit="tasks", layer="user")


CHECK = Check("PR002", "task-usage", run, about="limit")
