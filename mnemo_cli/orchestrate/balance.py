"""Which attempts may go on now, so that the first can always be finished: the others are frozen before it is too late.

Frozen memory stays, so that freezing at an edge alone ends with everything frozen and nobody able to
give anything back. Here the first attempt keeps what it may still need, up to a ceiling below critical;
when it ends, what it used is enough for the next one. E. W. Dijkstra, EWD 623 ("The mathematics behind
the Banker's algorithm").
"""

from collections.abc import Sequence
from typing import NamedTuple

from mnemo_cli.orchestrate.admission import Running, untaken_bytes

# What passes between a look and a frozen attempt, with much to spare; one that is frozen needs more room to go on.
_REACTION_SECONDS = 0.3
_AGAIN_SECONDS = 1.0


class Going(NamedTuple):
    """An attempt that runs or is frozen."""

    running: Running
    is_frozen: bool = False


class Decision(NamedTuple):
    """`goes` is for each attempt, in their order. `preempt`: the last one has to give its memory back."""

    goes: tuple[bool, ...]
    preempt: bool = False


def balance(attempts: Sequence[Going], left_bytes: int | None) -> Decision:
    """Who goes on, of attempts in the order in which they are to end, with so much left below the ceiling.

    The first goes on until it is at the ceiling and would take more. With all others frozen by then, the last
    one has to give its memory back, where that helps; else strangers use it, and everybody waits for them.
    None left is unknown, and changes nothing.
    """
    if not attempts or left_bytes is None:
        return Decision(tuple(not one.is_frozen for one in attempts))
    first, *others = attempts
    # What it took at its fastest says little of what it takes next: it is not stopped before it is there.
    at_ceiling = left_bytes <= 0 < _soon_bytes(first.running, _REACTION_SECONDS)
    spare_bytes = left_bytes - untaken_bytes(first.running)
    goes = [not at_ceiling]
    for one in others:
        spare_bytes -= _soon_bytes(one.running, _AGAIN_SECONDS if one.is_frozen else _REACTION_SECONDS)
        goes.append(spare_bytes >= 0)
    held_bytes = sum(one.running.used_bytes for one in others if one.running.used_bytes is not None)
    helps = left_bytes + held_bytes >= _soon_bytes(first.running, _AGAIN_SECONDS)
    are_frozen = bool(others) and all(one.is_frozen for one in others)
    return Decision(tuple(goes), preempt=at_ceiling and are_frozen and helps)


def _soon_bytes(running: Running, seconds: float) -> int:
    """What it takes in so many seconds; while its growth is not known, that share of all that it may take."""
    untaken = untaken_bytes(running)
    if running.growth_bytes_per_second is None:
        return int(untaken * min(1.0, seconds))
    return min(untaken, int(running.growth_bytes_per_second * seconds))
