"""The columns: their names, widths and values, which of them give way, and those that a person wants to see."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mnemo_cli.output.dashboard.table import cells
from mnemo_cli.output.dashboard.table.cells import Cell
from mnemo_cli.output.dashboard.table.row import TableRow
from mnemo_cli.output.dashboard.table.users import user_name

LEAST_COMMAND_WIDTH = 18
_WIDE_FROM = 140


class Column(NamedTuple):
    """A column by its title: what its cells say, and what the rows are sorted by, None where that is unknown.

    `descends`: the largest comes first. `left`: words stand to the left, numbers to the right. `heading` is what
    stands above it.
    """

    title: str
    heading: str
    width: int
    text: Callable[[Cell], str]
    value: Callable[[TableRow], int | float | str | None]
    descends: bool = True
    left: bool = False


def _group_path(row: TableRow) -> str | None:
    return None if row.process.cgroup is None or "cgroup" in row.mixed else row.process.cgroup


def _user(row: TableRow) -> str | None:
    return None if row.process.uid is None or "uid" in row.mixed else user_name(row.process.uid)


PID = Column("PID", "PID", 7, cells.pid, lambda row: row.process.pid, descends=False)
PPID = Column("PPID", "PPID", 7, cells.ppid, lambda row: row.process.ppid, descends=False)
USER = Column("USER", "USER", 8, cells.user, _user, descends=False, left=True)
PSS = Column("PSS", "PSS", 6, cells.pss, lambda row: row.used_bytes)
USS = Column("USS", "USS", 6, cells.uss, lambda row: row.process.uss_bytes)
RSS = Column("RSS", "RSS", 6, cells.rss, lambda row: row.process.rss_bytes)
SWAP = Column("SWAP", "SWAP", 6, cells.swap, lambda row: row.process.swap_bytes)
GROWTH = Column("+/min", "+/min", 6, cells.growth, lambda row: row.growth_bytes_per_minute)
SHARE = Column("%LIM", "%LIM", 5, cells.share, lambda row: row.used_bytes)
OOM_ADJ = Column("OOMADJ", "OOMADJ", 6, cells.oom_adj, lambda row: row.process.oom_score_adj)
THREADS = Column("THR", "THR", 4, cells.threads, lambda row: row.process.threads)
DESCRIPTORS = Column("FDS/LIM", "FDS/LIM", 11, cells.descriptors, lambda row: row.process.fds)
TREND = Column("TREND", "TREND", 8, cells.trend, lambda row: row.growth_bytes_per_minute, left=True)
LONG_TREND = TREND._replace(width=16, text=cells.long_trend, heading="TREND(2m)")
CGROUP = Column("CGROUP", "CGROUP", 14, cells.cgroup, _group_path, descends=False, left=True)
COMMAND = Column(
    "COMMAND",
    "COMMAND",
    LEAST_COMMAND_WIDTH,
    cells.command,
    lambda row: (row.process.command or row.process.name).casefold(),
    descends=False,
    left=True,
)
COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        column.title: column
        for column in (
            PID, PPID, USER, PSS, USS, RSS, SWAP, GROWTH, SHARE, OOM_ADJ, THREADS, DESCRIPTORS, TREND, CGROUP, COMMAND,
        )
    }
)  # fmt: skip

_COMPACT = ("PID", "USER", "PSS", "RSS", "SWAP", "+/min", "%LIM", "TREND", "COMMAND")
# These give way first when the screen is narrow; PID, PSS and the command never do.
_GIVE_WAY = ("CGROUP", "FDS/LIM", "THR", "OOMADJ", "PPID", "USS", "USER", "TREND", "SWAP", "+/min", "RSS", "%LIM")


def columns_for(width: int, chosen: Sequence[str] = ()) -> tuple[Column, ...]:
    """Those that were chosen, or else as many as leave the command at least 18 cells; the command is the last."""
    titles = list(chosen) or list(COLUMNS if width >= _WIDE_FROM else _COMPACT)
    columns = sorted((COLUMNS[title] for title in titles), key=lambda column: column is COMMAND)
    for title in _GIVE_WAY:
        if _width(columns) <= width:
            break
        columns = [column for column in columns if column.title != title]
    if width >= _WIDE_FROM and _width(columns) + LONG_TREND.width - TREND.width <= width:
        columns = [LONG_TREND if column is TREND else column for column in columns]
    return tuple(columns)


def _width(columns: Sequence[Column]) -> int:
    return sum(column.width + 1 for column in columns) - 1
