"""The moments of the last ten minutes, for a person who steps back through them while the view is paused.

What did not change from one moment to the next is kept once: a moment in which nothing happened costs little more
than its own shell, and six hundred of fifty processes a few megabytes.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from mnemo_cli.model import Moment, Process
from mnemo_cli.output.dashboard.memory import HISTORY_SECONDS, ViewMemory

_MOST_MOMENTS = 600
# A shorter interval is thinned out, so that ten minutes stay ten minutes.
_SPACING_SECONDS = HISTORY_SECONDS / _MOST_MOMENTS
# The largest processes of each moment; the present one is shown whole.
_MOST_PROCESSES = 100
# What the trends of a view look back, and how far apart their points are.
_TREND_SECONDS, _TREND_SPACING_SECONDS = 120.0, 8.0

T = TypeVar("T")


class Kept:
    """Fed with every reported moment; `hold` gives what is there, the oldest first."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque(maxlen=_MOST_MOMENTS)
        self._processes: dict[tuple[int, int], Process] = {}

    def __len__(self) -> int:
        return len(self._moments)

    def note(self, moment: Moment) -> None:
        """Keep a moment; of those that are too close together the newest."""
        moments = self._moments
        now = moment.sample.clock_seconds
        if len(moments) > 1 and moments[-1].sample.clock_seconds - moments[-2].sample.clock_seconds < _SPACING_SECONDS:
            moments.pop()
        moments.append(self._slim(moment))
        while moments[0].sample.clock_seconds < now - HISTORY_SECONDS:
            moments.popleft()

    def hold(self) -> tuple[Moment, ...]:
        """As they are now: later moments do not change it."""
        return tuple(self._moments)

    def _slim(self, moment: Moment) -> Moment:
        processes = {}
        for process in moment.sample.processes[:_MOST_PROCESSES]:
            key = (process.pid, process.started)
            known = self._processes.get(key)
            processes[key] = process if known is None else _process(process, known)
        self._processes = processes
        sample = moment.sample._replace(processes=())
        if self._moments:
            before = self._moments[-1]
            sample = shared(sample, before.sample)
            moment = moment._replace(verdict=shared(moment.verdict, before.verdict))
        return moment._replace(sample=sample._replace(processes=tuple(processes.values())))


def shared(new: T, old: object) -> T:
    """`new`, made of the parts of `old` wherever they are equal."""
    # Of the same type, which a checker cannot see.
    return _shared(new, old)  # type: ignore[return-value]


def _shared(new: object, old: object) -> object:
    if new is old or type(new) is not type(old):
        return new
    if not isinstance(new, tuple) or not isinstance(old, tuple):
        return old if new == old else new
    parts = [_shared(part, known) for part, known in zip(new, old, strict=False)]
    parts += new[len(old) :]
    if len(new) == len(old) and all(part is known for part, known in zip(parts, old, strict=True)):
        return old
    # A named tuple is not made as a tuple is.
    make: Callable[[list[object]], object] = getattr(type(new), "_make", tuple)
    return make(parts)


def memory_then(held: Sequence[Moment], position: int, memory: ViewMemory) -> ViewMemory:
    """What a view knew at the moment at `position`; `memory` is what it knew at the last one."""
    now = held[position].sample
    then = ViewMemory()
    for moment in _spaced(held[: position + 1]):
        then.note(moment)
    then.fills = memory.fills.until(now.clock_seconds)
    then.ratios.clear()
    then.ratios.extend(point for point in memory.ratios if point[0] <= now.clock_seconds)
    then.events.clear()
    then.events.extend(event for event in memory.events if event.time_seconds <= now.time_seconds)
    peak_at = memory.peak_at_seconds
    if peak_at is not None and peak_at <= now.time_seconds:
        then.peak_at_seconds = peak_at
    return then


def _spaced(moments: Sequence[Moment]) -> list[Moment]:
    """The moments that trends are made of, and the last two, from which rates are."""
    now = moments[-1].sample.clock_seconds
    chosen: list[Moment] = []
    for moment in moments[:-2]:
        clock = moment.sample.clock_seconds
        if now - clock <= _TREND_SECONDS and (
            not chosen or clock - chosen[-1].sample.clock_seconds >= _TREND_SPACING_SECONDS
        ):
            # What programs count has no trends here, and costs more than all the rest.
            chosen.append(moment._replace(sample=moment.sample._replace(trackers=())))
    return [*chosen, *moments[-2:]]


def _process(new: Process, old: Process) -> Process:
    return old if new == old else shared(new, old)
