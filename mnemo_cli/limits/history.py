"""How use went: points over the last minutes, and the collections that brought it down again.

A garbage collector draws a sawtooth: between two collections it looks like a leak. The points of a
short window cannot tell them apart, so the peaks and troughs are remembered for longer than the points.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]

WINDOW_SECONDS = 300.0
# A move of less than this share of the whole range is noise: neither a collection nor a trend of troughs.
NOISE_SHARE = 0.25
_MOST_POINTS = 60
_MOST_CYCLES = 16
_LONGEST_MEMORY_SECONDS = 3600.0


class Cycle(NamedTuple):
    """Use rose to `peak` and fell to `trough`; `began_seconds` is when the fall before had ended."""

    began_seconds: float
    peak: Point
    trough: Point

    @property
    def fall_bytes(self) -> float:
        return self.peak[1] - self.trough[1]

    @property
    def seconds(self) -> float:
        return self.trough[0] - self.began_seconds


class History(NamedTuple):
    """(clock seconds, bytes) thinned to 60 points, and the last cycles; `falling` while the last one still falls."""

    points: tuple[Point, ...] = ()
    spacing_seconds: float = 0.0
    cycles: tuple[Cycle, ...] = ()
    falling: bool = False
    peak: Point | None = None
    began_seconds: float = 0.0
    newest: tuple[Point, ...] = ()

    def with_point(self, clock_seconds: float, used_bytes: int) -> "History":
        """The history after one more reading; one that is not later than the last is left out."""
        if self.newest and clock_seconds <= self.newest[-1][0]:
            return self
        newest = (*self.newest[-2:], (clock_seconds, float(used_bytes)))
        # The middle of three: a single outlier never becomes a point, a peak or a trough.
        point = (clock_seconds, sorted(value for _, value in newest)[len(newest) // 2])
        began_seconds = self.began_seconds if self.newest else clock_seconds
        now = self._replace(newest=newest, began_seconds=began_seconds)
        return now._without_old_cycles(clock_seconds)._with_cycles(point)._thinned(point)

    @property
    def since_trough(self) -> tuple[Point, ...]:
        """The points after the last collection."""
        return tuple(point for point in self.points if point[0] >= self.cycles[-1].trough[0])

    def _thinned(self, point: Point) -> "History":
        if self.points and point[0] - self.points[-1][0] < self.spacing_seconds:
            return self
        points = [*(known for known in self.points if known[0] >= point[0] - WINDOW_SECONDS), point]
        if len(points) <= _MOST_POINTS:
            return self._replace(points=tuple(points))
        points = points[-1::-2][::-1]
        spacing_seconds = 0.9 * (points[-1][0] - points[0][0]) / (len(points) - 1)
        return self._replace(points=tuple(points), spacing_seconds=spacing_seconds)

    def _without_old_cycles(self, clock_seconds: float) -> "History":
        """Cycles are forgotten when twice the longest of them has gone by without another collection."""
        if not self.cycles:
            return self
        longest_seconds = 2 * max(cycle.seconds for cycle in self.cycles)
        patience_seconds = min(_LONGEST_MEMORY_SECONDS, max(WINDOW_SECONDS, longest_seconds))
        if clock_seconds - self.cycles[-1].trough[0] <= patience_seconds:
            return self
        return self._replace(cycles=(), falling=False, peak=None, began_seconds=self.cycles[-1].trough[0])

    def _with_cycles(self, point: Point) -> "History":
        """Turning points: a rise or a fall counts when it is more than noise."""
        values = [point[1], *_values(self.points, self.cycles)]
        least_move = NOISE_SHARE * (max(values) - min(values))
        cycles = tuple(_without_noise(self.cycles, least_move))
        falling = self.falling and bool(cycles) and cycles[-1].trough == self.cycles[-1].trough
        peak = self.peak or point
        if falling:
            trough = cycles[-1].trough
            if point[1] < trough[1]:
                cycles = (*cycles[:-1], cycles[-1]._replace(trough=point))
            elif point[1] - trough[1] >= NOISE_SHARE * cycles[-1].fall_bytes:
                falling, peak = False, point
        elif point[1] >= peak[1]:
            peak = point
        elif peak[1] - point[1] >= least_move:
            began_seconds = cycles[-1].trough[0] if cycles else self.began_seconds
            cycles = (*cycles, Cycle(began_seconds=began_seconds, peak=peak, trough=point))[-_MOST_CYCLES:]
            falling = True
        return self._replace(cycles=cycles, falling=falling, peak=peak)


def _without_noise(cycles: tuple[Cycle, ...], least_move: float) -> Iterator[Cycle]:
    """What looked like a collection at first is noise beside a later, larger one, and a part of its rise."""
    began_seconds = None
    for cycle in _whole_falls(cycles, least_move):
        began_seconds = cycle.began_seconds if began_seconds is None else began_seconds
        if cycle.fall_bytes >= least_move:
            yield cycle._replace(began_seconds=began_seconds)
            began_seconds = None


def _whole_falls(cycles: tuple[Cycle, ...], least_move: float) -> list[Cycle]:
    """A rise that is only noise does not part a long fall."""
    whole: list[Cycle] = []
    for cycle in cycles:
        if whole and cycle.trough[1] < whole[-1].trough[1] > cycle.peak[1] - least_move:
            before = whole.pop()
            peak = max(before.peak, cycle.peak, key=lambda point: point[1])
            cycle = cycle._replace(began_seconds=before.began_seconds, peak=peak)
        whole.append(cycle)
    return whole


def _values(points: tuple[Point, ...], cycles: tuple[Cycle, ...]) -> Iterator[float]:
    yield from (value for _, value in points)
    for cycle in cycles:
        yield cycle.peak[1]
        yield cycle.trough[1]
