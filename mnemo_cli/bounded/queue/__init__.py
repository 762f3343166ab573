"""Work items: a full queue makes the producer wait, or refuses.

queue      WorkQueue: put, offer, get, close, drain
exchange   its steps, each whole under one lock, and who waits for which
"""

from mnemo_cli.bounded.queue.exchange import QueueClosed, QueueEmpty, QueueFull
from mnemo_cli.bounded.queue.queue import WorkQueue

__all__ = ["QueueClosed", "QueueEmpty", "QueueFull", "WorkQueue"]
