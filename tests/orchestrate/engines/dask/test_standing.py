"""The limits of a worker: every bounded one on its path is a room, the tightest one binds, Dask's is one of them."""

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Level, LimitSource, Memory
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.dask.standing import DASKS_LIMIT, standing_of

EDGES = Edges()
HOST = LimitSource(kind="host")
GROUP = LimitSource(kind="cgroup", path="/app", file="memory.max")


def test_every_bounded_limit_is_a_room_and_the_least_budget_counts():
    limits = [Memory(GROUP, 50, 100), Memory(DASKS_LIMIT, 10, 200), Memory(HOST, 300, 1000)]
    standing = standing_of(limits, [Level.MODERATE, Level.NORMAL, Level.NORMAL], EDGES, 0, None)
    assert standing.rooms == (
        Room("cgroup /app", 50, 60, 50), Room("budget of the Dask worker", 10, 120, 190), Room("host", 300, 600, 700),
    )  # fmt: skip
    assert (standing.budget_bytes, standing.level, standing.limit_bytes) == (60, Level.MODERATE, 100)
    assert (standing.limit_source, standing.used_bytes) == ("cgroup /app", 50)


def test_a_persons_budget_is_a_room_of_what_our_jobs_use():
    standing = standing_of([Memory(HOST, 300, 1000)], [Level.NORMAL], EDGES, 30, 100)
    assert standing.rooms[-1] == Room("the budget", 30, 100, 70) and standing.budget_bytes == 100


def test_what_is_unlimited_is_no_room_and_what_is_unknown_has_no_level():
    standing = standing_of(
        [Memory(GROUP, 5, UNLIMITED), Memory(HOST, None, 1000)], [Level.NORMAL, None], EDGES, 0, None
    )
    assert [room.name for room in standing.rooms] == ["host"] and standing.rooms[0].used_bytes is None
    assert standing.limit_bytes is None and standing.level is Level.NORMAL
    nothing = standing_of([], [], EDGES, 0, None)
    assert (nothing.level, nothing.limit_bytes, nothing.budget_bytes) == (None, None, 0)


def test_where_the_use_of_jobs_is_unknown_so_is_what_counts_by_it():
    limits = [Memory(DASKS_LIMIT, None, 200), Memory(HOST, 300, 1000)]
    standing = standing_of(limits, [None, Level.NORMAL], EDGES, None, 100)
    assert standing.rooms == (
        Room("budget of the Dask worker", None, 120, None), Room("host", 300, 600, 700),
        Room("the budget", None, 100, None),
    )  # fmt: skip
