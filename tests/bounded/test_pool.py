"""Connections are lent in turn, never too many, never broken ones, and whoever keeps one is named."""

import contextlib
import gc
import itertools
import random
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest

from mnemo_cli.bounded.pool import ConnectionPool
from mnemo_cli.bounded.pool.refusals import PoolClosed, PoolLimitWarning, PoolTimeout
from mnemo_cli.bounded.pool.shelf import Shelf
from mnemo_cli.bounded.pool.turns import Word
from mnemo_cli.bounded.report import silent
from mnemo_cli.bounded.resources import Resources

DEADLINE_SECONDS = 30.0
# Most pools here are small on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::mnemo_cli.bounded.pool.refusals.PoolLimitWarning")


class Connection:
    def __init__(self, server, number):
        self.server, self.number = server, number
        self.closed = False
        self.broken = False

    def close(self):
        assert not self.closed
        self.closed = True
        self.server.changed(-1)


class Server:
    """Counts who is connected, and most at once."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.open_count = self.most_open = 0
        self.lock = threading.Lock()

    def connect(self):
        self.changed(1)
        return Connection(self, next(self.numbers))

    def changed(self, by):
        with self.lock:
            self.open_count += by
            self.most_open = max(self.most_open, self.open_count)


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def thread():
    """Starts threads; each must have ended soon after the test."""
    started = []

    def start(target, *args, name=None):
        started.append(threading.Thread(target=target, args=args, name=name, daemon=True))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.join(DEADLINE_SECONDS)
        assert not one.is_alive()


def wait_until(reached):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def is_whole(connection):
    return not connection.broken


# ---------------------------------------------------------------- lending


def test_nothing_is_opened_before_it_is_wanted(server):
    pool = ConnectionPool(server.connect)
    assert (len(pool), pool.used, server.open_count) == (0, 0, 0)
    with pool.connection():
        assert (len(pool), pool.used, server.open_count) == (1, 1, 1)
    assert (len(pool), pool.used, server.open_count) == (1, 0, 1)


def test_the_connection_used_last_is_lent_first(server):
    pool = ConnectionPool(server.connect)
    first, second = pool.checkout(), pool.checkout()
    hottest = second.connection
    first.release()
    second.release()
    for _ in range(3):
        with pool.connection() as connection:
            assert connection is hottest


def test_a_lease_gives_its_connection_back_once(server):
    pool = ConnectionPool(server.connect)
    lease = pool.checkout()
    lease.release()
    lease.release()
    lease.discard()
    assert (pool.used, len(pool), server.open_count) == (0, 1, 1)


def test_a_connection_that_was_given_back_cannot_be_used_by_its_lease(server):
    lease = ConnectionPool(server.connect).checkout()
    lease.release()
    with pytest.raises(RuntimeError, match="check out another"):
        _ = lease.connection


def test_a_loan_that_two_threads_end_ends_once(server):
    pool = ConnectionPool(server.connect)
    lease = pool.checkout()
    loan = lease._loan
    lease.release()
    with pool.connection() as connection:
        pool.take_back(loan, keep=False)
        assert not connection.closed and pool.used == 1


def test_a_discarded_connection_is_closed_and_its_slot_is_free(server):
    pool = ConnectionPool(server.connect, limit=1)
    lease = pool.checkout()
    connection = lease.connection
    lease.discard()
    assert connection.closed and len(pool) == 0
    assert pool.checkout(0).connection.number == 2


def test_a_block_that_raises_has_its_connection_closed(server):
    pool = ConnectionPool(server.connect)
    with pytest.raises(ZeroDivisionError), pool.connection() as connection:
        _ = 1 / 0
    assert connection.closed and len(pool) == 0


def test_a_pool_is_as_large_as_the_settings_say(server):
    assert ConnectionPool.of(Resources(db_pool_limit=33), server.connect).limit == 33


# ---------------------------------------------------------------- limit and turns


def test_a_full_pool_refuses_and_tells_who_holds_the_connections(server, clock, thread):
    pool = ConnectionPool(server.connect, limit=2, clock=clock)
    leases = []

    def nightly_report():
        leases.append(pool.checkout())

    thread(nightly_report, name="night").join()
    clock.seconds += 65
    leases.append(pool.checkout())
    line = nightly_report.__code__.co_firstlineno + 1
    with pytest.raises(PoolTimeout) as refused:
        pool.checkout(0)
    for told in ("2 of 2", "1m05s", "'night'", f"test_pool.py:{line} in ", "nightly_report", "raise the limit"):
        assert told in str(refused.value)
    assert pool.rejected_total == 1


def test_a_wait_ends_after_its_time(server):
    pool = ConnectionPool(server.connect, limit=1, timeout_seconds=0.01)
    lease = pool.checkout()
    with pytest.raises(PoolTimeout):
        pool.checkout()
    with pytest.raises(PoolTimeout):
        pool.checkout(0.005)
    assert pool.rejected_total == 2 and pool.blocked_seconds_total > 0 and pool.waiting == 0
    lease.release()
    pool.checkout(0).release()


def test_those_who_wait_are_served_first_come_first_served(server, thread):
    pool = ConnectionPool(server.connect, limit=1)
    lease = pool.checkout()
    served = []

    def customer(number):
        with pool.connection():
            served.append(number)

    for number in range(8):
        thread(customer, number)
        wait_until(lambda number=number: pool.waiting == number + 1)
    lease.release()
    wait_until(lambda: len(served) == 8)
    assert served == list(range(8)) and server.most_open == 1


def test_nobody_overtakes_those_who_wait(server, thread):
    pool = ConnectionPool(server.connect, limit=1)
    lease = pool.checkout()
    thread(lambda: pool.checkout().release())
    wait_until(lambda: pool.waiting == 1)
    with pytest.raises(PoolTimeout):
        pool.checkout(0)
    lease.release()


@pytest.mark.parametrize("how", ["release", "discard", "lose"])
def test_a_waiting_thread_goes_on_when_a_connection_is_given_back_or_lost(server, thread, how):
    pool = ConnectionPool(server.connect, limit=1)
    held = [pool.checkout()]
    got = []

    def wait():
        with pool.connection(threading.TIMEOUT_MAX) as connection:
            got.append(connection.number)

    thread(wait)
    wait_until(lambda: pool.waiting == 1)
    if how == "lose":
        held.clear()
    else:
        getattr(held.pop(), how)()
    wait_until(lambda: got)
    assert got == [1 if how == "release" else 2] and server.most_open == 1


def test_an_interrupted_wait_leaves_the_line(server, thread):
    pool = ConnectionPool(server.connect, limit=1)
    lease = pool.checkout()

    def interrupt():
        wait_until(lambda: pool.waiting == 1)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread(interrupt)
    with pytest.raises(KeyboardInterrupt):
        pool.checkout()
    assert pool.waiting == 0 and pool.rejected_total == 0
    lease.release()
    pool.checkout(0).release()


@pytest.mark.parametrize("end", ["give", "retire"])
def test_what_an_interrupted_caller_was_given_is_for_the_next(end):
    """The interruption comes after the grant: here it is the look, which runs while one stands in line."""
    shelf = Shelf(1, None, time.monotonic, silent)
    assert shelf.take(0, bool) is Word.CREATE
    pool = ConnectionPool(object, close=bool)
    lease = pool.checkout()
    member = lease._loan.member

    def given_and_interrupted():
        if shelf.waiting():
            if end == "give":
                shelf.give(member, 0.0)
            else:
                shelf.retire()
                shelf.gone()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.take(DEADLINE_SECONDS, given_and_interrupted)
    assert shelf.taken == 0 and shelf.waiting() == 0
    assert shelf.take(0, bool) is (member if end == "give" else Word.CREATE)


def test_threads_in_a_rush_never_share_a_connection_nor_pass_the_limit(server, thread):
    pool = ConnectionPool(server.connect, limit=3, check=is_whole)
    users, clashes, done = {}, [], []

    def work(seed):
        chance = random.Random(seed)
        for _ in range(150):
            with contextlib.suppress(ZeroDivisionError), pool.connection() as connection:
                if users.setdefault(connection, seed) != seed:
                    clashes.append(connection.number)
                connection.broken = chance.random() < 0.1
                del users[connection]
                if chance.random() < 0.1:
                    raise ZeroDivisionError
            if chance.random() < 0.05:
                pool.shrink(1)
        done.append(seed)

    threads = [thread(work, seed) for seed in range(8)]
    for one in threads:
        one.join(DEADLINE_SECONDS)
    assert sorted(done) == list(range(8)) and not clashes
    assert server.most_open <= 3 and len(pool) == server.open_count
    assert pool.used == pool.waiting == 0 and pool.leaked_total == 0


# ---------------------------------------------------------------- create, check and close of the user


def test_an_error_of_create_reaches_the_caller_and_the_slot_comes_back(server):
    answers = [ConnectionRefusedError("no server"), server.connect]

    def create():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer()

    pool = ConnectionPool(create, limit=1)
    with pytest.raises(ConnectionRefusedError, match="no server"):
        pool.checkout()
    assert (pool.used, len(pool)) == (0, 0)
    pool.checkout(0).release()


def test_a_create_that_fails_lets_the_next_in_line_try(server, thread):
    failing = threading.Event()
    got = []

    def create():
        if not got and not failing.is_set():
            assert failing.wait(DEADLINE_SECONDS)
            raise ConnectionRefusedError
        return server.connect()

    def first():
        with pytest.raises(ConnectionRefusedError):
            pool.checkout()

    def second():
        with pool.connection() as connection:
            got.append(connection)

    pool = ConnectionPool(create, limit=1)
    thread(first)
    wait_until(lambda: pool.used == 1)
    thread(second)
    wait_until(lambda: pool.waiting == 1)
    failing.set()
    wait_until(lambda: got)


@pytest.mark.parametrize("what", ["create", "check", "close"])
def test_a_function_that_hangs_holds_up_its_caller_only(server, thread, what):
    hanging, go_on = threading.Event(), threading.Event()

    def hang_once():
        if not hanging.is_set():
            hanging.set()
            assert go_on.wait(DEADLINE_SECONDS)

    def create():
        if what == "create":
            hang_once()
        return server.connect()

    def check(connection):
        if what == "check":
            hang_once()

    def close(connection):
        if what == "close":
            hang_once()
        connection.close()

    def caller():
        pool.checkout().discard()

    pool = ConnectionPool(create, limit=2, check=check, close=close)
    if what == "check":
        pool.checkout().release()
    thread(caller)
    assert hanging.wait(DEADLINE_SECONDS)
    held = pool.checkout(0)
    with pytest.raises(PoolTimeout):
        pool.checkout(0.01)
    assert len(pool) == 2 and pool.leaks(0) and pool.shrink(1) == 0
    go_on.set()
    wait_until(lambda: len(pool) == 1)
    held.release()


def test_a_hanging_create_is_what_a_time_out_blames(server, thread):
    go_on = threading.Event()

    def create():
        assert go_on.wait(DEADLINE_SECONDS)
        return server.connect()

    pool = ConnectionPool(create, limit=1)
    thread(lambda: pool.checkout().release())
    wait_until(lambda: pool.used == 1)
    with pytest.raises(PoolTimeout, match=r"1 of 1 are taken, none of them lent; see what makes create\(\)"):
        pool.checkout(0)
    go_on.set()


def fails(connection):
    raise OSError("gone")


@pytest.mark.parametrize("check", [fails, lambda connection: False], ids=["raises", "False"])
def test_a_connection_that_fails_its_check_is_closed_and_replaced(server, check):
    pool = ConnectionPool(server.connect, limit=1, check=check)
    with pool.connection() as first:
        pass
    with pool.connection() as second:
        assert first.closed and not second.closed
    assert pool.expired_total == 1 and server.most_open == 1


def test_a_check_that_returns_nothing_has_passed(server):
    pool = ConnectionPool(server.connect, check=lambda connection: None)
    with pool.connection() as first:
        pass
    with pool.connection() as second:
        assert second is first


def test_a_check_interrupted_closes_the_connection_and_frees_the_slot(server):
    def check(connection):
        raise KeyboardInterrupt

    pool = ConnectionPool(server.connect, limit=1, check=check)
    pool.checkout().release()
    with pytest.raises(KeyboardInterrupt):
        pool.checkout()
    assert (pool.used, len(pool), server.open_count) == (0, 0, 0)


def test_a_replacement_that_cannot_be_opened_frees_the_slot(server):
    pool = ConnectionPool(iter([server.connect()]).__next__, limit=1, check=lambda connection: False)
    pool.checkout().release()
    with pytest.raises(StopIteration):
        pool.checkout()
    assert (pool.used, len(pool), server.open_count) == (0, 0, 0)


def test_a_connection_that_is_too_old_is_replaced(server, clock):
    pool = ConnectionPool(server.connect, max_age_seconds=100, clock=clock)
    with pool.connection() as first:
        clock.seconds += 100
    with pool.connection() as again:
        assert again is first
        clock.seconds += 0.1
    with pool.connection() as second:
        assert first.closed and second is not first
    assert pool.expired_total == 1


def test_a_close_that_raises_is_counted_and_the_slot_is_free(server):
    pool = ConnectionPool(server.connect, limit=1, close=fails)
    pool.checkout().discard()
    assert pool.close_failures_total == 1 and len(pool) == 0
    pool.checkout(0).release()


def test_a_connection_without_close_is_refused_at_once():
    pool = ConnectionPool(object)
    with pytest.raises(TypeError, match="pass close="):
        pool.checkout()
    assert len(pool) == 0


# ---------------------------------------------------------------- shrinking


def filled(server, count, **options):
    pool = ConnectionPool(server.connect, **options)
    for lease in [pool.checkout() for _ in range(count)]:
        lease.release()
    return pool


@pytest.mark.parametrize(("fraction", "left"), [(0, 8), (0.01, 7), (0.5, 4), (1, 0)])
def test_shrinking_closes_a_share_of_the_idle_ones(server, fraction, left):
    pool = filled(server, 8, connection_bytes=1000)
    assert pool.shrink(fraction) == (8 - left) * 1000
    assert (len(pool), server.open_count, pool.evicted_total) == (left, left, 8 - left)
    assert pool.used_bytes == left * 1000 and pool.limit_bytes == 20_000


def test_shrinking_closes_those_idle_for_the_longest_and_no_lent_one(server):
    pool = filled(server, 3)
    lease = pool.checkout()
    assert pool.shrink(0.5) == 0  # their size is not known
    assert not lease.connection.closed and len(pool) == 2
    lease.release()
    assert pool.shrink(1) == 0 and server.open_count == 0
    assert pool.used_bytes is None and pool.limit_bytes is None


def test_connections_that_are_idle_for_too_long_are_closed_one_by_one_on_the_way(server, clock):
    pool = filled(server, 4, idle_seconds=60, clock=clock)
    for left in (3, 2, 1, 1):
        clock.seconds += 60
        pool.checkout().release()
        assert len(pool) == left
    assert pool.expired_total == 3


# ---------------------------------------------------------------- leaks


def test_who_holds_a_connection_for_long_is_named_with_the_traceback(server, clock, thread):
    pool = ConnectionPool(server.connect, clock=clock)
    kept = []

    def keeps_it():
        kept.append(pool.checkout())

    thread(keeps_it, name="keeper").join()
    clock.seconds += 5
    kept.append(pool.checkout())
    clock.seconds += 5
    assert pool.leaks(10) == ()
    (leak,) = pool.leaks(9.9)
    line = keeps_it.__code__.co_firstlineno + 1
    assert (leak.seconds_held, leak.thread, leak.abandoned) == (10, "keeper", False)
    assert leak.place.endswith("keeps_it") and f"test_pool.py:{line} in " in leak.place
    assert "kept.append(pool.checkout())" in leak.traceback and "in Thread.run" in leak.traceback
    assert [one.seconds_held for one in pool.leaks(0)] == [10, 5]
    kept.clear()


def test_a_lease_that_was_lost_is_a_leak_and_its_connection_is_closed(server, clock):
    pool = ConnectionPool(server.connect, limit=1, clock=clock)

    def forgets():
        pool.checkout()

    forgets()
    (leak,) = pool.leaks(1000)
    assert leak.abandoned and leak.place.endswith("forgets") and "in test_a_lease_that_was_lost" in leak.traceback
    assert pool.leaked_total == 1 and server.open_count == 0 and pool.used == 0
    pool.checkout(0).release()


def test_a_lost_lease_is_noticed_by_the_next_checkout(server):
    pool = ConnectionPool(server.connect, limit=1)
    pool.checkout()
    pool.checkout(0).release()
    assert pool.leaked_total == 1 and server.most_open == 1


def test_a_lease_lost_in_a_cycle_is_found_when_it_is_collected(server):
    pool = ConnectionPool(server.connect)
    cycle = [pool.checkout()]
    cycle.append(cycle)
    del cycle
    gc.collect()
    assert len(pool.leaks(0)) == 1 and server.open_count == 0


def test_the_latest_lost_leases_are_kept_and_all_are_counted(server):
    pool = ConnectionPool(server.connect)
    for _ in range(50):
        pool.checkout()
    assert len(pool.leaks(0)) == 20 and pool.leaked_total == 50 and server.open_count == 0


def test_a_checkout_keeps_no_variable_of_its_caller_alive(server):
    pool = ConnectionPool(server.connect)

    class Large:
        pass

    def takes():
        large = Large()
        return pool.checkout(), weakref.ref(large)

    lease, large = takes()
    assert large() is None and pool.leaks(0)[0].place.endswith("takes")
    lease.release()


def test_deep_stacks_are_kept_in_part(server):
    pool = ConnectionPool(server.connect)

    def ping(levels):
        return pong(levels - 1) if levels else pool.checkout()

    def pong(levels):
        return ping(levels - 1)

    lease = ping(100)
    assert pool.leaks(0)[0].traceback.count("File ") == 16
    lease.release()


# ---------------------------------------------------------------- closing


def test_a_closed_pool_refuses_and_closes_what_is_idle_now_and_the_rest_later(server):
    pool = filled(server, 3)
    lease = pool.checkout()
    (holder,) = pool.close()
    assert holder.place.endswith("test_a_closed_pool_refuses_and_closes_what_is_idle_now_and_the_rest_later")
    assert server.open_count == 1
    with pytest.raises(PoolClosed, match="make a new one"):
        pool.checkout()
    lease.release()
    assert server.open_count == 0 and pool.close() == () and pool.rejected_total == 1


def test_closing_sends_those_who_wait_away(server, thread):
    pool = ConnectionPool(server.connect, limit=1)
    lease = pool.checkout()
    refused = []

    def wait():
        with pytest.raises(PoolClosed):
            pool.checkout()
        refused.append(True)

    for _ in range(3):
        thread(wait)
    wait_until(lambda: pool.waiting == 3)
    pool.close()
    wait_until(lambda: len(refused) == 3)
    assert pool.rejected_total == 3
    lease.discard()
    assert server.open_count == 0


@pytest.mark.parametrize("how", ["release", "discard", "lose"])
def test_closing_can_wait_for_those_who_work(server, thread, how):
    pool = ConnectionPool(server.connect)
    held = [pool.checkout()]
    left = []
    for _ in range(2):
        thread(lambda: left.append(pool.close(wait_seconds=threading.TIMEOUT_MAX)))
    wait_until(lambda: pool.waiting == 2)
    if how == "lose":
        held.clear()
    else:
        getattr(held.pop(), how)()
    wait_until(lambda: len(left) == 2)
    assert left == [(), ()] and server.open_count == 0


def test_closing_waits_no_longer_than_it_is_told(server):
    pool = ConnectionPool(server.connect)
    lease = pool.checkout()
    assert len(pool.close(wait_seconds=0.01)) == 1
    lease.release()


# ---------------------------------------------------------------- reports and bad input


def test_a_report_follows_the_pool(server):
    told = {}
    pool = ConnectionPool(server.connect, limit=12, connection_bytes=10, report=told.__setitem__)
    assert told == {"limit": 12, "limit_bytes": 120, "used": 0, "used_bytes": 0}
    first, second = pool.checkout(), pool.checkout()
    assert (told["used"], told["used_bytes"]) == (2, 20)
    first.release()
    assert (told["used"], told["used_bytes"]) == (1, 20)
    second.discard()
    assert (told["used"], told["used_bytes"]) == (0, 10)
    pool.shrink(1)
    pool.close()
    with pytest.raises(PoolClosed):
        pool.checkout()
    assert told == {
        "limit": 12,
        "limit_bytes": 120,
        "used": 0,
        "used_bytes": 0,
        "evicted_total": 1,
        "rejected_total": 1,
    }


@pytest.mark.parametrize("limit", [1, 9, 51, 10_000])
def test_an_unusual_limit_warns_and_says_what_to_do(limit):
    with pytest.warns(PoolLimitWarning, match=f"{limit:,} connections .* 10 to 50.* set db_pool_size") as warned:
        ConnectionPool(object, limit)
    assert warned[0].filename == __file__


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("limit", [10, 20, 50])
def test_a_usual_limit_does_not_warn(limit):
    assert ConnectionPool(object, limit).limit == limit


@pytest.mark.parametrize("limit", [0, -1, 2.5, float("nan"), float("inf"), "20", None, True, 2**63])
def test_a_limit_that_is_no_count_is_refused(limit):
    with pytest.raises(ValueError, match="limit is"):
        ConnectionPool(object, limit)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e300])
@pytest.mark.parametrize("name", ["timeout_seconds", "idle_seconds", "max_age_seconds"])
def test_a_time_that_cannot_be_waited_is_refused(name, seconds):
    with pytest.raises(ValueError, match=f"{name} is"):
        ConnectionPool(object, **{name: seconds})


@pytest.mark.parametrize("seconds", [-1, float("nan"), 1e300])
def test_a_bad_time_is_refused_before_anything_is_changed(server, seconds):
    pool = filled(server, 2)
    for call in (pool.checkout, pool.leaks, pool.close):
        with pytest.raises(ValueError, match="seconds is"):
            call(seconds)
    pool.checkout().release()
    assert len(pool) == 2


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_that_is_none_is_refused(server, fraction):
    pool = filled(server, 2)
    with pytest.raises(ValueError, match="fraction is"):
        pool.shrink(fraction)
    assert len(pool) == 2


@pytest.mark.parametrize("size", [0, -5, 1.5, float("nan")])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="connection_bytes is"):
        ConnectionPool(object, connection_bytes=size)


# ---------------------------------------------------------------- a forked child

FORKING = """
import os, sys, threading
from mnemo_cli.bounded.pool import ConnectionPool

