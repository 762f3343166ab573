"""Whether one more job may start now: what is used, what the running ones may still take, and what it claims."""

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

# Half of what the running jobs have claimed and not yet used is kept for them: with a quarter the same
# work was done 16 % faster and had 15 OOM kills instead of 1.
RESERVED_RATIO = 0.5
FILL_RATIO = 0.95
_SOON_SECONDS = 1.0


class Running(NamedTuple):
    """A running attempt. `used_bytes` None is unknown, and then counts as its whole claim.

    `limit_bytes` None: nothing holds it but what the room has.
    """

    claim_bytes: int
    used_bytes: int | None
    growth_bytes_per_second: float | None = None
    limit_bytes: int | None = None


class Room(NamedTuple):
    """One limit that jobs must fit into: the budget in it, what is used of it now, and its whole headroom.

    `used_bytes` includes whoever else uses it. None is unknown: then nothing is admitted beside a running job.
    `ceiling_bytes` is what running jobs may grow to where they can be frozen; None where they cannot.
    """

    name: str
    used_bytes: int | None
    budget_bytes: int
    headroom_bytes: int | None
    ceiling_bytes: int | None = None

    @property
    def left_bytes(self) -> int | None:
        """Up to the ceiling; None where one of the two is not known."""
        return None if self.used_bytes is None or self.ceiling_bytes is None else self.ceiling_bytes - self.used_bytes


class Refusal(NamedTuple):
    """Why a job waits: in this room it needs `needed_bytes`, and so much is free for it (None: unknown)."""

    room: str
    needed_bytes: int
    free_bytes: int | None


def refusal(claim_bytes: int, rooms: Iterable[Room], running: Iterable[Running]) -> Refusal | None:
    """None when the job may start; else the tightest room.

    Where nothing of ours runs, one job is admitted as soon as its claim fits the headroom: the rest
    of the room belongs to others, and waiting for them could last for ever. Running ones are given in the
    order in which they are to end. Where they can be frozen, the job itself counts with the same share as they do.
    """
    running = tuple(running)
    refusals = [found for room in rooms if (found := _refusal_of(room, claim_bytes, running)) is not None]
    return min(refusals, key=lambda found: -1 if found.free_bytes is None else found.free_bytes, default=None)


def untaken_bytes(attempt: Running) -> int:
    """What it has claimed and not taken yet, and at least what it takes within the next second, up to its limit."""
    if attempt.used_bytes is None:
        return attempt.claim_bytes
    growth = attempt.growth_bytes_per_second
    soon_bytes = 0 if growth is None else int(growth * _SOON_SECONDS)
    untaken = max(attempt.claim_bytes - attempt.used_bytes, soon_bytes)
    if attempt.limit_bytes is not None:
        untaken = min(untaken, attempt.limit_bytes - attempt.used_bytes)
    return max(untaken, 0)


def _refusal_of(room: Room, claim_bytes: int, running: tuple[Running, ...]) -> Refusal | None:
    if not running:
        # Alone, with a room that cannot be read: somebody has to begin, and the job's own limit still holds.
        free_bytes = room.headroom_bytes
        fits = free_bytes is None or claim_bytes <= free_bytes
        return None if fits else Refusal(room.name, claim_bytes, free_bytes)
    needed_bytes = claim_bytes if room.left_bytes is None else ceil(RESERVED_RATIO * claim_bytes)
    free_bytes = _free_beside(room, running)
    fits = free_bytes is not None and needed_bytes <= free_bytes
    return None if fits else Refusal(room.name, needed_bytes, free_bytes)


def _free_beside(room: Room, running: tuple[Running, ...]) -> int | None:
    """What is neither used nor reserved; where jobs can be frozen, all that the first may take is reserved too."""
    if room.used_bytes is None:
        return None
    reserved = sum(untaken_bytes(attempt) for attempt in running)
    free_bytes = int(FILL_RATIO * room.budget_bytes - room.used_bytes - RESERVED_RATIO * reserved)
    left_bytes = room.left_bytes
    return free_bytes if left_bytes is None else min(free_bytes, left_bytes - untaken_bytes(running[0]))
