"""The machine's asynchronous I/O events are nearly used up (fs.aio-max-nr): then io_setup fails with EAGAIN.

Databases with native AIO reserve them by the thousand when they start; the next one then does not start.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    used, limit = evidence.sysctl("fs.aio-nr"), evidence.sysctl("fs.aio-max-nr")
    if used is None or limit is None:
        return evidence.unknown("fs.aio-nr", "fs.aio-max-nr")
    severity = fullness(used, limit) if used else None
    if severity is None:
        return Pass(used=used, limit=limit, unit="events", layer="machine")
    return Fault(
        severity,
        f"{share(used, limit)} asynchronous I/O events are reserved",
        used=used, limit=limit, unit="events", layer="machine", source="sysctl fs.aio-max-nr",
        fixes=raise_sysctl(evidence, "fs.aio-max-nr", max(1048576, limit * 2)),
    )  # fmt: skip


CHECK = Check("AI001", "aio-usage", run, about="host")
