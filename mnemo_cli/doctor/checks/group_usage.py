"""A control group on the path is nearly full: at memory.max the kernel kills one of its processes.

Used is the working set (usage without inactive file cache). Every level of the path counts with its own
use, which includes its other groups; the fullest binds.
"""

from mnemo_cli.doctor.advice import raise_memory
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import Memory
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    memories = evidence.memory_groups
    bounded = [memory for memory in memories if isinstance(memory.limit_bytes, int) and memory.used_bytes is not None]
    worst = max(bounded, key=lambda memory: memory.used_ratio or 0.0, default=None)
    fault = None if worst is None else _fault(evidence, worst)
    if fault is not None:
        return fault
    unread = next((memory for memory in memories if memory.limit_bytes is None or memory.headroom_bytes is None), None)
    if unread is not None:
        path = unread.source.path
        return evidence.unknown(f"limits.{path}.limit_bytes", f"limits.{path}.used_bytes")
    if not memories and not evidence.is_in_visible_root:
        return evidence.unknown("limits", "cgroup", otherwise="the process's groups cannot be seen")
    if worst is None:
        return Pass("no group limits it")
    layer = worst.source.sentence
    return Pass(used=worst.used_bytes, limit=worst.limit_bytes, unit="bytes", layer=layer, hits=worst.limit_hits_total)


def _fault(evidence: Evidence, memory: Memory) -> Fault | None:
    assert memory.used_bytes is not None and isinstance(memory.limit_bytes, int)
    severity = fullness(memory.used_bytes, memory.limit_bytes)
    if severity is None:
        return None
    return Fault(
        severity,
        f"{format_size(memory.used_bytes)} of {format_size(memory.limit_bytes)} are used in the group "
        f"{memory.source.path}",
        used=memory.used_bytes, limit=memory.limit_bytes, unit="bytes", layer=memory.source.sentence,
        source=memory.source.file, hits=memory.limit_hits_total,
        fixes=() if evidence.in_container else raise_memory(memory.source.path),
    )  # fmt: skip


CHECK = Check("CG002", "group-usage", run, about="group")
