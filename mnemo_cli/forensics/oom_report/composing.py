"""The parts of a report that agree with its Killed line, as one Kill; what contradicts it is a suspicion.

Parts are matched by what they say (the pid, the group, the rows of the table), not by their place: two
reports may interleave, and a report may be cut anywhere.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.forensics.kills import Evidence, Kill, KillScope, Trigger, Victim
from mnemo_cli.forensics.oom_report.killed import Announced, Killed
from mnemo_cli.forensics.oom_report.pending import Block, Opening, Pending, Quoted
from mnemo_cli.forensics.oom_report.selection import Selected, TaskIn
from mnemo_cli.forensics.oom_report.tasks import Table
from mnemo_cli.forensics.oom_report.usage import binding_line, group_usage, hits_total, machine_usage

if TYPE_CHECKING:
    from mnemo_cli.forensics.log.line import LogLine

_LONGEST_QUOTE = 2048


class Parts(NamedTuple):
    """What belongs to one victim. Each may be missing."""

    opening: Opening | None = None
    block: Block | None = None
    table: Table | None = None
    selected: Quoted | None = None
    task_in: Quoted | None = None
    announced: Quoted | None = None


def quote(source: str, line: "LogLine") -> Evidence:
    """The line as evidence: as it was found, but the message alone where the line holds much else."""
    text = line.text if line.raw.lstrip().startswith("{") or len(line.raw) > _LONGEST_QUOTE else line.raw
    return Evidence(source, text[:_LONGEST_QUOTE].rstrip(), line.number)


def parts_of(pending: Pending, pid: int, name: str | None) -> Parts:
    """The parts that fit this victim. While reports overlap, only what names the victim or its group fits."""
    selected = _last(pending.quoted, lambda quoted: isinstance(quoted.fact, Selected) and quoted.fact.pid == pid)
    announced = _last(pending.quoted, lambda quoted: isinstance(quoted.fact, Announced) and quoted.fact.pid == pid)
    task_in = None
    if not pending.overlap:
        announced = announced or _last(pending.quoted, lambda quoted: isinstance(quoted.fact, Announced))
        task_in = _last(pending.quoted, lambda quoted: isinstance(quoted.fact, TaskIn)) if selected is None else None
    table = next((table for table in reversed(pending.tables) if pid in table), None)
    block = _block(pending, _limit_group(selected, task_in, name, pending), selected)
    return Parts(_opening(pending, table), block, table, selected, task_in, announced)


def kill_of(source: str, killed: Killed, line: "LogLine | None", parts: Parts, pending: Pending) -> Kill:
    """One kill from all that is known of it; `line` is the Killed line, None where the log ends before it."""
    selected = _selected(parts)
    page_bytes = parts.table.page_bytes(killed.pid, killed.total_vm_kib) if parts.table is not None else None
    scope = _scope(killed, parts)
    limit_group, victim_group = _groups(parts, killed.name)
    full = binding_line(parts.block.limits) if parts.block is not None else None
    if parts.block is not None:
        usage = group_usage(parts.block.stats, parts.block.limits)
    else:
        usage = machine_usage(pending.pages, pending.swap, page_bytes) if scope not in ("memcg", None) else None
    timed = line if line is not None else parts.selected.line if parts.selected is not None else None
    return Kill(
        killer="sysrq" if parts.opening is not None and parts.opening.invoked.order == -1 else "kernel",
        signal="SIGKILL",
        victim=Victim(
            pid=killed.pid,
            name=killed.name,
            uid=killed.uid if killed.uid is not None or selected is None else selected.uid,
            anon_rss_bytes=killed.anon_bytes,
            file_rss_bytes=killed.file_bytes,
            shmem_rss_bytes=killed.shmem_bytes,
            page_table_bytes=killed.page_table_bytes,
            oom_score_adj=killed.oom_score_adj,
        ),
        evidence=_evidence(source, line, parts),
        trigger=_trigger(parts.opening),
        scope=scope,
        limit_cgroup=limit_group,
        victim_cgroup=victim_group,
        limit_bytes=full.limit_bytes if full is not None else None,
        used_bytes=full.used_bytes if full is not None else None,
        limit_hits_total=hits_total(parts.block.limits) if parts.block is not None else None,
        usage=usage,
        # Rows do not say which of two tables they belong to.
        tasks=parts.table.tasks(page_bytes) if parts.table is not None and not pending.overlap else (),
        page_bytes=page_bytes,
        time_seconds=timed.time_seconds if timed is not None else None,
        clock=timed.clock if timed is not None else None,
        suspicion=_suspicion(killed, line, parts, pending),
    )


def consume(pending: Pending, parts: Parts) -> None:
    """Take away what has been used, and one opening in any case: a victim ends a report."""
    if parts.opening is not None:
        pending.openings.remove(parts.opening)
    elif pending.openings:
        pending.openings.popleft()
    if parts.block is not None:
        pending.blocks.remove(parts.block)
    if parts.table is not None:
        pending.tables.remove(parts.table)
    for quoted in (parts.selected, parts.task_in, parts.announced):
        if quoted is not None:
            pending.quoted.remove(quoted)


def _block(pending: Pending, group: str | None, selected: Quoted | None) -> Block | None:
    """The counters of that group; those of a group that is not told only where there is but one report."""
    if selected is not None and isinstance(selected.fact, Selected) and selected.fact.scope != "memcg":
        return None
    same = [block for block in pending.blocks if group is not None and block.group == group]
    if same or pending.overlap:
        return same[-1] if same else None
    nameless = [block for block in pending.blocks if group is None or block.group is None]
    return nameless[-1] if nameless else None


def _opening(pending: Pending, table: Table | None) -> Opening | None:
    """Who asked. While reports overlap, the one in the victim's table: a group's limit is hit by its members."""
    if not pending.overlap:
        return pending.openings[-1] if pending.openings else None
    in_table = [opening for opening in pending.openings if table is not None and opening.pid in table]
    return in_table[0] if len(in_table) == 1 else None


def _scope(killed: Killed, parts: Parts) -> KillScope | None:
    selected = _selected(parts)
    if selected is not None and selected.scope is not None:
        return selected.scope
    if parts.task_in is not None:
        return "memcg"
    announced = parts.announced.fact if parts.announced is not None else None
    return killed.scope or (announced.scope if isinstance(announced, Announced) else None)


def _limit_group(selected: Quoted | None, task_in: Quoted | None, name: str | None, pending: Pending) -> str | None:
    """The group whose limit was hit, as the line about the selected process has it."""
    if selected is None and task_in is None:
        return None
    newest = pending.blocks[-1] if pending.blocks else None
    return _groups(Parts(selected=selected, task_in=task_in, block=newest), name)[0]


def _groups(parts: Parts, name: str | None) -> tuple[str | None, str | None]:
    """The group whose limit was hit, and the victim's own."""
    known = parts.block.group if parts.block is not None else None
    if parts.task_in is not None and isinstance(parts.task_in.fact, TaskIn):
        return parts.task_in.fact.limit_group, parts.task_in.fact.victim_group
    selected = _selected(parts)
    return selected.groups(name, known) if selected is not None else (known, None)


