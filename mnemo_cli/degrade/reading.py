"""What the ladder looks at: one reading of the binding limit, without a clock of its own."""

from typing import NamedTuple

from mnemo_cli.model import Moment, Unlimited


class Reading(NamedTuple):
    """`used_ratio` of the binding limit, the forecast, and PSI; None where it is not known.

    `clock_seconds` is monotonic. A forecast of None is unknown; infinity is never. `at_least_ratio` is the
    worst use that is known while the one that binds is not: it leads upward, and never down.
    """

    clock_seconds: float
    used_ratio: float | None
    seconds_to_limit: float | None = None
    full_avg10_ratio: float | None = None
    at_least_ratio: float | None = None

    @property
    def known_ratio(self) -> float | None:
        """The use, or what it is at least."""
        return self.at_least_ratio if self.used_ratio is None else self.used_ratio


def reading_of(moment: Moment) -> Reading:
    """The reading of a moment of the watch."""
    verdict, pressure = moment.verdict, moment.sample.pressure
    seconds = None if verdict.forecast is None else verdict.forecast.seconds_to_limit
    ratio = None if verdict.binding is None else verdict.binding.used_ratio
    return Reading(
        clock_seconds=moment.sample.clock_seconds,
        used_ratio=None if verdict.level is None else ratio,
        seconds_to_limit=float("inf") if isinstance(seconds, Unlimited) else seconds,
        full_avg10_ratio=None if pressure is None else pressure.full_avg10_ratio,
        at_least_ratio=ratio,
    )
