"""The pool with a real PostgreSQL server, which sees the same number of connections and may end any of them."""

import os
import threading
import time

import pytest

from mnemo_cli.bounded.pool import ConnectionPool
from mnemo_cli.bounded.pool.refusals import PoolTimeout

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
DEADLINE_SECONDS = 60.0
LIMIT = 10


def alive(connection):
    connection.execute("select 1")
    connection.commit()


@pytest.fixture
def pool(postgres):
    pool = ConnectionPool(lambda: psycopg.connect(postgres, application_name="pooled"), LIMIT, check=alive)
    yield pool
    assert pool.close() == ()


@pytest.fixture
def server(postgres):
    """A connection beside the pool, that asks who is connected."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield connection


def backends(server):
    return {pid for (pid,) in server.execute("select pid from pg_stat_activity where application_name = 'pooled'")}


def wait_until_backends(server, count):
    """A backend is listed for a moment after its client has left."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(backends(server)) != count:
        assert time.monotonic() < deadline, backends(server)
        time.sleep(0.005)


def test_the_server_never_sees_more_connections_than_the_limit(pool, server):
    wait_until_backends(server, 0)
    leases = [pool.checkout() for _ in range(LIMIT)]
    assert len(backends(server)) == LIMIT
    with pytest.raises(PoolTimeout):
        pool.checkout(0)
    assert len(backends(server)) == LIMIT == len(pool)
    for lease in leases:
        lease.release()
    pool.shrink(0.5)
    wait_until_backends(server, LIMIT // 2)
    pool.close()
    wait_until_backends(server, 0)


def test_a_connection_that_the_server_ended_is_replaced_before_anybody_gets_it(pool, server):
    with pool.connection() as connection:
        killed = connection.info.backend_pid
    assert server.execute("select pg_terminate_backend(%s, 30000)", [killed]).fetchone() == (True,)
    with pool.connection() as connection:
        assert connection.info.backend_pid != killed
        assert connection.execute("select 42").fetchone() == (42,)
        connection.commit()
    assert pool.expired_total == 1


def test_a_connection_that_ends_in_use_is_not_lent_again(pool, server):
    with pytest.raises(psycopg.OperationalError), pool.connection() as connection:
        server.execute("select pg_terminate_backend(%s, 30000)", [connection.info.backend_pid])
        connection.execute("select 1")
    assert len(pool) == 0
    with pool.connection() as connection:
        alive(connection)


def test_a_transaction_that_failed_is_forgotten_by_the_server(pool, server):
    with pytest.raises(psycopg.errors.UndefinedTable), pool.connection() as connection:
        connection.execute("create table half_way ()")
        connection.execute("select * from missing")
    assert server.execute("select to_regclass('half_way')").fetchone() == (None,)


def test_threads_take_turns_within_the_limit_while_backends_are_killed(pool, server):
    failures, most = [], []

    def work():
        for number in range(15):
            try:
                with pool.connection() as connection:
                    assert connection.execute("select %s::int", [number]).fetchone() == (number,)
                    connection.commit()
            except psycopg.OperationalError:
                pass  # killed while it was in use
            except (AssertionError, TimeoutError) as failure:
                failures.append(failure)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(16)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen = backends(server)
        most.append(len(seen))
        for pid in sorted(seen)[:1]:
            server.execute("select pg_terminate_backend(%s, 30000)", [pid])
    assert not failures and pool.used == pool.waiting == 0
    # A backend leaves the list a moment after its connection is closed, and another takes its slot.
    assert max(most) <= LIMIT + 2 and len(pool) <= LIMIT


def test_a_forked_child_does_not_say_goodbye_in_its_parents_name(pool):
    with pool.connection() as connection:
        parents = connection.info.backend_pid
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with pool.connection() as connection:
                code = int(connection.info.backend_pid == parents)
            pool.close()
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    with pool.connection() as connection:
        assert connection.info.backend_pid == parents
        alive(connection)
    assert pool.expired_total == 0
