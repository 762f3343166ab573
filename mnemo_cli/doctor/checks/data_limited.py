"""RLIMIT_DATA (`ulimit -d`, LimitDATA=) limits heap and private writable mappings, resident or not.

At the limit brk fails with ENOMEM, and since Linux 4.7 private mmap too. It comes nearer to a memory
limit than RLIMIT_AS, but what was reserved and never touched counts, and what is shared does not.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_DATA")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_DATA")
    if not isinstance(limit.soft, int):
        return Pass("unlimited", limit=limit.soft, unit="bytes", layer="soft")
    used = None if evidence.kind == "command" else evidence.status.data_bytes
    severity = fullness(used, limit.soft) if used is not None else None
    taken = f", and {format_size(used)} are taken" if used is not None else ""
    return Fault(
        severity or "note",
        f"heap and private mappings are limited to {format_size(limit.soft)}{taken}",
        used=used, limit=limit.soft, unit="bytes", layer="soft", source=source_of(evidence, "RLIMIT_DATA"),
    )  # fmt: skip


CHECK = Check("MM002", "data-limited", run, about="limit")
