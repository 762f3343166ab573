"""What a connection pool says when it lends nothing, or warns: which limit, who holds connections, what to do."""

from mnemo_cli.bounded.pool.loans import C, place_of
from mnemo_cli.bounded.pool.shelf import Shelf
from mnemo_cli.bounded.pool.turns import Word
from mnemo_cli.units import format_duration

_USUAL_LIMITS = range(10, 51)


class PoolTimeout(TimeoutError):
    """No connection came free in time."""


class PoolClosed(RuntimeError):
    """The pool was closed and lends no more."""


class PoolLimitWarning(UserWarning):
    """The limit of a pool is unusually small or large."""


def refused(word: Word, shelf: Shelf[C], waited_seconds: float, now_seconds: float) -> PoolTimeout | PoolClosed:
    if word is Word.CLOSED:
        return PoolClosed("the pool is closed and lends no more connections; close it later, or make a new one")
    taken = f"no connection came free in {format_duration(waited_seconds)}: {shelf.taken} of {shelf.limit} are taken, "
    running = shelf.loans.running()
    if not running:
        return PoolTimeout(taken + "none of them lent; see what makes create(), check() or close() take so long")
    longest = running[0]
    return PoolTimeout(
        f"{taken}the longest for {format_duration(now_seconds - longest.since_seconds)} "
        f"by thread {longest.thread!r} at {place_of(longest.trace)}; "
        "give them back sooner (leaks() tells who holds them) or raise the limit"
    )


def unusual(limit: int) -> PoolLimitWarning | None:
    """A warning for a limit outside 10 to 50."""
    if limit in _USUAL_LIMITS:
        return None
    return PoolLimitWarning(
        f"a pool of {limit:,} connections is outside the usual 10 to 50: a smaller one makes threads wait, in a larger "
        "one they wait inside the database; set db_pool_size, or filter PoolLimitWarning where you measured it"
    )
