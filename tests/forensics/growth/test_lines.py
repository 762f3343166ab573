"""From readings to lines: kinds that come and go, files of tmpfs, the tree, and what the program counts itself."""

import pytest

from mnemo_cli.forensics.growth import Ceiling, suspects
from mnemo_cli.forensics.growth.ceilings import Ceilings
from mnemo_cli.forensics.growth.lines import Around, lines_of, unknown_limits
from mnemo_cli.forensics.growth.reading import Seen
from mnemo_cli.model import UNLIMITED, Component, Tracker
from mnemo_cli.sampling.connections import Connections
from mnemo_cli.sampling.descriptors import Descriptors, SharedFile
from mnemo_cli.sampling.mappings import MemorySums
from tests.forensics.growth.made import MIB, growth

TIMES = [float(at) for at in range(61)]
MEMORY = Ceiling("the memory limit of cgroup /app", 512 * MIB, 100 * MIB)
CEILINGS = Ceilings(Ceiling("the soft RLIMIT_NOFILE", 1024, 70), Ceiling("pids.max of /app", 100, 4), None, MEMORY)
NOTHING = Seen((), (), (), (), ())
SUMS = MemorySums(9 * MIB, 5 * MIB, 4 * MIB, 0, 0, 80, 0, 60 * MIB, 4)


def lines(seen=NOTHING, around=Around(), ceilings=CEILINGS):  # noqa: B008 frozen
    return {line.series.name: line for line in lines_of(seen, around, ceilings)}


def sums(formula):
    return NOTHING._replace(sums=tuple((at, formula(at)) for at in TIMES))


def descriptors(formula):
    return NOTHING._replace(descriptors=tuple((at, formula(at)) for at in TIMES))


def tracker(used, *, limit=100, policy="block", used_bytes=None, limit_bytes=None):
    queue = Component("queue\x1b", used, limit, "items", used_bytes, limit_bytes, policy)
    return Tracker(4121, "app", 5000, 1, MIB * used, 0, 0, 0, 0, 0, 0, UNLIMITED, 9, 4, None, (queue,))


def test_memory_that_was_swapped_out_is_still_the_processs_own():
    found = lines(sums(lambda at: SUMS._replace(anonymous_bytes=5 * MIB, swap_bytes=round(at) * MIB)))
    assert found["private memory"].trend.grows and found["private memory"].last == 65 * MIB


def test_what_the_kernel_does_not_tell_has_no_line():
    assert "private memory" not in lines(sums(lambda at: SUMS._replace(swap_bytes=None)))
    found = lines(sums(lambda at: SUMS._replace(anonymous_bytes=None, page_table_bytes=None)))
    assert {line.series.unit for line in found.values() if line.series.kind == "memory"} == {"bytes"}
    assert not {"private memory", "page tables", "heap"} & found.keys() and "file maps" in found


def test_a_kind_that_appears_later_was_0_before():
    def later(at):
        return Descriptors({"pipe": round(at)} if at > 30 else {}, {}, frozenset(), ())

    line = lines(descriptors(later))["descriptors pipe"]
    assert (line.first, line.last, len(line.series.points)) == (0, 60, 61)


def test_a_state_of_connections_is_a_part_of_the_sockets():
    states = tuple((at, Connections({"close-wait": round(at)}, ())) for at in TIMES)
    line = lines(NOTHING._replace(connections=states))["connections close-wait"]
    assert line.series.part_of == "descriptors socket" and line.seconds_to_limit == pytest.approx(954, rel=0.01)


def test_what_the_new_descriptors_lead_to_is_told_the_most_frequent_first():
    def more(at):
        goals = {"/dev/null": 3, "/var/log/a": 1 + round(at), "socket": round(at) // 2, "/gone": 9 if at == 0 else 0}
        return Descriptors({"file": round(at)}, goals, frozenset(), ())

    line = lines(descriptors(more)._replace(fd_counts=tuple((at, at) for at in TIMES)))["descriptors"]
    assert line.series.details == ("/var/log/a: 1 → 61", "socket: 0 → 30")


def files(room_bytes):
    def held(at):
        grown = SharedFile("/dev/shm/a (deleted)", 7, round(at) * MIB, room_bytes)
        return Descriptors({}, {}, frozenset(), (SharedFile("/dev/shm/b", 8, 5 * MIB, room_bytes), grown))

    return lines(descriptors(held))["tmpfs files"]


def test_the_files_of_tmpfs_that_grew_are_named_with_their_inodes():
    assert files(None).series.details == ("/dev/shm/a (deleted): 0 → 60M, inode 7",)


@pytest.mark.parametrize(
    ("room_bytes", "ceiling"),
    [
        (None, MEMORY),
        (900 * MIB, MEMORY),
        (60 * MIB, Ceiling("the size of its tmpfs", 125 * MIB, 65 * MIB)),
    ],
)
def test_a_tmpfs_that_is_smaller_than_the_memory_is_what_ends_it(room_bytes, ceiling):
    assert files(room_bytes).series.ceiling == ceiling


def test_a_process_without_children_has_no_tree():
    alone = Around(tuple((at, at * MIB) for at in TIMES), tuple((at, 1.0) for at in TIMES))
    assert not {"the whole tree", "processes"} & lines(around=alone).keys()
    family = alone._replace(processes=tuple((at, 1.0 + at) for at in TIMES))
    found = lines(around=family)
    assert found["the whole tree"].trend.grows and found["processes"].series.ceiling == CEILINGS.tasks


def test_what_a_program_counts_itself_has_its_own_limit_and_a_safe_name():
    around = Around(trackers=tuple((at, tracker(round(at))) for at in TIMES))
    found = lines(around=around)
    queue = found["tracker app queue\\x1b"]
    assert queue.series.ceiling == Ceiling("its own limit", 100, 60)
    assert queue.seconds_to_limit == pytest.approx(40)
    assert found["tracker app"].seconds_to_limit is UNLIMITED
    assert (found["tracker app"].series.unit, queue.series.unit) == ("bytes", "count")
    assert not found["tracker app active tasks"].trend.grows


@pytest.mark.parametrize(
    ("policy", "limit", "named"),
    [("block", 100, True), ("evict_lru", 100, False), ("evict_lru", UNLIMITED, True), ("drop_oldest", None, True)],
)
def test_only_a_cache_with_a_limit_may_fill_up(policy, limit, named):
    readings = tuple((at, tracker(round(at), policy=policy, limit=limit)._replace(used_bytes=5)) for at in TIMES)
    found = suspects(growth(*lines_of(NOTHING, Around(trackers=readings), CEILINGS)))
    assert bool(found) is named


def test_every_limit_that_is_not_known_has_a_gap():
    found = lines_of(sums(lambda at: SUMS), Around(), Ceilings(None, None, None, MEMORY._replace(used=None)))
    gaps = {gap.field: gap.source for gap in unknown_limits(found)}
    assert gaps["lines.threads.limit"] == "limits" and gaps["lines.private memory.limit"] == MEMORY.name
