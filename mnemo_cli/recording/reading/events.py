"""Event lines of a recording as events, kept for the sample that comes after them.

A line does not tell the level that its event was given: it is what the event says of itself, as where it was made.
"""

from typing import get_args

from mnemo_cli.model import Event, EventName, Level
from mnemo_cli.model.alerts import SEVERITY_LEVELS
from mnemo_cli.recording.reading.members import Members

_NAMES: tuple[EventName, ...] = get_args(EventName)
# The members that every line has; the rest are the event's own.
_OF_LINES = ("schema", "type", "time", "event", "text")
_LEVELS: dict[EventName, Level] = {"oom_kill": Level.CRITICAL, "limit_change": Level.MODERATE, "mark": Level.NORMAL}


def read_event(members: Members, *, in_log: bool) -> Event:
    """The event of a line; in the memory log each line has the pid of its writer, which is none of the event."""
    name = members.word("event", _NAMES)
    fields = {key: value for key, value in members.items() if key not in _OF_LINES and not (in_log and key == "pid")}
    return Event(
        time_seconds=members.time("time"),
        event=name,
        level=_level(name, members),
        text=members.text("text"),
        fields=fields,
    )


def _level(name: EventName, members: Members) -> Level | None:
    """Of what this mnemo does not know of an event: unknown."""
    if name == "level":
        return members.level("to")
    if name == "alert":
        return _level_of_alert(members.text("to"), members.text("severity"))
    if name == "exit":
        return Level.HIGH if "exit_code" in members and members.raw("exit_code") != 0 else Level.NORMAL
    return _LEVELS.get(name)


def _level_of_alert(state: str, severity: str) -> Level | None:
    if state == "resolved":
        return Level.NORMAL
    return next((level for word, level in SEVERITY_LEVELS.items() if state == "firing" and word == severity), None)
