"""Where to look for what is missing: logs that were not kept, records of runtimes, counters that still stand."""

import shlex
from collections.abc import Iterator
from signal import SIGTERM

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.explanation import Step

_KILLERS = ("systemd-oomd", "earlyoom", "nohang", "bustd", "kubelet", "systemd")


def looking_steps(case: Case, signal_number: int | None) -> Iterator[Step]:
    """The commands whose output would settle it, for the signal and the world the target is in."""
    if signal_number == SIGTERM:
        names = " ".join(f"-t {name}" for name in _KILLERS)
        yield Step(
            "Read what killers in user space and systemd wrote.", f"journalctl {names} --since -1h | mnemo explain -"
        )
    elif case.kernel_log_read is not True:
        yield Step(
            "Read the kernel's log of that time.", "journalctl -k -o short-monotonic --no-pager | mnemo explain -"
        )
        yield Step("Or what is left of it in memory.", "dmesg | mnemo explain -")
    yield from _record_steps(case)
    if case.unit is not None or (case.who is not None and case.who.unit is not None):
        unit = case.unit.name if case.unit is not None else case.who.unit if case.who is not None else None
        yield Step(
            "See what systemd wrote about the unit.", f"journalctl -u {shlex.quote(unit or 'UNIT')} -n 50 --no-pager"
        )


def lasting_log_steps(case: Case) -> Iterator[Step]:
    """A log in memory is gone with the next start."""
    if case.kernel_log_read is False:
        yield Step("Keep the log over a restart from now on.",
                   "mkdir -p /var/log/journal && systemctl restart systemd-journald")  # fmt: skip


def _record_steps(case: Case) -> Iterator[Step]:
    who = case.who
    if case.records:
        return
    if who is not None and who.pod_uid is not None:
        yield Step("Ask Kubernetes how the container ended.", "kubectl get pod NAME -n NS -o json | mnemo explain -")
    elif who is not None and who.container_id is not None:
        name = shlex.quote(who.container_id[:12])
        yield Step("Ask docker how the container ended.", f"docker inspect {name} | mnemo explain -")
    elif who is None and case.unit is None:
        yield Step("If it was a container, ask docker or Kubernetes.", "docker inspect CONTAINER | mnemo explain -")
        yield Step("If it was a service of systemd, explain the unit.", "mnemo explain --unit UNIT")
