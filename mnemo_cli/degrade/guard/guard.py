"""What a service holds on to: may new work begin, how much is in flight, and a thread that runs the ladder."""

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Self

from mnemo_cli.degrade.caches import Caches, Shrinkable
from mnemo_cli.degrade.conductor import Conductor
from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.degrade.foreign import attempt
from mnemo_cli.degrade.guard.clock import GuardClock
from mnemo_cli.degrade.guard.hooks import Caller, Hooks, hooks_of, running_loop
from mnemo_cli.degrade.guard.in_flight import InFlight, Work
from mnemo_cli.degrade.guard.leaving import MainThread, end_at_last
from mnemo_cli.degrade.guard.service import Service
from mnemo_cli.degrade.obeying import obey
from mnemo_cli.degrade.reading import reading_of
from mnemo_cli.degrade.responses.notify import severity_of
from mnemo_cli.degrade.steps import OnCritical, Step
from mnemo_cli.errors import ExitCode
from mnemo_cli.model import Moment
from mnemo_cli.tracker.requests import Requests
from mnemo_cli.watch.clock import Clock

_LOGGER = logging.getLogger("mnemo")
_STOP_SECONDS = 5.0
_LEAST_SAVING_SECONDS = 0.1


class Watching(NamedTuple):
    """What a guard looks at: moments by its own clock, and requests; who notes the moments, and what to close."""

    moments: Callable[[Clock], Iterator[Moment]]
    requests: Callable[[], Requests]
    note: Callable[[Moment], None]
    closes: tuple[Callable[[], None], ...] = ()


class GuardOptions(NamedTuple):
    """What a program gives to its guard; `library.guard` says what each is for."""

    components: Iterable[Shrinkable] = ()
    save: Hooks = ()
    close: Hooks = ()
    pause: Hooks = ()
    resume: Hooks = ()
    on_event: Callable[[LadderEvent], object] | None = None
    exit: Callable[[int], object] | None = None
    drain_timeout_seconds: float = 30.0
    grace_seconds: float = 2.0
    on_critical: OnCritical = "drain"


