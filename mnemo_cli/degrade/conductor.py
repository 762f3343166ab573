"""Readings in, responses out: each in the order of the table, once, with one event and one count.

It keeps no time: whoever watches calls `after` with each reading, and `tick` as often as a drain should
look whether it is over. Nothing here waits.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.event import LadderEvent
from mnemo_cli.degrade.reading import Reading
from mnemo_cli.degrade.responses.action import ActionName, Occasion, Response, Result
from mnemo_cli.degrade.responses.drain import ACCEPT, DRAIN
from mnemo_cli.degrade.responses.evict import EVICT, QUARTER
from mnemo_cli.degrade.responses.freeze import FREEZE, PREEMPT
from mnemo_cli.degrade.responses.notify import NOTIFY
from mnemo_cli.degrade.responses.terminate import KILL
from mnemo_cli.degrade.responses.throttle import THROTTLE, UNTHROTTLE
from mnemo_cli.degrade.steps import Ladder, OnCritical, Step, Transition
from mnemo_cli.degrade.table import AFTER_DRAIN, ENTERING, LEAVING, RESTARTING
from mnemo_cli.degrade.workload import Workload
from mnemo_cli.errors import MnemoError

# While it stays high the next quarter is evicted, and the next youngest frozen.
_HIGH_AGAIN_SECONDS = 5.0
_PREEMPT_SECONDS = 30.0
_KILL_AGAIN_SECONDS = 1.0

Listener = Callable[[LadderEvent], None]


class Conductor:
    """Runs the ladder over one workload. `totals` counts the actions, by name.

    `on_critical` "drain" ends the workload with exit code 75: `is_over` is then true, and nothing more
    happens. "resume" only holds it back until there is room again.
    """

    def __init__(
        self,
        workload: Workload,
        listener: Listener,
        *,
        edges: StepEdges = StepEdges(),  # noqa: B008 (frozen)
        on_critical: OnCritical = "drain",
        drain_timeout_seconds: float = 30.0,
    ) -> None:
        if on_critical not in ENTERING:
            raise ValueError(f"on_critical is {' or '.join(ENTERING)}, and not {on_critical!r}")
        self.ladder = Ladder(edges=edges, on_critical=on_critical)
        self.totals: Counter[ActionName] = Counter()
        self.is_over = False
        self.drain_deadline_seconds: float | None = None
        self._workload, self._listener = workload, listener
        self._drain_timeout_seconds = drain_timeout_seconds
        self._again_seconds = float("-inf")
        self._all_frozen_since: float | None = None
        self._throttled_until = float("-inf")
        self._last = Reading(clock_seconds=0.0, used_ratio=None)

    @property
    def step(self) -> Step:
        return self.ladder.step

    @property
    def is_draining(self) -> bool:
        return self.drain_deadline_seconds is not None and not self.is_over

    def after(self, reading: Reading, *, time_seconds: float) -> None:
        """One more reading: the steps that it leads to, and what they call for."""
        if self.is_over:
            return
        was_blind, self._last = self.ladder.is_blind, reading
        self.ladder, transitions = self.ladder.after(reading)
        if self.ladder.is_blind and not was_blind:
            self._run(NOTIFY, Occasion(self.step, reading, is_blind=True), time_seconds)
        for transition in transitions:
            self._pass(transition, reading, time_seconds)
        if not transitions:
            self._again(reading, time_seconds)
        self.tick(reading.clock_seconds, time_seconds=time_seconds)

    def tick(self, clock_seconds: float, *, time_seconds: float) -> None:
        """What is due by time alone: the end of a drain, and of a throttle that was asked for."""
        if self._throttled_until != float("-inf") and clock_seconds >= self._throttled_until:
            self._end_asked_throttle(time_seconds)
        if self.drain_deadline_seconds is None or self.is_over:
            return
        if self._workload.is_drained or clock_seconds >= self.drain_deadline_seconds:
            self.is_over = True
            self._run_all(AFTER_DRAIN, self._occasion(), time_seconds)

    def shrink(self, fraction: float, *, time_seconds: float) -> Result:
        """Evict this share because another program asked for it."""
        occasion = self._occasion(request="shrink")._replace(fraction=fraction)
        return self._run(EVICT, occasion, time_seconds)

    def throttle(self, for_seconds: float, *, clock_seconds: float, time_seconds: float) -> Result | None:
        """Throttle for so long because another program asked for it; 0 takes that back.

        None when the ladder itself wants it otherwise, or has done it already.
        """
        already = clock_seconds < self._throttled_until or self.step >= Step.HIGH
        if for_seconds > 0:
            self._throttled_until = clock_seconds + for_seconds
            return None if already else self._run(THROTTLE, self._occasion(request="throttle"), time_seconds)
        return self._end_asked_throttle(time_seconds)

    def restart(self, *, clock_seconds: float, time_seconds: float) -> Result | None:
        """Drain, save and leave because another program recommends it, whatever the step; None when it does already."""
        if self.drain_deadline_seconds is not None:
            return None
        self._last = self._last._replace(clock_seconds=clock_seconds)
        self._run_all(RESTARTING, self._occasion(request="restart"), time_seconds)
        return Result("done", "it drains")

    def _pass(self, transition: Transition, reading: Reading, time_seconds: float) -> None:
        step = max(transition)
        responses = ENTERING[self.ladder.on_critical][step] if transition.is_up else LEAVING[step]
        self._again_seconds = reading.clock_seconds + (
            _KILL_AGAIN_SECONDS if step is Step.EMERGENCY else _HIGH_AGAIN_SECONDS
        )
        self._all_frozen_since = None
        due = (response for response in responses if self._is_due(response, reading.clock_seconds))
        self._run_all(due, Occasion(transition.after, reading, is_up=transition.is_up), time_seconds)

    def _is_due(self, response: Response, clock_seconds: float) -> bool:
        """A throttle that was asked for outlasts the step, and so does a drain."""
        if response is UNTHROTTLE:
            return clock_seconds >= self._throttled_until
        return response not in (ACCEPT, DRAIN) or self.drain_deadline_seconds is None

    def _again(self, reading: Reading, time_seconds: float) -> None:
        """What is repeated while the step stays and the reading still calls for it. What did nothing is not told."""
        if not self.ladder.is_pressing:
            self._all_frozen_since = None
        elif reading.clock_seconds >= self._again_seconds:
            if self.step is Step.HIGH:
                self._again_seconds = reading.clock_seconds + _HIGH_AGAIN_SECONDS
                self._run(EVICT, self._occasion(), time_seconds, repeated=True)
                self._freeze_more(reading.clock_seconds, time_seconds)
            elif self.step is Step.EMERGENCY:
                self._again_seconds = reading.clock_seconds + _KILL_AGAIN_SECONDS
                self._run(KILL, self._occasion(), time_seconds, repeated=True)

    def _freeze_more(self, clock_seconds: float, time_seconds: float) -> None:
        frozen = self._run(FREEZE, self._occasion(), time_seconds, repeated=True)
        if frozen.outcome == "done":
            self._all_frozen_since = None
        elif self._all_frozen_since is None:
            self._all_frozen_since = clock_seconds
        elif clock_seconds - self._all_frozen_since >= _PREEMPT_SECONDS:
            self._all_frozen_since = clock_seconds
            self._run(PREEMPT, self._occasion(), time_seconds, repeated=True)

    def _end_asked_throttle(self, time_seconds: float) -> Result | None:
        asked, self._throttled_until = self._throttled_until, float("-inf")
        if asked == float("-inf") or self.step >= Step.HIGH:
            return None
        return self._run(UNTHROTTLE, self._occasion(), time_seconds)

    def _run_all(self, responses: Iterable[Response], occasion: Occasion, time_seconds: float) -> None:
        for response in responses:
            if response is DRAIN:
                self.drain_deadline_seconds = occasion.reading.clock_seconds + self._drain_timeout_seconds
                occasion = occasion._replace(deadline_seconds=self.drain_deadline_seconds)
            self._run(response, occasion, time_seconds)

    def _run(self, response: Response, occasion: Occasion, time_seconds: float, *, repeated: bool = False) -> Result:
        try:
            result = response.act(self._workload, occasion)
        except MnemoError as err:
            result = Result("failed", str(err))
        if not repeated or result.outcome != "nothing":
            self.totals[response.name] += 1
            self._listener(LadderEvent(time_seconds, occasion.step, response.name, result.outcome, result.text))
        return result

    def _occasion(self, *, request: str | None = None) -> Occasion:
        return Occasion(self.step, self._last, request=request, fraction=QUARTER)
