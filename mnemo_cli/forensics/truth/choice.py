"""Why this victim: the killer takes who frees most, moved by oom_score_adj; who asked for the memory does not matter.

https://docs.kernel.org/filesystems/proc.html#proc-pid-oom-adj-proc-pid-oom-score-adj-adjust-the-oom-killer-score
"""

from collections.abc import Iterator

from mnemo_cli.forensics.kills import Kill, Task
from mnemo_cli.forensics.truth.memory import held_bytes, share
from mnemo_cli.forensics.truth.naming import victim_words
from mnemo_cli.units import format_size

_EXEMPT = -1000
_SMALL, _MOST, _MANY = 0.1, 0.5, 10


def choice_paragraphs(kill: Kill, used_bytes: int | None) -> Iterator[str]:
    """One paragraph of reasons, and one on memory that no victim could free."""
    reasons = [*_asked(kill), *_ranked(kill)]
    if reasons:
        yield f"Why {victim_words(kill.victim)}: {'; '.join(reasons)}."
    hidden = _hidden(kill, used_bytes)
    if hidden is not None:
        yield hidden


def victim_bytes(kill: Kill) -> int | None:
    """The victim's resident memory: of its own line, else of its row in the table."""
    victim = kill.victim
    parts = [victim.anon_rss_bytes, victim.file_rss_bytes, victim.shmem_rss_bytes]
    known = [part for part in parts if part is not None]
    if known:
        return sum(known)
    row = next((task for task in kill.tasks if task.pid == victim.pid), None)
    return None if row is None else held_bytes(row)


def shmem_holds_it(kill: Kill, used_bytes: int | None) -> bool:
    """Whether most of what was used is tmpfs or shared memory, which ending a process does not free."""
    ratio = share(kill.usage.shmem_bytes if kill.usage is not None else None, used_bytes)
    return ratio is not None and ratio >= _MOST


def _asked(kill: Kill) -> Iterator[str]:
    if kill.group_kill and kill.killer == "kernel":
        yield "memory.oom.group is set, so every member of the group was ended"
    trigger = kill.trigger
    if kill.killer == "sysrq" or trigger is None or trigger.name is None:
        return
    same = trigger.pid == kill.victim.pid if trigger.pid is not None else trigger.name == kill.victim.name
    if same:
        yield "it asked for the memory itself"
    else:
        pid = f" (pid {trigger.pid})" if trigger.pid is not None else ""
        yield f"{trigger.name}{pid} asked for the memory, which does not make it the victim"


def _ranked(kill: Kill) -> Iterator[str]:
    held, adjusted = victim_bytes(kill), kill.victim.oom_score_adj
    others = [task for task in kill.tasks if task.pid != kill.victim.pid]
    larger = [task for task in others if _is_larger(task, held)]
    are_known = all(held_bytes(task) is not None for task in others)
    if held is not None and kill.tasks and are_known and not larger:
        yield f"it was the largest of {len(kill.tasks)} candidates, with {format_size(held)}"
    for task in larger[:2]:
        if task.oom_score_adj is None:
            continue
        if task.oom_score_adj == _EXEMPT:
            yield f"{task.name} (pid {task.pid}) is larger, but exempt (oom_score_adj {_EXEMPT})"
        elif adjusted is not None and adjusted > task.oom_score_adj:
            yield f"{task.name} (pid {task.pid}) is larger, but has oom_score_adj {task.oom_score_adj}"
    if adjusted:
        yield f"its oom_score_adj {adjusted} makes it {'likelier' if adjusted > 0 else 'less likely'} to be chosen"


def _is_larger(task: Task, held: int | None) -> bool:
    size = held_bytes(task)
    return held is not None and size is not None and size > held


def _hidden(kill: Kill, used_bytes: int | None) -> str | None:
    held, ratio = victim_bytes(kill), share(victim_bytes(kill), used_bytes)
    if held is None or ratio is None or used_bytes is None:
        return None
    if ratio > 1:
        return "Its memory is more than was used of the limit: part of it is charged to other groups."
    if ratio > _SMALL and not _are_many(kill, used_bytes):
        return None
    little = f"It held only {format_size(held)} of {format_size(used_bytes)}"
    if shmem_holds_it(kill, used_bytes):
        return (
            f"{little}: most is in tmpfs or shared memory, which stays when a process ends. Look for who writes there."
        )
    if _are_many(kill, used_bytes):
        return f"{little}: {len(kill.tasks)} processes hold the rest together, none of them much."
    kernel = share(_kernel_bytes(kill), used_bytes)
    if kernel is not None and kernel >= _MOST:
        return f"{little}: most is the kernel's own (slab, sockets, page tables), charged to the group."
    return f"{little}: what holds the rest is not in the report."


def _are_many(kill: Kill, used_bytes: int) -> bool:
    sizes = [size for task in kill.tasks if (size := held_bytes(task)) is not None]
    return len(sizes) >= _MANY and sum(sizes) >= _MOST * used_bytes and max(sizes) < 0.25 * used_bytes


def _kernel_bytes(kill: Kill) -> int | None:
    if kill.usage is None:
        return None
    return kill.usage.kernel_bytes if kill.usage.kernel_bytes is not None else kill.usage.slab_bytes
