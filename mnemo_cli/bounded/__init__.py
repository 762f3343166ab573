"""Five things that used to grow without bound, each with a limit, a policy and counters.

broadcaster   events to many subscribers: a ring, the oldest out first
queue         work items: a full queue makes the producer wait, or refuses
pool          connections: lent, given back, and a leak is named
embeddings    rows of floats: the least recently used out first
history       operations: a window, and a snapshot of what went before

for_asyncio   the broadcaster and the queue for tasks
gates         waiting until another thread or task says go
amounts       which sizes, shares and times they take
resources     their sizes, as the settings give them
report        what they tell of themselves while they work

A program imports them from here; each is loaded when its name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnemo_cli.bounded.broadcaster import BroadcasterClosed, EventBroadcaster, Lagged, Subscriber
    from mnemo_cli.bounded.embeddings import EmbeddingsCache
    from mnemo_cli.bounded.for_asyncio import AsyncSubscriber, AsyncWorkQueue
    from mnemo_cli.bounded.history import HistoryFull, OperationHistory
    from mnemo_cli.bounded.pool import (
        ConnectionPool,
        Leak,
        PoolClosed,
        PoolLimitWarning,
        PoolTimeout,
        track_sqlalchemy_pool,
    )
    from mnemo_cli.bounded.queue import QueueClosed, QueueEmpty, QueueFull, WorkQueue
    from mnemo_cli.bounded.resources import Resources

__all__ = [
    "AsyncSubscriber",
    "AsyncWorkQueue",
    "BroadcasterClosed",
    "ConnectionPool",
    "EmbeddingsCache",
    "EventBroadcaster",
    "HistoryFull",
    "Lagged",
    "Leak",
    "OperationHistory",
    "PoolClosed",
    "PoolLimitWarning",
    "PoolTimeout",
    "QueueClosed",
    "QueueEmpty",
    "QueueFull",
    "Resources",
    "Subscriber",
    "WorkQueue",
    "track_sqlalchemy_pool",
]
_HOMES = {
    "broadcaster": ("BroadcasterClosed", "EventBroadcaster", "Lagged", "Subscriber"),
    "embeddings": ("EmbeddingsCache",),
    "for_asyncio": ("AsyncSubscriber", "AsyncWorkQueue"),
    "history": ("HistoryFull", "OperationHistory"),
    "pool": ("ConnectionPool", "Leak", "PoolClosed", "PoolLimitWarning", "PoolTimeout", "track_sqlalchemy_pool"),
    "queue": ("QueueClosed", "QueueEmpty", "QueueFull", "WorkQueue"),
    "resources": ("Resources",),
}


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
