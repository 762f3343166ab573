"""The rows of the table: filtered, grouped or as a tree, and in the order that the person chose."""

from collections.abc import Iterable, Sequence

from mnemo_cli.model import Process
from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.table.columns import COLUMNS, GROWTH, PSS, TREND, Column
from mnemo_cli.output.dashboard.table.row import TableRow, key_of, used_bytes
from mnemo_cli.output.dashboard.table.sums import Sums
from mnemo_cli.output.dashboard.table.tree import Growth, tree_rows

# What the processes of one name may differ in.
_SHARED_FIELDS = ("uid", "ppid", "cgroup", "oom_score_adj")


def table_rows(processes: Sequence[Process], memory: ViewMemory, choice: Choice) -> tuple[TableRow, ...]:
    """Every process that the filter keeps, exactly once: in a row of its own, or in the row of its name."""
    made_of = (choice.filter, choice.sort, choice.reverse, choice.tree, choice.grouped)
    known = memory.rows_made
    if known is not None and known[0] is processes and known[1] == made_of:
        return known[2]
    rows = tuple(_made(processes, memory, choice))
    memory.rows_made = processes, made_of, rows
    return rows


def sorted_rows(rows: Iterable[TableRow], sort: str, *, reverse: bool) -> list[TableRow]:
    """In the order of a column; what is unknown comes last either way. Equal ones stay as they come."""
    column = COLUMNS.get(sort, PSS)
    known, unknown = [], []
    for row in rows:
        value = column.value(row)
        if value is None:
            unknown.append(row)
        else:
            known.append((value, row))
    known.sort(key=_value, reverse=column.descends is not reverse)
    return [row for _, row in known] + unknown


def next_sort(choice: Choice, columns: Sequence[Column]) -> Choice:
    """By the next of the columns that are shown; after one that is not shown, by the first."""
    titles = [column.title for column in columns]
    following = titles.index(choice.sort) + 1 if choice.sort in titles else 0
    return choice._replace(sort=titles[following % len(titles)], first_row=0) if titles else choice


def _made(processes: Sequence[Process], memory: ViewMemory, choice: Choice) -> Sequence[TableRow]:
    shown = choice.filter.kept(processes) if choice.filter.terms else processes
    trends = memory.trends

    def growth(process: Process) -> float | None:
        trend = trends.get(key_of(process))
        return None if trend is None else trend.growth_bytes_per_minute

    def arranged(rows: Sequence[TableRow]) -> Sequence[TableRow]:
        return sorted_rows(rows, choice.sort, reverse=choice.reverse)

    growth_counts = choice.sort in (GROWTH.title, TREND.title)
    if choice.grouped:
        return arranged(_group_rows(shown, growth))
    if choice.tree:
        return tree_rows(shown, processes, growth, arranged, tell_growth=growth_counts)
    if growth_counts:
        return arranged([_process_row(process, growth) for process in shown])
    return arranged([TableRow(key_of(process), process, used_bytes(process)) for process in shown])


def _process_row(process: Process, growth: Growth) -> TableRow:
    return TableRow(key_of(process), process, used_bytes(process), growth(process))


def _group_rows(processes: Sequence[Process], growth: Growth) -> list[TableRow]:
    groups: dict[str, list[Process]] = {}
    for process in processes:
        groups.setdefault(process.name, []).append(process)
    return [_group_row(name, members, growth) for name, members in groups.items()]


def _group_row(name: str, members: Sequence[Process], growth: Growth) -> TableRow:
    """A single process keeps its own words; of several only what they share."""
    if len(members) == 1:
        return _process_row(members[0], growth)._replace(key=name)
    sums = Sums()
    for process in members:
        sums.take(process, growth(process))
    eldest = min(members, key=_age)
    return TableRow(
        name,
        sums.put_into(eldest)._replace(command=name),
        sums.used_bytes,
        sums.growth_bytes_per_minute,
        processes=sums.count,
        partial=sums.partial,
        mixed=frozenset(field for field in _SHARED_FIELDS if len({getattr(one, field) for one in members}) > 1),
        members=tuple(members),
    )


def _age(process: Process) -> tuple[int, int]:
    return process.started, process.pid


def _value(item: tuple[int | float | str, TableRow]) -> int | float | str:
    return item[0]
