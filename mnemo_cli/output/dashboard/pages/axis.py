"""The time axis below the history: what happened when, as a letter on the axis, and the times at its ends."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mnemo_cli.model import Event, EventName
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import clock_text


class Kind(NamedTuple):
    """A kind of event on the axis."""

    letter: str
    word: str


# Where two fall on one column the first of these is shown.
KINDS: dict[EventName, Kind] = {
    "oom_kill": Kind("K", "OOM kill"),
    "limit_change": Kind("C", "limit change"),
    "alert": Kind("A", "alert"),
    "level": Kind("L", "level"),
    "exit": Kind("X", "exit"),
    "mark": Kind("M", "mark"),
}
_RANKS = {kind.letter: rank for rank, kind in enumerate(KINDS.values())}
_UNKNOWN = Kind("?", "other")


def letter_of(event: Event) -> str:
    """ "K" of an OOM kill."""
    return KINDS.get(event.event, _UNKNOWN).letter


def within(events: Iterable[Event], now_seconds: float, span_seconds: float) -> list[Event]:
    """The events of the window, in the order in which they come."""
    return [event for event in events if -1.0 < now_seconds - event.time_seconds <= span_seconds]


def axis(events: Sequence[Event], now_seconds: float, span_seconds: float, width: int, look: Look) -> str:
    """A rule with a letter where something happened; the right end is now."""
    signs = [look.rule] * width
    for event in within(events, now_seconds, span_seconds) if width else ():
        share = max(0.0, now_seconds - event.time_seconds) / span_seconds
        position = max(0, width - 1 - int(share * width))
        letter, before = letter_of(event), signs[position]
        if _RANKS.get(letter, len(_RANKS)) < _RANKS.get(before, len(_RANKS) + 1):
            signs[position] = letter
    return "".join(signs)


def times(now_seconds: float, span_seconds: float, width: int) -> str:
    """The time of both ends, and of the middle where there is room."""
    first, last = clock_text(max(0.0, now_seconds - span_seconds)), f"{clock_text(now_seconds)} UTC"
    middle = clock_text(max(0.0, now_seconds - span_seconds / 2))
    if width < len(first) + len(last) + 2:
        return last[:width].rjust(width)
    room = width - len(first) - len(last)
    return f"{first}{middle if room >= len(middle) + 4 else '':^{room}}{last}"
