"""A large part of memory is set aside as huge pages and nobody uses it: it is lost to everything else.

vm.nr_hugepages takes memory away at once and for good; only programs that ask for hugetlb pages get it.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import format_size

_LARGE_RATIO = 0.10


def run(evidence: Evidence) -> Outcome:
    kept, machine = evidence.machine.commitment, evidence.machine.memory
    if kept.huge_pages == 0:
        return Pass("none are set aside")
    if kept.huge_pages is None or kept.huge_pages_free is None or kept.huge_page_bytes is None:
        return evidence.unknown("meminfo", otherwise="there is no readable HugePages_Total line")
    idle_bytes, total_bytes = kept.huge_pages_free * kept.huge_page_bytes, kept.huge_pages * kept.huge_page_bytes
    evidence.saw("/proc/meminfo", f"HugePages_Total {kept.huge_pages}, HugePages_Free {kept.huge_pages_free}")
    if not isinstance(machine.limit_bytes, int):
        return evidence.unknown("limits.host.MemTotal", "meminfo")
    if idle_bytes <= machine.limit_bytes * _LARGE_RATIO:
        return Pass(used=total_bytes - idle_bytes, limit=total_bytes, unit="bytes", layer="machine")
    return Fault(
        "warning",
        f"{format_size(idle_bytes)} of {format_size(machine.limit_bytes)} memory are set aside as huge pages that "
        "nobody uses",
        used=total_bytes - idle_bytes, limit=total_bytes, unit="bytes", layer="machine",
        source="sysctl vm.nr_hugepages",
    )  # fmt: skip


CHECK = Check("MM012", "huge-pages-idle", run, about="host")
