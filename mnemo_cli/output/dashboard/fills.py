"""How full each component of each program was over the last ten minutes, in bounded memory."""

from collections import deque
from typing import NamedTuple, TypeAlias

from mnemo_cli.limits.programs import programs
from mnemo_cli.model import Component, Moment

_SPACING_SECONDS, _POINTS = 5.0, 120
# About 15 kB each.
_MOST_COMPONENTS = 48

# Program and component.
Key: TypeAlias = tuple[str, str]


class Fill(NamedTuple):
    """The highest use within five seconds: (when that began, how much).

    It is the share of the limit if `is_share`, and a plain amount of what has no limit.
    """

    is_share: bool
    points: tuple[tuple[float, float], ...]


class Fills:
    """Fed with every reported moment. A component that is gone is forgotten after ten minutes."""

    def __init__(self) -> None:
        self._past: dict[Key, tuple[bool, deque[tuple[float, float]]]] = {}

    def note(self, moment: Moment) -> None:
        """Take in how full each component is."""
        now = moment.sample.clock_seconds
        for program in programs(moment.sample.trackers):
            for part in program.components:
                amount = part.used_ratio if part.used_ratio is not None else _amount(part.component)
                if amount is not None:
                    self._put((program.name, part.component.name), now, amount, is_share=part.used_ratio is not None)
        for key in [key for key, (_, points) in self._past.items() if points[-1][0] < now - _SPACING_SECONDS * _POINTS]:
            del self._past[key]

    def of(self, program: str, component: str) -> Fill:
        """Its past; without points where nothing is known of it."""
        is_share, points = self._past.get((program, component), (True, ()))
        return Fill(is_share, tuple(points))

    def until(self, clock_seconds: float) -> "Fills":
        """What was known at that time, apart from this one: neither changes the other."""
        then = Fills()
        for key, (is_share, points) in self._past.items():
            kept = deque((point for point in points if point[0] <= clock_seconds), maxlen=_POINTS)
            if kept:
                then._past[key] = is_share, kept
        return then

    def _put(self, key: Key, now: float, amount: float, *, is_share: bool) -> None:
        before, points = self._past.get(key, (is_share, None))
        if points is None or before != is_share:
            if points is None and len(self._past) >= _MOST_COMPONENTS:
                return
            points = deque(maxlen=_POINTS)
            self._past[key] = is_share, points
        if points and points[-1][0] <= now < points[-1][0] + _SPACING_SECONDS:
            points[-1] = points[-1][0], max(points[-1][1], amount)
        else:
            points.append((now, amount))


def _amount(component: Component) -> float | None:
    """Of what has no limit."""
    used = component.used if component.used is not None else component.used_bytes
    return None if used is None else float(used)
