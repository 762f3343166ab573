"""limits.d has lines, and no PAM service asks pam_limits to apply them: they never take effect.

An active `session … pam_limits.so` line is needed in the service's file below /etc/pam.d, or in one that
it includes. systemd services and containers never read limits.d, whatever PAM does.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    config = evidence.machine.limits_config
    if not config.lines:
        return evidence.config_lack("limits_config") or Skipped("limits.d says nothing")
    services = evidence.machine.pam_services
    if services:
        return Pass(f"asked for by {', '.join(sorted(services)[:4])}")
    lack = evidence.config_lack("limits_config")
    if lack is not None:
        return lack
    first = config.lines[0]
    return Fault(
        "warning",
        f"{first.path} line {first.number} has no effect: no service below /etc/pam.d asks pam_limits",
        source=f"{first.path} line {first.number}",
    )


CHECK = Check("CF009", "pam-limits-inactive", run, about="config")
