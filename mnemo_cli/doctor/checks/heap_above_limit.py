"""The runtime was told to take more heap than its control group allows: it is killed before it collects garbage.

-Xmx, MaxRAMPercentage, --max-old-space-size and GOMEMLIMIT bound the heap only; threads, code and buffers
come on top. Above the limit is an error, above 80 % of it a warning. Leave a quarter to a JVM.
"""

from mnemo_cli.doctor.check import CRITICAL_RATIO, Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.sampling.runtime import HeapSetting, heap_settings
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limits = [(memory.limit_bytes, memory) for memory in evidence.memory_groups if isinstance(memory.limit_bytes, int)]
    if not limits:
        return Skipped("no visible group limits its memory") if evidence.membership else evidence.unknown("cgroup")
    if evidence.kind == "command":
        return Skipped("the command has not started")
    if evidence.status.threads == 1:
        return Pass("it has one thread: no runtime with a heap setting makes do with that")
    if evidence.argv is None:
        return evidence.unknown("cmdline")
    limit_bytes, memory = min(limits, key=lambda pair: pair[0])
    found = _largest_heap(evidence, limit_bytes)
    if found is None:
        return evidence.unknown("environ") if evidence.environment is None else Pass("there is no heap setting")
    heap_bytes, setting = found
    if heap_bytes <= limit_bytes * CRITICAL_RATIO:
        return Pass(used=heap_bytes, limit=limit_bytes, unit="bytes", layer=memory.source.sentence)
    return Fault(
        "error" if heap_bytes > limit_bytes else "warning",
        f"{setting.name} allows a heap of {format_size(heap_bytes)}, the group {memory.source.path} allows "
        f"{format_size(limit_bytes)} for everything",
        used=heap_bytes, limit=limit_bytes, unit="bytes", layer=memory.source.sentence, source=setting.name,
    )  # fmt: skip


def _largest_heap(evidence: Evidence, limit_bytes: int) -> tuple[int, HeapSetting] | None:
    settings = heap_settings(evidence.argv or (), evidence.environment or {})
    sized = ((_heap_bytes(setting, limit_bytes), setting) for setting in settings)
    return max(sized, key=lambda pair: pair[0], default=None)


def _heap_bytes(setting: HeapSetting, limit_bytes: int) -> int:
    """A JVM takes its percentage of the group's limit."""
    return setting.heap_bytes if setting.heap_bytes is not None else round((setting.share_ratio or 0.0) * limit_bytes)


CHECK = Check("CG006", "heap-above-limit", run, about="limit")
