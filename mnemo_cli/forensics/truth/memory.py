"""What was hit and where the memory was, in paragraphs: limit and use, kinds of memory, the largest processes."""

from collections.abc import Iterator

from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.hit import Hit
from mnemo_cli.forensics.kills import Kill, Task, Usage
from mnemo_cli.model import Limit, Unlimited
from mnemo_cli.units import format_percent, format_size

_KINDS = (
    ("anon_bytes", "anonymous (heaps, stacks)"),
    ("shmem_bytes", "shared memory and tmpfs"),
    ("file_bytes", "file cache"),
    ("slab_bytes", "slab"),
    ("kernel_bytes", "kernel"),
    ("swap_bytes", "swap"),
)
_MOST_TASKS = 5


def hit_paragraphs(case: Case, hit: Hit) -> Iterator[str]:
    """Whose limit, how large, how full; and of an ancestor's, that the own group was below its limit."""
    if not hit.is_told:
        own = f" ({_size(hit.limit_bytes)})" if hit.limit_bytes is not None else ""
        yield f"Which limit was hit is not told: that of {hit.whose.words}{own}, one above it, or the machine's."
        return
    where = f" ({hit.path})" if hit.path is not None and hit.path not in hit.whose.words else ""
    if hit.whose.owner == "machine":
        use = _use(hit) if hit.limit_bytes is not None or hit.used_bytes is not None else ""
        yield f"What was hit: no group's limit, the machine itself had nothing left{use}."
    else:
        yield f"What was hit: the limit of {hit.whose.words}{where}{_use(hit)}."
    if hit.is_own is False:
        yield f"That is an ancestor: the victim's own group was not at a limit of its own{_own_use(case)}."


def memory_paragraphs(kill: Kill, used_bytes: int | None) -> Iterator[str]:
    """Kinds of memory with their shares, and who held it."""
    if kill.usage is not None and (text := _kinds(kill.usage, used_bytes)):
        yield f"Where the memory was: {text}."
    if kill.tasks:
        largest = sorted(kill.tasks, key=_largest_first)[:_MOST_TASKS]
        listed = ", ".join(f"{task.name} (pid {task.pid}) {_size(held_bytes(task))}" for task in largest)
        more = len(kill.tasks) - len(largest)
        yield f"The largest processes: {listed}{f', and {more} more' if more > 0 else ''}."


def held_bytes(task: Task) -> int | None:
    """What ending it would free: RSS, swap and page tables, as far as they are told."""
    resident = task.rss_bytes if task.rss_bytes is not None else task.anon_rss_bytes
    if resident is None:
        return None
    return resident + sum(part for part in (task.swap_bytes, task.page_table_bytes) if part is not None)


def share(part_bytes: int | None, whole_bytes: int | None) -> float | None:
    """None where one is not known, or there is no whole."""
    return None if part_bytes is None or not whole_bytes else part_bytes / whole_bytes


def _largest_first(task: Task) -> tuple[bool, int]:
    """One of unknown size comes last."""
    held = held_bytes(task)
    return (True, 0) if held is None else (False, -held)


def _use(hit: Hit) -> str:
    parts = []
    if hit.limit_bytes is not None:
        parts.append(_size(hit.limit_bytes))
    if hit.used_bytes is not None:
        ratio = f" ({format_percent(hit.used_ratio)})" if hit.used_ratio is not None else ""
        parts.append(f"{format_size(hit.used_bytes)} used{ratio}")
    # Of a limit that was full 0 would say that nobody counted.
    if hit.hits_total:
        parts.append(f"reached {hit.hits_total} times")
    return f": {', '.join(parts)}" if parts else "; how large it is and how full it was is not told"


def _own_use(case: Case) -> str:
    own = next((group for group in case.groups if group.path is not None), None)
    if own is None or own.used_bytes is None or own.limit_bytes is None:
        return ""
    return f" ({format_size(own.used_bytes)} of {_size(own.limit_bytes)})"


def _kinds(usage: Usage, used_bytes: int | None) -> str:
    # The kernel's file includes shmem: what is left of it is cache that reclaim had already tried.
    file = usage.file_bytes
    if file is not None and usage.shmem_bytes is not None:
        file = max(0, file - usage.shmem_bytes)
    # Slab is part of kernel where that is told.
    slab = usage.slab_bytes if usage.kernel_bytes is None else None
    amounts = {**usage._asdict(), "file_bytes": file, "slab_bytes": slab}
    named = [(words, amounts[field]) for field, words in _KINDS if amounts[field]]
    named.sort(key=lambda pair: pair[1], reverse=True)
    return ", ".join(f"{format_size(amount)}{_share(amount, used_bytes)} {words}" for words, amount in named)


def _share(part_bytes: int, whole_bytes: int | None) -> str:
    ratio = share(part_bytes, whole_bytes)
    return f" ({format_percent(ratio)})" if ratio is not None and ratio <= 1 else ""


def _size(value: Limit | None) -> str:
    if value is None:
        return "unknown"
    return "unlimited" if isinstance(value, Unlimited) else format_size(value)
