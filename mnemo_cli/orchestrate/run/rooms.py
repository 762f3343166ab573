"""The limits that jobs must fit into: the binding limit with its budget, and the person's own."""

from collections.abc import Iterable

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.orchestrate.admission import Room


def budget_of(limit_bytes: int, edges: Edges) -> int:
    """The high edge of the limit, so that a well-filled run does not live on the ladder."""
    return int(limit_bytes * edges.high_ratio)


def ceiling_of(limit_bytes: int, edges: Edges) -> int:
    """As far below critical as it takes to come back from it."""
    return int(limit_bytes * (edges.critical_ratio - edges.release_margin_ratio))


def rooms(
    moment: Moment | None,
    edges: Edges,
    *,
    own_budget_bytes: int | None,
    own_use: Iterable[int | None],
    can_freeze: bool = False,
) -> tuple[Room, ...]:
    """Every bounded limit on the path, and the budget that a person gave (of what our jobs use).

    A larger budget of a person's moves the edge in the binding limit too, up to the limit itself: else it
    would change nothing. `can_freeze`: jobs may grow a little further together, since they can be held in time.
    """
    found = []
    if own_budget_bytes is not None:
        used = list(own_use)
        known = [one for one in used if one is not None]
        used_bytes = sum(known) if len(known) == len(used) else None
        headroom = None if used_bytes is None else own_budget_bytes - used_bytes
        ceiling_bytes = own_budget_bytes if can_freeze else None
        found.append(Room("the budget", used_bytes, own_budget_bytes, headroom, ceiling_bytes))
    for memory in () if moment is None else moment.sample.limits:
        if not isinstance(memory.limit_bytes, int):
            continue
        share_bytes = budget_of(memory.limit_bytes, edges)
        budget_bytes = (
            share_bytes if own_budget_bytes is None else min(memory.limit_bytes, max(share_bytes, own_budget_bytes))
        )
        headroom_bytes = memory.headroom_bytes
        found.append(
            Room(
                memory.source.sentence,
                memory.used_bytes,
                budget_bytes,
                headroom_bytes if isinstance(headroom_bytes, int) else None,
                max(budget_bytes, ceiling_of(memory.limit_bytes, edges)) if can_freeze else None,
            )
        )
    return tuple(found)
