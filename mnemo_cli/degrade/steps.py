"""Which step of the ladder a reading leads to: up at once, down one step at a time, and critical is latched.

Pure: time is in the reading. A reading that is unknown holds the step; it leads up where what is known is
bad enough, and never down. A step is not a level: levels tell how full a limit is, and move back and forth;
steps also heed the forecast and PSI, and what they set off may be irrevocable.
"""

from enum import IntEnum
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.degrade.edges import StepEdges
from mnemo_cli.degrade.reading import Reading

# What to do at critical: finish, save and exit; or only hold everything back, until there is room again.
OnCritical: TypeAlias = Literal["drain", "resume"]
# Why the ladder is at high or above; each must be known to be over before high is left.
Cause: TypeAlias = Literal["use", "forecast", "pressure"]
_SAMPLES_ABOVE_CRITICAL = 2


class Step(IntEnum):
    """The rungs. Emergency is inside critical."""

    NORMAL = 0
    MODERATE = 1
    HIGH = 2
    CRITICAL = 3
    EMERGENCY = 4

    @property
    def word(self) -> str:
        """As people and JSON read it."""
        return self.name.lower()


class Transition(NamedTuple):
    """One rung, up or down."""

    before: Step
    after: Step

    @property
    def is_up(self) -> bool:
        return self.after > self.before


class Ladder(NamedTuple):
    """Where the ladder stands, and what it must remember for the next reading.

    `is_pressing`: the last reading itself called for high or more. `unknown` names what was missing in it.
    """

    edges: StepEdges = StepEdges()
    on_critical: OnCritical = "drain"
    step: Step = Step.NORMAL
    causes: frozenset[Cause] = frozenset()
    above_critical: int = 0
    calm_since_seconds: float | None = None
    is_pressing: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def is_blind(self) -> bool:
        """Whether the use of the binding limit was not known at the last reading: the step is held."""
        return "used_ratio" in self.unknown

    def after(self, reading: Reading) -> "tuple[Ladder, tuple[Transition, ...]]":
        """The ladder after one more reading, and the rungs it passed, in their order."""
        seen = self._replace(
            causes=self._causes(reading),
            above_critical=self._above_critical(reading),
            calm_since_seconds=self._calm_since(reading),
            is_pressing=bool(_present(reading, self.edges)),
            unknown=_unknown(reading),
        )
        wanted = seen._wanted(reading)
        if wanted > self.step:
            rungs = [Step(rung) for rung in range(self.step, wanted + 1)]
            return seen._replace(step=wanted), tuple(map(Transition, rungs, rungs[1:]))
        if wanted < self.step and seen._may_leave(reading):
            below = Step(self.step - 1)
            return seen._replace(step=below), (Transition(self.step, below),)
        return seen, ()

    def _wanted(self, reading: Reading) -> Step:
        """The highest step whose beginning this reading has passed."""
        edges, ratio = self.edges, reading.known_ratio
        if ratio is not None and ratio >= edges.emergency_ratio:
            return Step.EMERGENCY
        if ratio is not None and (ratio >= edges.at_once_ratio or self.above_critical >= _SAMPLES_ABOVE_CRITICAL):
            return Step.CRITICAL
        if _present(reading, edges):
            return Step.HIGH
        return Step.MODERATE if ratio is not None and ratio >= edges.moderate_ratio else Step.NORMAL

    def _may_leave(self, reading: Reading) -> bool:
        """Whether the step that it is on may be left downward."""
        used, edges = reading.used_ratio, self.edges
        if used is None:
            return False
        if self.step is Step.EMERGENCY:
            return used < edges.release_of(edges.emergency_ratio)
        if self.step is Step.CRITICAL:
            calm_since = self.calm_since_seconds
            long_enough = calm_since is not None and reading.clock_seconds - calm_since >= edges.resume_seconds
            return self.on_critical == "resume" and long_enough
        if self.step is Step.HIGH:
            return not self.causes
        return used < edges.release_of(edges.moderate_ratio)

    def _causes(self, reading: Reading) -> frozenset[Cause]:
        return (self.causes - _over(reading, self.edges)) | _present(reading, self.edges)

    def _above_critical(self, reading: Reading) -> int:
        """How many readings in a row; one that is unknown between two of them does not count, and breaks nothing."""
        ratio = reading.known_ratio
        if ratio is None:
            return self.above_critical
        return min(self.above_critical + 1, _SAMPLES_ABOVE_CRITICAL) if ratio > self.edges.critical_ratio else 0

    def _calm_since(self, reading: Reading) -> float | None:
        if reading.used_ratio is None or reading.used_ratio >= self.edges.resume_ratio:
            return None
        return reading.clock_seconds if self.calm_since_seconds is None else self.calm_since_seconds


def _present(reading: Reading, edges: StepEdges) -> frozenset[Cause]:
    """What calls for high."""
    ratio, seconds, stalled = reading.known_ratio, reading.seconds_to_limit, reading.full_avg10_ratio
    found: set[Cause] = set()
    if ratio is not None and ratio > edges.high_ratio:
        found.add("use")
    if seconds is not None and seconds < edges.soon_seconds:
        found.add("forecast")
    scarce = ratio is not None and 1 - ratio < edges.scarce_ratio
    if scarce and stalled is not None and stalled > edges.stalled_ratio:
        found.add("pressure")
    return frozenset(found)


def _over(reading: Reading, edges: StepEdges) -> frozenset[Cause]:
    """What is known to call for high no longer."""
    used, seconds, stalled = reading.used_ratio, reading.seconds_to_limit, reading.full_avg10_ratio
    found: set[Cause] = set()
    if used is not None and used < edges.release_of(edges.high_ratio):
        found.add("use")
    if seconds is not None and seconds >= 2 * edges.soon_seconds:
        found.add("forecast")
    roomy = used is not None and 1 - used >= edges.scarce_ratio + edges.release_margin_ratio
    if roomy or (stalled is not None and stalled <= edges.stalled_ratio / 2):
        found.add("pressure")
    return frozenset(found)


def _unknown(reading: Reading) -> tuple[str, ...]:
    names = ("used_ratio", "seconds_to_limit", "full_avg10_ratio")
    return tuple(name for name in names if getattr(reading, name) is None)
