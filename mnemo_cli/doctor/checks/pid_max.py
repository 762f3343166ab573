"""The machine has nearly as many tasks as there are pids: kernel.pid_max bounds every thread.

Each thread takes a pid. The kernel's default is 32,768 on small machines; systemd raises it to 4,194,304
on 64-bit ones.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    used, limit = evidence.total_tasks, evidence.sysctl("kernel.pid_max")
    if used is None or limit is None:
        return evidence.unknown("tasks", "kernel.pid_max")
    severity = fullness(used, limit)
    if severity is None:
        return Pass(used=used, limit=limit, unit="tasks", layer="machine")
    return Fault(
        severity,
        f"{share(used, limit)} pids are taken",
        used=used, limit=limit, unit="tasks", layer="machine",
        source="sysctl kernel.pid_max", fixes=raise_sysctl(evidence, "kernel.pid_max", 4194304),
    )  # fmt: skip


CHECK = Check("PR008", "pid-max", run, about="host")
