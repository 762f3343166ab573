"""Which alerts one destination is to be told of, and when: grouped, repeated, and held back after failures. Pure.

Alerts that change while nothing can be sent are not queued but looked at as they stand when it can: one
that fired and ended meanwhile is not told at all, and what is kept is bounded by the number of alerts.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from mnemo_cli.degrade.actions.notice import Episode, Notice
from mnemo_cli.errors import NotSentError
from mnemo_cli.model.alerts import Alert

# Of more different alerts than that the oldest that nobody was told of yet are dropped, and counted.
MOST_ALERTS = 1000
_MINUTE_SECONDS = 60.0
_FOUR_HOURS_SECONDS = 14_400.0


class Pace(NamedTuple):
    """How often one destination is told.

    `group_wait_seconds`: how long the first change waits for others. `one_by_one`: a notice for each alert.
    `tells_end`: that an alert is over is news, too. Pauses after failures double up to the longest.
    """

    group_wait_seconds: float = 0.0
    repeat_seconds: float = _FOUR_HOURS_SECONDS
    most_per_minute: int = 20
    one_by_one: bool = False
    tells_end: bool = True
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 300.0


class Grouping:
    """All times but those of alerts are of one monotonic clock. `jitter` gives numbers from 0 to 1."""

    def __init__(self, pace: Pace, jitter: Callable[[], float], *, most_alerts: int = MOST_ALERTS) -> None:
        self.dropped_total = 0
        self.failures = 0
        self._pace, self._jitter, self._most_alerts = pace, jitter, most_alerts
        # Those that fire, and those that are over and known to the destination.
        self._episodes: dict[str, Episode] = {}
        # Names with something to tell, and since when; the oldest first.
        self._waiting: dict[str, float] = {}
        # What the destination believes to be firing.
        self._told: set[str] = set()
        self._trying: set[str] = set()
        # What waits only because it still fires after so long.
        self._repeated: set[str] = set()
        self._tries: deque[float] = deque(maxlen=pace.most_per_minute)
        self._repeat_at = self._not_before = float("-inf")
        self._lost = 0

    @property
    def waiting(self) -> int:
        """How many alerts have something to tell."""
        return len(self._waiting)

    def heed(self, alert: Alert, now_seconds: float, time_seconds: float) -> bool:
        """How an alert stands; whether that is news. What is the same as before only brings its value up to date."""
        if alert.state == "firing":
            return self._heed_firing(alert, now_seconds)
        known = self._episodes.get(alert.name)
        if alert.state == "unknown" or known is None or known.is_over:
            return False
        if not self._pace.tells_end or alert.name not in self._told | self._trying:
            self._forget(alert.name)
            return False
        ended_seconds = alert.since_seconds if alert.state == "resolved" else time_seconds
        self._episodes[alert.name] = known._replace(alert=alert, ended_seconds=ended_seconds)
        self._repeated.discard(alert.name)
        self._waiting.setdefault(alert.name, now_seconds)
        return True

    def due_seconds(self) -> float:
        """When the next notice may be sent; infinite while there is nothing to tell."""
        if self._waiting:
            due_seconds = next(iter(self._waiting.values())) + self._pace.group_wait_seconds
        elif self._episodes:
            due_seconds = self._repeat_at
        else:
            return float("inf")
        is_at_rate = len(self._tries) == self._tries.maxlen
        free_seconds = self._tries[0] + _MINUTE_SECONDS if is_at_rate else float("-inf")
        return max(due_seconds, self._not_before, free_seconds)

    def notice(self, now_seconds: float, *, at_once: bool = False) -> Notice | None:
        """What is to be told now, if anything is; `at_once` whatever waits, since there is no later.

        Then one of `sent` and `failed` must be called.
        """
        if not self._waiting if at_once else now_seconds < self.due_seconds():
            return None
        if not self._waiting:
            self._waiting = dict.fromkeys(self._episodes, now_seconds)
            self._repeated = set(self._waiting)
        names = [next(iter(self._waiting))] if self._pace.one_by_one else list(self._waiting)
        news = tuple(self._episodes[name] for name in names)
        self._trying = {episode.alert.name for episode in news if not episode.is_over}
        self._tries.append(now_seconds)
        return Notice(
            episodes=news if self._pace.one_by_one else tuple(self._episodes.values()),
            news=news,
            is_repeat=self._repeated.issuperset(names),
            lost=self._lost,
        )

    def sent(self, notice: Notice, now_seconds: float) -> None:
        self.failures, self._not_before, self._lost = 0, float("-inf"), 0
        self._settle(notice, now_seconds, arrived=True)

    def failed(self, notice: Notice, error: NotSentError, now_seconds: float) -> None:
        """It waits for a better time, or until the next repeat where to try again cannot help."""
        self.failures += 1
        self._not_before = now_seconds + self._pause_seconds(error.after_seconds)
        if not error.again:
            self._settle(notice, now_seconds, arrived=error.perhaps)
            return
        if error.perhaps:
            self._told |= self._trying
        self._trying = set()
        for name, episode in list(self._episodes.items()):
            if episode.is_over and name not in self._told:
                self._forget(name)

    def _heed_firing(self, alert: Alert, now_seconds: float) -> bool:
        known = self._episodes.get(alert.name)
        if known is not None and not known.is_over and known.started_seconds == alert.since_seconds:
            self._episodes[alert.name] = known._replace(alert=alert)
            return False
        if known is None and len(self._episodes) >= self._most_alerts and not self._has_dropped_one():
            return False
        self._episodes[alert.name] = Episode(alert, alert.since_seconds)
        self._repeated.discard(alert.name)
        self._waiting.setdefault(alert.name, now_seconds)
        return True

    def _has_dropped_one(self) -> bool:
        """Whether there is room again: the oldest that nobody was told of goes, or else the one that comes."""
        self.dropped_total += 1
        self._lost += 1
        unheard = next((name for name in self._waiting if name not in self._told), None)
        if unheard is not None:
            self._forget(unheard)
        return unheard is not None

    def _forget(self, name: str) -> None:
        self._episodes.pop(name, None)
        self._waiting.pop(name, None)
        self._told.discard(name)
        self._repeated.discard(name)

    def _settle(self, notice: Notice, now_seconds: float, *, arrived: bool) -> None:
        """What was told is told, and what came meanwhile still waits."""
        self._trying = set()
        self._repeat_at = now_seconds + self._pace.repeat_seconds
        for episode in notice.news:
            name = episode.alert.name
            now = self._episodes.get(name)
            if now is None:
                continue
            if episode.is_over:
                self._told.discard(name)
            elif arrived:
                self._told.add(name)
            if (now.started_seconds, now.is_over) == (episode.started_seconds, episode.is_over):
                self._waiting.pop(name, None)
                self._repeated.discard(name)
            if now.is_over and name not in self._told:
                self._forget(name)

    def _pause_seconds(self, after_seconds: float | None) -> float:
        """Twice as long after each failure, and up to half of it less by chance: not all machines come at once."""
        pace = self._pace
        if after_seconds is not None:
            return min(after_seconds, pace.longest_pause_seconds)
        doubled_seconds = pace.first_pause_seconds * 2.0 ** min(self.failures - 1, 60)
        return min(doubled_seconds, pace.longest_pause_seconds) * (0.5 + 0.5 * self._jitter())
