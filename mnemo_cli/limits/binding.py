"""Which limit binds: the worst level of all on the path; among equals the least headroom."""

from collections.abc import Sequence

from mnemo_cli.limits.levels import Edges, next_level
from mnemo_cli.model import Level, Memory, Unlimited


def judge(memory: Memory, edges: Edges, previous: Level | None) -> Level | None:
    """The level of one limit; None when its use or its value is unknown."""
    ratio = memory.used_ratio
    return None if ratio is None else next_level(ratio, edges, previous)


def binding_index(limits: Sequence[Memory], levels: Sequence[Level | None]) -> int | None:
    """The position of the binding limit; None when no limit on the path is known."""
    known = [position for position, level in enumerate(levels) if level is not None]
    if not known:
        return None
    return max(known, key=lambda position: (levels[position] or Level.NORMAL, -_headroom(limits[position])))


def overall(levels: Sequence[Level | None]) -> tuple[Level | None, Level | None]:
    """(the level, the worst level that is known).

    One unknown limit makes the level unknown, unless another one is already critical: then
    nothing that could be read would be worse.
    """
    known = [level for level in levels if level is not None]
    at_least = max(known, default=None)
    if len(known) == len(levels) or at_least is Level.CRITICAL:
        return at_least, at_least
    return None, at_least


def _headroom(memory: Memory) -> float:
    headroom = memory.headroom_bytes
    return float("inf") if headroom is None or isinstance(headroom, Unlimited) else headroom
