"""A line of limits.d cannot be understood: pam_limits leaves it out, and says so only in the system log.

A line has four words: domain, soft, hard or -, item, number. Names of systemd (LimitNOFILE=) and of
the shell (ulimit -n) do not belong here.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    config = evidence.machine.limits_config
    bad = config.bad_lines
    if not bad:
        good = Pass("every line can be read") if config.lines else Skipped("limits.d says nothing")
        return evidence.config_lack("limits_config") or good
    more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
    return Fault(
        "warning",
        f"{bad[0].path} line {bad[0].number} is no line of limits.conf: {bad[0].text!r}{more}",
        source=f"{bad[0].path} line {bad[0].number}",
    )


CHECK = Check("CF004", "limits-malformed", run, about="config")