class Connection:
    def __init__(self): self.pid = os.getpid()
    def close(self): print("closed by", "itself" if self.pid == os.getpid() else "a stranger", flush=True)
    __del__ = close

told = {}
pool = ConnectionPool(Connection, report=told.__setitem__)
lent, other = pool.checkout(), pool.checkout()
other.release()
pool._latest_shelf._lock.acquire()  # as another thread of the parent would have it
child = os.fork()
if child == 0:
    lent.release()
    del other
    assert (len(pool), pool.used, pool.leaks(0), told["used"]) == (0, 0, (), 0)
    shelves = set()
    threads = [threading.Thread(target=lambda: shelves.add(pool._shelf)) for _ in range(20)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert len(shelves) == 1
    with pool.connection() as connection:
        assert connection.pid == os.getpid()
    pool.close()
    sys.stdout.flush()
    os._exit(0)
pool._latest_shelf._lock.release()
assert os.waitpid(child, 0)[1] == 0
print("child ended", flush=True)
assert (len(pool), pool.used, len(pool.leaks(-0.0))) == (2, 1, 1)
os._exit(0)
"""


def test_a_forked_child_opens_its_own_and_leaves_its_parents_alone():
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    # Once by close(), once when it is collected.
    assert set(done.stdout.splitlines()) == {"closed by itself", "child ended"}
