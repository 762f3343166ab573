"""The unit sets limits that do nothing, or other things than they seem to: LimitRSS=, LimitNPROC= for root, LimitAS=.

Linux enforces no LimitRSS=; LimitNPROC= does not hold root and counts the user elsewhere; LimitAS= and
LimitDATA= count address space. systemd's own manual says: use MemoryMax= and TasksMax=.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    if evidence.unit is None:
        return Skipped("not a service of systemd")
    unit = evidence.machine.unit(evidence.unit)
    if not unit.is_found:
        return evidence.config_lack("systemd_units") or Skipped(f"no file of {evidence.unit} was found")
    reasons = {
        "LimitRSS": "Linux does not enforce it: use MemoryMax=",
        "LimitAS": "it limits address space, not memory, and threads fail first: use MemoryMax=",
    }
    if evidence.uid == 0:
        reasons["LimitNPROC"] = "root is not held to it: use TasksMax="
    for key, why in reasons.items():
        where = unit.assignments.get(key)
        if where is not None and where.text not in ("", "infinity"):
            return Fault(
                "warning",
                f"{where.path} line {where.line} sets {key}={where.text}; {why}",
                source=f"{where.path} line {where.line}", fixes=(f"systemctl edit {evidence.unit}",),
            )  # fmt: skip
    if evidence.uid is None and "LimitNPROC" in unit.assignments:
        return evidence.unknown("status")
    return evidence.config_lack("systemd_units") or Pass("no such limit is set")


CHECK = Check("CF010", "unit-limits-without-effect", run, about="limit")
