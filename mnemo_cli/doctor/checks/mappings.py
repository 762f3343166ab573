"""The process has nearly as many memory mappings as vm.max_map_count allows: ENOMEM with memory free.

mmap, mprotect and even munmap fail then, allocators give up and threads cannot start (each takes two).
Search engines, databases and heaps with guard pages map by the ten thousand. A mapping takes a page of
address space at least, so a process whose address space is small enough is not counted out.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    limit = evidence.sysctl("vm.max_map_count")
    if limit is None:
        return evidence.unknown("vm.max_map_count")
    most = evidence.most_mappings
    if most is not None and fullness(most, limit) is None:
        return Pass(f"its address space has room for {most:,} at most", limit=limit, unit="mappings", layer="sysctl")
    used = evidence.mapping_count
    if used is None:
        return evidence.unknown("maps")
    severity = fullness(used, limit)
    if severity is None:
        return Pass(used=used, limit=limit, unit="mappings", layer="sysctl")
    return Fault(
        severity,
        f"{share(used, limit)} memory mappings exist",
        used=used, limit=limit, unit="mappings", layer="sysctl",
        source="sysctl vm.max_map_count", fixes=raise_sysctl(evidence, "vm.max_map_count", max(1048576, limit * 2)),
    )  # fmt: skip


CHECK = Check("MM006", "mappings", run, about="use")
