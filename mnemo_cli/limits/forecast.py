"""When will the limit be reached? A robust slope over the last minutes, with a band, or silence.

The slope is the median of the slopes between all pairs of points (Theil and Sen), which a few
outliers do not move; its band comes from Kendall's statistic, and where the band holds zero there is
no trend. It must also explain most of the rise, in all of the points and in their later half: a step
that is over is no trend. Growth that stays below a peak from which a collection brought use down
before is no news, unless the troughs rise.
P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
"""

from collections.abc import Sequence
from math import sqrt
from typing import TypeAlias

from mnemo_cli.limits.history import NOISE_SHARE, History, Point
from mnemo_cli.model import UNLIMITED, Forecast, Limit, Unlimited

Band: TypeAlias = tuple[float, float, float]

_FEWEST_POINTS = 8
_FEWEST_TROUGHS = 5
# The two-sided 90 % point of the normal distribution.
_NORMAL_90 = 1.645
# The slope has to explain this share of what the points span from the lowest to the highest.
_EXPLAINED_SHARE = 0.5
# Five minutes say nothing about next week: the limit must be nearer than this many times the time observed.
_FARTHEST_WINDOWS = 100


def forecast(history: History, headroom_bytes: Limit) -> Forecast | None:
    """The time until `headroom_bytes` are used up; None while there are too few readings to tell.

    No steady growth gives a Forecast of UNLIMITED seconds.
    """
    points = history.points
    if len(points) < _FEWEST_POINTS:
        return None
    window_seconds = points[-1][0] - points[0][0]
    band, farthest_seconds = _trend(history), _FARTHEST_WINDOWS * window_seconds
    if band is None or isinstance(headroom_bytes, Unlimited) or headroom_bytes > band[1] * farthest_seconds:
        return _never(slope_band(points)[1], window_seconds)
    low, slope, high = band
    room = max(0, headroom_bytes)
    return Forecast(
        seconds_to_limit=room / slope,
        low_seconds=room / high,
        high_seconds=room / low,
        growth_bytes_per_second=slope,
        window_seconds=window_seconds,
    )


def slope_band(points: Sequence[Point]) -> Band:
    """The lower end, the middle and the upper end of the slope, 90 % between the ends."""
    slopes = sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for position, earlier in enumerate(points)
        for later in points[position + 1 :]
    )
    count, pairs = len(points), len(slopes)
    spread = _NORMAL_90 * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    below = max(0, int((pairs - spread) / 2))
    above = min(pairs - 1, int((pairs + spread) / 2))
    middle = slopes[pairs // 2] if pairs % 2 else (slopes[pairs // 2 - 1] + slopes[pairs // 2]) / 2
    return slopes[below], middle, slopes[above]


def _trend(history: History) -> Band | None:
    """The slope of steady growth; None when there is none."""
    cycles = history.cycles
    if not cycles:
        points = history.points
        # Growth that has begun in the window shows in its later half.
        return _steady(points) or _steady(points[len(points) // 2 :])
    noise = NOISE_SHARE * sorted(cycle.fall_bytes for cycle in cycles)[len(cycles) // 2]
    return _rising_troughs(history, noise) or _above_every_peak(history, noise)


def _rising_troughs(history: History, noise_bytes: float) -> Band | None:
    troughs = [cycle.trough for cycle in history.cycles]
    if history.falling:
        # How deep it goes is not known yet; below the trough before it ends the trend.
        last = troughs.pop()
        if troughs and last[1] < troughs[-1][1]:
            return None
    if len(troughs) < _FEWEST_TROUGHS:
        return None
    band = _steady(troughs)
    is_more = band is not None and band[1] * (troughs[-1][0] - troughs[0][0]) >= noise_bytes
    return band if is_more else None


def _above_every_peak(history: History, noise_bytes: float) -> Band | None:
    ceiling = max(cycle.peak[1] for cycle in history.cycles)
    if history.points[-1][1] <= ceiling + noise_bytes:
        return None
    return _steady(history.since_trough)


def _steady(points: Sequence[Point]) -> Band | None:
    """The slope of all points, if it goes on in the later half."""
    if len(points) < _FEWEST_TROUGHS:
        return None
    band = _explained(points)
    return band if band is not None and _explained(points[len(points) // 2 :]) is not None else None


def _explained(points: Sequence[Point]) -> Band | None:
    low, slope, high = slope_band(points)
    values = [value for _, value in points]
    rise = slope * (points[-1][0] - points[0][0])
    return (low, slope, high) if low > 0 and rise >= _EXPLAINED_SHARE * (max(values) - min(values)) else None


def _never(slope: float, window_seconds: float) -> Forecast:
    return Forecast(
        seconds_to_limit=UNLIMITED,
        low_seconds=UNLIMITED,
        high_seconds=UNLIMITED,
        growth_bytes_per_second=slope,
        window_seconds=window_seconds,
    )
