"""A hard RLIMIT_NOFILE above fs.nr_open cannot be set again: every later attempt fails with EPERM.

No process may set a limit above fs.nr_open, whatever its privilege, and the error looks like a missing
privilege. A process that has more kept it from before the knob was lowered; its children inherit it,
but login, sudo and services that set their limits anew are refused, which can lock users out.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import UNLIMITED


def run(evidence: Evidence) -> Outcome:
    limit, ceiling = evidence.rlimit("RLIMIT_NOFILE"), evidence.sysctl("fs.nr_open")
    if limit is None or ceiling is None:
        return evidence.unknown("limits", "fs.nr_open")
    if isinstance(limit.hard, int) and limit.hard <= ceiling:
        return Pass(limit=limit.hard, unit="descriptors", layer="hard")
    shown = "unlimited" if limit.hard is UNLIMITED else f"{limit.hard:,}"
    return Fault(
        "warning",
        f"the hard limit is {shown}, above fs.nr_open = {ceiling:,}: nobody can set it again, root included",
        limit=limit.hard, unit="descriptors", layer="sysctl", source="sysctl fs.nr_open",
    )  # fmt: skip


CHECK = Check("FD005", "fd-above-nr-open", run, about="limit")
