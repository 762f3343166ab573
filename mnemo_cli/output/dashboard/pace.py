"""How often a screen's watch looks: halved and doubled by a person, within bounds."""

from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm

_SHORTEST_INTERVAL_SECONDS, _LONGEST_INTERVAL_SECONDS = 0.1, 60.0


def faster(rhythm: Rhythm, clock: WaitingClock) -> None:
    """Twice as often, from now on."""
    _set(rhythm, clock, rhythm.interval_seconds / 2)


def slower(rhythm: Rhythm, clock: WaitingClock) -> None:
    """Half as often."""
    _set(rhythm, clock, rhythm.interval_seconds * 2)


def at_once(rhythm: Rhythm, clock: WaitingClock) -> None:
    """One whole sample now: the screen wants what the last one had not."""
    rhythm.at_once = True
    clock.wake()


def _set(rhythm: Rhythm, clock: WaitingClock, interval_seconds: float) -> None:
    rhythm.interval_seconds = max(_SHORTEST_INTERVAL_SECONDS, min(_LONGEST_INTERVAL_SECONDS, interval_seconds))
    clock.wake()
