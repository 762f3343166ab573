"""The pool with real SQLite files, which threads share."""

import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mnemo_cli.bounded.pool import ConnectionPool

DEADLINE_SECONDS = 60.0


@pytest.fixture
def pool(tmp_path):
    def connect():
        connection = sqlite3.connect(tmp_path / "bank.db", check_same_thread=False, timeout=DEADLINE_SECONDS)
        connection.execute("pragma synchronous = off")
        return connection

    pool = ConnectionPool(connect, limit=10, check=lambda connection: connection.execute("select 1"))
    with pool.connection() as connection:
        connection.execute("create table account (owner text, cents integer)")
        connection.execute("insert into account values ('ann', 0), ('bob', 0)")
        connection.commit()
    yield pool
    assert pool.close() == ()


def balance(pool):
    with pool.connection() as connection:
        return connection.execute("select sum(cents) from account").fetchone()[0]


def test_threads_that_take_turns_lose_no_payment(pool):
    failures = []

    def pay():
        try:
            for _ in range(20):
                with pool.connection() as connection:
                    connection.execute("update account set cents = cents + 1 where owner = 'ann'")
                    connection.commit()
        except (sqlite3.Error, TimeoutError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=pay, daemon=True) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert not failures and balance(pool) == 320
    assert len(pool) <= 10 and pool.used == 0


def test_a_block_that_fails_in_a_transaction_leaves_nothing_for_the_next_user(pool):
    with pytest.raises(sqlite3.IntegrityError), pool.connection() as connection:
        connection.execute("update account set cents = 500")
        raise sqlite3.IntegrityError("half way")
    assert balance(pool) == 0
    with pool.connection() as connection:
        assert not connection.in_transaction


def test_a_connection_that_somebody_closed_is_replaced(pool):
    with pool.connection() as first:
        first.close()
    assert balance(pool) == 0
    assert pool.expired_total == 1 and pool.close_failures_total == 0


def test_a_file_that_cannot_be_opened_is_the_callers_error_and_takes_no_slot(tmp_path):
    pool = ConnectionPool(lambda: sqlite3.connect(tmp_path / "no folder" / "bank.db"), limit=10)
    for _ in range(20):
        with pytest.raises(sqlite3.OperationalError, match="unable to open"):
            pool.checkout(0)
    assert len(pool) == 0


def test_a_leaked_connection_is_closed_and_unlocks_the_file(pool):
    def forgets():
        pool.checkout().connection.execute("update account set cents = 500")

    forgets()
    assert balance(pool) == 0
    (leak,) = pool.leaks(0)
    assert leak.abandoned and leak.place.endswith("forgets")


def test_one_leak_among_a_hundred_connections_is_named_within_a_second(tmp_path):
    program = Path(__file__).parent / "programs" / "pool_leak.py"
    done = subprocess.run(
        [sys.executable, program, tmp_path / "a.db"], capture_output=True, text=True, timeout=DEADLINE_SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    culprit = "takes_a_connection_and_never_gives_it_back"
    line = 1 + next(
        n for n, text in enumerate(program.read_text().splitlines(), 1) if text.startswith(f"def {culprit}")
    )
    assert found["place"] == found["held_at_the_end"] == f"{program}:{line} in {culprit}"
    assert "kept.append(pool.checkout())" in found["traceback"]
    assert 0 <= found["late_seconds"] <= 1
    assert (found["open"], found["checkouts"], found["warned"]) == (100, 99 * 20, [True])
    assert (found["used"], found["left"]) == (0, [])
