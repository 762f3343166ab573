"""One run from its plan to its exit code: what `mnemo orchestrate` does once its options are read."""

import contextlib
import gc
import logging
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mnemo_cli.commands.alarm import Alarm
from mnemo_cli.commands.choices import Choices, make_folders, place_of, plan_of
from mnemo_cli.commands.ending import Ending, HowItEnded, Place
from mnemo_cli.commands.opening import open_engine, open_journal
from mnemo_cli.commands.planning import Means, checked_plan, history_of, limits_here, means_of
from mnemo_cli.commands.telling import Telling, View
from mnemo_cli.errors import EngineError, ExitCode, JournalError
from mnemo_cli.model import Moment
from mnemo_cli.orchestrate.engines.engine import Engine
from mnemo_cli.orchestrate.history import RecallingLearned
from mnemo_cli.orchestrate.inquest.inquest import Inquest
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.placing import PlacingScheduler
from mnemo_cli.orchestrate.plan.reading import OpenedPlan
from mnemo_cli.orchestrate.roll import roll_text
from mnemo_cli.orchestrate.run.counters import RunCounters
from mnemo_cli.orchestrate.run.facts import WORKERS, Facts, whole_facts
from mnemo_cli.orchestrate.run.loop import Loop, LoopSettings
from mnemo_cli.orchestrate.run.picture import Pictures
from mnemo_cli.orchestrate.run.resuming import Unseen, resume
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.tolerant import Tolerant
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting
from mnemo_cli.output.log import tell
from mnemo_cli.output.orchestrate.verdict import verdict_with
from mnemo_cli.redact import printable
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.host import HostMemory
from mnemo_cli.sampling.rlimits import raise_own_descriptor_limit
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.settings import Settings
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm
from mnemo_cli.watch.signals import EndingSignals
from mnemo_cli.watch.trackers import PublishedTrackers

if TYPE_CHECKING:
    from mnemo_cli.output.orchestrate.screen import RunScreen

_ROLL_SECONDS = 5.0


