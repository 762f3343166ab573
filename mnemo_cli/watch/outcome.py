"""What a watch came to: how long it may go on, what it has seen so far, and which exit code that is."""

from typing import NamedTuple

from mnemo_cli.errors import ExitCode
from mnemo_cli.limits.gate import Gate
from mnemo_cli.limits.levels import Edges, level_at
from mnemo_cli.model import Level, Moment


class Bounds(NamedTuple):
    """When a watch ends by itself: `samples` counts reported moments; a time-out is a failure, a duration is not."""

    samples: int | None = None
    duration_seconds: float | None = None
    timeout_seconds: float | None = None
    until_level: Level | None = None
    fail_fast: bool = False

    @property
    def longest_seconds(self) -> float | None:
        """The earlier of duration and time-out."""
        return min((span for span in (self.duration_seconds, self.timeout_seconds) if span is not None), default=None)

    @property
    def times_out(self) -> bool:
        """Whether the time-out comes before the duration."""
        return self.timeout_seconds is not None and self.timeout_seconds == self.longest_seconds


class Outcome(NamedTuple):
    """Everything that the end needs to know of the moments before it."""

    gate: Gate
    reported: int = 0
    began_seconds: float | None = None
    last_seconds: float = 0.0
    peak_target_bytes: int | None = None
    over_budget: bool = False
    budget_unknown: bool = False
    budget_unread: bool = False
    until_reached: bool = False

    def after(self, moment: Moment, bounds: Bounds) -> "Outcome":
        """The outcome after one more moment."""
        sample, target = moment.sample, moment.sample.target
        used = [used for used in (self.peak_target_bytes, target.used_bytes if target else None) if used is not None]
        budget = next((memory for memory in sample.limits if memory.source.kind == "budget"), None)
        ratio = budget.used_ratio if budget is not None else None
        worst = moment.verdict.at_least
        # A program that has ended, or has only just become one, uses nothing: that is no reading of it.
        is_command = sample.scope.kind == "command"
        is_nobody = is_command and budget is not None and target is not None and target.used_bytes == 0
        gate = self.gate.after(moment.verdict)
        return self._replace(
            gate=gate._replace(unknown=self.gate.unknown) if is_nobody else gate,
            reported=self.reported + moment.reported,
            began_seconds=sample.clock_seconds if self.began_seconds is None else self.began_seconds,
            last_seconds=sample.clock_seconds,
            peak_target_bytes=max(used, default=None),
            over_budget=self.over_budget or (ratio is not None and ratio > 1),
            budget_unknown=self.budget_unknown or (budget is not None and ratio is None and not is_nobody),
            budget_unread=is_nobody and (self.began_seconds is None or self.budget_unread),
            until_reached=self.until_reached
            or (bounds.until_level is not None and worst is not None and worst >= bounds.until_level),
        )

    def with_largest(self, largest_bytes: int | None, budget_bytes: int | None, edges: Edges) -> "Outcome":
        """The same with what the kernel kept of the program's largest process, should that be more than was read.

        It tells of a use between two readings; pages that strangers share, such as a library's, count whole in it.
        """
        if largest_bytes is None or largest_bytes <= (self.peak_target_bytes or 0):
            return self
        known = self._replace(peak_target_bytes=largest_bytes, budget_unread=False)
        if not budget_bytes:
            return known
        ratio = largest_bytes / budget_bytes
        return known._replace(gate=self.gate.reached(level_at(ratio, edges)), over_budget=self.over_budget or ratio > 1)

    def heeding(self, heeds_alerts: bool) -> "Outcome":
        """The same where alerts count from now on, or no more: the rules may be read again while the watch runs."""
        if heeds_alerts == self.gate.heeds_alerts:
            return self
        return self._replace(gate=self.gate._replace(heeds_alerts=heeds_alerts))

    def is_over(self, bounds: Bounds) -> bool:
        """Whether a bound other than time is reached."""
        enough = bounds.samples is not None and self.reported >= bounds.samples
        return enough or self.until_reached or (bounds.fail_fast and self.gate.breached)

    def exit_code(self, bounds: Bounds, *, timed_out: bool, child_code: int | None, signal_code: int | None) -> int:
        """A time-out wins, then the program's own failure, a signal to us, a passed budget, and the gate.

        `child_code` is None without a program, and where one of the bounds ended it: then the bound's code counts.
        """
        if timed_out and bounds.times_out:
            return ExitCode.TIMED_OUT
        if child_code:
            return child_code
        if signal_code is not None and child_code is None:
            return signal_code
        if self.over_budget:
            return ExitCode.FINDING
        if self.budget_unknown or self.budget_unread:
            return ExitCode.FINDING if self.gate.breached else ExitCode.UNKNOWN
        if self.until_reached:
            return ExitCode.DONE
        return self.gate.exit_code

    @property
    def seconds(self) -> float:
        """From the first moment to the last."""
        return self.last_seconds - (self.last_seconds if self.began_seconds is None else self.began_seconds)
