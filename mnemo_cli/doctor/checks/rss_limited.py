"""RLIMIT_RSS (`ulimit -m`, LimitRSS=) does nothing: Linux has not enforced it since 2.4.30.

Whoever set it believes that memory is limited, and it is not: a process with a limit of 10 MiB may hold
gigabytes. Use the control group: MemoryMax= or MemoryHigh= of a unit, --memory of a container.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_RSS")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_RSS")
    if not isinstance(limit.soft, int):
        return Pass("not set", limit=limit.soft, unit="bytes", layer="soft")
    return Fault(
        "warning",
        f"a resident size of {format_size(limit.soft)} is set as limit, and Linux does not enforce it: memory is "
        "not limited",
        limit=limit.soft, unit="bytes", layer="soft", source=source_of(evidence, "RLIMIT_RSS"),
    )  # fmt: skip


CHECK = Check("MM003", "rss-limited", run, about="limit")