class Orchestrating:
    """Owns everything that one run needs, and closes it all."""

    def __init__(self, choices: Choices, settings: Settings, logger: logging.Logger) -> None:
        self._choices = choices
        self._settings = settings
        self._logger = logger
        self._clock = WaitingClock()
        self._loop: Loop | None = None
        self._run: Run | None = None
        self._journal: Journal | None = None
        self._told_seconds = float("-inf")
        # Whether the journal has all that the engine told.
        self._is_noted = False
        # What an alert asks of this run comes to it as from any other program: through its counters file.
        self._alarm = Alarm(settings, logger)
        self._inquest = Inquest(Path("/"))

    def run(self) -> int:
        """From the first job to the last; the exit code."""
        gc.enable()
        gc.freeze()
        with contextlib.ExitStack() as stack:
            stack.callback(self._inquest.close)
            stack.callback(self._alarm.close)
            plan = plan_of(self._choices)
            stack.callback(plan.close)
            place = place_of(self._choices)
            self._journal = journal = open_journal(place.journal, stack, resumes=self._choices.resume)
            facts = whole_facts(journal.description)
            if facts.exit_code is not None:
                self._logger.warning("the run in %s is over: nothing was run", printable(str(place.journal)))
                self._ending(journal, facts, place).report(facts.exit_code)
                return facts.exit_code
            return self._go(plan, place, journal, stack)

    def _go(self, plan: OpenedPlan, place: Place, journal: Journal, stack: contextlib.ExitStack) -> int:
        journal.file.set_room_aside()
        means = means_of(plan, self._settings, limits_here(self._settings))
        before = whole_facts(journal.description)
        folder = before.folder or str(Path.cwd())
        make_folders(place)
        facts = Facts(plan.name or before.plan, None, means.budget_bytes, means.slots, folder)
        if self._choices.engine.is_dask:
            facts = facts._replace(budget_bytes=means.own_budget_bytes, slots=means.chosen_slots)
        journal.describe(facts.as_texts)
        history = history_of(self._settings)
        stack.callback(history.close)
        telling = Telling(self._choices.view, history, verbose=self._choices.verbose)
        signals = stack.enter_context(EndingSignals(self._clock, self._hear))
        # Before our own descriptor limit is raised: jobs inherit the limits that we were given.
        try:
            engine = self._opened_engine(place, means, folder, signals)
        except EngineError:
            if signals.exit_code is None:
                if place.is_temporary:  # nothing was run, and nobody knows its name
                    shutil.rmtree(place.folder, ignore_errors=True)
                raise
            how = HowItEnded(signal_code=signals.exit_code, is_complete=False)
            return self._ending(journal, facts, place).end(how, seconds=0.0)
        stack.callback(lambda: engine.close(is_noted=self._is_noted))
        queue_limit = self._settings.value("resources.work_queue_max")
        assert isinstance(queue_limit, int)
        source = Tolerant(Unseen(plan.source, journal) if self._choices.resume else plan.source)
        run = self._make_run(
            engine, journal, source, means, telling, RunSettings(queue_limit, place.output_folder, Path(folder))
        )
        loop = self._make_loop(run, engine, source, journal, means, telling, stack)
        began_seconds = self._clock.seconds()
        engine_error = None
        try:
            run.scheduler.note_workers(engine.workers(), now_seconds=began_seconds)
            resume(run, engine, journal, Now(began_seconds, self._clock.unix_seconds()))
            self._watch(loop, telling, stack)
            self._is_noted = run.journal_error is None
        except EngineError as err:
            engine_error = err
        self._tell_of_workers()
        history.save()
        if history.error is not None:
            self._logger.warning("%s", history.error)
        how = HowItEnded(
            journal_error=run.journal_error,
            engine_error=engine_error,
            wrong_line=source.error,
            drained=loop.drained,
            signal_code=signals.exit_code,
            was_left=loop.is_draining,
            refused=telling.refused,
            is_complete=source.is_exhausted,
        )
        return self._ending(journal, facts, place).end(how, seconds=self._clock.seconds() - began_seconds)

    def _opened_engine(self, place: Place, means: Means, folder: str, signals: EndingSignals) -> Engine:
        return open_engine(
            place,
            means,
            self._choices,
            self._settings,
            working_folder=folder,
            is_wanted=lambda: signals.received is None,
        )

    def _ending(self, journal: Journal, facts: Facts, place: Place) -> Ending:
        choices = self._choices
        return Ending(
            journal,
            facts,
            place,
            run_format=choices.run_format,
            program=choices.program is not None,
            quiet=choices.quiet,
        )

    def _make_run(
        self, engine: Engine, journal: Journal, source: Tolerant, means: Means, telling: Telling, settings: RunSettings
    ) -> Run:
        waiting = Waiting(journal.outcome_of)
        learned = RecallingLearned(telling.history)
        scheduler = Scheduler(slots=means.slots, budget_bytes=means.budget_bytes, waiting=waiting, learned=learned)
        verdict_of = verdict_with(self._inquest.hold)
        if self._choices.engine.is_dask:
            scheduler = PlacingScheduler(most_slots=means.chosen_slots, waiting=waiting, learned=learned)
            # The kernel that ended a job was another machine's.
            verdict_of = verdict_with(lambda death: engine.finding(death.key))
        self._run = Run(engine, journal, scheduler, waiting, source, settings, telling.happened, verdict_of)
        standing = journal.standing
        telling.pictures = Pictures(
            self._run,
            telling.typical_seconds,
            done=standing.done,
            failed=standing.failed + standing.cancelled,
        )
        return self._run

    def _make_loop(
        self,
        run: Run,
        engine: Engine,
        source: Tolerant,
        journal: Journal,
        means: Means,
        telling: Telling,
        stack: contextlib.ExitStack,
    ) -> Loop:
        host = HostMemory(Path("/"))
        stack.callback(host.close)
        timeout_seconds = self._settings.value("orchestrate.drain_timeout_secs")
        assert not isinstance(timeout_seconds, str)
        settings = LoopSettings(
            edges=self._settings.levels(),
            own_budget_bytes=None if self._choices.engine.is_dask else means.own_budget_bytes,
            on_critical="resume" if self._settings.value("orchestrate.on_critical") == "resume" else "drain",
            drain_timeout_seconds=timeout_seconds,
        )
        counters = RunCounters()
        stack.callback(counters.close)
        self._loop = Loop(
            run, engine, source, journal, self._clock, settings,
            lambda: host.read_paging([]).oom_kills_total, telling.climbed, counters,
        )  # fmt: skip
        return self._loop

    def _watch(self, loop: Loop, telling: Telling, stack: contextlib.ExitStack) -> None:
        rhythm = Rhythm(interval_seconds=self._settings.interval_seconds())
        sampler = choose_sampler(
            TargetChoice(),
            portable=self._settings.sampler() == "portable",
            asked=Asked(rows=0, counted=self._alarm.counts_processes),
            most_descriptors=raise_own_descriptor_limit(),
        )
        stack.callback(sampler.close)
        trackers = PublishedTrackers()
        with telling.shown(self._screen(loop, rhythm, telling)):
            self._follow(loop.moments(sampler, rhythm, trackers=trackers, alerting=self._alarm.alerting), telling)
        if not loop.is_over:  # the terminal was closed under the screen
            self._clock.stopped = False
            loop.drain()
            self._follow(loop.moments(sampler, rhythm, trackers=trackers, alerting=self._alarm.alerting), telling)

    def _follow(self, moments: Iterator[Moment], telling: Telling) -> None:
        for moment in moments:
            if self._run is not None and not self._choices.engine.is_dask:
                self._inquest.look(self._run.scheduler.flights.values())
            self._alarm.note(moment)
            telling.sampled(moment)
            if moment.sample.clock_seconds - self._told_seconds >= _ROLL_SECONDS:
                self._tell_of_workers()

    def _tell_of_workers(self) -> None:
        """For who asks from another terminal, and for the report."""
        if self._run is None or self._journal is None or not self._choices.engine.is_dask:
            return
        self._told_seconds = self._clock.seconds()
        roll = self._run.scheduler.roll(now_seconds=self._told_seconds, unix_seconds=self._clock.unix_seconds())
        with contextlib.suppress(JournalError):  # the run itself meets it with its next write
            self._journal.describe({WORKERS: roll_text(roll)})

    def _screen(self, loop: Loop, rhythm: Rhythm, telling: Telling) -> "RunScreen | None":
        if self._choices.view is not View.LIVE or telling.pictures is None:
            return None
        from mnemo_cli.output.dashboard.look import Look
        from mnemo_cli.output.dashboard.terminal import terminal_console
        from mnemo_cli.output.orchestrate.screen import RunScreen

        console = terminal_console(self._choices.color.value)
        look = Look(ascii_only=not console.encoding.startswith("utf"))
        edges = self._settings.levels()
        plan = self._choices.plan or ""
        return RunScreen(console, self._clock, rhythm, edges, loop, telling.pictures, look, plan=plan)

    def _hear(self, number: signal.Signals) -> None:
        """A handler may interrupt anything: what it asks for is done in the next wait."""
        if self._run is not None:
            # At once: an attempt that ends in the same instant must not make room for the next one.
            self._run.close()
        self._clock.call_soon(self._end_early)

    def _end_early(self) -> None:
        """The first signal drains, the second one does not wait. A program after -- is asked to end at once."""
        if self._loop is None or self._run is None:
            self._clock.stop()
            return
        if self._choices.program is not None and not self._loop.is_draining:
            for flight in list(self._run.scheduler.flights.values()):
                self._run.stop(flight, "cancelled")
        self._loop.drain()


def dry_run(choices: Choices, settings: Settings) -> int:
    """What would be run, and what of it can never fit; nothing is started or written."""
    from mnemo_cli.output.orchestrate.plan import plan_text, warnings

    plan = plan_of(choices)
    found = checked_plan(plan, settings)
    sys.stdout.write(plan_text(found))
    for warning in warnings(found):
        tell(warning)
    return ExitCode.FINDING if any(checked.is_hopeless for checked in found.jobs) else ExitCode.DONE
