"""A memory limit on the path has already struck: processes were killed, or the kernel had to reclaim at the limit.

memory.events (v2) and memory.oom_control and the two files of failcnt (v1) count since the group was made. A kill is
a warning; hits without a kill are a note: the kernel found memory to take back each time, at a price. Before Linux
4.13 nobody counts the kills of a v1 group.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped, Word
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import Memory


def run(evidence: Evidence) -> Outcome:
    memories = evidence.memory_groups
    killed = max((m for m in memories if m.oom_kills_total), key=lambda m: m.oom_kills_total or 0, default=None)
    if killed is not None and killed.oom_kills_total is not None:
        return _fault(
            "warning", killed, killed.oom_kills_total, "the kernel has killed {:,} processes in {} for memory"
        )
    hit = max((m for m in memories if m.limit_hits_total), key=lambda m: m.limit_hits_total or 0, default=None)
    if hit is not None and hit.limit_hits_total is not None:
        after = "kills are not counted here" if hit.oom_kills_total is None else "memory could be reclaimed"
        return _fault("note", hit, hit.limit_hits_total, "the limit was hit {:,} times in {}, and " + after)
    if not memories:
        return Skipped("no visible group limits memory") if evidence.membership else evidence.unknown("cgroup")
    if any(memory.oom_kills_total is None or memory.limit_hits_total is None for memory in memories):
        names = ("oom_kills_total", "limit_hits_total")
        return evidence.unknown(*(f"limits.{memory.source.path}.{name}" for memory in memories for name in names))
    return Pass("never hit", hits=0)


def _fault(severity: Word, memory: Memory, hits: int, words: str) -> Fault:
    return Fault(
        severity,
        words.format(hits, f"the group {memory.source.path}"),
        used=memory.used_bytes, limit=memory.limit_bytes, unit="bytes", layer=memory.source.sentence, hits=hits,
    )  # fmt: skip


CHECK = Check("CG003", "group-hits", run, about="group")
