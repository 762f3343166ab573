"""fs.aio-max-nr is below what databases ask for: with the default of 65,536 a few of them fill it.

1,048,576 is what the tuned profiles of databases set.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    wanted = evidence.profile.aio_events
    if wanted is None:
        return Skipped("only databases ask for more than the default")
    limit = evidence.sysctl("fs.aio-max-nr")
    if limit is None:
        return evidence.unknown("fs.aio-max-nr")
    if limit >= wanted:
        return Pass(limit=limit, unit="events", layer="machine")
    return Fault(
        "warning" if evidence.profile.is_chosen else "note",
        f"fs.aio-max-nr is {limit:,}, below the {wanted:,} that databases ask for",
        limit=limit, unit="events", layer="machine", source="sysctl fs.aio-max-nr",
        fixes=raise_sysctl(evidence, "fs.aio-max-nr", wanted),
    )  # fmt: skip


CHECK = Check("AI002", "aio-low", run, about="host")
