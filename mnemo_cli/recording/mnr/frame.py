"""What the changes of a recording are reckoned of: a sample without what follows from the rest of it.

Shares and headrooms follow from use and limit, and have as many digits as everything else together. The time is
milliseconds, so that a second more is written as 1000.
"""

from datetime import UTC, datetime, timedelta

from mnemo_cli.model import Json
from mnemo_cli.recording.document import timestamp
from mnemo_cli.recording.reading.members import Damaged, Members

_FOLLOWING = ("used_ratio", "headroom_bytes")
_TIME = "time"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def frame_of(document: dict[str, Json]) -> dict[str, Json]:
    """The frame of a mnemo.sample/1; Damaged where it has no time."""
    Members(document).time(_TIME)
    frame = dict(document)
    frame[_TIME] = (datetime.fromisoformat(str(document[_TIME])) - _EPOCH) // _MILLISECOND
    memory, limits = document.get("memory"), document.get("limits")
    if isinstance(memory, dict):
        frame["memory"] = _without_following(memory)
    if isinstance(limits, list):
        frame["limits"] = [_without_following(row) if isinstance(row, dict) else row for row in limits]
    return frame


def document_of(frame: dict[str, Json]) -> dict[str, Json]:
    """mnemo.sample/1 without what follows."""
    milliseconds = frame.get(_TIME)
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        raise Damaged("its time is no number of milliseconds")
    try:
        return {**frame, _TIME: timestamp(milliseconds / 1000)}
    except (ValueError, OverflowError, OSError):
        raise Damaged("its time is none") from None


def _without_following(row: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in row.items() if key not in _FOLLOWING}
