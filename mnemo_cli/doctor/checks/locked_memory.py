"""The process has locked nearly as much memory as RLIMIT_MEMLOCK allows: then mlock fails with ENOMEM or EPERM.

Databases, media and cryptographic programs lock pages so that they are never swapped out. Holders of
CAP_IPC_LOCK are not bound by it. The usual limit is 8 MiB (64 KiB before Linux 5.16).
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.sampling.status import CAP_IPC_LOCK
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limit, status = evidence.rlimit("RLIMIT_MEMLOCK"), evidence.status
    if limit is None or status.locked_bytes is None:
        return evidence.unknown("limits", "status", otherwise="the kernel does not tell how much is locked")
    if not isinstance(limit.soft, int):
        return Pass("unlimited", used=status.locked_bytes, limit=limit.soft, unit="bytes", layer="soft")
    severity = fullness(status.locked_bytes, limit.soft) if status.locked_bytes else None
    if severity is None or status.has_capability(CAP_IPC_LOCK):
        return Pass(used=status.locked_bytes, limit=limit.soft, unit="bytes", layer="soft")
    return Fault(
        severity,
        f"{format_size(status.locked_bytes)} of {format_size(limit.soft)} are locked",
        used=status.locked_bytes, limit=limit.soft, unit="bytes", layer="soft",
        source=source_of(evidence, "RLIMIT_MEMLOCK"),
    )  # fmt: skip


CHECK = Check("MM005", "locked-memory", run, about="use")
