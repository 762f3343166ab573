"""Connections that are lent, given back, and never more than the limit; a leak is named.

pool              ConnectionPool: checkout, leaks, shrink, close
shelf             the slots, and who waits for one: first come, first served
turns             one waiting caller's place in line
loans             what is lent to whom, with the traceback of its checkout
connector         the program's own create, check and close, called outside the lock
refusals          what a caller is told when there is no connection
sqlalchemy_pool   reports the pool of an SQLAlchemy engine; needs nothing of it but the object
"""

from mnemo_cli.bounded.pool.loans import Leak, Lease
from mnemo_cli.bounded.pool.pool import ConnectionPool
from mnemo_cli.bounded.pool.refusals import PoolClosed, PoolLimitWarning, PoolTimeout
from mnemo_cli.bounded.pool.sqlalchemy_pool import track_sqlalchemy_pool

__all__ = [
    "ConnectionPool",
    "Leak",
    "Lease",
    "PoolClosed",
    "PoolLimitWarning",
    "PoolTimeout",
    "track_sqlalchemy_pool",
]
