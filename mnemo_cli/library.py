"""What a program imports from mnemo: its settings, a tracker wired to its limits, and a watch beside its work.

    from mnemo_cli import global_memory_tracker, start_memory_monitoring

    tracker = global_memory_tracker()
    with start_memory_monitoring(), tracker.allocation(4096):
        ...

`guard` is the watch that also acts: it slows, shrinks, drains and ends the program before the kernel does.

Nothing happens at the import: settings are read and the machine is asked at the first call. A wrong
setting raises ConfigError there, with the file and line or the variable that is wrong.
"""

import atexit
import contextlib
import functools
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from mnemo_cli.limits.engine import State, step
from mnemo_cli.model import Event, Gap, Level, Moment, Tracker
from mnemo_cli.recording.memory_log import MemoryLog, MemoryLogSettings
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.choose import choose_sampler
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.settings.load import Settings, load
from mnemo_cli.tracker import MemoryTracker
from mnemo_cli.watch.loop import Rhythm, watch
from mnemo_cli.watch.thread_clock import ThreadClock
from mnemo_cli.watch.trackers import PublishedTrackers

if TYPE_CHECKING:
    from mnemo_cli.bounded.resources import Resources
    from mnemo_cli.degrade.caches import Shrinkable
    from mnemo_cli.degrade.event import LadderEvent
    from mnemo_cli.degrade.guard.guard import Guard
    from mnemo_cli.degrade.guard.hooks import Hooks
    from mnemo_cli.degrade.steps import OnCritical
    from mnemo_cli.sampling.machine import Sampler

OnLevelChange = Callable[[Event, Moment], None]

_LOGGER = logging.getLogger("mnemo")
_SEVERITIES = (logging.INFO, logging.WARNING, logging.WARNING, logging.ERROR)
_creating = threading.Lock()


def resources() -> "Resources":
    """The settings of `[resources]`; components take their sizes from them. Raises ConfigError."""
    return _settings().bounded()


def global_memory_tracker() -> MemoryTracker:
    """The one tracker of this program, published at the first call. Raises ConfigError.

    Its limit is the one that binds this process now, its edges and the limits of its components are
    those of the settings. Where no limit can be read it has none, and `check_thresholds` says None.
    """
    with _creating:
        return _tracker()


@functools.cache
def _tracker() -> MemoryTracker:
    settings = _settings()
    edges, sizes = settings.levels(), settings.bounded()
    tracker = MemoryTracker(
        limit_bytes=_binding_limit_bytes(settings),
        edges=(edges.moderate_ratio, edges.high_ratio, edges.critical_ratio, edges.release_margin_ratio),
        published=True,
    )
    tracker.set_limit("event_queue", sizes.event_capacity)
    tracker.set_limit("work_queue", sizes.work_queue_limit)
    tracker.set_limit("db_connections", sizes.db_pool_limit)
    tracker.set_limit("embeddings_cache", sizes.embeddings_cache_limit)
    tracker.set_limit("operation_history", sizes.history_limit)
    return tracker


def start_memory_monitoring(
    interval_seconds: float | None = None, *, on_level_change: OnLevelChange | None = None
) -> "MemoryMonitoring":
    """Watch the limits of this process from a thread, until `stop`. Raises ConfigError, or ValueError for the interval.

    `interval_seconds` is the time between two samples and lines of the memory log; by default that
    of the settings (memory_log_interval_secs). Near a limit samples come faster. Level changes are
    logged by the logger "mnemo": moderate and high as warnings, critical as an error.
    `on_level_change` is then called in that thread, with the event and its moment.
    """
    settings = _settings()
    seconds = settings.memory_log_interval_seconds() if interval_seconds is None else interval_seconds
    _refuse_no_time("interval_seconds", seconds)
    return MemoryMonitoring(settings, seconds, on_level_change)


def guard(
    *,
    components: "Iterable[Shrinkable]" = (),
    save: "Hooks" = (),
    close: "Hooks" = (),
    pause: "Hooks" = (),
    resume: "Hooks" = (),
    on_event: "Callable[[LadderEvent], object] | None" = None,
    exit: Callable[[int], object] | None = None,
    drain_timeout_seconds: float = 30.0,
    grace_seconds: float = 2.0,
    on_critical: "OnCritical" = "drain",
    limit_bytes: int | None = None,
    interval_seconds: float = 1.0,
) -> "Guard":
    """Run the ladder inside this program, from a thread, until it drains or is stopped. Raises ConfigError.

    At high `components` are shrunk a quarter at a time, work is throttled and `pause` is called for background
    jobs (`resume` below high). At critical `accepting()` is false, work in flight is finished until
    `drain_timeout_seconds`, then `save` and `close` are called, and the main thread raises SystemExit(75): run it
    again. `save`, `close` and the end must be done `grace_seconds` after the time-out, or os._exit(75) does it.
    With `exit`, that function is called in its place, with 75, in the guard's thread. With on_critical="resume"
    the program refuses work until there is room again, and does not end.

    Hooks are functions without arguments, sync or async, one or several. In a program of asyncio they run in its
    loop, elsewhere in the guard's thread. `limit_bytes` is a further limit, for this process and its children.
    """
    from mnemo_cli.degrade.edges import StepEdges
    from mnemo_cli.degrade.guard.guard import Guard, GuardOptions, Watching

    _refuse_no_time("interval_seconds", interval_seconds)
    _refuse_no_time("drain_timeout_seconds", drain_timeout_seconds)
    _refuse_no_time("grace_seconds", grace_seconds)
    settings, tracker = _settings(), global_memory_tracker()
    log = _memory_log(settings, settings.memory_log_interval_seconds())
    options = GuardOptions(
        components, save, close, pause, resume, on_event, exit, drain_timeout_seconds, grace_seconds, on_critical
    )
    with contextlib.ExitStack() as undo:
        sampler = _own_sampler(settings, limit_bytes)
        undo.callback(sampler.close)
        moments = functools.partial(
            watch,
            sampler,
            edges=settings.levels(),
            rhythm=Rhythm(interval_seconds=interval_seconds),
            trackers=OwnTrackers(),
        )
        watching = Watching(lambda clock: moments(clock=clock), tracker.requests, log.note, (log.close, sampler.close))
        made = Guard(options, watching, StepEdges.of(settings.levels()))
        undo.pop_all()
    return made


