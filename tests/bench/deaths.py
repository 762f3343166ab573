"""How soon a real kill is explained: programs that pass the limit of a memory group, and a witness beside each."""

import statistics

from tests.bench.measure import Table, milliseconds
from tests.live.conftest import make_group
from tests.live.test_kills import DEVOUR, LIMIT_BYTES, Watched

KILLS, MOST_SECONDS = 12, 1.0


def run() -> None:
    table = Table(f"deaths: from the end of a program to its verdict, {KILLS} kills by the kernel")
    late = sorted(_one() for _ in range(KILLS))
    middle = statistics.median(late)
    table.add("median", milliseconds(middle), "", middle, MOST_SECONDS, " s")
    table.add("worst", milliseconds(late[-1]), "", late[-1], MOST_SECONDS, " s")


def _one() -> float:
    group = make_group()
    try:
        group.limit(LIMIT_BYTES)
        watched = Watched(group, DEVOUR)
        watched.go()
        death = watched.death()
    finally:
        group.remove()
    assert death.explanation.verdict == "kernel-oom", death.explanation.headline
    return death.seconds
