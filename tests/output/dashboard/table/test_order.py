"""The rows: every process exactly once in any order, sums that are right, and unknown that is never 0."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import Process
from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.table.columns import COLUMNS, columns_for
from mnemo_cli.output.dashboard.table.filter import parse_filter
from mnemo_cli.output.dashboard.table.order import next_sort, table_rows
from mnemo_cli.output.dashboard.table.row import TableRow
from mnemo_cli.units import MIB
from tests.examples import few_examples
from tests.output.dashboard.table.processes import NOBODYS_UID, crowds, process

SUMMED = ("pss_bytes", "uss_bytes", "rss_bytes", "swap_bytes", "threads", "fds")
choices = st.builds(
    Choice,
    filter=st.sampled_from(["", "py", "re:s", "user:0", "cg:app", "pid:1,2,3,4,5,6,7,8"]).map(parse_filter),
    sort=st.sampled_from([*COLUMNS, "no such column"]),
    reverse=st.booleans(),
    tree=st.booleans(),
    grouped=st.booleans(),
)


def rows_of(processes: Sequence[Process], **choice: object) -> tuple[TableRow, ...]:
    return table_rows(tuple(processes), ViewMemory(), Choice(**choice))  # type: ignore[arg-type]


def pids(processes: Sequence[Process], **choice: object) -> list[int]:
    return [row.process.pid for row in rows_of(processes, **choice)]


def grown(*growths: int | None) -> tuple[tuple[Process, ...], ViewMemory]:
    """Processes 1, 2, … after a minute in which they grew so much; None is one that has just begun."""
    memory = ViewMemory()
    began = tuple(process(pid) for pid, growth in enumerate(growths, 1) if growth is not None)
    now = tuple(process(pid, rss_bytes=10 * MIB + (growth or 0)) for pid, growth in enumerate(growths, 1))
    memory._note_processes(began, 0.0)
    memory._note_processes(now, 60.0)
    return now, memory


@few_examples
@given(crowds(), choices)
def test_every_process_that_the_filter_keeps_is_there_exactly_once(crowd, choice) -> None:
    rows = table_rows(crowd, ViewMemory(), choice)
    wanted = sorted(one.pid for one in crowd if choice.filter.keeps(one))
    assert sorted(pid for row in rows for pid in row.pids) == wanted
    assert len({row.key for row in rows}) == len(rows)
    shown = rows if choice.grouped or not choice.tree else [row for row in rows if row.depth == 0]
    assert sum(row.processes for row in shown) == len(wanted)


@few_examples
@given(crowds(), choices, st.sampled_from(SUMMED))
def test_the_sums_of_the_top_rows_are_those_of_all_their_processes(crowd, choice, field) -> None:
    rows = table_rows(crowd, ViewMemory(), choice)
    top = [row for row in rows if row.depth == 0]
    kept = [one for one in crowd if choice.filter.keeps(one)]
    values = [value for one in kept if (value := getattr(one, field)) is not None]
    sums = [value for row in top if (value := getattr(row.process, field)) is not None]
    assert sum(sums) == sum(values)
    if not values and not (field in ("pss_bytes", "uss_bytes") and any(one.rss_bytes == 0 for one in kept)):
        assert not sums, "nothing is known of it, and it is not 0"


@few_examples
@given(crowds(), choices)
def test_a_sum_says_whether_something_is_missing(crowd, choice) -> None:
    for row in table_rows(crowd, ViewMemory(), choice._replace(grouped=True)):
        for field in SUMMED:
            holds_nothing = field in ("pss_bytes", "uss_bytes")
            values = [
                0 if holds_nothing and value is None and one.rss_bytes == 0 else value
                for one in row.members
                for value in (getattr(one, field),)
            ]
            assert (field in row.partial) == (None in values and values.count(None) < len(values)), field


@few_examples
@given(crowds(), st.sampled_from(list(COLUMNS)), st.booleans())
def test_a_column_orders_the_rows_and_what_is_unknown_comes_last_either_way(crowd, sort, reverse) -> None:
    column = COLUMNS[sort]
    values = [column.value(row) for row in rows_of(crowd, sort=sort, reverse=reverse)]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=column.descends is not reverse)  # type: ignore[type-var]


@few_examples
@given(crowds(), choices)
def test_below_each_row_of_a_tree_stand_the_rows_of_its_subtree(crowd, choice) -> None:
    rows = table_rows(crowd, ViewMemory(), choice._replace(tree=True, grouped=False))
    for position, row in enumerate(rows):
        below = []
        for other in rows[position + 1 :]:
            if other.depth <= row.depth:
                break
            below.append(other)
        assert row.processes == 1 + len(below)
        assert all(other.process.started >= row.process.started for other in below)
        assert position > 0 or row.depth == 0
        assert row.depth <= (rows[position - 1].depth + 1 if position else 0)


def test_the_largest_comes_first_by_pss_or_by_rss_where_it_is_not_known() -> None:
    crowd = [
        process(1, pss_bytes=5 * MIB), process(2, pss_bytes=None, rss_bytes=7 * MIB), process(3, pss_bytes=9 * MIB),
        process(4, pss_bytes=None, rss_bytes=None),
    ]  # fmt: skip
    assert pids(crowd) == [3, 2, 1, 4]
    assert pids(crowd, reverse=True) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("sort", "fields", "order"),
    [
        ("PID", ({}, {}, {}), [1, 2, 3]),
        ("PPID", ({"ppid": 9}, {"ppid": 1}, {"ppid": 5}), [2, 3, 1]),
        ("USER", ({"uid": NOBODYS_UID}, {"uid": None}, {"uid": NOBODYS_UID - 1}), [3, 1, 2]),
        ("USS", ({"uss_bytes": 1}, {"uss_bytes": 3}, {"uss_bytes": None}), [2, 1, 3]),
        ("RSS", ({"rss_bytes": 1}, {"rss_bytes": 3}, {"rss_bytes": 2}), [2, 3, 1]),
        ("SWAP", ({"swap_bytes": None}, {"swap_bytes": 0}, {"swap_bytes": 2}), [3, 2, 1]),
        ("OOMADJ", ({"oom_score_adj": -5}, {"oom_score_adj": 0}, {"oom_score_adj": 7}), [3, 2, 1]),
        ("THR", ({"threads": 1}, {"threads": 5}, {"threads": 3}), [2, 3, 1]),
        ("FDS/LIM", ({"fds": 1}, {"fds": 5}, {"fds": None}), [2, 1, 3]),
        ("CGROUP", ({"cgroup": "/b"}, {"cgroup": None}, {"cgroup": "/a"}), [3, 1, 2]),
        ("COMMAND", ({"command": "b"}, {"command": None, "name": "c"}, {"command": "A"}), [3, 1, 2]),
    ],
)
def test_each_column_has_an_order_of_its_own(
    sort: str, fields: tuple[dict[str, object], ...], order: list[int]
) -> None:
    crowd = [process(pid, **changed) for pid, changed in enumerate(fields, 1)]
    assert pids(crowd, sort=sort) == order


@pytest.mark.parametrize("sort", ["+/min", "TREND"])
def test_those_that_grow_most_come_first_and_the_newest_last(sort: str) -> None:
    crowd, memory = grown(MIB, None, 3 * MIB, -MIB)
    # In a tree 1 is the parent of the others.
    assert [row.process.pid for row in table_rows(crowd, memory, Choice(sort=sort, tree=True))] == [1, 3, 4, 2]
    assert [row.process.pid for row in table_rows(crowd, memory, Choice(sort=sort))] == [3, 1, 4, 2]
    reverse = Choice(sort=sort, reverse=True)
    assert [row.process.pid for row in table_rows(crowd, memory, reverse)] == [4, 1, 3, 2]


def test_equal_ones_stay_as_they_come_the_largest_first() -> None:
    crowd = [process(5), process(3), process(9)]
    assert pids(crowd, sort="USER") == pids(crowd, sort="USER", reverse=True) == [5, 3, 9]


TREE = (
    process(1, ppid=0, name="init", pss_bytes=MIB, threads=1),
    process(2, ppid=0, name="kthreadd", rss_bytes=0, pss_bytes=None, uss_bytes=None, swap_bytes=None),
    process(10, ppid=1, name="shell", pss_bytes=2 * MIB, threads=None),
    process(20, ppid=10, name="job", pss_bytes=30 * MIB, fds=None),
    process(21, ppid=10, name="job", pss_bytes=None, rss_bytes=40 * MIB),
    process(30, ppid=1, name="db", pss_bytes=50 * MIB),
)


def test_children_stand_below_their_parents_with_the_sums_of_the_subtree() -> None:
    rows = rows_of(TREE, tree=True)
    assert [(row.process.pid, row.depth, row.prefix) for row in rows] == [
        (1, 0, ""), (10, 1, "├─"), (21, 2, "│ ├─"), (20, 2, "│ └─"), (30, 1, "└─"), (2, 0, ""),
    ]  # fmt: skip
    init, shell = rows[0], rows[1]
    assert (init.processes, init.process.pss_bytes, init.used_bytes) == (5, 83 * MIB, 123 * MIB)
    assert (shell.process.threads, shell.process.fds) == (4, 16)
    assert shell.partial == {"pss_bytes", "threads", "fds"} | (shell.partial & {"growth_bytes_per_minute"})
    assert rows[-1].process == TREE[1], "a row of one process is the process itself"


def test_a_process_hangs_on_the_nearest_parent_that_the_filter_keeps() -> None:
    rows = rows_of(TREE, tree=True, filter=parse_filter("re:init|job"))
    assert [(row.process.pid, row.depth) for row in rows] == [(1, 0), (21, 1), (20, 1)]
    assert rows[0].processes == 3


def test_a_stranger_with_the_pid_of_a_dead_parent_adopts_nobody() -> None:
    rows = rows_of([process(5, ppid=9, started=10), process(9, ppid=1, started=20)], tree=True)
    assert [row.depth for row in rows] == [0, 0]


def test_two_that_are_each_others_parents_are_both_there() -> None:
    ring = [process(5, ppid=6, started=10), process(6, ppid=5, started=10), process(7, ppid=7, started=10)]
    rows = rows_of(ring, tree=True)
    assert sorted(row.process.pid for row in rows) == [5, 6, 7]


def test_a_thousand_generations_are_no_deeper_than_the_machine_can_go() -> None:
    rows = rows_of([process(pid, ppid=pid - 1) for pid in range(1, 1001)], tree=True)
    assert [row.depth for row in rows] == list(range(1000))
    assert rows[0].processes == 1000
    assert max(len(row.prefix) for row in rows) <= 16


def test_processes_of_one_name_are_one_row_with_what_they_share() -> None:
    crowd = [
        process(3, name="web", uid=NOBODYS_UID, cgroup="/a", oom_score_adj=0, ppid=1),
        process(4, name="web", uid=NOBODYS_UID, cgroup="/b", oom_score_adj=9, ppid=3),
        process(5, name="db", pss_bytes=100 * MIB),
    ]
    db, web = rows_of(crowd, grouped=True)
    assert (db.key, db.processes, db.process) == ("db", 1, crowd[2])
    assert (web.key, web.processes, web.pids) == ("web", 2, (3, 4))
    assert (web.process.pss_bytes, web.process.threads, web.process.fds) == (16 * MIB, 4, 16)
    assert web.mixed == {"cgroup", "oom_score_adj", "ppid"}


def test_what_is_known_of_nobody_in_a_group_is_unknown_and_not_0() -> None:
    crowd = [process(pid, pss_bytes=None, swap_bytes=None, threads=None, rss_bytes=None) for pid in (3, 4)]
    (row,) = rows_of(crowd, grouped=True)
    assert (row.process.pss_bytes, row.process.swap_bytes, row.process.threads) == (None, None, None)
    assert row.used_bytes is None
    assert not row.partial


def test_growth_is_summed_over_those_that_are_known() -> None:
    crowd, memory = grown(MIB, None, 3 * MIB)
    (row,) = table_rows(crowd, memory, Choice(grouped=True))
    assert row.growth_bytes_per_minute == 4 * MIB
    assert "growth_bytes_per_minute" in row.partial


def test_rows_are_made_once_for_a_sample_and_a_choice_and_anew_for_others() -> None:
    crowd, memory = (process(1), process(2)), ViewMemory()
    first = table_rows(crowd, memory, Choice())
    assert table_rows(crowd, memory, Choice(selected=(1, 100), first_row=1)) is first
    assert table_rows(crowd, memory, Choice(sort="PID")) is not first
    fewer = crowd[:1]
    assert [row.process.pid for row in table_rows(fewer, memory, Choice(sort="PID"))] == [1]
    memory._note_processes(fewer, 1.0)
    assert memory.rows_made is None


def test_s_goes_through_the_columns_that_are_shown_and_begins_anew() -> None:
    columns = columns_for(80)
    titles = [column.title for column in columns]
    choice, seen = Choice(sort="THR", reverse=True, first_row=4), []
    for _ in range(len(titles) + 1):
        choice = next_sort(choice, columns)
        seen.append(choice.sort)
    assert seen == [*titles, titles[0]]
    assert (choice.first_row, choice.reverse) == (0, True)
    assert next_sort(choice, ()) == choice
