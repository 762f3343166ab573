"""The alerts of a command that watches: which rules hold, and who is told what comes of them."""

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING

from mnemo_cli.commands.ruling import rules_of
from mnemo_cli.degrade.actions.destinations import missing_destinations
from mnemo_cli.degrade.actions.notifier import Notifier
from mnemo_cli.degrade.actions.requests import programs_of
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.model import Moment
from mnemo_cli.settings.alerts import destinations
from mnemo_cli.settings.numbers import numbers

if TYPE_CHECKING:
    from mnemo_cli.settings import Settings


class Alarm:
    """Rules and destinations as the settings have them. Raises ConfigError for what is wrong with them."""

    def __init__(self, settings: "Settings", logger: logging.Logger) -> None:
        rules, self._destinations = rules_of(settings), destinations(settings)
        self.alerting = Alerting(rules, numbers(settings))
        self._notifier = Notifier(self._destinations)
        self._logger = logger
        self._closing: list[threading.Thread] = []
        self._tell_what_lacks()

    def change(self, settings: "Settings") -> None:
        """Other settings from now on; ConfigError leaves everything as it is. Alerts of unchanged rules go on."""
        rules, told = rules_of(settings), destinations(settings)
        if told != self._destinations:
            before, self._notifier = self._notifier, Notifier(told)
            # It sends what waits, for seconds in which the watch must not stand still.
            closing = threading.Thread(target=before.close, name="mnemo alerts", daemon=True)
            closing.start()
            self._closing = [*(thread for thread in self._closing if thread.is_alive()), closing]
            self._destinations = told
        self.alerting.change(rules, numbers(settings))
        self._tell_what_lacks()

    @property
    def gates(self) -> bool:
        """Whether an alert decides an exit code: rules that somebody wrote do, the built-in ones do not."""
        return not self.alerting.rules.are_built_in

    @property
    def notifications(self) -> "Counter[tuple[str, str]]":
        """What became of the notices of each action: ("webhook", "sent") and how many."""
        counts: Counter[tuple[str, str]] = Counter()
        for status in self._notifier.status:
            counts[status.action, "sent"] += status.sent_total
            counts[status.action, "failed"] += status.failed_total
            counts[status.action, "dropped"] += status.dropped_total
        return counts

    def note(self, moment: Moment) -> None:
        """Tell whoever is to be told; never waits."""
        if moment.reported:
            sample = moment.sample
            self._notifier.note(sample.time_seconds, moment.verdict.alerts, programs_of(sample))

    def close(self) -> None:
        """Send what waits, for a few seconds."""
        self._notifier.close()
        for thread in self._closing:
            thread.join()

    def _tell_what_lacks(self) -> None:
        rules = self.alerting.rules
        # Nobody has asked for the built-in ones: that they have no pager is no news.
        severity = logging.INFO if rules.are_built_in else logging.WARNING
        for lack in missing_destinations(rules, self._destinations):
            self._logger.log(severity, "%s", lack)
