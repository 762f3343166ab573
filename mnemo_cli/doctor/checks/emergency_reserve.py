"""vm.min_free_kbytes keeps a large part of memory free for emergencies: the kernel reclaims, and kills, too early.

The kernel computes it from the amount of memory; more than 5 % is seldom meant.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import KIB, format_size

_LARGE_RATIO = 0.05


def run(evidence: Evidence) -> Outcome:
    reserve, total_bytes = evidence.sysctl("vm.min_free_kbytes"), evidence.machine.memory.limit_bytes
    if reserve is None or not isinstance(total_bytes, int):
        return evidence.unknown("vm.min_free_kbytes", "limits.host.MemTotal", "meminfo")
    reserve_bytes = reserve * KIB
    if reserve_bytes <= total_bytes * _LARGE_RATIO:
        return Pass(used=reserve_bytes, limit=total_bytes, unit="bytes", layer="machine")
    return Fault(
        "warning",
        f"{format_size(reserve_bytes)} of {format_size(total_bytes)} memory are kept free for emergencies",
        used=reserve_bytes, limit=total_bytes, unit="bytes", layer="machine", source="sysctl vm.min_free_kbytes",
    )  # fmt: skip


CHECK = Check("MM013", "emergency-reserve", run, about="host")
