"""Victims and targets in the words of a sentence: "python (pid 4666)", "container web (3f2a91b0c4d5)"."""

from mnemo_cli.forensics.case import Case, ContainerRecord
from mnemo_cli.forensics.kills import Kill, Victim
from mnemo_cli.forensics.truth.ending import main_record

_SHORT_ID = 12


def victim_words(victim: Victim) -> str:
    """ "python (pid 4666)"; whatever of it is known."""
    name = victim.name if victim.name is not None else "a process"
    return name if victim.pid is None else f"{name} (pid {victim.pid})"


def target_words(case: Case, kill: Kill | None = None) -> str:
    """The target as the person asked for it; with a kill, the victim's own name and where it ran."""
    outer = _outer_words(case)
    if kill is not None and kill.victim.pid is not None:
        return victim_words(kill.victim) + (f" in {outer}" if outer else "")
    if outer:
        return outer
    who = case.who
    if who is not None and (who.pid is not None or who.name is not None):
        return victim_words(Victim(pid=who.pid, name=who.name))
    return f"group {who.cgroup}" if who is not None and who.cgroup is not None else "the process"


def record_words(record: ContainerRecord) -> str:
    """ "container web (3f2a91b0c4d5)", "container app of pod shop/web-0", "pod shop/web-0"."""
    pod = f"{record.namespace}/{record.pod_name}" if record.pod_name is not None else None
    if record.container_name is None:
        return f"pod {pod}" if pod else "the pod"
    role = "" if record.role in ("main", "pod") else f"{record.role} "
    previous = " (an earlier run)" if record.is_previous else ""
    if pod is not None:
        return f"{role}container {record.container_name} of pod {pod}{previous}"
    return f"container {record.container_name} ({(record.container_id or '?')[:_SHORT_ID]})"


def run_words(record: ContainerRecord) -> str:
    """How a run stands: "runs", "ended with code 0", "is waiting (CrashLoopBackOff)"."""
    if record.is_running:
        return "runs"
    why = f" ({record.reason})" if record.reason is not None else ""
    if record.evicted:
        return f"was evicted{why}"
    return f"ended with code {record.exit_code}{why}" if record.exit_code is not None else f"has not ended{why}"


def _outer_words(case: Case) -> str | None:
    record = main_record(case)
    if record is not None:
        return record_words(record)
    who = case.who
    if case.unit is not None or (who is not None and who.unit is not None and who.pid is None):
        return f"unit {case.unit.name if case.unit is not None else who.unit if who is not None else ''}"
    if who is not None and who.container_id is not None and who.pid is None:
        return f"container {who.container_id[:_SHORT_ID]}"
    return None
