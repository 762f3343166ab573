"""pids.max of a control group allows fewer tasks than the program may need.

The tightest level of the path counts. 4,096 tasks are recommended; systemd gives a service 15 % of what
the machine allows (4,915 with a pid_max of 32,768), a Kubernetes node often 1,024 to 4,096 to a pod.
With little in use a low limit is only a note: it also protects the machine from a fork bomb.
"""

from mnemo_cli.doctor.advice import raise_tasks
from mnemo_cli.doctor.check import Check, Fault, Outcome, Pass
from mnemo_cli.doctor.evidence import Evidence


def run(evidence: Evidence) -> Outcome:
    groups = evidence.pids_groups
    bounded = [(group.limit, group) for group in groups if isinstance(group.limit, int)]
    wanted = evidence.needs.nproc or evidence.profile.nproc
    low = min((pair for pair in bounded if pair[0] < wanted), key=lambda pair: pair[0], default=None)
    if low is None and (not evidence.has_pids_controller or any(group.limit is None for group in groups)):
        return evidence.unknown("cgroup", "groups", *(f"pids.{group.path}" for group in groups if group.limit is None))
    if low is None:
        return Pass(f"no group allows fewer than {wanted:,}")
    limit, group = low
    return Fault(
        "error" if evidence.needs.nproc is not None else "note",
        f"the group {group.path} allows {limit:,} tasks, fewer than {wanted:,}",
        used=group.used, limit=limit, unit="tasks", layer=f"cgroup {group.path}", source="pids.max",
        hits=group.hits, fixes=raise_tasks(evidence, wanted, group.path),
    )  # fmt: skip


CHECK = Check("PR006", "pids-group-low", run, about="group")
