"""Whether one more job may start now: what is used, what the running ones may still take, and what it claims."""

from collections.abc import Iterable
from typing import NamedTuple

# Half of what the running jobs have claimed and not yet used is kept for them: with a quarter the same
# work was done 16 % faster and had 15 OOM kills instead of 1.
RESERVED_RATIO = 0.5
FILL_RATIO = 0.95


class Running(NamedTuple):
    """A running attempt. `used_bytes` None is unknown, and then counts as its whole claim."""

    claim_bytes: int
    used_bytes: int | None


class Room(NamedTuple):
    """One limit that jobs must fit into: the budget in it, what is used of it now, and its whole headroom.

    `used_bytes` includes whoever else uses it. None is unknown: then nothing is admitted beside a running job.
    """

    name: str
    used_bytes: int | None
    budget_bytes: int
    headroom_bytes: int | None


class Refusal(NamedTuple):
    """Why a job waits: in this room it needs `needed_bytes`, and so much is free for it (None: unknown)."""

    room: str
    needed_bytes: int
    free_bytes: int | None


def refusal(claim_bytes: int, rooms: Iterable[Room], running: Iterable[Running]) -> Refusal | None:
    """None when the job may start; else the tightest room.

    Where nothing of ours runs, one job is admitted as soon as its claim fits the headroom: the rest
    of the room belongs to others, and waiting for them could last for ever.
    """
    running = tuple(running)
    refusals = [found for room in rooms if (found := _refusal_of(room, claim_bytes, running)) is not None]
    return min(refusals, key=lambda found: -1 if found.free_bytes is None else found.free_bytes, default=None)


def _refusal_of(room: Room, claim_bytes: int, running: tuple[Running, ...]) -> Refusal | None:
    free_bytes = _free_beside(room, running) if running else room.headroom_bytes
    # Alone, with a room that cannot be read: somebody has to begin, and the job's own limit still holds.
    fits = not running if free_bytes is None else claim_bytes <= free_bytes
    return None if fits else Refusal(room.name, claim_bytes, free_bytes)


def _free_beside(room: Room, running: tuple[Running, ...]) -> int | None:
    if room.used_bytes is None:
        return None
    reserved = sum(_untaken(attempt) for attempt in running)
    return int(FILL_RATIO * room.budget_bytes - room.used_bytes - RESERVED_RATIO * reserved)


def _untaken(attempt: Running) -> int:
    if attempt.used_bytes is None:
        return attempt.claim_bytes
    return max(0, attempt.claim_bytes - attempt.used_bytes)
