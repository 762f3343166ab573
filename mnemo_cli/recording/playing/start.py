"""--at as a time of the recording: an ISO time, a time of its day, or a span from its start."""

import re
from datetime import UTC, datetime, timedelta

from mnemo_cli.errors import UsageError
from mnemo_cli.recording.document import timestamp
from mnemo_cli.recording.playing.tracks import Track
from mnemo_cli.units import format_duration, parse_duration

_EXAMPLES = "write for example 14:02:31, 2026-11-22T14:02:31Z or +10m; times are UTC"
_OF_DAY = re.compile(r"(\d\d):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?Z?", re.ASCII)
# A recording has milliseconds.
_ROUNDING_SECONDS = 0.001


def start_seconds(at: str, track: Track) -> float | None:
    """The Unix time that --at means in a track; None where that is outside of it. UsageError for what is no time."""
    found = _time(at.strip(), track)
    is_inside = track.first_seconds - _ROUNDING_SECONDS <= found <= track.last_seconds + _ROUNDING_SECONDS
    return found if is_inside else None


def span_words(track: Track) -> str:
    """ "2026-11-22T14:02:31Z to 15:00:00Z (57m29s)"; the day is said again where it is another one."""
    first, last = (f"{timestamp(seconds)[:19]}Z" for seconds in (track.first_seconds, track.last_seconds))
    until = last[11:] if last[:10] == first[:10] else last
    return f"{first} to {until} ({format_duration(track.span_seconds)})"


def _time(at: str, track: Track) -> float:
    try:
        if at.startswith("+"):
            return track.first_seconds + parse_duration(at[1:])
        if (match := _OF_DAY.fullmatch(at)) is not None:
            return _of_day(match, track)
        found = datetime.fromisoformat(at if at.isascii() else "")
    except (ValueError, OverflowError) as err:
        raise UsageError(f"--at {at!r} is no time; {_EXAMPLES}") from err
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def _of_day(match: re.Match[str], track: Track) -> float:
    """On the day on which the recording began, or on the first one after it that is in the recording."""
    hours, minutes, seconds = int(match[1]), int(match[2]), float(match[3] or 0)
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise ValueError("no time of a day")
    began = datetime.fromtimestamp(track.first_seconds, UTC)
    midnight = began.replace(hour=0, minute=0, second=0, microsecond=0)
    found = (midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)).timestamp()
    next_day = found + timedelta(days=1).total_seconds()
    return next_day if found < track.first_seconds and next_day <= track.last_seconds else found
