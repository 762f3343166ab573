"""There is no swap, or hardly any left: memory that nobody uses cannot be put away, and OOM kills come at once.

Without swap the kernel can only drop file cache, which slows everything down just before the kill; with
a little of it (zram too) the end comes more slowly and can be seen coming. On nodes that forbid swap on
purpose (Kubernetes) no swap is right.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    memory = evidence.machine.memory
    total, used = memory.swap_total_bytes, memory.swap_used_bytes
    evidence.saw("/proc/meminfo", f"SwapTotal {total}, used {used}")
    if not isinstance(total, int) or used is None:
        return evidence.unknown("limits.host.SwapTotal", "limits.host.SwapFree", "meminfo")
    if total == 0:
        return Fault("note", "the machine has no swap: under pressure it kills at once", layer="machine")
    if fullness(used, total) != "error":
        return Pass(used=used, limit=total, unit="bytes", layer="machine")
    return Fault(
        "warning",
        f"{format_size(used)} of {format_size(total)} swap are used",
        used=used, limit=total, unit="bytes", layer="machine",
    )  # fmt: skip


CHECK = Check("MM009", "swap", run, about="host")
