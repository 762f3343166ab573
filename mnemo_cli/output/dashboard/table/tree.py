"""The processes as a tree with the sums of each subtree: a child hangs on the nearest parent that is shown."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from mnemo_cli.model import Process
from mnemo_cli.output.dashboard.table.row import TableRow, key_of, used_bytes
from mnemo_cli.output.dashboard.table.sums import Sums

Arranged: TypeAlias = Callable[[Sequence[TableRow]], Sequence[TableRow]]
Growth: TypeAlias = Callable[[Process], float | None]
# Of two that began in one tick the one with the lower pid is the elder: so nobody can be their own ancestor.
_age = itemgetter(Process._fields.index("started"), Process._fields.index("pid"))
_Age: TypeAlias = tuple[int, int]
# A deeper branch is drawn by its last levels only: the command needs the room.
_LONGEST_PREFIX = 16


class Forest(NamedTuple):
    """The roots, and for each that has any: its children, and the sums of its subtree."""

    roots: Sequence[Process]
    children: Mapping[_Age, Sequence[Process]]
    sums: Mapping[_Age, Sums]


def tree_rows(
    shown: Sequence[Process],
    everyone: Sequence[Process],
    growth: Growth,
    arranged: Arranged,
    *,
    tell_growth: bool = False,
) -> list[TableRow]:
    """Each of `shown` once, depth first; `arranged` puts brothers and sisters into their order.

    `everyone` tells who is whose parent where one between two shown processes is not shown. The growth of a process
    without children is told only if the order is made of it.
    """
    forest = _grown(shown, everyone, growth)
    leaf_growth = growth if tell_growth else _untold
    rows: list[TableRow] = []
    waiting = _placed(forest, forest.roots, 0, "", leaf_growth, arranged)
    while waiting:
        row, below = waiting.pop()
        rows.append(row)
        if children := forest.children.get(_age(row.process)):
            waiting += _placed(forest, children, row.depth + 1, below, leaf_growth, arranged)
    return rows


def _placed(
    forest: Forest, processes: Sequence[Process], depth: int, base: str, growth: Growth, arranged: Arranged
) -> list[tuple[TableRow, str]]:
    """The last one first: each with its branch, and what the branches of its children begin with."""
    through, end = (_shortened(f"{base}├─"), _shortened(f"{base}└─")) if depth else ("", "")
    # Most are none of the last: a row is made with its branch, and only the last one is made again.
    rows: Sequence[TableRow] = [
        _row(process, forest.sums.get(_age(process)), depth, growth, through if len(processes) > 1 else end)
        for process in processes
    ]
    if len(rows) > 1:
        rows = arranged(rows)
    if not depth:
        return [(row, "") for row in reversed(rows)]
    below, below_end = f"{base}│ "[-2 * _LONGEST_PREFIX :], f"{base}  "[-2 * _LONGEST_PREFIX :]
    last = rows[-1] if len(rows) == 1 else rows[-1].with_prefix(end)
    return [(last, below_end), *((row, below) for row in reversed(rows[:-1]))]


def _row(process: Process, sums: Sums | None, depth: int, growth: Growth, prefix: str) -> TableRow:
    if sums is None:
        return TableRow(key_of(process), process, used_bytes(process), growth(process), depth=depth, prefix=prefix)
    return TableRow(
        key_of(process),
        sums.put_into(process),
        sums.used_bytes,
        sums.growth_bytes_per_minute,
        processes=sums.count,
        depth=depth,
        partial=sums.partial,
        prefix=prefix,
    )


def _grown(shown: Sequence[Process], everyone: Sequence[Process], growth: Growth) -> Forest:
    by_pid = {process.pid: process for process in everyone}
    wanted = {_age(process) for process in shown}
    # The nearest that is shown, from each upward; the oldest come first.
    nearest: dict[_Age, _Age | None] = {}
    parents: list[tuple[Process, _Age | None]] = []
    roots: list[Process] = []
    children: defaultdict[_Age, list[Process]] = defaultdict(list)
    for process in sorted(everyone, key=_age):
        age, parent = _age(process), by_pid.get(process.ppid)
        # Nobody is older than their parent: else the parent is gone, and a stranger was given its pid.
        above = None if parent is None else nearest.get(_age(parent))
        if age not in wanted:
            nearest[age] = above
        elif age not in nearest:
            nearest[age] = age
            parents.append((process, above))
            (roots if above is None else children[above]).append(process)
    return Forest(roots, children, _sums(parents, children, growth))


def _sums(
    parents: Sequence[tuple[Process, _Age | None]], children: Mapping[_Age, Sequence[Process]], growth: Growth
) -> dict[_Age, Sums]:
    """From the youngest on: each is whole before its parent takes it in."""
    sums: dict[_Age, Sums] = {}
    for process, above in reversed(parents):
        own = sums.get(_age(process))
        if own is not None:
            own.take(process, growth(process))
        if above is not None:
            total = sums.get(above)
            if total is None:
                total = sums[above] = Sums()
            if own is None:
                total.take(process, growth(process))
            else:
                total.take_all(own)
    return sums


def _untold(process: Process) -> float | None:
    return None


def _shortened(prefix: str) -> str:
    return prefix if len(prefix) <= _LONGEST_PREFIX else f"…{prefix[1 - _LONGEST_PREFIX :]}"
