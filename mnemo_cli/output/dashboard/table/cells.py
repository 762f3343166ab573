"""What the cells say. "?" is not known; "≥" is a sum of which parts are not known, "~" an RSS in place of a PSS."""

from typing import NamedTuple

from mnemo_cli.model import Limit, Process, Unlimited
from mnemo_cli.output.dashboard.bars import sparkline
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory
from mnemo_cli.output.dashboard.table.row import TableRow
from mnemo_cli.output.dashboard.table.users import user_name
from mnemo_cli.units import format_size

AT_LEAST, MIXED, UNKNOWN = "≥", "mixed", "?"
# What an ASCII terminal shows in place of our own signs.
_ASCII = str.maketrans({"≥": ">", "│": "|", "├": "|", "└": "`", "─": "-", "…": "."})
_SHORT_TREND, _LONG_TREND = 8, 16
_LONGEST_USER = 8


class Cell(NamedTuple):
    """One row with everything its cells need."""

    row: TableRow
    memory: ViewMemory
    look: Look
    limit_bytes: Limit | None
    is_narrow: bool = False

    def shown(self, text: str) -> str:
        """The text as this terminal can show it."""
        return self.look.text(text.translate(_ASCII) if self.look.ascii_only else text)


def pid(cell: Cell) -> str:
    """Of several processes none is the one."""
    return "" if _is_group(cell) else str(cell.row.process.pid)


def ppid(cell: Cell) -> str:
    return _shared(cell, "ppid", str(cell.row.process.ppid))


def user(cell: Cell) -> str:
    """A number that is cut would be another user's."""
    name = user_name(cell.row.process.uid)
    return _shared(cell, "uid", name if len(name) <= _LONGEST_USER else f"{name[: _LONGEST_USER - 1]}+")


def pss(cell: Cell) -> str:
    """The RSS, and said so, where there is no PSS; who holds no page has none to share."""
    process = cell.row.process
    if process.pss_bytes is None and process.rss_bytes == 0:
        return "0"
    if process.pss_bytes is None:
        return f"{_mark(cell, 'rss_bytes') or '~'}{_size(process.rss_bytes)}"
    return _sum_of(cell, "pss_bytes")


def uss(cell: Cell) -> str:
    return _sum_of(cell, "uss_bytes")


def rss(cell: Cell) -> str:
    return _sum_of(cell, "rss_bytes")


def swap(cell: Cell) -> str:
    return _sum_of(cell, "swap_bytes")


def growth(cell: Cell) -> str:
    """A sum that lacks parts is no lower bound here: they may have shrunk. It ends with a question mark."""
    found = cell.row.growth_bytes_per_minute
    if found is None and cell.row.processes == 1 and (seen := cell.memory.trend_of(cell.row.process)) is not None:
        found = seen.growth_bytes_per_minute
    if found is None:
        return UNKNOWN
    text = f"{'+' if found > 0 else ''}{format_size(round(found))}"
    if "growth_bytes_per_minute" not in cell.row.partial:
        return text
    # "+9.99G" would lose the sign to the width of the column: it loses a digit.
    return f"{text if len(text) < 6 else text[:-2].rstrip('.') + text[-1]}{UNKNOWN}"


def share(cell: Cell) -> str:
    """Of the binding limit; "-" where it is none."""
    used, limit_bytes = cell.row.used_bytes, cell.limit_bytes
    if not isinstance(limit_bytes, int):
        return UNKNOWN if limit_bytes is None or used is None else "-"
    if used is None:
        return UNKNOWN
    if not limit_bytes:
        return "-"
    percent = round(used / limit_bytes * 100)
    return f"{_mark(cell, 'used_bytes')}{percent}%" if percent < 1000 else ">999%"


def oom_adj(cell: Cell) -> str:
    return _shared(cell, "oom_score_adj", _count(cell.row.process.oom_score_adj))


def threads(cell: Cell) -> str:
    found, mark = cell.row.process.threads, _mark(cell, "threads")
    return mark + _count(found, digits=4 - len(mark))


def descriptors(cell: Cell) -> str:
    """Of their soft limit; of several processes, each of which has a limit of its own, the sum alone."""
    process, mark = cell.row.process, _mark(cell, "fds")
    if cell.row.processes > 1:
        return mark + _count(process.fds)
    limit = process.fd_soft_limit
    return f"{_count(process.fds)}/{'-' if isinstance(limit, Unlimited) else _count(limit)}"


def trend(cell: Cell) -> str:
    return _trend(cell, _SHORT_TREND)


def long_trend(cell: Cell) -> str:
    return _trend(cell, _LONG_TREND)


def cgroup(cell: Cell) -> str:
    path = cell.row.process.cgroup
    return _shared(cell, "cgroup", UNKNOWN if path is None else path.rstrip("/").rpartition("/")[2] or "/")


def command(cell: Cell) -> str:
    """Behind its branch of the tree; of several processes their name and how many they are."""
    row = cell.row
    if _is_group(cell):
        return f"{row.process.name} ({row.processes})"
    process = row.process
    # Brackets say that there is no command, as in the kernel's threads; they would be a guess before it is read.
    was_read = process.cgroup is not None or process.threads is not None
    if cell.is_narrow and process.command is not None and process.command.startswith("/"):
        # Its folders would be all that there is room for.
        program, blank, words = process.command.partition(" ")
        return f"{row.prefix}{program.rpartition('/')[2] or program}{blank}{words}"
    return row.prefix + (process.command or (f"[{process.name}]" if was_read else process.name))


def _is_group(cell: Cell) -> bool:
    return len(cell.row.members) > 1


def _shared(cell: Cell, field: str, text: str) -> str:
    return MIXED if field in cell.row.mixed else text


def _mark(cell: Cell, field: str) -> str:
    return AT_LEAST if field in cell.row.partial else ""


def _sum_of(cell: Cell, field: str) -> str:
    return _mark(cell, field) + _size(getattr(cell.row.process, field))


def _trend(cell: Cell, points: int) -> str:
    values = _trend_values(cell.row.members or (cell.row.process,), cell.memory)[-points:]
    low, high = min(values, default=0.0), max(values, default=0.0)
    # A change of less than a tenth is drawn as flat: noise must not look like growth.
    middle, span = (low + high) / 2, max(high - low, 0.1 * high)
    return sparkline(values, cell.look, low=middle - span / 2, high=middle + span / 2)


def _trend_values(members: tuple[Process, ...], memory: ViewMemory) -> list[float]:
    """The sizes; of several processes their sums, as far back as all of them are known."""
    found = [seen.values() for process in members if (seen := memory.trend_of(process)) is not None]
    if len(found) < 2:
        return found[0] if found else []
    length = min(map(len, found))
    return [sum(sizes) for sizes in zip(*(values[len(values) - length :] for values in found), strict=True)]


def _size(size_bytes: int | None) -> str:
    return UNKNOWN if size_bytes is None else format_size(size_bytes)


def _count(number: int | None, *, digits: int = 4) -> str:
    """At most so many digits and a letter: a number that is cut at its column would be another number."""
    if number is None:
        return UNKNOWN
    for unit, letter in ((1, ""), (1000, "k"), (1000**2, "M")):
        if number < 10 ** (digits - len(letter) if digits < 4 else digits) * unit:
            return f"{number // unit}{letter}"
    return f"{number // 1000**3}G"
