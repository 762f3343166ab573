"""A low soft RLIMIT_NPROC stops a user's programs from starting threads: fork and clone fail with EAGAIN.

It counts threads, not processes, and all those of the real user together, over the whole machine and
not for each process or container. 4,096 is recommended. For a service prefer TasksMax= of its unit:
it counts the service's own tasks only, holds for root too, and can be changed while it runs.
--need nproc=N makes it an error to have less than N.
"""

from mnemo_cli.doctor.advice import configure
from mnemo_cli.doctor.check import EVERYWHERE, Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_NPROC")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_NPROC")
    wanted = evidence.needs.nproc or evidence.profile.nproc
    if not isinstance(limit.soft, int) or limit.soft >= wanted:
        return Pass(f"at least {wanted:,}", limit=limit.soft, unit="tasks", layer="user")
    enforced = evidence.is_task_limit_enforced
    if enforced is False:
        return Pass("low, but not enforced for this user", limit=limit.soft, unit="tasks", layer="user")
    return Fault(
        "error" if evidence.needs.nproc is not None else "warning",
        f"the user may have {limit.soft:,} tasks, fewer than {wanted:,}",
        limit=limit.soft, unit="tasks", layer="user",
        source=source_of(evidence, "RLIMIT_NPROC"), fixes=configure(evidence, nproc=wanted),
    )  # fmt: skip


CHECK = Check("PR001", "task-limit-low", run, about="limit", systems=EVERYWHERE)
