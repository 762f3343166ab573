"""A group around the process's own one has a smaller memory limit: the own limit can never be reached.

Whoever set the inner limit counts on memory that is not there; the kill comes at the outer one, and may
strike a neighbour. Give the outer group at least the sum of what is promised inside.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import Memory
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    memories = evidence.memory_groups
    limits = [(memory, memory.limit_bytes) for memory in memories if isinstance(memory.limit_bytes, int)]
    for place, (inner, inner_bytes) in enumerate(limits):
        outer = min(limits[place + 1 :], key=lambda pair: pair[1], default=None)
        if outer is not None and outer[1] < inner_bytes:
            return _fault(inner, inner_bytes, *outer)
    if any(memory.limit_bytes is None for memory in memories):
        return evidence.unknown(*(f"limits.{memory.source.path}.limit_bytes" for memory in memories))
    if not memories:
        return Skipped("no visible group limits memory") if evidence.membership else evidence.unknown("cgroup")
    return Pass("every group leaves room for the ones inside it")


def _fault(inner: Memory, inner_bytes: int, outer: Memory, outer_bytes: int) -> Fault:
    return Fault(
        "warning",
        f"the group {inner.source.path} may use {format_size(inner_bytes)}, but {outer.source.path} around it "
        f"only {format_size(outer_bytes)}",
        used=outer.used_bytes, limit=outer_bytes, unit="bytes", layer=outer.source.sentence, source=outer.source.file,
    )  # fmt: skip


CHECK = Check("CG004", "ancestor-tighter", run, about="group")
