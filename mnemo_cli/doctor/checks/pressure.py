"""Tasks stand still for want of memory (PSI): the machine or group is short of it before any counter says full.

`some` is the share of time in which at least one task waited for memory, `full` that in which all did.
Above 10 % some programs feel it, above 10 % full nothing gets on. Where the kernel does not measure it
(psi=0) this is unknown, and not calm.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.units import format_percent

_SOME_RATIO = _FULL_RATIO = 0.10


def run(evidence: Evidence) -> Outcome:
    pressure = evidence.pressure
    if evidence.groups.path is None and not evidence.has_pids_controller:
        return evidence.unknown("cgroup", "groups", otherwise="its control group cannot be seen")
    if pressure is None:
        return evidence.unknown("pressure")
    evidence.saw(pressure.source, f"some {pressure.some_avg10_ratio} full {pressure.full_avg10_ratio} over 10 s")
    if pressure.full_avg10_ratio > _FULL_RATIO:
        stalled = f"all tasks stood still for {format_percent(pressure.full_avg10_ratio)} of the last 10 seconds"
        return Fault("error", f"{stalled}, for want of memory", source=pressure.source)
    if pressure.some_avg10_ratio > _SOME_RATIO:
        waited = f"tasks waited for memory for {format_percent(pressure.some_avg10_ratio)} of the last 10 seconds"
        return Fault("warning", waited, source=pressure.source)
    return Pass(source=pressure.source)


CHECK = Check("MM010", "pressure", run, about="group")
