"""The limits that hold for a worker and its jobs, and what is used of them: read on the worker itself.

Its jobs are in groups below its own, so that every limit on its path is theirs too. What Dask was told of a
worker's memory is a limit beside those: several workers of one machine share it by that.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mnemo_cli.limits.binding import binding_index
from mnemo_cli.limits.levels import Edges, next_level
from mnemo_cli.model import Level, LimitSource, Memory
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.run.rooms import budget_of
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice

DASKS_LIMIT = LimitSource(kind="budget", path="of the Dask worker")


class Standing(NamedTuple):
    """`level` None and `limit_bytes` None: no limit could be read."""

    rooms: tuple[Room, ...]
    budget_bytes: int
    level: Level | None
    limit_bytes: int | None
    limit_source: str
    used_bytes: int | None

    @property
    def words(self) -> dict[str, Any]:  # msgpack's values
        """As it is told."""
        level = None if self.level is None else int(self.level)
        return {**self._asdict(), "rooms": [list(room) for room in self.rooms], "level": level}


class Standings:
    """Looks again at each call. `own_bytes` is the worker process's own memory, as Dask counts it."""

    def __init__(
        self, edges: Edges, *, dasks_limit_bytes: int | None, own_budget_bytes: int | None, root: Path
    ) -> None:
        self._edges = edges
        self._dasks_limit_bytes = dasks_limit_bytes
        self._own_budget_bytes = own_budget_bytes
        self._sampler = choose_sampler(TargetChoice(), portable=False, root=root, asked=NOBODY)
        self._levels: list[Level | None] = []

    def obey(self, edges: Edges, own_budget_bytes: int | None) -> None:
        """A supervisor's, which need not be those of the last one."""
        self._edges, self._own_budget_bytes = edges, own_budget_bytes

    def look(self, own_bytes: int, jobs_bytes: int | None, *, time_seconds: float, clock_seconds: float) -> Standing:
        """What holds now; `jobs_bytes` is what our jobs here use together, None where one cannot be read."""
        limits = list(self._sampler.glance(time_seconds=time_seconds, clock_seconds=clock_seconds).limits)
        if self._dasks_limit_bytes:
            used_bytes = None if jobs_bytes is None else own_bytes + jobs_bytes
            limits.append(Memory(DASKS_LIMIT, used_bytes, self._dasks_limit_bytes))
        before = self._levels if len(self._levels) == len(limits) else [None] * len(limits)
        self._levels = [
            None if memory.used_ratio is None else next_level(memory.used_ratio, self._edges, level)
            for memory, level in zip(limits, before, strict=True)
        ]
        return standing_of(limits, self._levels, self._edges, jobs_bytes, self._own_budget_bytes)

    def close(self) -> None:
        self._sampler.close()


def standing_of(
    limits: Sequence[Memory],
    levels: Sequence[Level | None],
    edges: Edges,
    jobs_bytes: int | None,
    own_budget_bytes: int | None,
) -> Standing:
    """Rooms of every bounded limit, and of a person's budget for the jobs on each worker."""
    rooms = [_room(memory, edges) for memory in limits if isinstance(memory.limit_bytes, int)]
    if own_budget_bytes is not None:
        left_bytes = None if jobs_bytes is None else own_budget_bytes - jobs_bytes
        rooms.append(Room("the budget", jobs_bytes, own_budget_bytes, left_bytes))
    at = binding_index(limits, levels)
    binding = None if at is None else limits[at]
    limit_bytes = None if binding is None else binding.limit_bytes
    return Standing(
        rooms=tuple(rooms),
        budget_bytes=min((room.budget_bytes for room in rooms), default=0),
        level=None if at is None else levels[at],
        limit_bytes=limit_bytes if isinstance(limit_bytes, int) else None,
        limit_source="" if binding is None else binding.source.sentence,
        used_bytes=None if binding is None else binding.used_bytes,
    )


def _room(memory: Memory, edges: Edges) -> Room:
    assert isinstance(memory.limit_bytes, int)
    headroom = memory.headroom_bytes
    return Room(
        memory.source.sentence,
        memory.used_bytes,
        budget_of(memory.limit_bytes, edges),
        headroom if isinstance(headroom, int) else None,
    )
