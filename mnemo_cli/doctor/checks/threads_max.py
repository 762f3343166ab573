"""The machine has nearly as many tasks as kernel.threads-max allows: then nobody can fork.

It is computed at boot so that the kernel's own records of tasks fit into an eighth of memory.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import EVERYWHERE, Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    used, limit = evidence.total_tasks, evidence.machine.most_tasks
    if used is None or limit is None:
        return evidence.unknown("tasks", "kernel.threads-max", "kern.num_tasks", "kern.maxproc")
    severity = fullness(used, limit)
    if severity is None:
        return Pass(used=used, limit=limit, unit="tasks", layer="machine")
    return Fault(
        severity,
        f"{share(used, limit)} tasks exist on the whole machine",
        used=used, limit=limit, unit="tasks", layer="machine",
        source=f"sysctl {evidence.machine.task_max_name}",
        fixes=raise_sysctl(evidence, evidence.machine.task_max_name, limit * 2),
    )  # fmt: skip


CHECK = Check("PR007", "threads-max", run, about="host", systems=EVERYWHERE)
