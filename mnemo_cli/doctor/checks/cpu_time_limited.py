"""A finite RLIMIT_CPU ends the program after so many seconds of CPU: it looks like an OOM kill and is none.

At the soft limit the kernel sends SIGXCPU (exit code 152), at the hard one SIGKILL: exit code 137, the
same as after an OOM kill. A long-running program reaches any finite limit some day.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import format_duration


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_CPU")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_CPU")
    finite = [each for each in (limit.soft, limit.hard) if isinstance(each, int)]
    if not finite:
        return Pass("unlimited", limit=limit.soft, unit="seconds", layer="soft")
    return Fault(
        "warning",
        f"the program is ended after {format_duration(min(finite))} of CPU time (exit code 152, or 137 as after an "
        "OOM kill)",
        limit=min(finite), unit="seconds", layer="soft" if isinstance(limit.soft, int) else "hard",
        source=source_of(evidence, "RLIMIT_CPU"),
    )  # fmt: skip


CHECK = Check("PR011", "cpu-time-limited", run, about="limit")
