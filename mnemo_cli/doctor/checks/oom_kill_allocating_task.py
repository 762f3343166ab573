"""vm.oom_kill_allocating_task kills whoever asks for memory at the wrong moment, and not who holds most of it.

The victim is then often a shell, a health check or the database's smallest worker, and the leak lives on.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    mode = evidence.sysctl("vm.oom_kill_allocating_task")
    if mode is None:
        return evidence.unknown("vm.oom_kill_allocating_task")
    if mode == 0:
        return Pass("the largest process is killed")
    return Fault(
        "warning", "an OOM kills the task that asked, whoever holds the memory", layer="machine",
        source="sysctl vm.oom_kill_allocating_task", fixes=raise_sysctl(evidence, "vm.oom_kill_allocating_task", 0),
    )  # fmt: skip


CHECK = Check("OM004", "oom-kill-allocating-task", run, about="host")
