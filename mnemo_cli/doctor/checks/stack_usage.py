"""The main thread's stack has nearly reached RLIMIT_STACK: when it must grow further the program gets SIGSEGV.

Usually that is endless recursion. It grows at run time, up to the soft limit that is in force then; the
stacks of other threads have a fixed size and are not counted here.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limit, used = evidence.rlimit("RLIMIT_STACK"), evidence.status.stack_bytes
    if limit is None or used is None:
        return evidence.unknown("limits", "status", otherwise="the kernel does not tell the size of the stack")
    severity = fullness(used, limit.soft)
    if severity is None or not isinstance(limit.soft, int):
        return Pass(used=used, limit=limit.soft, unit="bytes", layer="soft")
    return Fault(
        severity,
        f"the main thread's stack has {format_size(used)} of {format_size(limit.soft)}: beyond it is SIGSEGV",
        used=used, limit=limit.soft, unit="bytes", layer="soft", source=source_of(evidence, "RLIMIT_STACK"),
    )  # fmt: skip


CHECK = Check("MM014", "stack-usage", run, about="use")
