"""The figures of many benches as one table: for a terminal, as Markdown, and between the marks of README.md."""

import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from tests.bench.measure import Figure

BEGIN, END = "<!-- figures: written by tests/bench/run.py -->\n", "<!-- end of figures -->"
HEADINGS = ("bench", "what", "measured", "wanted", "peer", "ratio", "")


class Gathered(NamedTuple):
    """What one bench has measured, and why it went no further, where it did not."""

    figures: Sequence[Figure]
    seconds: float
    failure: str | None = None


# Not run because the person said so.
LEFT_OUT = Gathered((), 0.0)


def text_table(gathered: Mapping[str, Gathered]) -> str:
    """Columns of their own widths, the bounds that were missed said once more below."""
    rows = [HEADINGS, *_rows(gathered)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in (*lines, "", summary(gathered)))


def markdown_table(gathered: Mapping[str, Gathered]) -> str:
    """The same for README.md, with when and where it was measured."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *_rows(gathered)]
    lines = ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return "\n".join([f"{_where()} {summary(gathered)}", "", *lines]) + "\n"


def summary(gathered: Mapping[str, Gathered]) -> str:
    """How many figures there are, and how many of the wanted bounds were missed."""
    figures = [figure for one in gathered.values() for figure in one.figures]
    verdicts = [figure.verdict for figure in figures]
    missed, bounds = verdicts.count("MISSED"), len(verdicts) - verdicts.count("")
    left_out = [name for name, one in gathered.items() if one is LEFT_OUT]
    failed = [name for name, one in gathered.items() if one.failure is not None]
    end = f"; not measured to the end: {', '.join(failed)}" if failed else ""
    end += f"; left out: {', '.join(left_out)}" if left_out else ""
    return f"{len(figures)} figures; of {bounds} wanted bounds {missed} {'was' if missed == 1 else 'were'} missed{end}."


def put_into(readme: Path, table: str) -> None:
    """In place of what stands between the marks."""
    before, begin, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} has no marks for the figures")
    readme.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


def _rows(gathered: Mapping[str, Gathered]) -> Iterator[tuple[str, ...]]:
    for name, one in gathered.items():
        for title, figures in groupby(one.figures, key=attrgetter("table")):
            yield (name, title.removeprefix(f"{name}: "), "", "", "", "", "")
            yield from (_row(name, figure) for figure in figures)
        if one.failure is not None:
            yield (name, f"went no further: {one.failure}", "", "", "", "", "")


def _row(name: str, figure: Figure) -> tuple[str, ...]:
    """A row that begins with blanks goes on with the one above it."""
    what = f"… {figure.what.strip()}" if figure.what.startswith(" ") else figure.what
    return (name, what, figure.measured, figure.wanted, figure.peer, figure.ratio, figure.verdict)


def _where() -> str:
    day = time.strftime("%Y-%m-%d", time.gmtime())
    kernel = platform.release().split("-")[0]
    return (
        f"Measured on {day} with {os.cpu_count()} processors, {platform.system()} {kernel}, "
        f"Python {platform.python_version()}."
    )


def failures(gathered: Iterable[Gathered]) -> int:
    return sum(one.failure is not None for one in gathered)
