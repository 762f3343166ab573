"""What the view remembers between frames: the history of use, the trends of processes and components, events."""

from collections import deque
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.limits.programs import programs
from mnemo_cli.model import Component, Event, Moment, Process
from mnemo_cli.output.dashboard.fills import Fills
from mnemo_cli.recording.document import timestamp

if TYPE_CHECKING:
    from mnemo_cli.output.dashboard.table.row import TableRow

HISTORY_SECONDS = 600.0
_TREND_SPACING_SECONDS = 8.0
_TREND_POINTS = 16
_MOST_EVENTS = 100
# A process that is not among those read keeps its trend so long, and at most so many do.
_UNSEEN_SECONDS, _MOST_UNSEEN = 60.0, 500


@dataclass(slots=True)
class Trend:
    """The resident size of one process over the last two minutes: (clock seconds, bytes)."""

    points: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_TREND_POINTS))
    latest: tuple[float, int] = (0.0, 0)

    def note(self, clock_seconds: float, rss_bytes: int) -> None:
        """Remember a reading; points are 8 s apart, the latest one is always there."""
        if not self.points or clock_seconds - self.points[-1][0] >= _TREND_SPACING_SECONDS:
            self.points.append((clock_seconds, rss_bytes))
        self.latest = clock_seconds, rss_bytes

    @property
    def growth_bytes_per_minute(self) -> float | None:
        """None before there are five seconds to compare."""
        if not self.points or self.latest[0] - self.points[0][0] < 5:
            return None
        (began, first), (now, last) = self.points[0], self.latest
        return (last - first) / (now - began) * 60

    def values(self) -> list[float]:
        """The sizes, oldest first."""
        sizes = [float(size) for _, size in self.points]
        return sizes if not self.points or self.points[-1] == self.latest else [*sizes, float(self.latest[1])]


class ViewMemory:
    """Fed with every moment; knows the past of the binding limit, of the rows shown, and of events."""

    def __init__(self) -> None:
        self.ratios: deque[tuple[float, float]] = deque()
        self.trends: dict[tuple[int, int], Trend] = {}
        self.events: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self.peak_at_seconds: float | None = None
        self.rates = Rates()
        self.flows = Flows()
        self.fills = Fills()
        # The rows of the table as last made: of which processes, by which choice.
        self.rows_made: tuple[Sequence[Process], object, tuple[TableRow, ...]] | None = None
        self._peak = 0

    def note(self, moment: Moment) -> None:
        """Take in one moment."""
        self.events.extendleft(moment.verdict.events)
        if not moment.reported:
            return
        now, binding = moment.sample.clock_seconds, moment.verdict.binding
        if binding is not None and binding.used_ratio is not None:
            self.ratios.append((now, binding.used_ratio))
        while self.ratios and self.ratios[0][0] < now - HISTORY_SECONDS:
            self.ratios.popleft()
        peak = moment.verdict.peak_used_bytes
        if peak is not None and peak != self._peak:
            self._peak, self.peak_at_seconds = peak, moment.sample.time_seconds
        self._note_processes(moment.sample.processes, now)
        self.rates.note(moment)
        self.flows.note(moment)
        self.fills.note(moment)

    def trend_of(self, process: Process) -> Trend | None:
        """The past of one process, if it was shown before."""
        return self.trends.get((process.pid, process.started))

    def window(self, end: float, span: float) -> list[tuple[float, float]]:
        """The ratios of the `span` seconds before `end`."""
        return [point for point in self.ratios if end - span <= point[0] <= end]

    def snapshot(self) -> "ViewMemory":
        """As it is now: later moments change only the original."""
        held = copy(self)
        held.ratios, held.events, held.rates = self.ratios.copy(), self.events.copy(), copy(self.rates)
        held.flows = copy(self.flows)
        held.fills = self.fills.until(inf)
        held.trends = {key: Trend(trend.points.copy(), trend.latest) for key, trend in self.trends.items()}
        return held

    def _note_processes(self, processes: Sequence[Process], now: float) -> None:
        self.rows_made = None
        trends, seen = self.trends, set()
        for process in processes:
            key = (process.pid, process.started)
            seen.add(key)
            trend = trends.get(key)
            if trend is None:
                trend = trends[key] = Trend()
            if process.rss_bytes is not None:
                trend.note(now, process.rss_bytes)
        if len(trends) > len(seen):
            self._forget(trends.keys() - seen, now)

    def _forget(self, unseen: Collection[tuple[int, int]], now: float) -> None:
        """Who falls out of the rows that are read and soon comes back has kept its past; thousands have not."""
        latest = sorted(((self.trends[key].latest[0], key) for key in unseen), reverse=True)
        for position, (seen_seconds, key) in enumerate(latest):
            if position >= _MOST_UNSEEN or now - seen_seconds > _UNSEEN_SECONDS:
                del self.trends[key]


class Rates:
    """Events per second between the last two samples, of counters that only grow."""

    def __init__(self) -> None:
        self.major_faults_per_second: float | None = None
        self.refaults_per_second: float | None = None
        self._before: tuple[float, str, int | None, int | None] | None = None

    def note(self, moment: Moment) -> None:
        """Compare with the sample before, if the same limit binds."""
        binding = moment.verdict.binding
        if binding is None:
            return
        now = (moment.sample.clock_seconds, binding.source.sentence, binding.major_faults_total, binding.refaults_total)
        before, self._before = self._before, now
        if before is None or before[1] != now[1] or now[0] <= before[0]:
            self.major_faults_per_second = self.refaults_per_second = None
            return
        span = now[0] - before[0]
        self.major_faults_per_second = _rate(before[2], now[2], span)
        self.refaults_per_second = _rate(before[3], now[3], span)


class Flow(NamedTuple):
    """What went through a component between two samples; None before there are two, and where nobody asked."""

    evicted_per_second: float | None = None
    rejected_per_second: float | None = None
    hit_ratio: float | None = None


class Flows:
    """The flow of each component of each program, its workers added up."""

    def __init__(self) -> None:
        self._flows: dict[tuple[str, str], Flow] = {}
        self._before: tuple[float, dict[tuple[str, str], Component]] = (0.0, {})

    def note(self, moment: Moment) -> None:
        """Compare with the sample before."""
        now = moment.sample.clock_seconds
        seen = {
            (program.name, part.component.name): part.component
            for program in programs(moment.sample.trackers)
            for part in program.components
        }
        (then, before), self._before = self._before, (now, seen)
        # New dicts each time: a paused view keeps the old ones.
        self._flows = {
            key: _flow(before[key], component, now - then)
            for key, component in seen.items()
            if key in before and now > then
        }

    def of(self, program: str, component: str) -> Flow:
        """Unknown for a component that was not there in two samples."""
        return self._flows.get((program, component), Flow())


def _flow(before: Component, now: Component, span_seconds: float) -> Flow:
    hits, misses = now.hits_total - before.hits_total, now.misses_total - before.misses_total
    asked = hits >= 0 and misses >= 0 and hits + misses > 0
    return Flow(
        evicted_per_second=_rate(before.evicted_total, now.evicted_total, span_seconds),
        rejected_per_second=_rate(before.rejected_total, now.rejected_total, span_seconds),
        hit_ratio=hits / (hits + misses) if asked else None,
    )


def _rate(before: int | None, now: int | None, span_seconds: float) -> float | None:
    return None if before is None or now is None else max(0, now - before) / span_seconds


def clock_text(time_seconds: float) -> str:
    """UTC, for a screen: "14:02:31"."""
    return timestamp(time_seconds)[11:19]
