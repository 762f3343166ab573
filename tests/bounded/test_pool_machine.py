"""The connection pool against a simple model: a stack of idle connections, a list of leases, and counters."""

from math import ceil

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mnemo_cli.bounded.pool import ConnectionPool
from mnemo_cli.bounded.pool.refusals import PoolClosed, PoolTimeout

LIMIT, IDLE_SECONDS, MAX_AGE_SECONDS, CONNECTION_BYTES = 10, 50, 200, 7


class Connection:
    def __init__(self, now):
        self.created = self.idle_since = self.lent_since = now
        self.broken = self.closed = False

    def close(self):
        assert not self.closed
        self.closed = True


class PoolMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.server_up, self.closed = True, False
        self.opened, self.idle, self.leases, self.told = [], [], [], {}
        self.evicted = self.expired = self.rejected = self.lost = 0
        self.pool = ConnectionPool(
            self.create,
            LIMIT,
            check=lambda connection: not connection.broken,
            idle_seconds=IDLE_SECONDS,
            max_age_seconds=MAX_AGE_SECONDS,
            connection_bytes=CONNECTION_BYTES,
            report=self.told.__setitem__,
            clock=lambda: self.now,
        )

    def create(self):
        if not self.server_up:
            raise ConnectionRefusedError
        self.opened.append(Connection(self.now))
        return self.opened[-1]

    @rule()
    def checkout(self):
        if self.closed or len(self.leases) == LIMIT:
            self.rejected += 1
            with pytest.raises(PoolClosed if self.closed else PoolTimeout):
                self.pool.checkout(0)
            return
        hottest = self.idle.pop() if self.idle else None
        if hottest and (hottest.broken or self.now - hottest.created > MAX_AGE_SECONDS):
            self.expired += 1
            hottest = None
        if hottest is None and not self.server_up:
            with pytest.raises(ConnectionRefusedError):
                self.pool.checkout(0)
            return
        lease = self.pool.checkout(0)
        assert lease.connection is (hottest or self.opened[-1])
        lease.connection.lent_since = self.now
        self.leases.append(lease)

    @rule(times=st.integers(2, LIMIT))
    def several_checkouts(self, times):
        for _ in range(times):
            self.checkout()

    @rule(data=st.data(), keep=st.booleans())
    @precondition(lambda self: self.leases)
    def give_back(self, data, keep):
        lease = self.leases.pop(data.draw(st.integers(0, len(self.leases) - 1)))
        connection = lease.connection
        for _ in range(2):
            lease.release() if keep else lease.discard()
        if keep and not self.closed:
            connection.idle_since = self.now
            self.idle.append(connection)
        if self.idle and self.now - self.idle[0].idle_since >= IDLE_SECONDS:
            self.idle.pop(0)
            self.expired += 1

    @rule(data=st.data())
    @precondition(lambda self: self.leases)
    def lose(self, data):
        self.leases.pop(data.draw(st.integers(0, len(self.leases) - 1)))
        self.lost += 1
        leaks = self.pool.leaks(10)
        assert sum(leak.abandoned for leak in leaks) == min(self.lost, 20)
        assert [leak.seconds_held for leak in leaks if not leak.abandoned] == [s for s in self.held() if s > 10]

    @rule(seconds=st.sampled_from([1, 20, 49, 50, 120, 201]))
    def time_passes(self, seconds):
        self.now += seconds

    @rule(data=st.data())
    @precondition(lambda self: self.idle)
    def an_idle_connection_breaks(self, data):
        data.draw(st.sampled_from(self.idle)).broken = True

    @rule()
    def the_server_goes_or_comes(self):
        self.server_up = not self.server_up

    @rule(fraction=st.sampled_from([0, 0.01, 0.3, 0.5, 1]))
    def shrink(self, fraction):
        count = ceil(len(self.idle) * fraction)
        assert self.pool.shrink(fraction) == count * CONNECTION_BYTES
        del self.idle[:count]
        self.evicted += count

    @rule()
    @precondition(lambda self: len(self.opened) > 15)
    def close(self):
        assert [leak.seconds_held for leak in self.pool.close()] == self.held()
        self.idle.clear()
        self.closed = True

    def held(self):
        return sorted((self.now - lease.connection.lent_since for lease in self.leases), reverse=True)

    @invariant()
    def pool_and_model_agree(self):
        lent = {lease.connection for lease in self.leases}
        assert {one for one in self.opened if not one.closed} == lent | set(self.idle)
        assert (self.pool.used, len(self.pool)) == (len(lent), len(lent) + len(self.idle))
        assert self.pool.used_bytes == len(self.pool) * CONNECTION_BYTES <= self.pool.limit_bytes
        counters = {
            "used": self.pool.used,
            "used_bytes": self.pool.used_bytes,
            "evicted_total": self.pool.evicted_total,
            "expired_total": self.pool.expired_total,
            "rejected_total": self.pool.rejected_total,
        }
        expected = (self.evicted, self.expired, self.rejected, self.lost)
        assert (*list(counters.values())[2:], self.pool.leaked_total) == expected
        assert {name: self.told.get(name, 0) for name in counters} == counters


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=60)
