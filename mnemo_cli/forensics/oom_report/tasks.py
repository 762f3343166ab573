"""The table of candidates: its header names the columns, and the victim's row tells the page size.

All sizes but `pgtables_bytes` are in pages, and no report says how large a page is. The victim's total_vm in
pages and its total-vm in kB do.
"""

import heapq
import re
from typing import NamedTuple

from mnemo_cli.forensics.kills import Task
from mnemo_cli.units import KIB

PAGE_SIZES = (4 * KIB, 8 * KIB, 16 * KIB, 64 * KIB)
_HEADER = re.compile(r"\[\s*pid\s*\](?P<columns>(?:\s+[\w.-]+){2,30})\s*")
_ROW = re.compile(r"\[\s*(?P<pid>\d{1,10})\]\s+(?P<rest>.+)", re.DOTALL)
_KEPT_ROWS = 10
_KNOWN_PIDS = 16_384
_LONGEST_NUMBER = 19


class Header(NamedTuple):
    """The columns between the pid and the name."""

    columns: tuple[str, ...]


class Row(NamedTuple):
    """A line of the table, whose meaning the header gives."""

    pid: int
    rest: str


def table_line(text: str) -> Header | Row | None:
    """The fact, or None where the line is something else."""
    if not text.startswith("["):
        return None
    match = _HEADER.fullmatch(text)
    if match is not None:
        columns = tuple(match["columns"].split())
        return Header(columns[:-1]) if columns[-1] == "name" else None
    match = _ROW.fullmatch(text)
    return Row(int(match["pid"]), match["rest"]) if match is not None else None


class Table:
    """What is kept of one table: the largest rows, and every pid with its total_vm."""

    def __init__(self, header: Header) -> None:
        self._columns = header.columns
        self._largest: list[tuple[int, int, Row, tuple[int | None, ...]]] = []
        self._rows = 0
        self._total_vm_pages: dict[int, int | None] = {}

    def __contains__(self, pid: int | None) -> bool:
        return pid in self._total_vm_pages

    def add(self, row: Row) -> bool:
        """Take a row; False where it does not fit the columns."""
        words = row.rest.split(None, len(self._columns))
        if len(words) <= len(self._columns):
            return False
        numbers = tuple(map(_number, words[:-1]))
        if len(self._total_vm_pages) < _KNOWN_PIDS:
            self._total_vm_pages[row.pid] = self._cell(numbers, "total_vm")
        rss_pages = self._cell(numbers, "rss")
        self._rows += 1
        entry = (-1 if rss_pages is None else rss_pages, -self._rows, Row(row.pid, words[-1]), numbers)
        if len(self._largest) < _KEPT_ROWS:
            heapq.heappush(self._largest, entry)
        else:
            heapq.heappushpop(self._largest, entry)
        return True

    def page_bytes(self, pid: int, total_vm_kib: int | None) -> int | None:
        """The page size that makes both sizes of the victim the same; None where none does."""
        pages = self._total_vm_pages.get(pid)
        if not pages or not total_vm_kib:
            return None
        return next((size for size in PAGE_SIZES if pages * size == total_vm_kib * KIB), None)

    def tasks(self, page_bytes: int | None) -> tuple[Task, ...]:
        """The largest rows, the largest first; without a page size they have no sizes."""
        return tuple(
            self._task(row.pid, row.rest, numbers, page_bytes)
            for _, _, row, numbers in sorted(self._largest, reverse=True)
        )

    def _task(self, pid: int, name: str, numbers: tuple[int | None, ...], page_bytes: int | None) -> Task:
        def size(column: str) -> int | None:
            pages = self._cell(numbers, column)
            return pages * page_bytes if pages is not None and page_bytes is not None else None

        tables = self._cell(numbers, "pgtables_bytes")
        return Task(
            pid=pid,
            name=name,
            uid=self._cell(numbers, "uid"),
            anon_rss_bytes=size("rss_anon"),
            rss_bytes=size("rss"),
            swap_bytes=size("swapents"),
            page_table_bytes=tables if tables is not None else _added(size("nr_ptes"), size("nr_pmds")),
            oom_score_adj=self._cell(numbers, "oom_score_adj"),
        )

    def _cell(self, numbers: tuple[int | None, ...], column: str) -> int | None:
        return numbers[self._columns.index(column)] if column in self._columns else None


def _added(entries: int | None, middles: int | None) -> int | None:
    """Page tables of both levels; kernels before 4.2 count the lowest alone."""
    return entries if middles is None or entries is None else entries + middles


def _number(word: str) -> int | None:
    digits = word.removeprefix("-")
    if not digits.isdecimal() or len(digits) > _LONGEST_NUMBER:
        return None
    return int(word)
