"""CPU of lending and giving back one connection, with the traceback kept, against SQLAlchemy's QueuePool."""

import threading
from collections.abc import Callable
from functools import partial

from sqlalchemy.pool import QueuePool

from mnemo_cli.bounded.pool import ConnectionPool
from tests.bench.measure import Table, cpu_seconds_per_call, microseconds, paired

LIMIT, THREADS, TURNS = 20, 4, 500


class Connection:
    def rollback(self) -> None:
        """SQLAlchemy does so at each return."""

    def close(self) -> None:
        pass


def run() -> None:
    table = Table("bounded: connection pool, × SQLAlchemy's QueuePool")
    ours, theirs = ConnectionPool(Connection, LIMIT), QueuePool(Connection, pool_size=LIMIT, max_overflow=0)

    def mnemo() -> None:
        with ours.connection():
            pass

    def peer() -> None:
        theirs.connect().close()

    _row(table, "checkout and return", mnemo, peer, 5000)
    _row(table, "   from 40 calls deep", partial(_deep, 40, mnemo), partial(_deep, 40, peer), 200, repeats=100)
    _row(table, f"   {THREADS} threads at once", partial(_rush, mnemo), partial(_rush, peer), 3, THREADS * TURNS)


def _row(
    table: Table, name: str, mnemo: Callable[[], None], peer: Callable[[], None], times: int, repeats: int = 1
) -> None:
    """`repeats`: how many checkouts are in one call."""
    ours, theirs, ratio = paired(cpu_seconds_per_call(mnemo, times), cpu_seconds_per_call(peer, times))
    table.add(name, microseconds(ours / repeats), microseconds(theirs / repeats), ratio, 1.0)


def _deep(levels: int, call: Callable[[], None]) -> None:
    if levels:
        _deep(levels - 1, call)
        return
    for _ in range(100):
        call()


def _rush(call: Callable[[], None]) -> None:
    def work() -> None:
        for _ in range(TURNS):
            call()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
