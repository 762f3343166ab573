"""A SQLAlchemy pool is followed from outside, whatever it does with its connections."""

import gc
import subprocess
import sys
import threading

import pytest

from mnemo_cli.bounded.pool.sqlalchemy_pool import track_sqlalchemy_pool
from mnemo_cli.model import UNLIMITED

sqlalchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
DEADLINE_SECONDS = 30.0


@pytest.fixture
def engine(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.QueuePool, pool_size=5, max_overflow=3)
    yield engine
    engine.dispose()


@pytest.fixture
def told():
    return {}


@pytest.fixture
def tracked(engine, told):
    tracked = track_sqlalchemy_pool(engine, told.__setitem__)
    yield tracked
    tracked.close()


def test_limit_and_use_are_told_live(engine, tracked, told):
    assert told == {"limit": 8, "used": 0} and tracked.limit == 8
    first, second = engine.connect(), engine.connect()
    assert told["used"] == tracked.used == 2
    first.close()
    assert told["used"] == 1
    second.close()
    assert told["used"] == 0


def test_connections_that_are_out_already_count(engine, told):
    first, second = engine.connect(), engine.connect()
    tracked = track_sqlalchemy_pool(engine.pool, told.__setitem__)
    assert told["used"] == 2
    with engine.connect():
        assert told["used"] == 3
        first.close()
        assert told["used"] == 2
    second.close()
    assert told["used"] == 0
    tracked.close()


def test_detached_invalidated_and_lost_connections_are_out_no_more(engine, tracked, told):
    with engine.connect() as connection:
        connection.detach()
        assert told["used"] == 0
    with engine.connect() as connection:
        connection.invalidate()
        assert told["used"] == 0
    lost = engine.raw_connection()
    assert told["used"] == 1
    del lost
    gc.collect()
    assert told["used"] == 0


@pytest.mark.parametrize("refusals", [1, 2])
def test_a_connection_found_dead_at_checkout_counts_once(engine, tracked, told, refusals):
    left = [sqlalchemy.exc.DisconnectionError()] * refusals

    @sqlalchemy.event.listens_for(engine, "checkout")
    def dead(connection, record, fairy):
        if left:
            raise left.pop()

    if refusals == 2:
        with pytest.raises(sqlalchemy.exc.InvalidRequestError):
            engine.raw_connection()
    else:
        connection = engine.raw_connection()
        assert told["used"] == 1
        connection.close()
    assert told["used"] == 0


def test_the_pool_that_follows_dispose_is_followed_too(engine, tracked, told):
    old = engine.connect()
    engine.dispose()
    with engine.connect():
        assert told["used"] == 2
        old.close()
        assert told["used"] == 1
    assert told["used"] == 0


@pytest.mark.parametrize("disposed", [False, True])
def test_nothing_is_told_after_close(engine, tracked, told, disposed):
    if disposed:
        engine.dispose()
    tracked.close()
    tracked.close()
    with engine.connect():
        assert told["used"] == 0
    assert not list(engine.pool.dispatch.checkout) and not list(engine.pool.dispatch.checkin)


def test_the_count_is_exact_under_threads(engine, told):
    seen = []

    def report(counter, amount):
        told[counter] = amount
        if counter == "used":
            seen.append(amount)

    tracked = track_sqlalchemy_pool(engine, report)

    def work():
        for _ in range(50):
            with engine.connect():
                pass

    threads = [threading.Thread(target=work, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
        assert not thread.is_alive()
    assert told["used"] == tracked.used == 0 and 1 <= max(seen) <= 6 and min(seen) == 0
    tracked.close()


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ({"pool_size": 4, "max_overflow": 0}, 4),
        ({"pool_size": 4, "max_overflow": -1}, UNLIMITED),
        ({"pool_size": 0}, UNLIMITED),
        ({"poolclass": sqlalchemy.NullPool}, None),
        ({"poolclass": sqlalchemy.StaticPool}, None),
    ],
)
def test_a_limit_is_told_only_where_there_is_one(told, options, limit):
    engine = sqlalchemy.create_engine("sqlite://", **{"poolclass": sqlalchemy.QueuePool, **options})
    tracked = track_sqlalchemy_pool(engine, told.__setitem__)
    assert tracked.limit == limit and told == ({"used": 0} if limit in (None, UNLIMITED) else {"used": 0, "limit": 4})
    with engine.connect():
        assert told["used"] == 1
    assert told["used"] == 0
    tracked.close()
    engine.dispose()


class Async:
    """As much of an AsyncEngine as counts here: the driver that it needs is not installed."""

    def __init__(self, engine):
        self.sync_engine = engine


def test_an_engine_of_asyncio_is_its_synchronous_one(engine, told):
    tracked = track_sqlalchemy_pool(Async(engine), told.__setitem__)
    with engine.connect():
        assert told["used"] == 1
    tracked.close()


@pytest.mark.parametrize("stranger", [None, 5, object(), sqlalchemy.MetaData()], ids=lambda one: type(one).__name__)
def test_anything_else_is_refused(stranger):
    with pytest.raises(TypeError, match=f"a {type(stranger).__name__} is no pool"):
        track_sqlalchemy_pool(stranger, print)


def test_importing_the_module_does_not_import_sqlalchemy():
    code = "import sys, mnemo_cli.bounded.pool.sqlalchemy_pool; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=DEADLINE_SECONDS).returncode == 0
