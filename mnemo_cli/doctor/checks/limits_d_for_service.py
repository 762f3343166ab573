"""Lines of limits.d name the user of a system service: they never apply to it.

limits.conf and limits.d are read by pam_limits when a session is opened (login, ssh, su, cron). A service
that systemd starts opens none: its limits come from its unit. Write LimitNOFILE= into a drop-in instead.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import Unlimited
from mnemo_cli.sampling.limits_config import winning_line


def run(evidence: Evidence) -> Outcome:
    if evidence.unit is None or evidence.in_container:
        return Skipped("not a service of systemd")
    if evidence.user is None:
        return evidence.unknown("status")
    lines = [line for line in evidence.machine.limits_config.lines if line.domain == evidence.user]
    for name in dict.fromkeys(line.name for line in lines):
        line, pair = winning_line(lines, name, "soft", evidence.user), evidence.rlimit(name)
        if pair is None:
            return evidence.unknown("limits")
        if line is None or line.limit == pair.soft:
            continue
        written = "unlimited" if isinstance(line.limit, Unlimited) else f"{line.limit:,}"
        item = name.removeprefix("RLIMIT_")
        return Fault(
            "warning",
            f"{line.path} line {line.number} gives {evidence.user} {item.lower()} {written}, and never applies to "
            f"{evidence.unit}",
            limit=pair.soft, layer="soft", source=f"{line.path} line {line.number}",
            fixes=(f"systemctl edit {evidence.unit}  # [Service] Limit{item}=…",),
        )  # fmt: skip
    return evidence.config_lack("limits_config", "users") or Pass("no line of limits.d counts on it")


CHECK = Check("CF001", "limits-d-for-service", run, about="limit")
