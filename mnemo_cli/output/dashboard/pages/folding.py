"""A tree of groups made as small as the room: groups without a limit are folded into their sums, the smallest first.

What has a limit, was chosen to be kept, or has news is always there, with all above it. Thousands of groups are
looked at for a screen of twenty, so that nothing is done here for each of them that could be done for those shown.
"""

import heapq
from collections.abc import Sequence, Set
from typing import NamedTuple

from mnemo_cli.model import UNLIMITED
from mnemo_cli.output.dashboard.table.row import FOLD_END
from mnemo_cli.sampling.group_tree import GroupUse

# How many candidates are looked at for each free line: some have a parent that is not shown.
_CANDIDATES_PER_LINE = 4


class Fold(NamedTuple):
    """The groups below `parent` that are not shown: how many, with all below them, and what they use together."""

    parent: str
    depth: int
    groups: int
    used_bytes: int | None

    @property
    def key(self) -> str:
        """What the row is called when it is selected."""
        return self.parent + FOLD_END


def folded(uses: Sequence[GroupUse], room: int, kept: Set[str]) -> list[GroupUse | Fold]:
    """The groups in their order, a fold after what is shown below the same group; `kept` are paths."""
    parents = _parents(uses)
    shown = _needed(uses, parents, kept)
    hidden = [0] * len(uses)
    for position, parent in enumerate(parents):
        if parent >= 0 and position not in shown:
            hidden[parent] += 1
    lines = len(shown) + sum(bool(hidden[position]) for position in shown)
    others = (position for position in range(len(uses)) if position not in shown)
    count = max(1, room - lines) * _CANDIDATES_PER_LINE
    for position in heapq.nlargest(count, others, key=lambda position: uses[position].memory.used_bytes or 0):
        parent = parents[position]
        more = 1 + bool(hidden[position]) - (hidden[parent] == 1)
        if parent in shown and lines + more <= room:
            shown.add(position)
            hidden[parent] -= 1
            lines += more
    return _lines(uses, parents, shown)


def _parents(uses: Sequence[GroupUse]) -> list[int]:
    """From the depths alone, since parents stand before their children; -1 at the top."""
    parents: list[int] = []
    above: list[tuple[int, int]] = []
    for position, use in enumerate(uses):
        depth = use.depth
        while above and above[-1][0] >= depth:
            above.pop()
        parents.append(above[-1][1] if above else -1)
        above.append((depth, position))
    return parents


def _needed(uses: Sequence[GroupUse], parents: Sequence[int], kept: Set[str]) -> set[int]:
    """Whatever stands at the top is, too: something must hold the folds."""
    needed: set[int] = set()
    for position, (path, _, memory, kills, hits) in enumerate(uses):
        if memory.limit_bytes is not UNLIMITED or kills or hits or parents[position] < 0 or path in kept:
            above = position
            while above >= 0 and above not in needed:
                needed.add(above)
                above = parents[above]
    return needed


def _lines(uses: Sequence[GroupUse], parents: Sequence[int], shown: Set[int]) -> list[GroupUse | Fold]:
    lines: list[GroupUse | Fold] = []
    # The groups whose part of the list goes on, each with what is hidden below it.
    open_: list[tuple[int, _Hidden]] = []
    for position, use in enumerate(uses):
        while open_ and uses[open_[-1][0]].depth >= use.depth and parents[position] != open_[-1][0]:
            _close(lines, uses, *open_.pop())
        if position in shown:
            lines.append(use)
            open_.append((position, _Hidden()))
        elif open_:
            open_[-1][1].add(use, is_direct=parents[position] == open_[-1][0])
    while open_:
        _close(lines, uses, *open_.pop())
    return lines


class _Hidden:
    """What is not shown below one group."""

    def __init__(self) -> None:
        self.groups = 0
        self.used_bytes: int | None = 0

    def add(self, use: GroupUse, *, is_direct: bool) -> None:
        """A group's use holds that of all below it: only those directly below are added up."""
        self.groups += 1
        if is_direct:
            used = use.memory.used_bytes
            self.used_bytes = None if used is None or self.used_bytes is None else self.used_bytes + used


def _close(lines: list[GroupUse | Fold], uses: Sequence[GroupUse], position: int, hidden: _Hidden) -> None:
    if hidden.groups:
        use = uses[position]
        lines.append(Fold(use.path, use.depth + 1, hidden.groups, hidden.used_bytes))
