"""How closely a run is looked at: a budget of a person's may be far below the limits that set the pace of the watch."""

from collections.abc import Callable

from mnemo_cli.watch.clock import Clock

# As often as the watch looks near an edge (watch.pace).
CLOSE_SECONDS = 0.1


class Looking:
    """A clock whose waits are short while `is_close` says so."""

    def __init__(self, clock: Clock, is_close: Callable[[], bool]) -> None:
        self._clock, self._is_close = clock, is_close

    def unix_seconds(self) -> float:
        return self._clock.unix_seconds()

    def seconds(self) -> float:
        return self._clock.seconds()

    def wait(self, seconds: float) -> bool:
        return self._clock.wait(min(seconds, CLOSE_SECONDS) if self._is_close() else seconds)
