"""Events told to any number of subscribers: a ring of bounded size, where the oldest event goes first.

broadcaster   EventBroadcaster: the ring, expiry, eviction
subscriber    one reader's cursor, and Lagged, which tells it what it missed
"""

from mnemo_cli.bounded.broadcaster.broadcaster import EventBroadcaster
from mnemo_cli.bounded.broadcaster.subscriber import BroadcasterClosed, Lagged, Subscriber

__all__ = ["BroadcasterClosed", "EventBroadcaster", "Lagged", "Subscriber"]
