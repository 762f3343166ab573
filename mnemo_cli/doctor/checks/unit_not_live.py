"""The unit's files give the service another limit than it has: it was not restarted since they changed.

Limit*= takes effect when the service starts: `systemctl daemon-reload`, then restart it. A program that
raises its own soft limit makes only the soft one differ, and that is in order.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.provenance import resolved
from mnemo_cli.model import Unlimited
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.systemd_units import configured_limit

_NAMES = ("RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_STACK")


def run(evidence: Evidence) -> Outcome:
    if evidence.unit is None or evidence.in_container:
        return Skipped("not a service of systemd")
    unit = evidence.machine.unit(evidence.unit)
    if not unit.is_found:
        return evidence.config_lack("systemd_units") or Skipped(f"no file of {evidence.unit} was found")
    for name in _NAMES:
        written, pair = configured_limit(unit.assignments, name), evidence.rlimit(name)
        if written is None:
            continue
        if pair is None:
            return evidence.unknown("limits")
        wanted = resolved(evidence, name, Rlimit(written.soft, written.hard))
        if wanted.hard != pair.hard:
            shown = "unlimited" if isinstance(wanted.hard, Unlimited) else f"{wanted.hard:,}"
            return Fault(
                "warning",
                f"{written.where.path} line {written.where.line} gives a hard limit of {shown}, and the running "
                "service has another one: restart it",
                limit=pair.hard, layer="hard", source=f"unit {evidence.unit} Limit{name.removeprefix('RLIMIT_')}",
                fixes=("systemctl daemon-reload", f"systemctl restart {evidence.unit}"),
            )  # fmt: skip
    return evidence.config_lack("systemd_units") or Pass("it runs with what its unit says")


CHECK = Check("CF006", "unit-not-live", run, about="limit")