class Guard:
    """Runs the ladder over this process until it drains, or until `stop`, its with-block or the program ends.

    A forked child has no such thread: make a guard there. `accepting` and `work` may be used from any
    thread and task.
    """

    def __init__(self, options: GuardOptions, watching: Watching, edges: StepEdges) -> None:
        self.moment: Moment | None = None
        self.exit_code: int | None = None
        self._options, self._watching = options, watching
        self._events: list[LadderEvent] = []
        self._is_stopping = False
        self._caller = Caller()
        self._clock = GuardClock(lambda: watching.requests().are_pending())
        self._in_flight = InFlight(self._on_idle, self._caller.meet)
        self._service = Service(
            in_flight=self._in_flight,
            caches=Caches(options.components),
            caller=self._caller,
            pause=hooks_of(options.pause, "pause"),
            resume=hooks_of(options.resume, "resume"),
            save=hooks_of(options.save, "save"),
            close=hooks_of(options.close, "close"),
            begin_drain=self._begin_drain,
            leave=self._leave,
            saving_seconds=self._saving_seconds,
        )
        self._conductor = Conductor(
            self._service,
            self._tell,
            edges=edges,
            on_critical=options.on_critical,
            drain_timeout_seconds=options.drain_timeout_seconds,
        )
        self._main = MainThread() if options.exit is None else None
        self._thread = threading.Thread(target=self._run, name="mnemo guard", daemon=True)
        self._thread.start()
        atexit.register(self._at_exit)

    def accepting(self, *, optional: bool = False) -> bool:
        """Whether new work may begin: one look, no lock. What is `optional` is refused from high on."""
        return self._in_flight.accepting and not (optional and self._service.is_deferring)

    def work(self) -> Work:
        """A piece of work that a drain waits for: `with guard.work():`, or `async with` in a task.

        Entering raises NotAccepting from critical on; while throttled it waits its turn, for a second at most.
        """
        return Work(self._in_flight)

    def attach(self) -> None:
        """From a coroutine: hooks run in its loop from now on. `guard()` and `work` in a coroutine do so too."""
        self._caller.attach(running_loop())

    @property
    def step(self) -> Step:
        return self._conductor.step

    @property
    def is_throttled(self) -> bool:
        return self._in_flight.most is not None

    @property
    def in_flight(self) -> int:
        return self._in_flight.count

    @property
    def totals(self) -> dict[str, int]:
        """How often each action was done, by name."""
        return {str(name): count for name, count in self._conductor.totals.items()}

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self, timeout_seconds: float = _STOP_SECONDS) -> bool:
        """End the watch; whether it ended in that time. A drain that is under way is finished first."""
        seconds = timeout_seconds
        deadline = self._conductor.drain_deadline_seconds
        if deadline is None:
            self._clock.stop()
        else:
            seconds = max(seconds, deadline - time.monotonic() + self._options.grace_seconds)
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)
        if self._main is not None and self.exit_code is None:
            self._main.forget()
        atexit.unregister(self._at_exit)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if running_loop() is not None:
            # The loop stands still in here: a hook that runs in it would never end.
            self._caller.attach(None)
        self.stop()

    async def __aenter__(self) -> Self:
        self.attach()
        return self

    async def __aexit__(self, *raised: object) -> None:
        import asyncio

        await asyncio.to_thread(self.stop)

    def _run(self) -> None:
        try:
            for moment in self._watching.moments(self._clock):
                self.moment = moment
                now_seconds, time_seconds = moment.sample.clock_seconds, moment.sample.time_seconds
                self._conductor.after(reading_of(moment), time_seconds=time_seconds)
                obey(self._watching.requests(), self._conductor, clock_seconds=now_seconds, time_seconds=time_seconds)
                self._note(moment)
                if self._conductor.is_over:
                    return
        finally:
            for close in self._watching.closes:
                close()

    def _note(self, moment: Moment) -> None:
        """The moment for the memory log, with what the ladder did at it."""
        verdict = moment.verdict
        events, self._events = tuple(event.marked(verdict.level) for event in self._events), []
        self._watching.note(moment._replace(verdict=verdict._replace(events=(*verdict.events, *events))))

    def _tell(self, event: LadderEvent) -> None:
        severity = severity_of(event.step) if event.action == "notify" else logging.INFO
        _LOGGER.log(logging.ERROR if event.outcome == "failed" else severity, "%s: %s", event.action, event.text)
        self._events.append(event)
        on_event = self._options.on_event
        if on_event is not None:
            attempt("on_event", lambda: on_event(event))

    def _on_idle(self) -> None:
        if self._service.is_draining:
            self._clock.wake()

    def _begin_drain(self, deadline_seconds: float) -> None:
        self._clock.hasten()
        if self._options.exit is None:
            end_at_last(deadline_seconds - time.monotonic() + self._options.grace_seconds, ExitCode.DRAINED)

    def _saving_seconds(self) -> float:
        """What is left for hooks until the last resort."""
        deadline = self._conductor.drain_deadline_seconds
        left = 0.0 if deadline is None else deadline + self._options.grace_seconds - time.monotonic()
        return max(left, _LEAST_SAVING_SECONDS)

    def _leave(self, exit_code: int) -> None:
        self.exit_code = exit_code
        given = self._options.exit
        if given is not None:
            attempt("exit", lambda: given(exit_code))
        elif self._main is not None and not self._is_stopping:
            in_main = self._caller.loop_thread is threading.main_thread()
            self._main.end(exit_code, self._caller.loop if in_main else None)

    def _at_exit(self) -> None:
        """The program ends by itself, with its own code: a drain is only finished, so that the state is saved."""
        self._is_stopping = True
        self.stop()
