"""The alerts of a command that watches: which rules hold, and who is told what comes of them."""

import logging
from typing import TYPE_CHECKING

from mnemo_cli.degrade.actions.destinations import missing_destinations
from mnemo_cli.degrade.actions.notifier import Notifier
from mnemo_cli.degrade.actions.requests import Local, programs_of
from mnemo_cli.limits.rules.alerting import Alerting
from mnemo_cli.limits.rules.names import VARIABLES_BY_NAME
from mnemo_cli.model import Moment
from mnemo_cli.settings.alerts import alert_rules, destinations
from mnemo_cli.settings.numbers import numbers

if TYPE_CHECKING:
    from mnemo_cli.degrade.actions.lane import ActionStatus
    from mnemo_cli.settings import Settings


class Alarm:
    """Rules and destinations as the settings have them. Raises ConfigError for what is wrong with them."""

    def __init__(self, settings: "Settings", logger: logging.Logger, local: Local | None = None) -> None:
        rules = alert_rules(settings, VARIABLES_BY_NAME)
        told = destinations(settings)
        self.alerting = Alerting(rules, numbers(settings))
        self._notifier = Notifier(told, local=local or Local())
        # Nobody has asked for the built-in ones: that they have no pager is no news.
        severity = logging.INFO if rules.are_built_in else logging.WARNING
        for lack in missing_destinations(rules, told):
            logger.log(severity, "%s", lack)

    @property
    def gates(self) -> bool:
        """Whether an alert decides an exit code: rules that somebody wrote do, the built-in ones do not."""
        return not self.alerting.rules.are_built_in

    @property
    def status(self) -> "tuple[ActionStatus, ...]":
        """Of each destination."""
        return self._notifier.status

    def note(self, moment: Moment) -> None:
        """Tell whoever is to be told; never waits."""
        if moment.reported:
            sample = moment.sample
            self._notifier.note(sample.time_seconds, moment.verdict.alerts, programs_of(sample))

    def close(self) -> None:
        """Send what waits, for a few seconds."""
        self._notifier.close()
