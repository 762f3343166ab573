"""No control group limits the memory of the process: one leak takes the whole machine down with it.

On a machine of one's own that is normal, and the machine's memory is the limit. A container or CI job
without a limit shares that fate with its neighbours: the kernel's OOM killer then chooses among all
processes of the host. MemoryMax= of a unit, --memory of docker and resources.limits of Kubernetes set it.
"""

from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import Unlimited


def run(evidence: Evidence) -> Outcome:
    memories = evidence.memory_groups
    bounded = [(memory.limit_bytes, memory) for memory in memories if isinstance(memory.limit_bytes, int)]
    if bounded:
        limit_bytes, tightest = min(bounded, key=lambda pair: pair[0])
        return Pass(used=tightest.used_bytes, limit=limit_bytes, unit="bytes", layer=tightest.source.sentence)
    if not memories and not evidence.is_in_visible_root:
        return evidence.unknown("limits", "cgroup", otherwise="the process's groups cannot be seen")
    if any(not isinstance(memory.limit_bytes, Unlimited) for memory in memories):
        return evidence.unknown(*(f"limits.{memory.source.path}.limit_bytes" for memory in memories))
    if evidence.profile.wants_memory_limit:
        cut = "; limits above it cannot be seen from inside" if evidence.groups.gaps else ""
        return Fault("warning", f"the container has no memory limit of its own{cut}", layer="machine", unit="bytes")
    return Pass("no group limits it: the machine's memory does", layer="machine", unit="bytes")


CHECK = Check("CG001", "group-unlimited", run, about="group")
