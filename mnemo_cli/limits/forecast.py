"""When will the limit be reached? A robust slope over the last minutes, with a band, or silence.

The slope is the median of the slopes between all pairs of points (Theil and Sen), which a few
outliers do not move; its band comes from Kendall's statistic, and where the band holds zero there is
no trend. A garbage collector draws a sawtooth: between two collections it looks like a leak. So
after the first collection in the window only the troughs count, and a forecast needs three that rise.
P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

from mnemo_cli.model import UNLIMITED, Forecast

Point: TypeAlias = tuple[float, float]

WINDOW_SECONDS = 300.0
_MOST_POINTS = 60
_FEWEST_POINTS = 8
_FEWEST_TROUGHS = 3
# The two-sided 90 % point of the normal distribution.
_NORMAL_90 = 1.645
# A fall of this share of the window's whole range is a collection and not noise.
_COLLECTION_SHARE = 0.25
# Growth that would need longer than this to reach the limit is no news.
_FARTHEST_SECONDS = 30 * 86400.0


@dataclass(frozen=True, slots=True)
class History:
    """What was used at points in time: (clock seconds, bytes), thinned so that the window stays at 60 points."""

    points: tuple[Point, ...] = ()
    spacing_seconds: float = 0.0

    def with_point(self, clock_seconds: float, used_bytes: int) -> "History":
        """The history after one more reading; one that comes sooner than the spacing is left out."""
        if self.points and clock_seconds - self.points[-1][0] < self.spacing_seconds:
            return self
        points = [point for point in self.points if point[0] >= clock_seconds - WINDOW_SECONDS]
        points.append((clock_seconds, float(used_bytes)))
        spacing_seconds = self.spacing_seconds
        if len(points) > _MOST_POINTS:
            points = points[-1::-2][::-1]
            spacing_seconds = 0.9 * (points[-1][0] - points[0][0]) / (len(points) - 1)
        return History(tuple(points), spacing_seconds)


def forecast(history: History, headroom_bytes: int) -> Forecast | None:
    """The time until `headroom_bytes` are used up; None while there are too few readings to tell.

    No steady growth gives a Forecast of UNLIMITED seconds.
    """
    points = history.points
    if len(points) < _FEWEST_POINTS:
        return None
    window_seconds = points[-1][0] - points[0][0]
    trend = points if (troughs := _troughs(points)) is None else troughs
    if len(trend) < (_FEWEST_POINTS if troughs is None else _FEWEST_TROUGHS):
        return _never(0.0, window_seconds)
    low, slope, high = slope_band(trend)
    if low <= 0 or headroom_bytes > slope * _FARTHEST_SECONDS:
        return _never(slope, window_seconds)
    room = max(0, headroom_bytes)
    return Forecast(
        seconds_to_limit=room / slope,
        low_seconds=room / high,
        high_seconds=room / low,
        growth_bytes_per_second=slope,
        window_seconds=window_seconds,
    )


def slope_band(points: Sequence[Point]) -> tuple[float, float, float]:
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


def _troughs(points: Sequence[Point]) -> list[Point] | None:
    """The points at which a collection ended; None when nothing was collected in the window."""
    values = [value for _, value in points]
    collection = _COLLECTION_SHARE * (max(values) - min(values))
    troughs: list[Point] = []
    peak = values[0]
    falling = False
    for (_, value), earlier in zip(points[1:], points, strict=False):
        if value < earlier[1]:
            falling = falling or peak - value >= collection > 0
        elif falling:
            troughs.append(earlier)
            falling, peak = False, value
        peak = max(peak, value) if not falling else peak
    if falling:
        troughs.append(points[-1])
    return troughs or None


def _never(slope: float, window_seconds: float) -> Forecast:
    return Forecast(
        seconds_to_limit=UNLIMITED,
        low_seconds=UNLIMITED,
        high_seconds=UNLIMITED,
        growth_bytes_per_second=slope,
        window_seconds=window_seconds,
    )
