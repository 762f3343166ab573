"""One demo from its first moment to its exit code: the service, its guard, and what is shown of both."""

import contextlib
import dataclasses
import functools
import logging
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.guard.guard import Guard, GuardOptions, Watching
from mnemo_cli.errors import ExitCode, UsageError
from mnemo_cli.model import Gap, Moment, Tracker
from mnemo_cli.orchestrate.demo.group import own_group
from mnemo_cli.orchestrate.demo.service import Demo
from mnemo_cli.output.lines import LineFormat, moment_text
from mnemo_cli.output.log import tell
from mnemo_cli.sampling.asked import NOBODY, Asked
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.machine import Sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.settings import Settings
from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.units import format_duration, format_size
from mnemo_cli.watch.clock import WaitingClock
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.signals import EndingSignals
from mnemo_cli.watch.trackers import PublishedTrackers

# How long a drain may take beyond the end of the script, which ends it by itself.
_SPARE_SECONDS = 2.0
_LOOK_SECONDS = 0.1
_LINE_SECONDS = 1.0
_MOST_LOOKS_A_DEMO = 90

Show = Callable[[Moment], None]


class Demonstrating:
    """Owns everything that one demo needs, and closes it all."""

    def __init__(self, settings: Settings, *, seconds: float, limit_bytes: int | None, color: str) -> None:
        self._settings, self._seconds, self._limit_bytes, self._color = settings, seconds, limit_bytes, color
        self._clock = WaitingClock()
        self._rhythm = Rhythm(interval_seconds=min(0.5, seconds / _MOST_LOOKS_A_DEMO))
        self._moments: deque[Moment] = deque()
        self._sampler: Sampler | None = None

    def run(self, group_bytes: int, simulated_bytes: int, *, in_group: bool, environment: Mapping[str, str]) -> int:
        """Until the drain is over, or somebody ends it; the exit code."""
        with contextlib.ExitStack() as stack:
            limit_bytes = self._limit_bytes or group_bytes
            is_in, place = False, "no memory group was asked for"
            if in_group:
                is_in, place = stack.enter_context(own_group(Path("/"), limit_bytes))
            if not is_in:
                limit_bytes = self._limit_bytes or simulated_bytes
                place = f"a limit that is only counted: {place}"
            tell(f"{format_size(limit_bytes)}, {place}; it ends by itself with exit code 75")
            stack.enter_context(_shown_not_logged())
            signals = stack.enter_context(EndingSignals(self._clock, lambda _: self._clock.stop()))
            tracker = stack.enter_context(MemoryTracker("mnemo-demo", limit_bytes=limit_bytes, published=True))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mnemo-demo-")))
            demo = Demo(folder, tracker, limit_bytes=limit_bytes, seconds=self._seconds)
            stack.callback(demo.end)
            guard = self._guard(demo, tracker, None if is_in else limit_bytes)
            stack.callback(guard.stop)
            self._show(demo, guard, is_live=_is_live(environment))
            code = guard.exit_code or signals.exit_code or ExitCode.INTERRUPTED
        tell(_summary(demo, guard, self._seconds))
        return code

    def _guard(self, demo: Demo, tracker: MemoryTracker, simulated_bytes: int | None) -> Guard:
        choice = TargetChoice()
        if simulated_bytes is not None:
            choice = TargetChoice(kind="process", pid=os.getpid(), budget_bytes=simulated_bytes)
        sampler = self._sampler = choose_sampler(choice, portable=self._settings.sampler() == "portable", asked=NOBODY)
        edges = self._settings.levels()
        moments = functools.partial(watch, sampler, edges=edges, rhythm=self._rhythm, trackers=_Own())
        options = GuardOptions(
            components=demo.components,
            save=demo.save,
            close=demo.close,
            pause=demo.pause,
            resume=demo.resume,
            exit=lambda code: None,
            drain_timeout_seconds=self._seconds / 4 + _SPARE_SECONDS,
        )
        watching = Watching(
            lambda clock: moments(clock=clock), tracker.requests, self._moments.append, (sampler.close,)
        )
        # Memory that is filled within a minute is always forecast to be full soon: here each step waits for its edge.
        return Guard(options, watching, dataclasses.replace(StepEdges.of(edges), soon_seconds=0.0))

    def _show(self, demo: Demo, guard: Guard, *, is_live: bool) -> None:
        with contextlib.ExitStack() as stack:
            show = stack.enter_context(self._live()) if is_live else _Lines()
            has_begun = False
            while self._clock.wait(_LOOK_SECONDS) and guard.is_running:
                if not has_begun and guard.moment is not None:
                    self._refuse_too_small(guard.moment)
                    demo.start(guard)
                    has_begun = True
                self._show_all(show)
            if not has_begun and guard.moment is not None and not guard.is_running:
                self._refuse_too_small(guard.moment)  # it drained before there was a load
            self._show_all(show)

    def _show_all(self, show: Show) -> None:
        while self._moments:
            show(self._moments.popleft())

    def _refuse_too_small(self, moment: Moment) -> None:
        """UsageError where the interpreter alone is above the first edge: there would be no normal to begin with."""
        binding = moment.verdict.binding
        if binding is None or binding.used_ratio is None:
            raise UsageError("no memory limit could be read here: the demo has nothing to fill")
        if binding.used_ratio >= self._settings.levels().moderate_ratio:
            used = format_size(binding.used_bytes or 0)
            raise UsageError(
                f"{used} of {binding.source.sentence} are used before the load begins; give a higher --limit"
            )

    @contextlib.contextmanager
    def _live(self) -> Iterator[Show]:
        from mnemo_cli.output.dashboard.look import Look
        from mnemo_cli.output.dashboard.screen import Screen
        from mnemo_cli.output.dashboard.terminal import terminal_console

        console = terminal_console(self._color)
        look = Look(ascii_only=not console.encoding.startswith("utf"))
        edges = self._settings.levels()
        with Screen(console, self._clock, self._rhythm, edges, look, ask=self._ask) as screen:
            yield screen.show

    def _ask(self, asked: Asked) -> None:
        if self._sampler is not None:
            self._sampler.asked = asked


