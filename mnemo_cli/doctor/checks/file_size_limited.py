"""A finite RLIMIT_FSIZE ends the program (SIGXFSZ, exit code 153) as soon as one of its files grows past it.

It bounds the size of every single file that the process writes: logs, databases and archives run into
it without warning. A program that ignores the signal gets EFBIG.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.units import format_size


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_FSIZE")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_FSIZE")
    if not isinstance(limit.soft, int):
        return Pass(limit=limit.soft, unit="bytes", layer="soft")
    return Fault(
        "warning",
        f"no file may grow past {format_size(limit.soft)}: the program is ended when one does",
        limit=limit.soft, unit="bytes", layer="soft", source=source_of(evidence, "RLIMIT_FSIZE"),
    )  # fmt: skip


CHECK = Check("FD007", "file-size-limited", run, about="limit")
