"""A low hard RLIMIT_NOFILE cannot be raised by the program itself, only by privilege and a restart.

The hard limit is the ceiling up to which a process may raise its own soft limit. Once lowered it can
be raised again only with CAP_SYS_RESOURCE: being uid 0 is not enough (a container's root usually lacks
it). Note that `ulimit -n N` in a shell lowers both limits, and the hard one for good; `ulimit -Sn N`
sets the soft one alone.
"""

from mnemo_cli.doctor.advice import configure
from mnemo_cli.doctor.check import EVERYWHERE, Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_NOFILE")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_NOFILE")
    wanted = evidence.needs.nofile or evidence.profile.nofile
    if not isinstance(limit.hard, int) or limit.hard >= wanted:
        return Pass(f"at least {wanted:,}", limit=limit.hard, unit="descriptors", layer="hard")
    return Fault(
        "error" if evidence.needs.nofile is not None else "warning",
        f"the hard limit of {limit.hard:,} descriptors is below {wanted:,}: only privilege and a restart can raise it",
        limit=limit.hard, unit="descriptors", layer="hard",
        source=source_of(evidence, "RLIMIT_NOFILE"), fixes=configure(evidence, nofile=wanted),
    )  # fmt: skip


CHECK = Check("FD002", "fd-hard-low", run, about="limit", systems=EVERYWHERE)
