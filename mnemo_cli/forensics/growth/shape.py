"""The pure judge of one series: how fast it moves, in which shape, and whether it still grows at the end.

Every threshold is a share of what the series itself spans: the judgement is the same in bytes and in MiB.
What is too little to matter is for `suspects` to say. A collector draws a sawtooth, whose troughs alone
tell whether something stays; a cache fills and stops; a leak does neither.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from mnemo_cli.forensics.growth.nouns import Shape, Trend
from mnemo_cli.limits.forecast import slope_band
from mnemo_cli.limits.history import NOISE_SHARE, Point

_FEWEST_POINTS = 5
_WINDOWS = 6
_FEWEST_TROUGHS = 5
# How much of all its moves must be upward: what falls back was not kept.
_UPWARD_SHARE = 0.7
# A series that grows for as long as it is watched rises in most of the windows, and falls back in none.
_RISING_WINDOWS_SHARE = 0.6
_RISE_SHARE, _SETBACK_SHARE = 0.02, 0.1
# The last quarter of the time brings a quarter of the rise; less than this share of that, and it is settling.
_STILL_SHARE = 0.4
# Where it moved less than this in its last third it has stopped.
_SETTLED_SHARE = 0.1
# Most readings show no move: it comes in steps.
_STEP_SHARE, _PAUSES_SHARE = 0.1, 0.5
# A series that stays within this share of its own height is flat.
_FLAT_SHARE = 0.01


class Swing(NamedTuple):
    """Down from `peak` to `trough`."""

    peak: Point
    trough: Point


def shape(points: Sequence[Point]) -> Trend:
    """What the points do. They are (seconds, amount), in order, each later than the one before."""
    if len(points) < _FEWEST_POINTS:
        rise = points[-1][1] - points[0][1] if points else 0.0
        return Trend("flat" if rise == 0 else "stepped", 0.0, 0.0, 0.0, rise, grows=False)
    smooth = _without_outliers(points)
    values = [value for _, value in smooth]
    span = max(values) - min(values)
    if span == 0:
        return Trend("flat", 0.0, 0.0, 0.0, 0.0, grows=False)
    swings = swings_of(smooth, NOISE_SHARE * span)
    if _troughs_rise(swings):
        troughs = [swing.trough for swing in swings]
        rise = troughs[-1][1] - troughs[0][1]
        return _trend("sawtooth", troughs, rise, grows=True, since_seconds=None)
    if _keeps_growing(smooth, span):
        rise = values[-1] - values[0]
        began = _began(smooth, rise)
        since = [point for point in smooth if point[0] >= began]
        return _trend(_steps_or_not(since), since, rise, grows=True, since_seconds=began)
    return _not_growing(smooth, span, swings)


def swings_of(points: Sequence[Point], least: float) -> list[Swing]:
    """The falls of at least `least`, from the highest point before each to the lowest point before the next rise."""
    swings: list[Swing] = []
    peak = trough = points[0]
    falling = False
    for point in points[1:]:
        if falling:
            trough = min(trough, point, key=_value)
            if point[1] >= trough[1] + least:
                swings.append(Swing(peak, trough))
                falling, peak = False, point
        else:
            peak = max(peak, point, key=_value)
            if point[1] <= peak[1] - least:
                falling, trough = True, point
    return [*swings, Swing(peak, trough)] if falling else swings


def _not_growing(points: Sequence[Point], span: float, swings: Sequence[Swing]) -> Trend:
    values = [value for _, value in points]
    rise = values[-1] - values[0]
    third = points[-(len(points) // 3 or 1) :]
    settled = _span(third) <= _SETTLED_SHARE * span
    if span <= _FLAT_SHARE * max(map(abs, values)):
        return _trend("flat", points, rise, grows=False, since_seconds=None)
    rose_again = bool(swings) and max(map(_value, points[points.index(swings[0].trough) :])) > (
        swings[0].trough[1] + NOISE_SHARE * span
    )
    if len(swings) > 1 or rose_again:
        return _trend("sawtooth", points, rise, grows=False, since_seconds=None)
    if settled:
        stopped = next(point[0] for point in points if abs(point[1] - values[-1]) <= _SETTLED_SHARE * span)
        return _trend("flat", third, rise, grows=False, since_seconds=None)._replace(stopped_seconds=stopped)
    low, _, high = slope_band(points)
    found: Shape = "steady" if low > 0 or high < 0 else "stepped"
    return _trend(found, points, rise, grows=False, since_seconds=None)


def _keeps_growing(points: Sequence[Point], span: float) -> bool:
    """Upward nearly all the time, in most of the windows, and still in the last quarter."""
    values = [value for _, value in points]
    moves = [after - before for before, after in itertools.pairwise(values)]
    up, down = sum(move for move in moves if move > 0), -sum(move for move in moves if move < 0)
    if up - down < _UPWARD_SHARE * (up + down):
        return False
    medians = _window_medians(values)
    increments = [after - before for before, after in itertools.pairwise(medians)]
    rising = sum(increment >= _RISE_SHARE * span for increment in increments)
    if min(increments) < -_SETBACK_SHARE * span or rising < _RISING_WINDOWS_SHARE * len(increments):
        return False
    return _rise_since(points, 0.75) >= _STILL_SHARE * 0.25 * (values[-1] - values[0])


def _troughs_rise(swings: Sequence[Swing]) -> bool:
    """What stays after each collection is more than after the one before, and by more than noise in all."""
    troughs = [swing.trough[1] for swing in swings]
    if len(troughs) < _FEWEST_TROUGHS:
        return False
    falls = sorted(swing.peak[1] - swing.trough[1] for swing in swings)
    rises = all(after > before for before, after in itertools.pairwise(troughs))
    return rises and troughs[-1] - troughs[0] >= NOISE_SHARE * falls[len(falls) // 2]


def _trend(found: Shape, points: Sequence[Point], rise: float, *, grows: bool, since_seconds: float | None) -> Trend:
    low, slope, high = slope_band(points) if len(points) > 1 else (0.0, 0.0, 0.0)
    if slope == 0 and grows:
        # Steps with long pauses: most pairs of points show no move.
        slope = rise / (points[-1][0] - points[0][0])
    return Trend(found, slope, min(low, slope), max(high, slope), rise, grows=grows, since_seconds=since_seconds)


def _steps_or_not(points: Sequence[Point]) -> Shape:
    values = [value for _, value in points]
    mean = (values[-1] - values[0]) / (len(values) - 1)
    pauses = sum(after - before <= _STEP_SHARE * mean for before, after in itertools.pairwise(values))
    return "stepped" if pauses >= _PAUSES_SHARE * (len(values) - 1) else "steady"


def _began(points: Sequence[Point], rise: float) -> float:
    """When it left where it was at first; the beginning where it rose from there on."""
    first = points[0][1]
    left = next((at for at, point in enumerate(points) if point[1] > first + _RISE_SHARE * rise), 1)
    return points[max(0, left - 1)][0]


def _rise_since(points: Sequence[Point], share: float) -> float:
    start = points[0][0] + share * (points[-1][0] - points[0][0])
    before = [value for seconds, value in points if seconds <= start]
    return points[-1][1] - before[-1]


def _window_medians(values: Sequence[float]) -> list[float]:
    count = min(_WINDOWS, len(values) // 2)
    edges = [len(values) * at // count for at in range(count + 1)]
    windows = (sorted(values[begin:end]) for begin, end in itertools.pairwise(edges))
    return [window[len(window) // 2] for window in windows]


def _without_outliers(points: Sequence[Point]) -> list[Point]:
    """Each point takes the middle of itself and its two neighbours; the ends that of the points next to them."""
    values = [value for _, value in points]
    middles = [sorted(values[at - 1 : at + 2])[1] for at in range(1, len(values) - 1)]
    return [(point[0], value) for point, value in zip(points, [middles[0], *middles, middles[-1]], strict=True)]


def _span(points: Sequence[Point]) -> float:
    values = [value for _, value in points]
    return max(values) - min(values)


def _value(point: Point) -> float:
    return point[1]
