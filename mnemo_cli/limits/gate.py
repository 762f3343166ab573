"""From levels to an exit code: a breach outranks unknown, and unknown outranks ok."""

from typing import NamedTuple

from mnemo_cli.errors import ExitCode
from mnemo_cli.model import Level, Verdict


class Gate(NamedTuple):
    """The worst that was seen so far, held against the level that fails (None for never).

    `heeds_alerts`: an alert that fires is as bad as the level that its severity stands for.
    """

    fail_on: Level | None
    worst: Level | None = None
    unknown: bool = False
    heeds_alerts: bool = False

    def after(self, verdict: Verdict) -> "Gate":
        """The gate after one more verdict."""
        known = [level for level in (self.worst, verdict.at_least) if level is not None]
        if self.heeds_alerts:
            known += [alert.level for alert in verdict.alerts if alert.state == "firing"]
        return self._replace(worst=max(known, default=None), unknown=self.unknown or verdict.level is None)

    def reached(self, level: Level) -> "Gate":
        """The gate where it came to this level, as is known afterwards."""
        return self._replace(worst=level if self.worst is None else max(self.worst, level))

    @property
    def breached(self) -> bool:
        return self.fail_on is not None and self.worst is not None and self.worst >= self.fail_on

    @property
    def exit_code(self) -> ExitCode:
        """0, 1 or 3; without a level that fails nothing is judged."""
        if self.fail_on is None:
            return ExitCode.DONE
        if self.breached:
            return ExitCode.FINDING
        return ExitCode.UNKNOWN if self.unknown or self.worst is None else ExitCode.DONE
