"""What one line of a recording turns out to be: a moment, an event, or strange, and the JSON object that it holds."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from mnemo_cli.model import Event, Json, Moment
from mnemo_cli.recording.reading.members import Damaged, shown

if TYPE_CHECKING:
    from mnemo_cli.recording.mnr.header import About

TORN = "the recording ends in the middle of it"


class Recorded(NamedTuple):
    """A moment and the line that it stands in, counted from 1.

    `told` are numbers by the names of conditions that the line tells though the moment does not have them; `about`
    is what a recording of `mnemo monitor --record` tells of its watch.
    """

    line_number: int
    moment: Moment
    writer_pid: int | None = None
    told: Mapping[str, float | None] = MappingProxyType({})
    about: "About | None" = None


class Strange(NamedTuple):
    """A line that is left out, and why."""

    line_number: int
    reason: str


class Told(NamedTuple):
    """An event, and the line that it stands in."""

    line_number: int
    event: Event
    writer_pid: int | None = None


def line_document(line: bytes) -> Mapping[str, Json]:
    """The object that a line is; Damaged for anything else."""
    try:
        document: Json = json.loads(line.decode(), parse_constant=_refused)
    except UnicodeDecodeError:
        raise Damaged("it is not JSON: it holds bytes that are no text") from None
    except json.JSONDecodeError as err:
        raise Damaged(f"it is not JSON: {err.msg} at character {err.pos + 1:,}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, thousands of brackets
        raise Damaged("it is no JSON that can be read") from None
    if not isinstance(document, Mapping):
        raise Damaged(f"it is {shown(document)}, not an object")
    return document


def _refused(word: str) -> NoReturn:
    raise ValueError(word)