class _Own:
    """The trackers of this process alone."""

    def __init__(self) -> None:
        self._published = PublishedTrackers(in_containers=False)

    def __call__(self, scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]:
        return self._published({os.getpid()}, gaps, time_seconds=time_seconds)


def _is_live(environment: Mapping[str, str]) -> bool:
    return sys.stdout.isatty() and environment.get("TERM", "") not in ("", "dumb")


class _Lines:
    """Everything that happens, and once a second how it stands."""

    def __init__(self) -> None:
        self._next_seconds = 0.0

    def __call__(self, moment: Moment) -> None:
        now_seconds = moment.sample.clock_seconds
        reported = now_seconds >= self._next_seconds
        if reported:
            self._next_seconds = now_seconds + _LINE_SECONDS
        sys.stdout.write(moment_text(moment._replace(reported=reported), LineFormat.PLAIN))
        sys.stdout.flush()


@contextlib.contextmanager
def _shown_not_logged() -> Iterator[None]:
    """What a guard logs is on the screen already, or among the lines."""
    logger = logging.getLogger("mnemo")
    silent, logger.propagate = logging.NullHandler(), False
    logger.addHandler(silent)
    try:
        yield
    finally:
        logger.removeHandler(silent)
        logger.propagate = True


def _summary(demo: Demo, guard: Guard, seconds: float) -> str:
    """What there was to see, for those who looked away."""
    if guard.exit_code is None:
        return "the demo was ended early"
    actions = ", ".join(f"{name} {count}" for name, count in guard.totals.items())
    return (
        f"drained after {format_duration(seconds)}: {demo.done} items were done, {demo.saved} are saved for the next "
        f"run ({actions}). Exit code 75 asks whoever started it to start it again"
    )
