"""The generator of moments: sample, judge, yield, wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Event, Level, Moment, Sample, Verdict
from mnemo_cli.model.alerts import Alert
from mnemo_cli.sampling.machine import Sampler
from mnemo_cli.watch.clock import Clock
from mnemo_cli.watch.pace import wait_seconds
from mnemo_cli.watch.trackers import TrackerSource, with_trackers

if TYPE_CHECKING:
    from mnemo_cli.limits.rules.alerting import Alerting


@dataclass(slots=True, kw_only=True)
class Rhythm:
    """How often a whole sample is taken; a person may change it while the watch runs, or want one `at_once`."""

    interval_seconds: float
    at_once: bool = False


@dataclass(slots=True)
class Scale:
    """Where the levels begin, for a watch during which the settings may be read again. No level is forgotten by it."""

    edges: Edges


def watch(
    sampler: Sampler,
    *,
    edges: Edges | Scale,
    rhythm: Rhythm,
    clock: Clock,
    trackers: TrackerSource | None = None,
    alerting: "Alerting | None" = None,
) -> Iterator[Moment]:
    """Moments until the clock says stop or the target has ended.

    One reported moment per interval; between them, near a limit, glances that are judged and
    matter only for their events. The last moment of a target that ended carries an exit event.
    `trackers` are for reported moments only: they decide no level. So are the alerts of `alerting`; moments
    between carry those of the last report.
    """
    scale = edges if isinstance(edges, Scale) else Scale(edges)
    judge = _Judge(scale, alerting)
    before, last_wait_seconds, due_seconds = None, rhythm.interval_seconds, clock.seconds()
    while True:
        now_seconds = clock.seconds()
        whole = now_seconds >= due_seconds
        read = sampler.sample if whole else sampler.glance
        sample = read(time_seconds=clock.unix_seconds(), clock_seconds=now_seconds)
        if whole and trackers is not None:
            sample = with_trackers(sample, sampler, trackers)
        verdict = judge.verdict(sample, whole=whole)
        ended = _has_ended(sample)
        if ended and whole:
            yield Moment(sample=sample, verdict=verdict._replace(events=(*verdict.events, _exit_event(sample))))
            return
        yield Moment(sample=sample, verdict=verdict, reported=whole)
        if whole:
            due_seconds = _next_due(due_seconds, now_seconds, rhythm.interval_seconds)
        elif ended:
            # A glance lacks most readings: the last moment shall be a whole one.
            due_seconds = now_seconds
        last_wait_seconds = wait_seconds(
            before, sample, scale.edges, interval_seconds=rhythm.interval_seconds, last_wait_seconds=last_wait_seconds
        )
        before = sample
        if not clock.wait(max(0.0, min(last_wait_seconds, due_seconds - clock.seconds()))):
            return
        # The person may have chosen a shorter interval meanwhile.
        due_seconds = min(due_seconds, clock.seconds() + rhythm.interval_seconds)
        if rhythm.at_once:
            rhythm.at_once, due_seconds = False, clock.seconds()


class _Judge:
    """What the samples so far mean: levels of every one, alerts of whole ones."""

    def __init__(self, scale: Scale, alerting: "Alerting | None") -> None:
        self._scale, self._alerting = scale, alerting
        self._state = State()
        self._alerts: tuple[Alert, ...] = ()

    def verdict(self, sample: Sample, *, whole: bool) -> Verdict:
        self._state, verdict = step(self._state, sample, self._scale.edges, whole=whole)
        if not whole or self._alerting is None:
            return verdict._replace(alerts=self._alerts) if self._alerts else verdict
        self._alerts, events, gaps = self._alerting.judge(sample, verdict)
        return verdict._replace(alerts=self._alerts, events=verdict.events + events, gaps=verdict.gaps + gaps)


def _next_due(due_seconds: float, now_seconds: float, interval_seconds: float) -> float:
    """On the beat, so that lateness does not add up; beats that were missed are skipped."""
    on_beat = due_seconds + interval_seconds
    return on_beat if on_beat > now_seconds else now_seconds + interval_seconds


def _has_ended(sample: Sample) -> bool:
    """The end of a program that we started is told by `Child`, with its exit code, through the clock."""
    return sample.scope.kind in ("process", "name") and sample.target is not None and sample.target.processes == 0


def _exit_event(sample: Sample) -> Event:
    return Event(
        time_seconds=sample.time_seconds,
        event="exit",
        level=Level.NORMAL,
        text=f"{sample.scope.name} has ended",
        fields={"scope": sample.scope.json},
    )
