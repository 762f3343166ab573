"""Alerts in, notices out: told to the destinations that their rules name, without ever holding up who watches."""

import os
import time
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from mnemo_cli.degrade.actions.destinations import Destinations
from mnemo_cli.degrade.actions.document import Source
from mnemo_cli.degrade.actions.lane import ActionStatus, Lane, Timing
from mnemo_cli.degrade.actions.lanes import Surroundings, lanes_of
from mnemo_cli.degrade.foreign import attempt
from mnemo_cli.model.alerts import Alert

# After the time of a close is over, a program that still runs is ended, which takes moments.
_LAST_SECONDS = 1.0


class Notifier:
    """Give it the alerts of each moment, whatever their states: it sees by itself what changed.

    `labels` stand in each notice beside those of the alert (job, instance, what is watched).
    ConfigError for destinations that cannot be.
    """

    def __init__(
        self,
        destinations: Destinations,
        *,
        labels: Mapping[str, str] | None = None,
        external_url: str = "",
        environment: Mapping[str, str] | None = None,
        timing: Timing = Timing(),  # noqa: B008 (frozen)
    ) -> None:
        self._pids: Collection[int] = ()
        around = Surroundings(
            source=Source(own_labels() if labels is None else labels, external_url),
            pids=lambda: self._pids,
            environment=os.environ if environment is None else environment,
            timing=timing,
        )
        self._lanes_of = lanes_of(destinations, around)
        self._lanes = tuple(dict.fromkeys(lane for lanes in self._lanes_of.values() for lane in lanes))
        self._lanes_by_actions: dict[tuple[str, ...], tuple[Lane, ...]] = {}
        self._is_closed = False

    def note(self, time_seconds: float, alerts: Sequence[Alert], pids: Collection[int] | None = None) -> None:
        """The alerts of a moment (Unix time). Never waits, never raises.

        One that is not among them stands as before. `pids` are the programs that may be asked to slow down or
        to restart (`requests.programs_of`); None, for a moment without trackers, leaves them as they were.
        """
        if pids is not None:
            self._pids = pids
        if alerts and not self._is_closed:
            attempt("telling of alerts", partial(self._note, time_seconds, alerts))

    @property
    def status(self) -> tuple[ActionStatus, ...]:
        """Of each destination: what was sent, what failed and what was dropped, and the last error."""
        return tuple(lane.status for lane in self._lanes)

    def close(self, timeout_seconds: float = 5.0) -> bool:
        """Send what waits, once and at once; whether all of it was sent in that time. Nothing is taken any more."""
        self._is_closed = True
        deadline = time.monotonic() + timeout_seconds
        for lane in self._lanes:
            lane.begin_closing()
        late = [lane for lane in self._lanes if not lane.join(max(0.0, deadline - time.monotonic()))]
        for lane in late:
            lane.end()
        for lane in late:
            lane.join(_LAST_SECONDS)
        return not late and not any(status.waiting for status in self.status)

    def _note(self, time_seconds: float, alerts: Sequence[Alert]) -> None:
        by_lane: dict[Lane, list[Alert]] = {}
        for alert in alerts:
            for lane in self._lanes_by_actions.get(alert.actions) or self._lanes_for(alert.actions):
                by_lane.setdefault(lane, []).append(alert)
        for lane, its_alerts in by_lane.items():
            lane.heed(its_alerts, time_seconds)

    def _lanes_for(self, actions: tuple[str, ...]) -> tuple[Lane, ...]:
        """Each once, where several actions lead to the same; kept, for rules have few such lists."""
        lanes = (lane for action in actions for lane in self._lanes_of.get(action, self._lanes_of["log"]))
        self._lanes_by_actions[actions] = found = tuple(dict.fromkeys(lanes))
        return found


def own_labels() -> dict[str, str]:
    """Who tells, where nobody says more."""
    return {"job": "mnemo", "instance": os.uname().nodename}
