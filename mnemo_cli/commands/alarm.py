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
    from mnemo_cli.degrade.actions.destinations import Destinations
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
        self._destinations: Destinations | None = None
        self._notifier: Notifier | None = None
        self._closing: list[threading.Thread] = []
        if has_actions:
            self._tell(destinations(settings))

    def change(self, settings: "Settings") -> None:
        """Other settings from now on; ConfigError leaves everything as it is. Alerts of unchanged rules go on."""
        rules, has_actions = rules_of(settings), self._notifier is not None
        told = destinations(settings) if has_actions else None
        self.alerting.change(rules, numbers(settings))
        if told is not None:
            self._tell(told)

    def _tell(self, told: "Destinations") -> None:
        """From now on these; the ones before are let go of in a thread, for seconds in which the watch goes on."""
        if told != self._destinations:
            if self._notifier is not None:
                closing = threading.Thread(target=self._notifier.close, name="mnemo alerts", daemon=True)
                closing.start()
                self._closing = [*(thread for thread in self._closing if thread.is_alive()), closing]
            self._notifier = Notifier(told, labels=self._labels)
            self._destinations = told
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

    def close(self) -> None:
        """Send what waits, for a few seconds."""
        if self._notifier is not None:
            self._notifier.close()
        for thread in self._closing:
            thread.join()


def _shown(scope: Scope) -> str:
    """As in "cgroup /app" or "pid 41": without it two watches on one machine would tell of one and the same alert."""
    return scope.name if scope.kind in ("host", "process") else f"{scope.kind} {scope.name}"
