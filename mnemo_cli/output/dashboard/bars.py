"""The bar with its edges, the sparkline and the history chart: numbers as signs, readable without colour."""

from collections.abc import Sequence

from mnemo_cli.limits.levels import Edges
from mnemo_cli.output.dashboard.look import Look

CHART_ROWS = 5


def bar(used_ratio: float, cache_ratio: float, edges: Edges | None, width: int) -> str:
    """`#` used, `%` reclaimable cache above it, `|` at the edges of the levels; `width` is without brackets."""
    marks = () if edges is None else (edges.moderate_ratio, edges.high_ratio, edges.critical_ratio)
    return marked_bar(used_ratio, cache_ratio, marks, width)


def marked_bar(used_ratio: float, cache_ratio: float, marks: Sequence[float], width: int) -> str:
    """The same with a `|` at each of the marks."""
    used = _cells(used_ratio, width)
    cache = _cells(used_ratio + cache_ratio, width) - used
    signs = list("#" * used + "%" * cache + " " * (width - used - cache))
    for mark in marks:
        # Not the first cell: an edge there would hide a small use.
        position = min(width - 1, max(1, int(mark * width)))
        if width > 1:
            signs[position] = "|"
    return "[" + "".join(signs) + "]"


def sparkline(
    values: Sequence[float | None], look: Look, *, low: float | None = None, high: float | None = None
) -> str:
    """One sign per value, from `low` to `high` (by default those of the values); a space where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low = min(known) if low is None else low
    high = max(known) if high is None else high
    signs = look.heights
    span = high - low
    return "".join(
        " "
        if value is None
        else signs[min(len(signs) - 1, int((value - low) / span * len(signs)))]
        if span > 0
        else signs[0]
        for value in values
    )


def buckets(points: Sequence[tuple[float, float]], *, end: float, span: float, count: int) -> list[float | None]:
    """The highest value in each of `count` equal stretches of the `span` before `end`; None where there is none."""
    found: list[float | None] = [None] * count
    if count:
        for moment, value in points:
            if end - span <= moment <= end:
                position = min(count - 1, int((moment - (end - span)) / span * count))
                before = found[position]
                found[position] = value if before is None else max(before, value)
    return _bridged(found)


def chart(values: Sequence[float | None], look: Look, height: int = CHART_ROWS) -> list[str]:
    """Rows of equal shares, the highest first: five of 20 % are the bands of the levels themselves."""
    signs = look.heights
    rows = []
    for row in range(height - 1, -1, -1):
        filled = [0.0 if value is None else min(1.0, max(0.0, value * height - row)) for value in values]
        rows.append(
            "".join(" " if part <= 0 else signs[min(len(signs) - 1, int(part * len(signs)))] for part in filled)
        )
    return rows


def _cells(ratio: float, width: int) -> int:
    """Anything above nothing shows one sign, and only a full bar is full."""
    if ratio <= 0 or width == 0:
        return 0
    return min(width, max(1, int(ratio * width)))


def _bridged(values: list[float | None]) -> list[float | None]:
    """A stretch between two samples that held none repeats the one before."""
    known = [position for position, value in enumerate(values) if value is not None]
    if known:
        for position in range(known[0], known[-1]):
            if values[position + 1] is None:
                values[position + 1] = values[position]
    return values
