"""One of several machines (or a part of one) that attempts run on, as it last told of itself."""

from typing import NamedTuple

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Room


class Worker(NamedTuple):
    """`id` names one life of it: a worker that comes back is another one. Jobs must fit into all of its `rooms`.

    `level`, `limit_bytes`, `limit_source` and `used_bytes` are of the limit that binds there, None where it is
    unknown. `budget_bytes` is what jobs may have there together. `heard_seconds` is our own monotonic clock when
    it was last heard of. Nothing can be sent to one that is not reached.
    """

    id: str
    name: str
    host: str
    slots: int
    rooms: tuple[Room, ...] = ()
    budget_bytes: int = 0
    level: Level | None = None
    limit_bytes: int | None = None
    limit_source: str = ""
    used_bytes: int | None = None
    heard_seconds: float = 0.0
    is_reached: bool = True
    is_lost: bool = False
