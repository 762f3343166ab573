"""pids.max has already refused forks: programs in the group have seen "Resource temporarily unavailable".

pids.events counts the refusals. Since Linux 6.12 on v2 they are counted in the group whose limit was
hit; before that, and on v1, in the group of the task that tried. The count is since the group was made.
"""

from mnemo_cli.doctor.advice import raise_tasks
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass, Skipped
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    groups = evidence.pids_groups
    hit = max((group for group in groups if group.hits), key=lambda group: group.hits or 0, default=None)
    if hit is not None:
        return Fault(
            "warning",
            f"the kernel has refused {hit.hits:,} forks in the group {hit.path}",
            used=hit.used, limit=hit.limit, unit="tasks", layer=f"cgroup {hit.path}", source="pids.max",
            hits=hit.hits,
            fixes=raise_tasks(evidence, hit.limit * 4, hit.path) if isinstance(hit.limit, int) else (),
        )  # fmt: skip
    if not evidence.has_pids_controller:
        return evidence.unknown("cgroup", "groups", otherwise="no pids controller is mounted here")
    unread = next((group.path for group in groups if group.hits is None or group.limit is None), None)
    if unread is not None:
        return evidence.unknown(f"pids.{unread}", otherwise="this kernel does not count refused forks here")
    if not any(isinstance(group.limit, int) for group in groups):
        return Skipped("no visible group limits tasks")
    return Pass("never hit", hits=0)


CHECK = Check("PR005", "pids-group-hits", run, about="group")
