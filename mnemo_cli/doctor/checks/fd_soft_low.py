"""A low soft RLIMIT_NOFILE starves a busy program of descriptors long before memory runs out.

Every socket, pipe and open file takes a descriptor, and the soft limit is what the kernel enforces:
beyond it open(), accept() and socket() fail with EMFILE, "Too many open files".

4,096 is recommended for any program, 65,536 for a server. A process may raise its own soft limit up
to the hard one without privilege: where the hard limit is high enough and little is in use this is a
note, which covers systemd's default of 1,024 soft and 524,288 hard. That default is low on purpose:
select() cannot handle descriptors above 1,023, whatever the limit. The JVM and Go raise their own
soft limit at start. --need nofile=N makes it an error to have less than N.
"""

from mnemo_cli.doctor.advice import raise_nofile
from mnemo_cli.doctor.check import EVERYWHERE, Check, Fault, Outcome, Pass, Word
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import source_of
from mnemo_cli.model import Limit

# Fewer than any login shell or desktop gives: not even an idle server starts with it.
_STARVING = 256


def run(evidence: Evidence) -> Outcome:
    limit = evidence.rlimit("RLIMIT_NOFILE")
    if limit is None:
        return evidence.unknown("limits", otherwise="there is no readable RLIMIT_NOFILE")
    wanted = evidence.needs.nofile or evidence.profile.nofile
    if not isinstance(limit.soft, int) or limit.soft >= wanted:
        return Pass(f"at least {wanted:,}", limit=limit.soft, unit="descriptors", layer="soft")
    used = None if evidence.kind == "command" else evidence.fd_count
    severity, remark = _judged(evidence, limit.soft, limit.hard, used, wanted)
    return Fault(
        severity,
        f"the soft limit of {limit.soft:,} descriptors is below {wanted:,}{remark}",
        used=used, limit=limit.soft, unit="descriptors", layer="soft",
        source=source_of(evidence, "RLIMIT_NOFILE"),
        fixes=raise_nofile(evidence, wanted, limit.hard),
    )  # fmt: skip


def _judged(evidence: Evidence, soft: int, hard: Limit, used: int | None, wanted: int) -> tuple[Word, str]:
    if evidence.needs.nofile is not None:
        return "error", ", which was demanded"
    if soft < _STARVING:
        return "error", ": too few for almost any program"
    can_raise = not isinstance(hard, int) or hard >= wanted
    is_low_use = used is None or used * 2 < soft
    if can_raise and is_low_use:
        little = " and uses little" if used is not None else ""
        return "note", f", but the program may raise it by itself{little}"
    if can_raise and evidence.runtime is not None:
        return "note", f", but the {evidence.runtime} runtime raises it by itself"
    return "warning", ""


CHECK = Check("FD001", "fd-soft-low", run, about="limit", systems=EVERYWHERE)
