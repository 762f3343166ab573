"""Most of the descriptors that the process may open are open: soon it fails with EMFILE, "Too many open files".

What counts is the soft limit. It is not quite a count but the highest descriptor plus one, so a program
that moved one descriptor to a high number still may open others; and a limit that was lowered below the
use stays so until descriptors are closed, while every new open fails.
"""

from mnemo_cli.doctor.advice import more_descriptors
from mnemo_cli.doctor.check import EVERYWHERE, Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of


def run(evidence: Evidence) -> Outcome:
    limit, used = evidence.rlimit("RLIMIT_NOFILE"), evidence.fd_count
    if limit is None or used is None:
        return evidence.unknown("limits", "fd")
    severity = fullness(used, limit.soft)
    if severity is None or not isinstance(limit.soft, int):
        return Pass(used=used, limit=limit.soft, unit="descriptors", layer="soft")
    return Fault(
        severity,
        f"{share(used, limit.soft)} descriptors are open",
        used=used, limit=limit.soft, unit="descriptors", layer="soft",
        source=source_of(evidence, "RLIMIT_NOFILE"),
        fixes=more_descriptors(evidence, limit.soft, limit.hard),
    )  # fmt: skip


CHECK = Check("FD003", "fd-usage", run, about="use", systems=EVERYWHERE)
