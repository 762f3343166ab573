"""A `*` line of limits.d leaves root out on Debian and its children: root needs a line of its own.

Debian and Ubuntu patch pam_limits so that `*` and `@group` do not apply to root; Fedora, RHEL, Arch and
SUSE apply them to root too. A fix that was tested on one leaves root with the default on the other.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    config = evidence.machine.limits_config
    if not config.skips_root:
        return Skipped("here `*` covers root too")
    roots = {line.name for line in config.lines if line.domain == "root"}
    star = next((line for line in config.lines if line.domain == "*" and line.name not in roots), None)
    if star is None:
        return evidence.config_lack("limits_config") or Pass("no `*` line without one for root")
    word = star.name.removeprefix("RLIMIT_").lower()
    return Fault(
        "note",
        f"{star.path} line {star.number} sets {word} for `*`, which does not cover root here",
        source=f"{star.path} line {star.number}",
    )


CHECK = Check("CF002", "limits-star-without-root", run, about="config")
