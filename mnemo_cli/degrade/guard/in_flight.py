"""Work counted while it runs, so that a drain knows when all is finished; throttled work waits its turn here.

A block inside another one, in the same thread or task or in a task that it started, is part of that
work: it is neither refused nor held up.
"""

import math
import threading
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

from mnemo_cli.bounded.gates import Gate, ThreadGate

if TYPE_CHECKING:
    import asyncio

_inside: ContextVar[bool] = ContextVar("mnemo_work", default=False)
# Throttled work is slowed, not refused: it waits so long at most for other work to end.
LONGEST_WAIT_SECONDS = 1.0


class NotAccepting(RuntimeError):
    """New work is refused: the program is draining, or holds back until there is memory again."""


class InFlight:
    """How much work runs, and whether more may begin. `on_idle` is called when the last of it has ended."""

    def __init__(self, on_idle: Callable[[], None], on_loop: "Callable[[asyncio.AbstractEventLoop], None]") -> None:
        self.count = 0
        self.accepting = True
        self.refused_total = self.delayed_total = 0
        self.on_loop = on_loop
        self._on_idle = on_idle
        self._most: int | None = None
        self._waiting: deque[Gate] = deque()
        self._lock = threading.Lock()

    @property
    def most(self) -> int | None:
        """How much may run at once while it is throttled; None when it is not."""
        return self._most

    def throttle(self, on: bool) -> int | None:
        """Half of what runs now may run at once, or as much as there is; what it is now."""
        with self._lock:
            if on and self._most is None:
                self._most = max(1, math.ceil(self.count / 2))
            elif not on:
                self._most = None
                self._let_all_pass()
            return self._most

    def accept(self, on: bool) -> None:
        """Those that wait their turn are refused as well."""
        with self._lock:
            self.accepting = on
            self._let_all_pass()

    def enter(self, gate: Gate | None) -> bool:
        """Whether the work has begun; False: wait at the gate first. NotAccepting when it is refused."""
        inside = _inside.get()
        with self._lock:
            if not inside and not self.accepting:
                self.refused_total += 1
                raise NotAccepting("memory is critical: no new work is taken; answer 503, or try another worker")
            if not inside and gate is not None and self._most is not None and self.count >= self._most:
                self.delayed_total += 1
                self._waiting.append(gate)
                return False
            self.count += 1
            return True

    def stop_waiting(self, gate: Gate) -> None:
        with self._lock:
            if gate in self._waiting:
                self._waiting.remove(gate)

    def leave(self) -> None:
        with self._lock:
            self.count -= 1
            idle = self.count == 0
            while self._waiting and not self._waiting.popleft().open():
                pass
        if idle:
            self._on_idle()

    def _let_all_pass(self) -> None:
        while self._waiting:
            self._waiting.popleft().open()


class Work:
    """One piece of work, as a with-block or an async with-block. Made for one use."""

    __slots__ = ("_in_flight", "_token")

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._token: Token[bool] | None = None

    def __enter__(self) -> None:
        if self._in_flight.most is None:
            self._in_flight.enter(None)
        else:
            gate = ThreadGate()
            if not self._in_flight.enter(gate):
                try:
                    gate.wait(LONGEST_WAIT_SECONDS)
                finally:
                    self._in_flight.stop_waiting(gate)
                self._in_flight.enter(None)
        self._token = _inside.set(True)

    def __exit__(self, *raised: object) -> None:
        self._end()

    async def __aenter__(self) -> None:
        import asyncio

        self._in_flight.on_loop(asyncio.get_running_loop())
        if self._in_flight.most is None:
            self._in_flight.enter(None)
        else:
            from mnemo_cli.bounded.for_asyncio import TaskGate

            gate = TaskGate()
            if not self._in_flight.enter(gate):
                try:
                    await gate.wait(LONGEST_WAIT_SECONDS)
                finally:
                    self._in_flight.stop_waiting(gate)
                self._in_flight.enter(None)
        self._token = _inside.set(True)

    async def __aexit__(self, *raised: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._token is not None:
            _inside.reset(self._token)
            self._token = None
            self._in_flight.leave()
