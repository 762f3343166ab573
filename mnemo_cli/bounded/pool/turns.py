"""A place in the line of those who wait for a connection, and what they are given when it is their turn."""

import contextlib
import time
from collections.abc import Callable
from enum import Enum, auto
from queue import Empty, SimpleQueue
from typing import Generic, TypeAlias

from mnemo_cli.bounded.pool.loans import C, Member


class Word(Enum):
    """What a caller hears who gets no connection."""

    CREATE = auto()  # a slot is yours: open a connection in it
    TIMED_OUT = auto()
    CLOSED = auto()


Grant: TypeAlias = Member[C] | Word


class Turn(Generic[C]):
    """A place in the line. Its bell rings when there is a grant, or something was abandoned and wants a look."""

    __slots__ = ("_bell", "grant")

    def __init__(self) -> None:
        self.grant: Grant[C] | None = None
        # A SimpleQueue, because even a finalizer that interrupts its get may put: the documentation says so.
        self._bell: SimpleQueue[None] = SimpleQueue()

    def give(self, grant: Grant[C]) -> None:
        self.grant = grant
        self.ring()

    def ring(self) -> None:
        self._bell.put(None)

    def wait(self, deadline: float, over: Callable[[], bool], look: Callable[[], None]) -> None:
        """Until it is over or time is up. The first look is for what was abandoned before anybody could be rung."""
        with contextlib.suppress(Empty):
            while not over():
                look()
                self._bell.get(timeout=max(0.0, deadline - time.monotonic()))
