"""The user's queued signals have nearly reached RLIMIT_SIGPENDING: then timers and sigqueue() fail with EAGAIN.

The count is the real user's, over all of its processes; each POSIX timer takes one.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, fullness, share
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    used, limit = evidence.signals
    if used is None or limit is None:
        return evidence.unknown("status", otherwise="the kernel does not tell the user's queued signals")
    severity = fullness(used, limit) if used else None
    if severity is None:
        return Pass(used=used, limit=limit, unit="signals", layer="user")
    return Fault(
        severity,
        f"{share(used, limit)} signals of the user are queued",
        used=used, limit=limit, unit="signals", layer="user", source="RLIMIT_SIGPENDING",
    )  # fmt: skip


CHECK = Check("PR010", "signals-pending", run, about="limit")
