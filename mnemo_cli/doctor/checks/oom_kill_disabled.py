"""The memory group may not kill at its limit (oom_kill_disable, v1): at the limit all of its tasks hang for good.

They sleep in the kernel until memory is freed, and nothing frees it. It exists on v1 only: docker's
--oom-kill-disable sets it; on v2 docker ignores the option and crun refuses to start.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    controls = evidence.groups.oom_controls
    for control in controls:
        evidence.saw(f"{control.path}/memory.oom_control", f"disabled {control.is_disabled}, stuck {control.is_stuck}")
        if control.is_disabled:
            now = "hangs now, at its limit" if control.is_stuck else "hangs as soon as it reaches its limit"
            return Fault(
                "error", f"the group {control.path} may not kill: it {now}", layer=f"cgroup {control.path}",
                source="memory.oom_control",
            )  # fmt: skip
    if not evidence.membership:
        return evidence.unknown("cgroup")
    lacks = [gap for gap in evidence.groups.gaps if gap.field.startswith("oom_control.")]
    if lacks:
        return evidence.unknown(lacks[0].field)
    return Pass("the kernel may kill at the limit") if controls else Skipped("only groups of version 1 have the switch")


CHECK = Check("OM003", "oom-kill-disabled", run, about="group")
