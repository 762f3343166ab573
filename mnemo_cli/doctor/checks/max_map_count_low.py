"""vm.max_map_count is below what this kind of program needs: it refuses to start, or fails under load.

The kernel's default of 65,530 is enough for most programs; search engines and databases ask for 262,144
or 1,048,576. It is the host's knob: inside a container it cannot be set.
"""

from mnemo_cli.doctor.advice import raise_sysctl
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    wanted = evidence.profile.max_map_count
    if wanted is None:
        return Skipped("only a database needs more than the kernel's default")
    limit = evidence.sysctl("vm.max_map_count")
    if limit is None:
        return evidence.unknown("vm.max_map_count")
    if limit >= wanted:
        return Pass(limit=limit, unit="mappings", layer="sysctl")
    return Fault(
        "warning" if evidence.profile.is_chosen else "note",
        f"vm.max_map_count is {limit:,}, below the {wanted:,} that databases ask for",
        limit=limit, unit="mappings", layer="sysctl", source="sysctl vm.max_map_count",
        fixes=raise_sysctl(evidence, "vm.max_map_count", wanted),
    )  # fmt: skip


CHECK = Check("MM007", "max-map-count-low", run, about="host")
