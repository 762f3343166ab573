"""Programs of the target are asked to slow down or to start afresh, and so is the work that this process runs.

Only programs that keep counters can be asked, and only those with a guard obey: it lets go of a throttle after
a minute unless it is asked again, so that one that nobody takes back does not last.
"""

import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from mnemo_cli.degrade.actions.notice import Notice
from mnemo_cli.degrade.foreign import attempt
from mnemo_cli.errors import NotSentError
from mnemo_cli.model import Gap, Sample
from mnemo_cli.tracker.asking import RequestName

_LOGGER = logging.getLogger("mnemo")
THROTTLE_AGAIN_SECONDS = 30.0

Pids = Callable[[], Collection[int]]


class Local(NamedTuple):
    """The work that this process itself runs; None where it runs none. Called from a thread of the notifier's."""

    throttle: Callable[[bool], object] | None = None
    restart: Callable[[], object] | None = None


def programs_of(sample: Sample) -> tuple[int, ...]:
    """Who can be asked: the processes in the target of the sample that keep counters."""
    return tuple(tracker.pid for tracker in sample.trackers if tracker.pid is not None)


class Throttle:
    """An Action: slow down while any alert fires that wants it, and as before when none does."""

    name = "throttle_requests"

    def __init__(self, pids: Pids, local: Local) -> None:
        self._pids, self._local = pids, local
        self._asked: set[int] = set()
        self._is_on = False

    @property
    def shown(self) -> str:
        return "programs of the target"

    def send(self, notice: Notice) -> None:
        on = notice.is_firing
        pids = set(self._pids()) | (set() if on else self._asked)
        if self._local.throttle is not None and on != self._is_on:
            attempt("throttle", partial(self._local.throttle, on))
        self._is_on = on
        asked = _ask(pids, "throttle", 1.0 if on else 0.0, is_local=self._local.throttle is not None)
        if not notice.is_repeat:
            wish = "asked to slow down" if on else "told that they need not be slow any more"
            _LOGGER.warning("throttle_requests (%s): %s", _names(notice), _told(len(asked), wish, self._local.throttle))
        self._asked = asked if on else set()

    def end(self) -> None:
        """It takes no time."""


class Restart:
    """An Action: once for each alert that begins to fire, and never again for the same."""

    name = "restart_recommended"

    def __init__(self, pids: Pids, local: Local) -> None:
        self._pids, self._local = pids, local

    @property
    def shown(self) -> str:
        return "programs of the target"

    def send(self, notice: Notice) -> None:
        if self._local.restart is not None:
            attempt("restart", self._local.restart)
        asked = _ask(self._pids(), "restart", 1.0, is_local=self._local.restart is not None)
        words = _told(len(asked), "asked to save their state and to start afresh", self._local.restart)
        _LOGGER.warning("restart_recommended (%s): %s", _names(notice), words)

    def end(self) -> None:
        """It takes no time."""


def _ask(pids: Collection[int], request: RequestName, ratio: float, *, is_local: bool) -> set[int]:
    """Those that a request was left for."""
    if not pids:
        return set()
    from mnemo_cli.tracker.asking import ask

    gaps: list[Gap] = []
    tickets = ask(pids, request, ratio, gaps=gaps)
    if gaps and not tickets and not is_local:
        first = gaps[0]
        raise NotSentError(f"no program can be asked: {first.source}: {first.reason}", again=False)
    return {ticket.pid for ticket in tickets}


def _told(count: int, wish: str, local: Callable[..., object] | None) -> str:
    whom = [f"{count} programs"] if count else []
    whom += [] if local is None else ["our own work"]
    if not whom:
        return "recommended only: no program of the target keeps counters to be asked in"
    return f"{' and '.join(whom)} {wish}"


def _names(notice: Notice) -> str:
    return ", ".join(episode.alert.name for episode in notice.news)
