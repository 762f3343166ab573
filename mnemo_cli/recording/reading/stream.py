"""The lines of a recording, one after the other: each a moment, or a number and a reason why it is none.

A recording may end in the middle of a line, be joined from several, and hold what others wrote into it. The
memory log has lines of several programs: `writer_pid` tells them apart.
"""

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO, NamedTuple, NoReturn, TypeAlias

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Json, Level, Moment, Scope
from mnemo_cli.recording.document import SAMPLE_SCHEMA
from mnemo_cli.recording.memory_log import LOG_SCHEMA
from mnemo_cli.recording.reading.log_line import read_log_line
from mnemo_cli.recording.reading.members import Damaged, Members, shown
from mnemo_cli.recording.reading.sample import read_sample

# A line with a thousand trackers of a hundred components each has half of this.
LONGEST_LINE_BYTES = 64 << 20
_SCHEMA = re.compile(r"mnemo\.(?:sample|log)/([1-9][0-9]{0,8})", re.ASCII)
_VERSION = 1


class Recorded(NamedTuple):
    """A moment and the line that it stands in, counted from 1.

    `told` are numbers by the names of conditions that the line tells though the moment does not have them.
    """

    line_number: int
    moment: Moment
    writer_pid: int | None = None
    told: Mapping[str, float | None] = MappingProxyType({})


class Strange(NamedTuple):
    """A line that is left out, and why."""

    line_number: int
    reason: str


_Series: TypeAlias = tuple[int | None, Scope]


def read_recording(file: BinaryIO, source: str) -> Iterator[Recorded | Strange]:
    """Every line but those of events and the empty ones, as they are read; `source` is the file's name.

    UsageError for a recording of a newer mnemo: what it means is not known here.
    """
    began: dict[_Series, tuple[Level | None, float]] = {}
    for number, line in _lines(file):
        try:
            recorded = _read(line, number, source)
        except Damaged as err:
            torn = line is not None and not line.rstrip(b" ").endswith((b"\n", b"}"))
            yield Strange(number, "the recording ends in the middle of it" if torn else str(err))
            continue
        if recorded is not None:
            yield _with_span(recorded, began)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each with its number; None for one that is too long to be held."""
    number = 0
    while line := file.readline(LONGEST_LINE_BYTES):
        number += 1
        rest = line
        while len(rest) == LONGEST_LINE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE_BYTES)
        if line.strip():
            yield number, line if rest is line else None


def _read(line: bytes | None, number: int, source: str) -> Recorded | None:
    """None for an event."""
    if line is None:
        raise Damaged(f"it is longer than {LONGEST_LINE_BYTES >> 20} MiB")
    document = _document(line)
    schema, kind = document.get("schema"), document.get("type")
    version = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if version is not None and int(version[1]) > _VERSION:
        raise UsageError(
            f"{source}, line {number}: a newer mnemo wrote this recording ({schema}); "
            f"this one reads {SAMPLE_SCHEMA} and {LOG_SCHEMA}: replay it with one that is as new"
        )
    if schema == SAMPLE_SCHEMA and kind == "sample":
        return Recorded(number, read_sample(document))
    if schema == LOG_SCHEMA and kind == "memory":
        told = read_log_line(Members(document))
        return Recorded(number, told.moment, told.pid, told.told)
    if kind == "event" and (schema == LOG_SCHEMA or "schema" not in document):
        return None
    raise Damaged(f"it is no sample: its schema is {shown(schema)}" if "schema" in document else "it is no sample")


def _document(line: bytes) -> Mapping[str, Json]:
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


def _with_span(recorded: Recorded, began: dict[_Series, tuple[Level | None, float]]) -> Recorded:
    """With how long its level has held since the recording began."""
    sample, verdict = recorded.moment.sample, recorded.moment.verdict
    key = recorded.writer_pid, sample.scope
    level, since_seconds = began.get(key, (verdict.level, sample.clock_seconds))
    if level != verdict.level or since_seconds > sample.clock_seconds:
        since_seconds = sample.clock_seconds
    began[key] = verdict.level, since_seconds
    held = verdict._replace(since_seconds=sample.clock_seconds - since_seconds)
    return recorded._replace(moment=recorded.moment._replace(verdict=held))
