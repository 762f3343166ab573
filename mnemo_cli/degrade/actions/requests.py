"""Programs of the target are asked to slow down or to start afresh; a run of `mnemo orchestrate` is one of them.

Only programs that keep counters can be asked, and only those with a guard, and runs, obey: they let go of a
throttle after a minute unless they are asked again, so that one that nobody takes back does not last.
"""

import logging
from collections.abc import Callable, Collection

from mnemo_cli.degrade.actions.notice import Notice
from mnemo_cli.errors import NotSentError
from mnemo_cli.model import Gap, Sample
from mnemo_cli.tracker.asking import RequestName

_LOGGER = logging.getLogger("mnemo")
THROTTLE_AGAIN_SECONDS = 30.0

Pids = Callable[[], Collection[int]]


def programs_of(sample: Sample) -> tuple[int, ...]:
    """Who can be asked: the processes in the target of the sample that keep counters."""
    return tuple(tracker.pid for tracker in sample.trackers if tracker.pid is not None)


class Throttle:
    """An Action: slow down while any alert fires that wants it, and as before when none does."""

    name = "throttle_requests"

    def __init__(self, pids: Pids) -> None:
        self._pids = pids
        self._asked: set[int] = set()

    @property
    def shown(self) -> str:
        return "programs of the target"

    def send(self, notice: Notice) -> None:
        on = notice.is_firing
        pids = set(self._pids()) | (set() if on else self._asked)
        asked = _ask(pids, "throttle", 1.0 if on else 0.0)
        if not notice.is_repeat:
            wish = "asked to slow down" if on else "let go on as before"
            _LOGGER.warning("throttle_requests (%s): %s", _names(notice), _told(len(asked), wish))
        self._asked = asked if on else set()

    def end(self) -> None:
        """It takes no time."""


class Restart:
    """An Action: once for each alert that begins to fire, and never again for the same."""

    name = "restart_recommended"

    def __init__(self, pids: Pids) -> None:
        self._pids = pids

    @property
    def shown(self) -> str:
        return "programs of the target"

    def send(self, notice: Notice) -> None:
        asked = _ask(self._pids(), "restart", 1.0)
        words = _told(len(asked), "asked to save their state and to start afresh")
        _LOGGER.warning("restart_recommended (%s): %s", _names(notice), words)

    def end(self) -> None:
        """It takes no time."""


def _ask(pids: Collection[int], request: RequestName, ratio: float) -> set[int]:
    """Those that a request was left for."""
    if not pids:
        return set()
    from mnemo_cli.tracker.asking import ask

    gaps: list[Gap] = []
    tickets = ask(pids, request, ratio, gaps=gaps)
    if gaps and not tickets:
        first = gaps[0]
        raise NotSentError(f"no program can be asked: {first.source}: {first.reason}", again=False)
    return {ticket.pid for ticket in tickets}


def _told(count: int, wish: str) -> str:
    if not count:
        return "recommended only: no program of the target keeps counters to be asked in"
    return f"{count} program{'s' * (count != 1)} {wish}"


def _names(notice: Notice) -> str:
    return ", ".join(episode.alert.name for episode in notice.news)
