"""The process is exempt from OOM kills, or is the first to go: oom_score_adj is at an end of its range.

-1000 means never. It does not make the shortage go away: the kill moves to others, and in a limited group
with exempt tasks only the kernel finds nobody and everything hangs. Protect moderately (-100 to -500)
and give a memory limit. +1000 means first: Kubernetes gives it to BestEffort pods. Children inherit it.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence

_NEVER, _FIRST = -1000, 1000
# sshd and systemd's own daemons exempt themselves: they are small, and the way to repair everything else.
_MEANT = ("sshd", "systemd-udevd", "auditd", "dbus-daemon", "(udev-worker)", "udevadm")


def run(evidence: Evidence) -> Outcome:
    score = evidence.oom_score_adj
    if score is None:
        return evidence.unknown("oom_score_adj")
    if score == _NEVER and evidence.name not in _MEANT:
        limited = any(isinstance(memory.limit_bytes, int) for memory in evidence.memory_groups)
        hangs = ", and its memory group may hang with nobody to kill" if limited else ""
        return Fault(
            "warning", f"the OOM killer may never choose it: others die in its place{hangs}", source="oom_score_adj"
        )
    if score == _FIRST:
        return Fault("note", "it is the first that the OOM killer chooses", source="oom_score_adj")
    return Pass(f"oom_score_adj is {score}", source="oom_score_adj")


CHECK = Check("OM001", "oom-standing", run, about="use")
