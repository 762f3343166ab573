"""One watch from its first moment to its exit code: what `mnemo monitor` runs once its options are read."""

import contextlib
import gc
import logging
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.commands.fate import Fate
from mnemo_cli.commands.lines import Lines, LinesChoice, opened
from mnemo_cli.commands.recordings import RecordingChoice, Recordings
from mnemo_cli.commands.reloading import Reload, Tuning
from mnemo_cli.commands.service import Service
from mnemo_cli.commands.showing import Dashboard, LookChoice
from mnemo_cli.errors import ExitCode
from mnemo_cli.limits.gate import Gate
from mnemo_cli.model import Gap, Level, Moment, Tracker
from mnemo_cli.output.log import log_event
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.rlimits import raise_own_descriptor_limit
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.watch.child import Output
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import watch
from mnemo_cli.watch.outcome import Bounds, Outcome
from mnemo_cli.watch.signals import EndingSignals
from mnemo_cli.watch.trackers import PublishedTrackers, TrackerSource, unasked

if TYPE_CHECKING:
    from mnemo_cli.sampling.machine import Sampler
    from mnemo_cli.settings import Settings

# The processes in a line of ndjson; nobody reads more of them once a second.
_LINE_ROWS = 20


class View(Enum):
    """How moments are shown."""

    DASHBOARD = "dashboard"
    LINES = "lines"
    NOTHING = "nothing"


class WatchChoice(NamedTuple):
    """What the person asked for, beside the settings."""

    target: TargetChoice
    bounds: Bounds
    view: View
    fail_on: Level | None = None
    program: list[str] | None = None
    look: LookChoice = LookChoice()
    lines: LinesChoice = LinesChoice()
    recording: RecordingChoice = RecordingChoice()
    is_service: bool = False


class Watching:
    """Owns everything that one watch needs, and closes it all. `reread` gives the settings as they are now."""

    def __init__(
        self, settings: "Settings", choice: WatchChoice, logger: logging.Logger, reread: "Callable[[], Settings]"
    ) -> None:
        self._choice = choice
        self._logger = logger
        self._clock = WaitingClock()
        self._tuning = Tuning(settings, logger)
        self._service = Service(self._clock, is_service=choice.is_service and choice.program is None)
        self._reload = Reload(self._tuning, reread, self._clock, self._service, logger)
        self._outcome = Outcome(gate=Gate(fail_on=choice.fail_on))
        self._output_failed = False

    def run(self) -> int:
        """Watch to the end; the exit code."""
        gc.enable()
        gc.freeze()
        with contextlib.ExitStack() as stack:
            recordings = Recordings(self._choice.recording, self._tuning, self._logger, self._clock.unix_seconds)
            stack.callback(recordings.close)
            fate = Fate(self._choice.target, self._clock)
            stack.callback(fate.close)
            lines = stack.enter_context(self._lines()) if self._choice.view is View.LINES else None
            signals = stack.enter_context(EndingSignals(self._clock, fate.forward, self._on_reload))
            if self._choice.program is not None:
                fate.start(self._choice.program, Output.FILE if self._is_dashboard else Output.OWN)
                stack.callback(self._end, fate)
            asked = recordings.asked(self._asked)
            sampler = choose_sampler(
                fate.choice,
                portable=self._tuning.settings.sampler() == "portable",
                asked=asked,
                most_descriptors=raise_own_descriptor_limit(),
            )
            for close in (sampler.close, self._tuning.log.close, self._tuning.alarm.close, self._service.close):
                stack.callback(close)
            if (longest := self._choice.bounds.longest_seconds) is not None:
                self._clock.stop_after(longest)
            moments = self._moments(sampler, fate, recordings, self._trackers(asked, recordings))
            if self._is_dashboard:
                look = self._choice.look
                Dashboard(fate.choice, look, self._tuning, self._clock, recordings, self._logger).show(moments, sampler)
            else:
                self._write(moments, lines, fate)
            self._end(fate)
            self._outcome = self._outcome.with_largest(
                fate.largest_bytes, fate.choice.budget_bytes, self._tuning.scale.edges
            )
            fate.tell(self._outcome, expected=signals.received is not None)
        code = self._outcome.exit_code(
            self._choice.bounds,
            timed_out=self._clock.timed_out,
            child_code=fate.exit_code,
            signal_code=signals.exit_code,
        )
        return code or (ExitCode.FINDING if self._output_failed else ExitCode.DONE)

    @property
    def _is_dashboard(self) -> bool:
        return self._choice.view is View.DASHBOARD

    @property
    def _shows_nothing(self) -> bool:
        return self._choice.view is View.NOTHING

    @property
    def _on_reload(self) -> Callable[[], None] | None:
        """A hangup ends a dashboard, whose terminal it is about, and is handed to a program, which may know better."""
        return None if self._is_dashboard or self._choice.program is not None else self._reload

    @property
    def _asked(self) -> Asked:
        wants = not self._shows_nothing and self._choice.lines.fields.need_processes
        return Asked(rows=_LINE_ROWS if wants else 0, counted=self._tuning.alarm.counts_processes)

    def _trackers(self, asked: Asked, recordings: Recordings) -> TrackerSource:
        """Those of containers too where they are shown, or where the processes in scope are known in any case."""
        fields = self._choice.lines.fields
        if self._shows_nothing or recordings.is_on or fields.need_trackers:
            wants = self._choice.target.is_tree or asked.anyone or not self._shows_nothing
            return PublishedTrackers(in_containers=wants)
        published = PublishedTrackers(in_containers=asked.anyone)

        def for_rules(scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]:
            """Rules that somebody wrote, be it for a reload, may be about them; built-in ones are unknown without."""
            read = published if self._tuning.alarm.gates else unasked
            return read(scope, gaps, time_seconds=time_seconds)

        return for_rules

    @contextlib.contextmanager
    def _lines(self) -> Iterator[Lines]:
        with opened(self._choice.lines) as file:
            yield Lines(self._choice.lines, file, self._logger, goes_on=self._choice.program is not None)

    def _moments(
        self, sampler: "Sampler", fate: Fate, recordings: Recordings, trackers: TrackerSource
    ) -> Iterator[Moment]:
        """Every moment, logged and counted, until a bound is reached."""
        alarm, bounds = self._tuning.alarm, self._choice.bounds
        for moment in watch(
            sampler,
            edges=self._tuning.scale,
            rhythm=self._tuning.rhythm,
            clock=self._clock,
            trackers=trackers,
            alerting=alarm.alerting,
        ):
            self._outcome = self._outcome.heeding(alarm.gates).after(moment, bounds)
            self._tuning.log.note(moment)
            recordings.note(moment)
            alarm.note(moment)
            # Other rules, after a reload, may ask how many there are.
            sampler.asked = sampler.asked._replace(counted=alarm.counts_processes)
            fate.note(moment, sampler)
            for event in () if self._is_dashboard else moment.verdict.events:
                log_event(self._logger, event)
            yield moment
            self._service.note(moment)
            if self._outcome.is_over(bounds):
                return

    def _write(self, moments: Iterator[Moment], lines: Lines | None, fate: Fate) -> None:
        for moment in moments:
            if lines is not None:
                lines.note(moment)
        if lines is not None:
            if (event := fate.last_event()) is not None:
                lines.end(event)
            self._output_failed = lines.failed

    def _end(self, fate: Fate) -> None:
        fate.end(bound_is_reached=self._clock.timed_out or self._outcome.is_over(self._choice.bounds))
