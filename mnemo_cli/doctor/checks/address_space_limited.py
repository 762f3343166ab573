"""RLIMIT_AS (`ulimit -v`, LimitAS=) limits address space, which is not memory: it breaks programs that use little.

Every thread reserves 8 MiB of address space for its stack and the allocator more; the JVM, Go, V8 and
sanitizers reserve gigabytes that they never touch. At the limit mmap fails with ENOMEM and new threads
with EAGAIN, with memory free. To limit memory use the control group: MemoryMax=, --memory.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_AS")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_AS")
    if not isinstance(limit.soft, int):
        return Pass("unlimited", limit=limit.soft, unit="bytes", layer="soft")
    used = None if evidence.kind == "command" else evidence.status.virtual_bytes
    severity = fullness(used, limit.soft) if used is not None else None
    reserved = f", and {format_size(used)} are reserved" if used is not None else ""
    return Fault(
        severity or "warning",
        f"address space is limited to {format_size(limit.soft)}{reserved}; it is not memory, and threads fail first",
        used=used, limit=limit.soft, unit="bytes", layer="soft", source=source_of(evidence, "RLIMIT_AS"),
    )  # fmt: skip


CHECK = Check("MM001", "address-space-limited", run, about="limit")
