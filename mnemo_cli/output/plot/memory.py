"""The upper panel: what is used of the binding limit, the limit in steps, and the bands of the levels below it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level, Unlimited
from mnemo_cli.output.plot import words
from mnemo_cli.output.plot.gathered import Gathered, Point
from mnemo_cli.output.plot.palette import BANDS, INK, LIMIT, PALE_INK, PAPER, USED
from mnemo_cli.output.plot.scales import NAN, broken, date_of, size_axis

# A limit that held for less than this share of the time has no words of its own.
_NARROW_SHARE = 0.09
_LINE_HEIGHT_SHARE = 0.052


class _Stretch(NamedTuple):
    """A time during which one limit was the same one; `limit_bytes` is None where there was none, or none known."""

    first: Point
    end_seconds: float
    limit_bytes: int | None


def draw_memory(axes: Axes, gathered: Gathered, edges: Edges) -> None:
    """Use, limit and levels."""
    stretches = list(_stretches(gathered.points))
    used = [point.used_bytes for point in gathered.points if point.used_bytes is not None]
    limits = [each.limit_bytes for each in stretches if each.limit_bytes is not None]
    top_bytes = max([*used, *limits], default=1)
    size_axis(axes, top_bytes * 1.05 if limits else top_bytes)
    for stretch in stretches:
        _draw_limit(axes, stretch, edges)
    _draw_limit_words(axes, stretches, gathered.points)
    _draw_used(axes, gathered.points)
    _draw_gaps(axes, gathered.points)
    _draw_band_words(axes, stretches, edges)
    lines = [Line2D([], [], color=USED, linewidth=1.8), Line2D([], [], color=LIMIT, linewidth=1.8)]
    names = ["used", "limit"][: 2 if limits else 1]
    axes.legend(
        lines[: len(names)], names, loc="lower left", bbox_to_anchor=(1.0, 0.98), ncols=2, frameon=False,
        handlelength=1.4, columnspacing=1.2, borderaxespad=0.3,
    )  # fmt: skip


def _stretches(points: tuple[Point, ...]) -> Iterator[_Stretch]:
    """Each lasts until the next one begins, or until the recording has a gap."""
    pieces: list[list[Point]] = []
    for point in points:
        if not pieces or point.is_after_gap or pieces[-1][-1][2:4] != point[2:4]:
            pieces.append([])
        pieces[-1].append(point)
    for position, piece in enumerate(pieces):
        end_seconds = piece[-1].time_seconds
        if position + 1 < len(pieces) and not pieces[position + 1][0].is_after_gap:
            end_seconds = pieces[position + 1][0].time_seconds
        limit_bytes = piece[0].limit_bytes
        yield _Stretch(piece[0], end_seconds, limit_bytes if isinstance(limit_bytes, int) else None)


def _draw_limit(axes: Axes, stretch: _Stretch, edges: Edges) -> None:
    if stretch.limit_bytes is None:
        return
    span = [date_of(stretch.first.time_seconds), date_of(stretch.end_seconds)]
    for level in Level:
        low, high = (share * stretch.limit_bytes for share in words.band(level, edges))
        axes.fill_between(span, low, high, color=BANDS[level], linewidth=0, zorder=1)
    axes.plot(span, [stretch.limit_bytes] * 2, color=LIMIT, linewidth=1.8, solid_capstyle="butt", zorder=4)


def _draw_used(axes: Axes, points: tuple[Point, ...]) -> None:
    """Broken where it is unknown and where nothing was recorded."""
    dates: list[float] = []
    values: list[float] = []
    for point in points:
        if point.is_after_gap:
            dates.append(date_of(point.time_seconds))
            values.append(NAN)
        dates.append(date_of(point.time_seconds))
        values += broken([point.used_bytes])
    axes.plot(dates, values, color=PAPER, linewidth=4.0, alpha=0.7, zorder=5)
    # A lone point between two gaps is no line, but it was seen.
    axes.plot(dates, values, color=USED, linewidth=1.8, zorder=6, marker="." if len(points) < 60 else "")


def _draw_gaps(axes: Axes, points: tuple[Point, ...]) -> None:
    """Where there is room to say why nothing is drawn."""
    whole = points[-1].time_seconds - points[0].time_seconds
    for before, after in pairwise(points):
        span = after.time_seconds - before.time_seconds
        if after.is_after_gap and span >= whole * _NARROW_SHARE:
            middle = date_of((before.time_seconds + after.time_seconds) / 2)
            axes.text(
                middle, 0.5, "nothing\nrecorded", transform=axes.get_xaxis_transform(), color=PALE_INK, ha="center"
            )


def _draw_limit_words(axes: Axes, stretches: list[_Stretch], points: tuple[Point, ...]) -> None:
    """At the beginning of each limit above its line; the name where it is another limit than before."""
    whole = max(point.time_seconds for point in points) - min(point.time_seconds for point in points)
    said: tuple[str, int | None] | None = None
    for stretch in stretches:
        now = stretch.first.source, stretch.limit_bytes
        is_wide = not whole or stretch.end_seconds - stretch.first.time_seconds >= whole * _NARROW_SHARE
        if stretch.limit_bytes is None or now == said or not is_wide:
            continue
        text = words.limit_words(stretch.first, with_source=said is None or said[0] != now[0])
        said = now
        axes.annotate(
            text,
            (date_of(stretch.first.time_seconds), stretch.limit_bytes),
            xytext=(5, 3),
            textcoords="offset points",
            color=LIMIT,
            fontweight="bold",
            va="bottom",
            zorder=7,
        )
    if not any(stretch.limit_bytes is not None for stretch in stretches):
        is_unlimited = any(isinstance(point.limit_bytes, Unlimited) for point in points)
        text = "no limit is set" if is_unlimited else "no limit is known"
        axes.text(1.012, 0.9, text, transform=axes.transAxes, color=PALE_INK)


def _draw_band_words(axes: Axes, stretches: list[_Stretch], edges: Edges) -> None:
    """Right of the panel, beside the bands of the last limit; pushed apart where the bands are narrow."""
    last = next((each for each in reversed(stretches) if each.limit_bytes is not None), None)
    if last is None or last.limit_bytes is None:
        return
    top = axes.get_ylim()[1]
    height = -1.0
    for level in Level:
        low, high = words.band(level, edges)
        middle = (low + high) / 2 * last.limit_bytes / top
        height = max(middle, height + _LINE_HEIGHT_SHARE)
        axes.text(
            1.012,
            height,
            words.band_words(level, edges),
            transform=axes.transAxes,
            va="center",
            color=INK,
            bbox={"boxstyle": "square,pad=0.25", "facecolor": BANDS[level], "edgecolor": "none"},
        )
