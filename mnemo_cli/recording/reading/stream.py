"""The lines of a recording, one after the other: each a moment, or a number and a reason why it is none.

A recording may end in the middle of a line, be joined from several, and hold what others wrote into it. The
memory log has lines of several programs: `writer_pid` tells them apart.

Events have lines of their own, before that of the sample after them: they are in its moment. Those that no sample
comes after are in a moment that is not reported, which is otherwise the last one.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO, TypeAlias

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Event, Level, Scope
from mnemo_cli.recording.document import SAMPLE_SCHEMA
from mnemo_cli.recording.memory_log import LOG_SCHEMA
from mnemo_cli.recording.reading.events import read_event
from mnemo_cli.recording.reading.line import TORN, Recorded, Strange, Told, line_document
from mnemo_cli.recording.reading.log_line import read_log_line
from mnemo_cli.recording.reading.members import Damaged, Members, shown
from mnemo_cli.recording.reading.sample import read_sample

# A line with a thousand trackers of a hundred components each has half of this.
LONGEST_LINE_BYTES = 64 << 20
MOST_WAITING = 1000
_SCHEMA = re.compile(r"mnemo\.(?:sample|log)/([1-9][0-9]{0,8})", re.ASCII)
_VERSION = 1

_Series: TypeAlias = tuple[int | None, Scope]


def read_recording(file: BinaryIO, source: str) -> Iterator[Recorded | Strange]:
    """Every sample with its events, as they are read, and what is strange; `source` is the file's name.

    UsageError for a recording of a newer mnemo: what it means is not known here.
    """
    began: dict[_Series, tuple[Level | None, float]] = {}
    waiting = _Waiting()
    for found in _found(file, source):
        if isinstance(found, Strange):
            yield found
        elif isinstance(found, Told):
            yield from waiting.keep(found)
        else:
            yield waiting.given(_with_span(found, began))
    yield from waiting.rest()


def _found(file: BinaryIO, source: str) -> Iterator[Recorded | Told | Strange]:
    """The lines as they stand there. What `mnemo monitor --record` wrote is packed, unless somebody unpacked it."""
    from mnemo_cli.recording.mnr.member import MEMBER_START
    from mnemo_cli.recording.mnr.sealed import HEADER_START
    from mnemo_cli.recording.reading.packed import GZIP_MAGIC, Lost, unpacked_lines
    from mnemo_cli.recording.reading.parts import read_parts

    start = file.readline(len(MEMBER_START))
    of_ours = MEMBER_START[len(GZIP_MAGIC) :]
    # What is behind the magic number tells as well that it is packed, and each line has a check of its own.
    if start.startswith(GZIP_MAGIC) or start.endswith(of_ours):
        magic = GZIP_MAGIC if start.endswith(of_ours) else start[: len(GZIP_MAGIC)]
        yield from read_parts(unpacked_lines(file, magic + start[len(GZIP_MAGIC) :]), source)
        return
    lines = _lines(file, start)
    first = list(islice(lines, 1))
    lines = chain(first, lines)
    if first and first[0][1] is not None and first[0][1].startswith(HEADER_START):
        yield from read_parts((Lost("it is too long") if line is None else line for _, line in lines), source)
        return
    for number, line in lines:
        try:
            yield _read(line, number, source)
        except Damaged as err:
            torn = line is not None and not line.rstrip(b" ").endswith((b"\n", b"}"))
            yield Strange(number, TORN if torn else str(err))


class _Waiting:
    """Events that wait for the next sample of who wrote them."""

    def __init__(self) -> None:
        self._told: dict[int | None, list[Told]] = {}
        self._last: dict[int | None, Recorded] = {}

    def keep(self, told: Told) -> Iterator[Recorded]:
        """Without a sample for long they come in a moment of their own."""
        kept = self._told.setdefault(told.writer_pid, [])
        kept.append(told)
        if len(kept) >= MOST_WAITING:
            yield from self._alone(told.writer_pid)

    def given(self, recorded: Recorded) -> Recorded:
        """The sample with the events that waited for it."""
        events = tuple(told.event for told in self._told.pop(recorded.writer_pid, ()))
        self._last[recorded.writer_pid] = recorded
        return _with_events(recorded, events) if events else recorded

    def rest(self) -> Iterator[Recorded]:
        for writer_pid in list(self._told):
            yield from self._alone(writer_pid)

    def _alone(self, writer_pid: int | None) -> Iterator[Recorded]:
        """Events before the first sample are of nothing that is known."""
        kept, last = self._told.pop(writer_pid), self._last.get(writer_pid)
        if last is not None:
            moment = last.moment._replace(reported=False)
            last = last._replace(line_number=kept[-1].line_number, moment=moment)
            yield _with_events(last, tuple(told.event for told in kept))


def _with_events(recorded: Recorded, events: tuple[Event, ...]) -> Recorded:
    moment = recorded.moment
    return recorded._replace(moment=moment._replace(verdict=moment.verdict._replace(events=events)))


def _lines(file: BinaryIO, start: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Each with its number; None for one that is too long to be held. `start` is what was read of the first one."""
    number = 0
    line = start if start.endswith(b"\n") else start + file.readline(LONGEST_LINE_BYTES - len(start))
    while line:
        number += 1
        rest = line
        while len(rest) == LONGEST_LINE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE_BYTES)
        if line.strip():
            yield number, line if rest is line else None
        line = file.readline(LONGEST_LINE_BYTES)


def _read(line: bytes | None, number: int, source: str) -> Recorded | Told:
    if line is None:
        raise Damaged(f"it is longer than {LONGEST_LINE_BYTES >> 20} MiB")
    document = line_document(line)
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
        members, in_log = Members(document), "schema" in document
        return Told(number, read_event(members, in_log=in_log), members.count("pid") if in_log else None)
    raise Damaged(f"it is no sample: its schema is {shown(schema)}" if "schema" in document else "it is no sample")


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
