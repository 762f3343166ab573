"""Alerts as lines of a log: that of this program, syslog or journald. The memory log of `monitor` has them anyway."""

import logging
from collections.abc import Callable
from typing import NamedTuple, Protocol

from mnemo_cli.degrade.actions.document import value_text
from mnemo_cli.degrade.actions.notice import Episode, Notice
from mnemo_cli.errors import NotSentError
from mnemo_cli.model.alerts import Alert, Severity
from mnemo_cli.redact import printable
from mnemo_cli.units import format_duration

_LOGGER = logging.getLogger("mnemo")
_LEVELS: dict[Severity, int] = {
    "note": logging.INFO,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}


class Line(NamedTuple):
    """One alert for a log; `level` is one of the logging module's."""

    text: str
    level: int
    time_seconds: float
    alert: Alert


class Outlet(Protocol):
    """Where lines go. `shown` is its name for people."""

    @property
    def shown(self) -> str: ...

    def write(self, line: Line) -> None:
        """Raises OSError."""
        ...


class Log:
    """An Action. What could not be written is not written later: it may be there already, without the rest."""

    name = "log"

    def __init__(self, outlet: Outlet, unix_clock: Callable[[], float]) -> None:
        self._outlet, self._unix_clock = outlet, unix_clock

    @property
    def shown(self) -> str:
        return self._outlet.shown

    def send(self, notice: Notice) -> None:
        now_seconds = self._unix_clock()
        try:
            for episode in notice.news:
                self._outlet.write(_line(episode, now_seconds, is_repeat=notice.is_repeat))
        except OSError as err:
            raise NotSentError(f"it cannot be written: {err.strerror or err}", again=False, perhaps=True) from err

    def end(self) -> None:
        """It takes no time."""


class ProgramLog:
    """The logger "mnemo", which writes to stderr."""

    shown = "stderr"

    def write(self, line: Line) -> None:
        _LOGGER.log(line.level, "alert: %s", line.text)


def _line(episode: Episode, now_seconds: float, *, is_repeat: bool) -> Line:
    alert = episode.alert
    value = value_text(alert.value) or "not known"
    if episode.ended_seconds is None:
        since = f" since {format_duration(max(0.0, now_seconds - episode.started_seconds))}" if is_repeat else ""
        text = f"{alert.name} is {'still ' if is_repeat else ''}firing{since}: its value is {value}"
    else:
        lasted = format_duration(max(0.0, episode.ended_seconds - episode.started_seconds))
        text = f"{alert.name} is resolved after {lasted}: its value is {value}"
    summary = f" ({alert.summary})" if alert.summary and not episode.is_over else ""
    # The end is as loud as a warning and no louder: whoever saw the beginning has to see it.
    level = min(_LEVELS[alert.severity], logging.WARNING) if episode.is_over else _LEVELS[alert.severity]
    return Line(printable(text + summary), level, now_seconds, alert)
