"""The machine has killed processes for memory since it started.

/proc/vmstat counts every OOM kill, those at a control group's limit included. `mnemo explain` reads the
kernel log for who they were.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    kills = evidence.machine.paging.oom_kills_total
    evidence.saw("/proc/vmstat", f"oom_kill {kills}")
    if kills is None:
        return evidence.unknown("vmstat", "limits.host.oom_kill", otherwise="this kernel does not count OOM kills")
    if kills == 0:
        return Pass("none since boot", hits=0)
    return Fault("note", f"{kills:,} processes were killed for memory since boot", layer="machine", hits=kills)


CHECK = Check("OM005", "host-oom-kills", run, about="host")
