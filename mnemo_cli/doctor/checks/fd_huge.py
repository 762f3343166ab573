"""A huge or infinite soft RLIMIT_NOFILE makes some programs spin for minutes when they start or fork.

Programs that close "all possible descriptors" before they become a daemon run a loop up to the soft
limit: at 1,048,576 that is 0.2 s, at 1,073,741,816 (what `infinity` becomes under systemd) 200 s of
CPU. Give a number instead of infinity: 65,536 soft and 524,288 hard is plenty for a server.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of

MOST_USEFUL = 1048576


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_NOFILE")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_NOFILE")
    if isinstance(limit.soft, int) and limit.soft <= MOST_USEFUL:
        return Pass(limit=limit.soft, unit="descriptors", layer="soft")
    shown = f"{limit.soft:,}" if isinstance(limit.soft, int) else "unlimited"
    return Fault(
        "warning",
        f"the soft limit is {shown}: a program that closes all possible descriptors spins for minutes; "
        f"{MOST_USEFUL:,} is enough for anything",
        limit=limit.soft, unit="descriptors", layer="soft", source=source_of(evidence, "RLIMIT_NOFILE"),
    )  # fmt: skip


CHECK = Check("FD004", "fd-huge", run, about="limit")