def _suspicion(killed: Killed, line: "LogLine | None", parts: Parts, pending: Pending) -> str | None:
    """Why the report may be forged or damaged."""
    selected = _selected(parts)
    if line is None:
        return "the log ends before the line that says who was killed"
    if selected is None:
        other = _last(pending.quoted, lambda quoted: isinstance(quoted.fact, Selected))
        if other is not None and isinstance(other.fact, Selected):
            return f"the selected process was {other.fact.pid} (line {other.line.number}), the killed one {killed.pid}"
    elif killed.name is not None and killed.name not in selected.names:
        return f"the selected process was named {selected.names[0]!r}, the killed one {killed.name!r}"
    elif killed.uid is not None and killed.uid != selected.uid:
        return f"the selected process had uid {selected.uid}, the killed one {killed.uid}"
    elif killed.scope is not None and (killed.scope == "memcg") != (selected.scope == "memcg"):
        return "the lines of the report do not agree on what was full: a group, or the machine"
    return None if killed.whole else "the line that says who was killed is cut or broken"


def _evidence(source: str, line: "LogLine | None", parts: Parts) -> tuple[Evidence, ...]:
    opening = parts.opening
    lines = [part.line for part in (opening, parts.selected, parts.task_in, parts.block, parts.announced) if part]
    lines += [opening.sysrq] if opening is not None and opening.sysrq is not None else []
    lines += [line] if line is not None else []
    return tuple(quote(source, line) for line in sorted(lines, key=lambda line: line.number))


def _trigger(opening: Opening | None) -> Trigger | None:
    if opening is None:
        return None
    invoked = opening.invoked
    return Trigger(pid=opening.pid, name=invoked.name, order=invoked.order, gfp_mask=invoked.gfp_mask)


def _selected(parts: Parts) -> Selected | None:
    fact = parts.selected.fact if parts.selected is not None else None
    return fact if isinstance(fact, Selected) else None


def _last(quoted: Iterable[Quoted], fits: Callable[[Quoted], bool]) -> Quoted | None:
    """The latest that fits; the oldest ones come first."""
    found = None
    for one in quoted:
        if fits(one):
            found = one
    return found
