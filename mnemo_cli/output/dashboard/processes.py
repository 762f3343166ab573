"""The process table: fixed widths, numbers to the right, and columns that give way in a set order."""

import pwd
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from mnemo_cli.model import Limit, Process, Unlimited
from mnemo_cli.output.dashboard.bars import sparkline
from mnemo_cli.output.dashboard.look import DIM, TITLE, Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.spans import Line, cut, fitted, width_of
from mnemo_cli.units import format_size

_LEAST_COMMAND_WIDTH = 18


class Row(NamedTuple):
    """One process with everything its cells need."""

    process: Process
    memory: ViewMemory
    look: Look
    limit_bytes: Limit | None


class Column(NamedTuple):
    """A column: its title, its width, the text of a cell, and whether it stands to the left."""

    title: str
    width: int
    cell: Callable[[Row], str]
    left: bool = False


@lru_cache(maxsize=256)
def user_name(uid: int | None) -> str:
    """The name of a user, the number where it has none, "?" where it is unknown."""
    if uid is None:
        return "?"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _pss(row: Row) -> str:
    process = row.process
    return f"~{_size(process.rss_bytes)}" if process.pss_bytes is None else _size(process.pss_bytes)


def _growth(row: Row) -> str:
    trend = row.memory.trend_of(row.process)
    growth = trend.growth_bytes_per_minute if trend is not None else None
    if growth is None:
        return "?"
    return f"{'+' if growth > 0 else ''}{format_size(round(growth))}"


def _share(row: Row) -> str:
    used = row.process.rss_bytes if row.process.pss_bytes is None else row.process.pss_bytes
    if used is None or not isinstance(row.limit_bytes, int):
        return "?" if row.limit_bytes is None or used is None else "-"
    if not row.limit_bytes:
        return "-"
    percent = round(used / row.limit_bytes * 100)
    return f"{percent}%" if percent < 1000 else ">999%"


def _trend(row: Row, points: int) -> str:
    trend = row.memory.trend_of(row.process)
    values = trend.values()[-points:] if trend is not None else []
    low, high = min(values, default=0.0), max(values, default=0.0)
    # A change of less than a tenth is drawn as flat: noise must not look like growth.
    middle, span = (low + high) / 2, max(high - low, 0.1 * high)
    return sparkline(values, row.look, low=middle - span / 2, high=middle + span / 2)


def _descriptors(row: Row) -> str:
    limit = row.process.fd_soft_limit
    return f"{_count(row.process.fds)}/{'-' if isinstance(limit, Unlimited) else _count(limit)}"


def _command(row: Row) -> str:
    return row.look.text(row.process.command or f"[{row.process.name}]")


PID = Column("PID", 7, lambda row: str(row.process.pid))
PPID = Column("PPID", 7, lambda row: str(row.process.ppid))
USER = Column("USER", 8, lambda row: user_name(row.process.uid), left=True)
PSS = Column("PSS", 6, _pss)
USS = Column("USS", 6, lambda row: _size(row.process.uss_bytes))
RSS = Column("RSS", 6, lambda row: _size(row.process.rss_bytes))
SWAP = Column("SWAP", 6, lambda row: _size(row.process.swap_bytes))
GROWTH = Column("+/min", 6, _growth)
SHARE = Column("%LIM", 5, _share)
OOM_ADJ = Column("OOMADJ", 6, lambda row: _count(row.process.oom_score_adj))
THREADS = Column("THR", 4, lambda row: _count(row.process.threads))
DESCRIPTORS = Column("FDS/LIM", 11, _descriptors)
TREND = Column("TREND", 8, lambda row: _trend(row, 8), left=True)
LONG_TREND = Column("TREND(2m)", 16, lambda row: _trend(row, 16), left=True)
CGROUP = Column("CGROUP", 14, lambda row: _last_part(row.process.cgroup), left=True)

_COMPACT = (PID, USER, PSS, RSS, SWAP, GROWTH, SHARE, TREND)
_WIDE = (PID, PPID, USER, PSS, USS, RSS, SWAP, GROWTH, SHARE, OOM_ADJ, THREADS, DESCRIPTORS, LONG_TREND, CGROUP)
_WIDE_FROM = 140
# These give way first when the screen is narrow; PID, PSS and the command never do.
_GIVE_WAY = (USER, TREND, SWAP, GROWTH, RSS, SHARE)


def columns_for(width: int) -> tuple[Column, ...]:
    """The columns that leave the command at least 18 cells."""
    if width >= _WIDE_FROM:
        return _WIDE
    chosen = list(_COMPACT)
    for column in _GIVE_WAY:
        if _width(chosen) + _LEAST_COMMAND_WIDTH <= width:
            break
        chosen.remove(column)
    return tuple(chosen)


def process_lines(
    processes: Sequence[Process], memory: ViewMemory, look: Look, limit_bytes: Limit | None, *, width: int, height: int
) -> list[Line]:
    """The header and as many processes as fit."""
    columns = columns_for(width)
    title = "".join(_placed(column.title, column) + " " for column in columns) + "COMMAND"
    sort = "sort:PSS v"
    if len(title) + len(sort) + 2 <= width:
        title = title + " " * (width - len(title) - len(sort)) + sort
    lines: list[Line] = [fitted([(title, TITLE)], width)]
    for process in processes[: max(0, height - 1)]:
        row = Row(process=process, memory=memory, look=look, limit_bytes=limit_bytes)
        cells = "".join(_placed(look.text(column.cell(row)), column) + " " for column in columns)
        lines.append(fitted([(cells, ""), (_command(row), "")], width))
    return lines


def footnote(shown: int, total: int | None, denied: bool, width: int) -> Line:
    """How many of how many, and what ~ means when it occurs."""
    note = "; ~ = RSS where PSS is denied" if denied else ""
    text = f"   ({shown} of {'?' if total is None else total} processes{note})"
    return fitted([(text, DIM)], width)


def _placed(text: str, column: Column) -> str:
    """The text in its column; a name that is too wide is cut, so that nothing jumps."""
    width = width_of(text)
    if width > column.width:
        return cut(text, column.width)
    return text + " " * (column.width - width) if column.left else " " * (column.width - width) + text


def _width(columns: Sequence[Column]) -> int:
    return sum(column.width + 1 for column in columns)


def _size(size_bytes: int | None) -> str:
    return "?" if size_bytes is None else format_size(size_bytes)


def _count(number: int | None) -> str:
    """At most four digits and a letter: a number that is cut at its column would be another number."""
    if number is None:
        return "?"
    for unit, letter in ((1, ""), (1000, "k"), (1000**2, "M")):
        if number < 10_000 * unit:
            return f"{number // unit}{letter}"
    return f"{number // 1000**3}G"


def _last_part(path: str | None) -> str:
    return "?" if path is None else path.rstrip("/").rpartition("/")[2] or "/"
