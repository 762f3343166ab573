"""Whose turn it is at a connection pool: idle connections, free slots, and a fair line of those who wait.

Making, checking and closing connections is the work of `pool`: no code of the user but the report runs
here, and the lock is held for a moment only. A slot is taken (lent, or being opened for a caller),
idle or closing, and free only when its connection is closed, so the server never sees one too many.
While anybody stands in line nothing is idle and no slot is free: both go to the first in line.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Generic

from mnemo_cli.bounded.pool.loans import C, LoanBook, Member
from mnemo_cli.bounded.pool.turns import Grant, Turn, Word
from mnemo_cli.bounded.report import Counter, Report


class Shelf(Generic[C]):
    """The slots of a pool in one process. A forked child makes an heir, which keeps this one but leaves it alone.

    Kept, since a connection of the parent that is collected in the child may say goodbye to the server.
    """

    def __init__(
        self,
        limit: int,
        connection_bytes: int | None,
        clock: Callable[[], float],
        report: Report,
        before: "Shelf[C] | None" = None,
    ) -> None:
        self.pid = os.getpid()
        self.limit = limit
        self.loans: LoanBook[C] = LoanBook()
        self.taken = 0
        self.closed: bool = before is not None and before.closed
        self._totals: dict[Counter, float] = {}
        self._before, self._heirs = before, dict[int, Shelf[C]]()
        self._connection_bytes, self._clock, self._report = connection_bytes, clock, report
        self._lock = threading.Lock()
        self._idle: deque[Member[C]] = deque()  # the one idle for the longest is first
        self._closing = 0
        self._told_used = self._told_open = -1
        self._line: deque[Turn[C]] = deque()
        report("limit", limit)
        if connection_bytes is not None:
            report("limit_bytes", limit * connection_bytes)
        self._tell()

    def heir(self) -> "Shelf[C]":
        """For the child that this process is; the same one for each of its threads."""
        heir = Shelf(self.limit, self._connection_bytes, self._clock, self._report, before=self)
        return self._heirs.setdefault(heir.pid, heir)

    def open_count(self) -> int:
        """Slots in use: lent or being opened, idle, being closed."""
        with self._lock:
            return self._open()

    def idle_count(self) -> int:
        return len(self._idle)

    def waiting(self) -> int:
        return len(self._line)

    def take(self, timeout_seconds: float, look: Callable[[], None]) -> Grant[C]:
        """The connection used last or a slot, at once or when it is this caller's turn."""
        with self._lock:
            if not self.closed and (self._idle or self._open() < self.limit):
                grant: Grant[C] = self._idle.pop() if self._idle else Word.CREATE
                self.taken += 1
                self._tell()
                return grant
            if self.closed or timeout_seconds <= 0:
                self._count("rejected_total", 1)
                return Word.CLOSED if self.closed else Word.TIMED_OUT
            turn: Turn[C] = Turn()
            self._line.append(turn)
        return self._wait(turn, time.monotonic() + timeout_seconds, look)

    def give(self, member: Member[C], now_seconds: float) -> bool:
        """A lent one comes back. False when the shelf is closed: then close it, and tell `gone`."""
        with self._lock:
            if self.closed:
                self._retire()
                return False
            self._place(member, now_seconds)
            return True

    def retire(self) -> None:
        """A lent one is to be closed, or could not be made: then tell `gone`."""
        with self._lock:
            self._retire()

    def gone(self) -> None:
        """One that was retired or evicted is closed: its slot is for the first in line."""
        with self._lock:
            self._closing -= 1
            self._hand_slot_on()

    def evict(self, counter: Counter | None, idle_since_seconds: float = inf) -> Member[C] | None:
        """The one idle for the longest, if since that time or before: close it, and tell `gone`."""
        if not self._idle:
            return None
        with self._lock:
            if not self._idle or self._idle[0].idle_since_seconds > idle_since_seconds:
                return None
            self._closing += 1
            if counter is not None:
                self._count(counter, 1)
            return self._idle.popleft()

    def shut(self) -> None:
        """Lends no more, and tells those who wait; the idle ones are to be evicted."""
        with self._lock:
            if not self.closed:
                self.closed = True
                self._count("rejected_total", len(self._line))
                while self._line:
                    self._line.popleft().give(Word.CLOSED)

    def wait_until_empty(self, timeout_seconds: float, look: Callable[[], None]) -> None:
        """After `shut`, until the last connection is closed or time is up."""
        turn: Turn[C] = Turn()
        with self._lock:
            self._line.append(turn)
        turn.wait(time.monotonic() + timeout_seconds, lambda: self.open_count() == 0, look)
        with self._lock:
            self._line.remove(turn)

    def nudge(self) -> None:
        """Makes somebody who waits look. Takes no lock: a finalizer may interrupt the thread that holds it."""
        with contextlib.suppress(IndexError):
            self._line[0].ring()

    def count(self, counter: Counter) -> None:
        with self._lock:
            self._count(counter, 1)

    def total(self, counter: Counter) -> float:
        return self._totals.get(counter, 0)

    def _wait(self, turn: Turn[C], deadline: float, look: Callable[[], None]) -> Grant[C]:
        began_seconds = self._clock()
        interrupted = True
        try:
            turn.wait(deadline, lambda: turn.grant is not None, look)
            interrupted = False
        finally:
            with self._lock:
                self._count("blocked_seconds_total", self._clock() - began_seconds)
                grant = self._step_out(turn)
                if interrupted:
                    self._pass_on(grant)
                elif grant is Word.TIMED_OUT:
                    self._count("rejected_total", 1)
        return grant

    # What follows is done under the lock.

    def _open(self) -> int:
        return self.taken + len(self._idle) + self._closing

    def _place(self, member: Member[C], now_seconds: float) -> None:
        if self._line and not self.closed:
            self._line.popleft().give(member)
            return
        member.idle_since_seconds = now_seconds
        self._idle.append(member)
        self.taken -= 1
        self._tell()

    def _hand_slot_on(self) -> None:
        """A slot is free."""
        if self._line and not self.closed:
            self.taken += 1
            self._line.popleft().give(Word.CREATE)
        elif self._open() == 0:
            for turn in self._line:
                turn.ring()
        self._tell()

    def _retire(self) -> None:
        self.taken -= 1
        self._closing += 1
        self._tell()

    def _step_out(self, turn: Turn[C]) -> Grant[C]:
        """Out of the line; what came at the last moment counts."""
        if turn.grant is None:
            self._line.remove(turn)
            return Word.TIMED_OUT
        return turn.grant

    def _pass_on(self, grant: Grant[C]) -> None:
        """What an interrupted caller had been given."""
        if isinstance(grant, Member):
            self._place(grant, self._clock())
        elif grant is Word.CREATE:
            self.taken -= 1
            self._hand_slot_on()

    def _count(self, counter: Counter, amount: float) -> None:
        if amount > 0:
            self._totals[counter] = self._totals.get(counter, 0) + amount
            self._report(counter, self._totals[counter])

    def _tell(self) -> None:
        """On change only."""
        if self.taken != self._told_used:
            self._told_used = self.taken
            self._report("used", self.taken)
        if self._connection_bytes is not None and (opened := self._open()) != self._told_open:
            self._told_open = opened
            self._report("used_bytes", opened * self._connection_bytes)
