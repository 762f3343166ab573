"""memory.high is not below memory.max: the brake comes after the wall, and never acts.

Above memory.high the kernel slows the group down and reclaims, and kills nobody; at memory.max it kills.
Set high some 10 to 20 % below max (MemoryHigh=3G with MemoryMax=4G), or leave it unlimited.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    memories = evidence.memory_groups
    for memory in memories:
        high, limit = memory.high_bytes, memory.limit_bytes
        if isinstance(high, int) and isinstance(limit, int) and high >= limit:
            return Fault(
                "warning",
                f"memory.high of {memory.source.path} is {format_size(high)}, not below memory.max "
                f"({format_size(limit)})",
                used=memory.used_bytes, limit=limit, unit="bytes", layer=memory.source.sentence, source="memory.high",
            )  # fmt: skip
    unread = [memory.source.path for memory in memories if memory.high_bytes is None or memory.limit_bytes is None]
    if unread:
        fields = [f"limits.{path}.{name}" for path in unread for name in ("high_bytes", "limit_bytes")]
        return evidence.unknown(*fields)
    if not memories:
        return Skipped("no visible group limits memory") if evidence.membership else evidence.unknown("cgroup")
    return Pass()


CHECK = Check("CG005", "high-above-max", run, about="group")
