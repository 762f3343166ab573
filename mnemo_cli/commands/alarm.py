"""The alerts of a command that watches: which rules hold, and who is told what comes of them."""

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING

from mnemo_cli.commands.ruling import counts_processes, rules_of
from mnemo_cli.degrade.actions.destinations import missing_destinations
from mnemo_cli.degrade.actions.notifier import Notifier, own_labels
from mnemo_cli.degrade.actions.requests import programs_of
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.model import Moment, Scope
from mnemo_cli.settings.alerts import destinations
from mnemo_cli.settings.numbers import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mnemo_cli.degrade.actions.destinations import Destinations
    from mnemo_cli.model.alerts import Alert
    from mnemo_cli.settings import Settings


class Alarm:
    """Rules and destinations as the settings have them. Raises ConfigError for what is wrong with them.

    Without `has_actions` nobody is told, and the destinations and their secrets are not looked at.
    """

    def __init__(self, settings: "Settings", logger: logging.Logger, *, has_actions: bool = True) -> None:
        self.alerting = Alerting(rules_of(settings), numbers(settings))
        self._logger = logger
        # Those of each notice; what is watched is known with the first moment, before which nobody is told.
        self._labels = own_labels()
        self.destinations: Destinations | None = None
        self._notifier: Notifier | None = None
        # Of destinations before a reload, which have yet to hear what is over.
        self._retired: list[Notifier] = []
        self._closing: list[threading.Thread] = []
        if has_actions:
            told = destinations(settings)
            self._tell(told, Notifier(told, labels=self._labels))

    def change(self, settings: "Settings") -> None:
        """Other settings from now on; ConfigError leaves everything as it is. Alerts of unchanged rules go on."""
        rules, notifier = rules_of(settings), self._notifier
        told = None if notifier is None else destinations(settings)
        if told is not None and told != self.destinations:
            notifier = Notifier(told, labels=self._labels)
        self.alerting.change(rules, numbers(settings))
        if told is not None and notifier is not None:
            self._tell(told, notifier)

    def _tell(self, told: "Destinations", notifier: Notifier) -> None:
        """From now on these."""
        if self._notifier is not None and notifier is not self._notifier:
            self._retired.append(self._notifier)
        self._notifier, self.destinations = notifier, told
        rules = self.alerting.rules
        # Nobody has asked for the built-in ones: that they have no pager is no news.
        severity = logging.INFO if rules.are_built_in else logging.WARNING
        for lack in missing_destinations(rules, told):
            self._logger.log(severity, "%s", lack)

    @property
    def gates(self) -> bool:
        """Whether an alert decides an exit code: rules that somebody wrote do, the built-in ones do not."""
        return not self.alerting.rules.are_built_in

    @property
    def counts_processes(self) -> bool:
        """Whether a rule needs the number of processes, rows or not."""
        return counts_processes(self.alerting.rules)

    @property
    def notifications(self) -> "Counter[tuple[str, str]]":
        """What became of the notices of each action: ("webhook", "sent") and how many."""
        counts: Counter[tuple[str, str]] = Counter()
        for status in () if self._notifier is None else self._notifier.status:
            counts[status.action, "sent"] += status.sent_total
            counts[status.action, "failed"] += status.failed_total
            counts[status.action, "dropped"] += status.dropped_total
        return counts

    def note(self, moment: Moment) -> None:
        """Tell whoever is to be told; never waits."""
        if moment.reported and self._notifier is not None:
            sample = moment.sample
            self._labels.setdefault("target", _shown(sample.scope))
            self._notifier.note(sample.time_seconds, moment.verdict.alerts, programs_of(sample))
            self._let_go(sample.time_seconds, moment.verdict.alerts)

    def close(self) -> None:
        """Send what waits, for a few seconds."""
        self._let_go()
        if self._notifier is not None:
            self._notifier.close()
        for thread in self._closing:
            thread.join()

    def _let_go(self, time_seconds: float = 0.0, alerts: "Sequence[Alert]" = ()) -> None:
        """Of those before a reload, once they are told what is over: in threads, for seconds in which we go on.

        What still fires is told to those who came after them.
        """
        retired, self._retired = self._retired, []
        for notifier in retired:
            notifier.note(time_seconds, [alert for alert in alerts if alert.state != "firing"])
            closing = threading.Thread(target=notifier.close, name="mnemo alerts", daemon=True)
            closing.start()
            self._closing = [*(thread for thread in self._closing if thread.is_alive()), closing]


def _shown(scope: Scope) -> str:
    """As in "cgroup /app" or "pid 41": without it two watches on one machine would tell of one and the same alert."""
    return scope.name if scope.kind in ("host", "process") else f"{scope.kind} {scope.name}"
