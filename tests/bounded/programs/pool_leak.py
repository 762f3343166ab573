"""100 connections, 99 threads that behave and one that does not; prints how soon that one is found, and where."""

import json
import sqlite3
import sys
import threading
import time
import warnings

from mnemo_cli.bounded.pool import ConnectionPool
from mnemo_cli.bounded.pool.refusals import PoolLimitWarning

CONNECTIONS, SUSPICIOUS_SECONDS, DEADLINE_SECONDS = 100, 0.5, 60.0


def takes_a_connection_and_never_gives_it_back(pool, kept):
    kept.append(pool.checkout())


def behave(pool, all_out, checkouts):
    """One connection each, all at once, and then in turns."""
    with pool.connection():
        all_out.wait(DEADLINE_SECONDS)
    for _ in range(20):
        with pool.connection() as connection:
            connection.execute("select 1").fetchone()
    checkouts.append(20)


def main(path):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        pool = ConnectionPool(lambda: sqlite3.connect(path, check_same_thread=False), CONNECTIONS)
    kept, checkouts = [], []
    all_out = threading.Barrier(CONNECTIONS)
    leaker = threading.Thread(target=takes_a_connection_and_never_gives_it_back, args=(pool, kept), name="billing")
    workers = [threading.Thread(target=behave, args=(pool, all_out, checkouts)) for _ in range(CONNECTIONS - 1)]
    for thread in (leaker, *workers):
        thread.start()
    leaker.join()
    begin = time.monotonic()
    all_out.wait(DEADLINE_SECONDS)
    open_count = len(pool)
    wait = threading.Event().wait
    while not (found := [leak for leak in pool.leaks(SUSPICIOUS_SECONDS) if leak.thread == "billing"]):
        if time.monotonic() - begin > DEADLINE_SECONDS:
            sys.exit("the leak was not found")
        wait(0.02)
    for worker in workers:
        worker.join(DEADLINE_SECONDS)
    (only,) = pool.leaks(0)
    result = {
        "warned": [issubclass(one.category, PoolLimitWarning) for one in warned],
        "open": open_count,
        "late_seconds": found[0].seconds_held - SUSPICIOUS_SECONDS,
        "place": found[0].place,
        "traceback": found[0].traceback,
        "checkouts": sum(checkouts),
        "held_at_the_end": only.place,
    }
    kept.pop().release()
    print(json.dumps(result | {"used": pool.used, "left": pool.close()}))


if __name__ == "__main__":
    main(sys.argv[1])
