"""limits.d says something else than what this session has: the session is older than the file.

pam_limits acts when a session is opened: log in again. A shell's own `ulimit`, or su and sudo on Debian
(which reset what no line mentions), make the same difference.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import Unlimited
from mnemo_cli.sampling.limits_config import winning_line
from mnemo_cli.sampling.place import session_of_group


def run(evidence: Evidence) -> Outcome:
    if evidence.unified_path is None or session_of_group(evidence.unified_path) is None:
        return Skipped("not a login session")
    if evidence.user is None:
        return evidence.unknown("status")
    config = evidence.machine.limits_config
    for name in dict.fromkeys(line.name for line in config.lines):
        line, pair = winning_line(config.lines, name, "hard", evidence.user), evidence.rlimit(name)
        if pair is None:
            return evidence.unknown("limits")
        is_roots = evidence.user == "root" and config.skips_root and line is not None and line.domain == "*"
        if line is None or line.limit == pair.hard or is_roots:
            continue
        if isinstance(line.limit, Unlimited) and name == "RLIMIT_NOFILE":
            continue
        written = "unlimited" if isinstance(line.limit, Unlimited) else f"{line.limit:,}"
        return Fault(
            "note",
            f"{line.path} line {line.number} gives {evidence.user} a hard {name.removeprefix('RLIMIT_').lower()} of "
            f"{written}, "
            "and this session has another one: log in again",
            limit=pair.hard, layer="hard", source=f"{line.path} line {line.number}",
        )  # fmt: skip
    return evidence.config_lack("limits_config", "users") or Pass("the session has what limits.d says")


CHECK = Check("CF005", "limits-d-not-live", run, about="limit")
