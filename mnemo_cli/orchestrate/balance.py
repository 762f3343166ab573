"""Which attempts may go on now, so that the oldest can always be finished: the others are frozen before it is too late.

Frozen memory stays, so that freezing at an edge alone ends with everything frozen and nobody able to
give anything back. Here the oldest attempt keeps what it may still need, up to a ceiling below critical;
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
    """`goes` is for each attempt, in their order. `preempt`: the youngest has to give its memory back."""

    goes: tuple[bool, ...]
    preempt: bool = False


def balance(attempts: Sequence[Going], left_bytes: int | None) -> Decision:
    """Who goes on, of attempts in order of age, the oldest first, with so much left below the ceiling.

    The oldest goes on for as long as it is not at the ceiling all alone: then others use the memory, and it
    waits for them. Where it comes there with all of ours frozen, the youngest is preempted. None left is
    unknown, and changes nothing.
    """
    if not attempts or left_bytes is None:
        return Decision(tuple(not one.is_frozen for one in attempts))
    oldest, *others = attempts
    spare_bytes = left_bytes - untaken_bytes(oldest.running)
    at_ceiling = left_bytes < _soon_bytes(oldest.running, _AGAIN_SECONDS if oldest.is_frozen else _REACTION_SECONDS)
    goes = [bool(others) or not at_ceiling]
    for one in others:
        seconds = _AGAIN_SECONDS if one.is_frozen else _REACTION_SECONDS
        spare_bytes -= _soon_bytes(one.running, seconds)
        goes.append(spare_bytes >= 0)
    is_alone = all(one.is_frozen for one in others)
    return Decision(tuple(goes), preempt=bool(others) and is_alone and at_ceiling)


def _soon_bytes(running: Running, seconds: float) -> int:
    """What it takes in so many seconds; while its growth is not known, that share of all that it may take."""
    untaken = untaken_bytes(running)
    if running.growth_bytes_per_second is None:
        return int(untaken * min(1.0, seconds))
    return min(untaken, int(running.growth_bytes_per_second * seconds))
