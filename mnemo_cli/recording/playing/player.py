"""The moments of a recording at the pace at which they were recorded, or faster or slower.

The moments that come out are on one monotonic clock, whatever those of the recording were: a recording may be joined
from several, and the machine may have been started again.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from mnemo_cli.model import Event, Level, Moment
from mnemo_cli.units import format_duration
from mnemo_cli.watch.clock import Clock

SLOWEST, FASTEST = 0.1, 1000.0
# Of the recording's time so much is waited for at most.
LONGEST_WAIT_SECONDS = 5.0
# A step is a gap if it is so many times the usual one.
_GAP_FACTOR = 3.0
_STEPS_REMEMBERED = 9
# Clock and time differ by the rounding of the time, and by what it is set meanwhile.
_ONE_CLOCK_SECONDS = 1.0
_PAUSED_LOOK_SECONDS = 0.1
# A wait of less than this is none: a clock need not move by it.
_NOTHING_SECONDS = 1e-6
# A player that was held up goes on at its pace, instead of racing after what it missed.
_MOST_LATE_SECONDS = 0.5


class Player:
    """Plays moments. `speed` and `is_paused` are asked again and again: both may change at any time.

    `is_late` says that the next moment is due already: whoever shows this one may as well skip it.
    """

    def __init__(self, clock: Clock, *, speed: Callable[[], float], is_paused: Callable[[], bool]) -> None:
        self._clock = clock
        self._speed = speed
        self._is_paused = is_paused
        self._steps: deque[float] = deque(maxlen=_STEPS_REMEMBERED)
        self._shift_seconds = 0.0
        # How far the recording should be by now, and how far it is: both in its own seconds from the first moment.
        self._due_seconds = self._shown_seconds = 0.0
        self._looked_seconds = clock.seconds()
        self.is_late = False

    def play(self, moments: Iterable[Moment]) -> Iterator[Moment]:
        """Until the last one, or until the clock says stop; a gap of the recording, and its end, are events."""
        before: Moment | None = None
        self._looked_seconds = self._clock.seconds()
        for moment in moments:
            if before is None:
                before = moment
                yield moment
                continue
            step_seconds = self._step(before, moment)
            before = moment
            event = self._gap(step_seconds, moment)
            if not self._wait(min(step_seconds, LONGEST_WAIT_SECONDS)):
                return
            shifted = self._on_one_clock(moment)
            yield shifted if event is None else _with_event(shifted, event)
        if before is not None:
            yield self._end(before)

    def _end(self, last: Moment) -> Moment:
        """Nothing new but an event."""
        event = _mark(last, "the recording ends here")
        shifted = self._on_one_clock(last)
        return shifted._replace(reported=False, verdict=shifted.verdict._replace(events=(event,)))

    def _step(self, before: Moment, moment: Moment) -> float:
        """How much later it was, by the clock; by the time where the clock is another one, as after a reboot."""
        span = moment.sample.clock_seconds - before.sample.clock_seconds
        by_time = moment.sample.time_seconds - before.sample.time_seconds
        if span >= 0 and abs(span - by_time) < _ONE_CLOCK_SECONDS:
            return span
        step_seconds = min((each for each in (span, by_time) if each >= 0), default=0.0)
        self._shift_seconds += step_seconds - span
        return step_seconds

    def _on_one_clock(self, moment: Moment) -> Moment:
        if not self._shift_seconds:
            return moment
        sample = moment.sample
        return moment._replace(sample=sample._replace(clock_seconds=sample.clock_seconds + self._shift_seconds))

    def _gap(self, step_seconds: float, moment: Moment) -> Event | None:
        """A step that is far longer than those before it, and longer than is waited for."""
        usual = sorted(self._steps)[len(self._steps) // 2] if self._steps else step_seconds
        self._steps.append(step_seconds)
        if step_seconds <= LONGEST_WAIT_SECONDS or step_seconds <= usual * _GAP_FACTOR:
            return None
        return _mark(moment, f"nothing was recorded for {format_duration(step_seconds)}; the replay skips it")

    def _wait(self, step_seconds: float) -> bool:
        """Until the recording should be `step_seconds` further; False: stop."""
        self._shown_seconds += step_seconds
        while True:
            speed = self._advance()
            remaining_seconds = (self._shown_seconds - self._due_seconds) / speed
            self.is_late = remaining_seconds < 0
            if self._is_paused():
                pause_seconds = _PAUSED_LOOK_SECONDS
            else:
                pause_seconds = max(0.0, remaining_seconds)
            if not self._clock.wait(pause_seconds):
                return False
            speed = self._advance()
            if not self._is_paused() and self._due_seconds >= self._shown_seconds - _NOTHING_SECONDS * speed:
                self._due_seconds = min(self._due_seconds, self._shown_seconds + _MOST_LATE_SECONDS * speed)
                return True

    def _advance(self) -> float:
        """Count the time since the last look, at the present speed, unless it stands still; the speed."""
        now, speed = self._clock.seconds(), min(FASTEST, max(SLOWEST, self._speed()))
        if not self._is_paused():
            self._due_seconds += (now - self._looked_seconds) * speed
        self._looked_seconds = now
        return speed


def _mark(moment: Moment, text: str) -> Event:
    return Event(time_seconds=moment.sample.time_seconds, event="mark", level=Level.NORMAL, text=text)


def _with_event(moment: Moment, event: Event) -> Moment:
    verdict = moment.verdict
    return moment._replace(verdict=verdict._replace(events=(event, *verdict.events)))
