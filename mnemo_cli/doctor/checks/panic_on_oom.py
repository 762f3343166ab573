"""vm.panic_on_oom makes the whole machine stop where one process would have been killed.

1 panics when the machine runs out, but not for a limited control group or cpuset; 2 panics always. Right
only for machines whose neighbour takes over.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    mode = evidence.sysctl("vm.panic_on_oom")
    if mode is None:
        return evidence.unknown("vm.panic_on_oom")
    if mode == 0:
        return Pass("one process is killed, the machine lives")
    when = "always, for a container's limit too" if mode > 1 else "when the whole machine is out of memory"
    return Fault(
        "warning", f"an OOM makes the kernel panic: {when}", layer="machine", source="sysctl vm.panic_on_oom",
        fixes=raise_sysctl(evidence, "vm.panic_on_oom", 0),
    )  # fmt: skip


CHECK = Check("OM002", "panic-on-oom", run, about="host")
