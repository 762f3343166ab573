"""The memory that --need asks for is not allowed: the tightest limit of the path, or the machine, is smaller.

Asked only with --need mem=SIZE.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    wanted_bytes = evidence.needs.memory_bytes
    if wanted_bytes is None:
        return Skipped("no memory was demanded (--need mem=SIZE)")
    machine = evidence.machine.memory
    memories = (*evidence.memory_groups, machine)
    limits = [(memory.limit_bytes, memory) for memory in memories if isinstance(memory.limit_bytes, int)]
    limit_bytes, memory = min(limits, key=lambda pair: pair[0], default=(None, machine))
    if limit_bytes is not None and limit_bytes < wanted_bytes:
        return Fault(
            "error",
            f"{format_size(wanted_bytes)} of memory were demanded, {memory.source.sentence} allows "
            f"{format_size(limit_bytes)}",
            used=memory.used_bytes, limit=limit_bytes, unit="bytes", layer=memory.source.sentence,
            source=memory.source.file,
        )  # fmt: skip
    unread = [f"limits.{each.source.path}.limit_bytes" for each in memories if each.limit_bytes is None]
    if unread or (not evidence.memory_groups and not evidence.is_in_visible_root):
        return evidence.unknown(*unread, "limits", "limits.host.MemTotal", "meminfo", "cgroup")
    return Pass(f"at least {format_size(wanted_bytes)}", limit=limit_bytes, unit="bytes", layer=memory.source.sentence)


CHECK = Check("CG007", "memory-need", run, about="group")
