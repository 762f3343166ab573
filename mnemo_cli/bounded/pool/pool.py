"""Connections lent one at a time, never more than a limit: a caller waits its turn, and a leak is named.

    pool = ConnectionPool(lambda: psycopg.connect(dsn), limit=20)
    with pool.connection() as connection:
        ...

The connection used last is lent first, so that the others grow idle and can be closed. Nothing is
rolled back here: a block that ends with an exception has its connection closed, since it may be in
the middle of a transaction. Connections move between threads (sqlite3: check_same_thread=False).
A forked child opens its own and leaves its parent's alone.

`loans` knows who has a connection, `shelf` whose turn it is.
"""

import contextlib
import os
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable
from math import ceil, inf
from typing import Generic, Self

from mnemo_cli.bounded import amounts
from mnemo_cli.bounded.pool import refusals
from mnemo_cli.bounded.pool.connector import OWN_CLOSE, Connector
from mnemo_cli.bounded.pool.loans import C, Leak, Lease, Loan, Member
from mnemo_cli.bounded.pool.shelf import Shelf
from mnemo_cli.bounded.pool.turns import Grant, Word
from mnemo_cli.bounded.report import Counter, Report, silent
from mnemo_cli.bounded.resources import Resources


class ConnectionPool(Generic[C]):
    """At most `limit` connections, opened by `create` when they are wanted; any number of threads may ask.

    `used` counts those that are lent, or being opened or checked for a caller; len() all that are open.
    `check` runs when a connection that was used before is checked out: if it raises or returns False
    (not None), that one is closed and another opened. One that is idle for `idle_seconds` is closed when
    the pool is next used, one older than `max_age_seconds` when it is next checked out. create, check
    and close run in the thread of a caller while no lock is held: if one hangs, nobody else does.
    `clock` tells ages; time-outs run in real time. Like queue.Queue, neither the pool nor a lease may be
    used in a finalizer or a signal handler, since a lock may be held there; dropping a lease is safe.
    """

    def __init__(
        self,
        create: Callable[[], C],
        limit: int = 20,
        *,
        close: Callable[[C], object] = OWN_CLOSE,
        check: Callable[[C], object] | None = None,
        timeout_seconds: float = 30.0,
        idle_seconds: float = 600.0,
        max_age_seconds: float | None = None,
        connection_bytes: int | None = None,
        report: Report = silent,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = amounts.count(limit, "limit")
        self.connection_bytes = amounts.count_or_none(connection_bytes, "connection_bytes")
        self.limit_bytes = None if connection_bytes is None else limit * connection_bytes
        self._timeout_seconds = _span(timeout_seconds, "timeout_seconds")
        self._idle_seconds = amounts.lifetime(idle_seconds, "idle_seconds")
        max_age_seconds = inf if max_age_seconds is None else amounts.lifetime(max_age_seconds, "max_age_seconds")
        self._connector = Connector(create, close, check, max_age_seconds, clock)
        self._clock = clock
        self._abandoned: deque[Loan[C]] = deque()
        self._latest_shelf: Shelf[C] = Shelf(limit, connection_bytes, clock, report)
        if advice := refusals.unusual(limit):
            warnings.warn(advice, stacklevel=2)

    @classmethod
    def of(cls, resources: Resources, create: Callable[[], C], *, report: Report = silent) -> Self:
        """As large as the settings say."""
        return cls(create, resources.db_pool_limit, report=report)

    def checkout(self, timeout_seconds: float | None = None) -> Lease[C]:
        """Waits so long at most (None: as the pool was made), then raises PoolTimeout; raises what create() raises."""
        patience_seconds = self._timeout_seconds
        if timeout_seconds is not None:
            patience_seconds = _span(timeout_seconds, "timeout_seconds")
        if self._abandoned:
            self._reclaim()
        shelf = self._shelf
        grant = shelf.take(patience_seconds, self._reclaim)
        if grant is Word.CLOSED or grant is Word.TIMED_OUT:
            self._reclaim()
            raise refusals.refused(grant, shelf, patience_seconds, self._clock())
        lent = False
        try:
            if self._abandoned:  # a bell that rang for it as we left the line was heard by nobody
                self._reclaim()
            loan = Loan(self._ready(grant), self._clock(), sys._getframe(1))
            shelf.loans.begin(loan)
            lent = True
        finally:
            if not lent:
                shelf.retire()
                shelf.gone()
        return Lease(self, loan)

    connection = checkout  # what reads well after `with`

    def leaks(self, older_than_seconds: float) -> tuple[Leak, ...]:
        """Who holds a connection for longer, the longest first; then the leases that were lost, the latest 20."""
        _span(older_than_seconds, "older_than_seconds")
        self._reclaim()
        return (*self._held(older_than_seconds), *self._shelf.loans.lost())

    def shrink(self, fraction: float) -> int:
        """Closes that share of the idle connections; the bytes freed, 0 when connection_bytes is not known."""
        self._reclaim()
        count = ceil(self._shelf.idle_count() * amounts.share(fraction))
        closed = sum(self._close_idle("evicted_total") for _ in range(count))
        return 0 if self.connection_bytes is None else closed * self.connection_bytes

    def close(self, wait_seconds: float = 0.0) -> tuple[Leak, ...]:
        """Lends no more; closes idle connections now and lent ones as they come back.

        Waits so long for those, and returns who has one even then.
        """
        _span(wait_seconds, "wait_seconds")
        self._reclaim()
        self._shelf.shut()
        while self._close_idle(None):
            pass
        self._shelf.wait_until_empty(wait_seconds, self._reclaim)
        self._reclaim()
        return self._held()

    def __len__(self) -> int:
        return self._shelf.open_count()

    @property
    def used(self) -> int:
        return self._shelf.taken

    @property
    def waiting(self) -> int:
        """Threads in line."""
        return self._shelf.waiting()

    @property
    def used_bytes(self) -> int | None:
        """Of all that are open; None when connection_bytes is not known."""
        return None if self.connection_bytes is None else len(self) * self.connection_bytes

    @property
    def evicted_total(self) -> int:
        """Closed by shrink()."""
        return int(self._shelf.total("evicted_total"))

    @property
    def expired_total(self) -> int:
        """Closed because a check failed, or idle or old for too long."""
        return int(self._shelf.total("expired_total"))

    @property
    def rejected_total(self) -> int:
        """Checkouts that timed out, or came after close()."""
        return int(self._shelf.total("rejected_total"))

    @property
    def leaked_total(self) -> int:
        """Leases that were lost."""
        return self._shelf.loans.lost_total

    @property
    def close_failures_total(self) -> int:
        """Connections whose close() raised, as broken ones do; they are given up all the same."""
        return self._connector.close_failures_total

    @property
    def blocked_seconds_total(self) -> float:
        return self._shelf.total("blocked_seconds_total")

    # For the leases of this pool.

    def take_back(self, loan: Loan[C], *, keep: bool) -> None:
        """To lend it again, or to close it."""
        shelf = self._shelf
        if not shelf.loans.end(loan):
            return
        if not keep:
            shelf.retire()
        now = self._clock()
        if not keep or not shelf.give(loan.member, now):
            self._close_retired(loan.member)
        if self._abandoned:
            self._reclaim()
        # A bounded share of the housekeeping, since there is no thread for it.
        if (idle := shelf.evict("expired_total", now - self._idle_seconds)) is not None:
            self._close_retired(idle)

    def abandon(self, loan: Loan[C]) -> None:
        """Its lease was lost. The garbage collector says so, at any moment: here nothing may be locked or closed."""
        self._abandoned.append(loan)
        self._latest_shelf.nudge()

    @property
    def _shelf(self) -> Shelf[C]:
        """The one of this process."""
        if self._latest_shelf.pid != os.getpid():
            self._latest_shelf = self._latest_shelf.heir()
        return self._latest_shelf

    def _ready(self, grant: Grant[C]) -> Member[C]:
        """The granted connection if it is sound, else a new one in its slot."""
        if isinstance(grant, Member):
            if self._connector.keep_if_sound(grant):
                return grant
            self._shelf.count("expired_total")
        return self._connector.open()

    def _reclaim(self) -> None:
        """Closes the connections whose leases were lost."""
        while self._abandoned:
            with contextlib.suppress(IndexError):  # another thread was faster
                loan = self._abandoned.popleft()
                if self._shelf.loans.end(loan):
                    self._shelf.loans.lose(loan, self._clock())
                    self._shelf.retire()
                    self._close_retired(loan.member)

    def _close_idle(self, counter: Counter | None, idle_since_seconds: float = inf) -> bool:
        member = self._shelf.evict(counter, idle_since_seconds)
        if member is not None:
            self._close_retired(member)
        return member is not None

    def _close_retired(self, member: Member[C]) -> None:
        try:
            self._connector.close(member)
        finally:
            self._shelf.gone()

    def _held(self, older_than_seconds: float = -inf) -> tuple[Leak, ...]:
        now = self._clock()
        loans = self._shelf.loans.running()
        return tuple(loan.leak(now) for loan in loans if now - loan.since_seconds > older_than_seconds)


def _span(seconds: float, name: str) -> float:
    if not 0 <= seconds <= threading.TIMEOUT_MAX:
        raise ValueError(f"{name} is {seconds!r}; give seconds from 0 to {threading.TIMEOUT_MAX:.0f}")
    return seconds