class MemoryMonitoring:
    """A watch in a thread of its own. Ends with `stop`, with its with-block, or with the program.

    A forked child has no such thread: start it there anew.
    """

    def __init__(self, settings: Settings, interval_seconds: float, on_level_change: OnLevelChange | None) -> None:
        self.interval_seconds = interval_seconds
        self.moment: Moment | None = None
        self._on_level_change = on_level_change
        self._clock = ThreadClock()
        self._log = _memory_log(settings, interval_seconds)
        self._sampler = _own_sampler(settings)
        self._moments = watch(
            self._sampler,
            edges=settings.levels(),
            rhythm=Rhythm(interval_seconds=interval_seconds),
            clock=self._clock,
            trackers=OwnTrackers(),
        )
        self._thread = threading.Thread(target=self._run, name="mnemo memory monitoring", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    @property
    def level(self) -> Level | None:
        """The level of the limit that binds, as of the last sample; None when it is not known (yet)."""
        return None if self.moment is None else self.moment.verdict.level

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self, timeout_seconds: float = 5.0) -> bool:
        """End the watch and close the memory log; whether it ended in that time. Harmless when repeated."""
        self._clock.stop()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_seconds)
        atexit.unregister(self.stop)
        return not self._thread.is_alive()

    def __enter__(self) -> "MemoryMonitoring":
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            for moment in self._moments:
                self.moment = moment
                self._log.note(moment)
                for event in moment.verdict.events:
                    if event.event == "level":
                        self._tell(event, moment)
        finally:
            self._log.close()
            self._sampler.close()

    def _tell(self, event: Event, moment: Moment) -> None:
        severity = logging.WARNING if event.level is None else _SEVERITIES[event.level]
        _LOGGER.log(severity, "%s", event.text)
        if self._on_level_change is None:
            return
        try:
            self._on_level_change(event, moment)
        except Exception:
            _LOGGER.exception("on_level_change failed; the watch goes on")


class OwnTrackers:
    """Those of this process alone: a service logs its own components, and not its neighbours'."""

    def __init__(self) -> None:
        self._published = PublishedTrackers(in_containers=False)

    def __call__(self, scope: Collection[int], gaps: list[Gap], *, time_seconds: float) -> tuple[Tracker, ...]:
        return self._published({os.getpid()}, gaps, time_seconds=time_seconds)


@functools.cache
def _settings() -> Settings:
    settings = load()
    for warning in settings.warnings:
        _LOGGER.warning("%s", warning)
    return settings


def _own_sampler(settings: Settings, limit_bytes: int | None = None) -> "Sampler":
    """No rows: a service wants its limits, and not a list of the machine's processes.

    With `limit_bytes` it is this process and its children that are held against it too.
    """
    choice = TargetChoice()
    if limit_bytes is not None:
        if limit_bytes < 1:
            raise ValueError(f"limit_bytes is a number of bytes above 0, and not {limit_bytes!r}")
        choice = TargetChoice(kind="process", pid=os.getpid(), budget_bytes=limit_bytes)
    return choose_sampler(choice, portable=settings.sampler() == "portable", asked=NOBODY)


def _memory_log(settings: Settings, interval_seconds: float) -> MemoryLog:
    log = MemoryLogSettings(
        path=settings.memory_log_file(), interval_seconds=interval_seconds, max_bytes=settings.memory_log_max_bytes()
    )
    return MemoryLog(log, _LOGGER.warning)


def _refuse_no_time(name: str, seconds: float) -> None:
    if not 0 < seconds < threading.TIMEOUT_MAX:
        raise ValueError(f"{name} is a number of seconds above 0, and not {seconds!r}")


def _binding_limit_bytes(settings: Settings) -> int | None:
    sampler = _own_sampler(settings)
    try:
        sample = sampler.sample(time_seconds=time.time(), clock_seconds=time.monotonic())
    finally:
        sampler.close()
    _, verdict = step(State(), sample, settings.levels())
    limit = None if verdict.binding is None else verdict.binding.limit_bytes
    return limit if isinstance(limit, int) and limit > 0 else None
