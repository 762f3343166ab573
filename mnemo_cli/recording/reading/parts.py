"""The lines of a recording (mnemo.recording/1) as moments and events.

Each part of it stands alone: after a line that is not as it was written, everything up to the next part is left out,
because a change says nothing without the sample before it. What was left out is told once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Json
from mnemo_cli.recording.document import SAMPLE_SCHEMA
from mnemo_cli.recording.mnr.change import applied
from mnemo_cli.recording.mnr.frame import document_of, frame_of
from mnemo_cli.recording.mnr.header import About, read_about
from mnemo_cli.recording.mnr.sealed import HEADER_START, RECORDING_SCHEMA, opened
from mnemo_cli.recording.reading.events import read_event
from mnemo_cli.recording.reading.line import TORN, Recorded, Strange, Told, line_document
from mnemo_cli.recording.reading.members import Damaged, Members
from mnemo_cli.recording.reading.packed import Lost
from mnemo_cli.recording.reading.sample import KnownRows, read_checked

_SCHEMA = re.compile(r"mnemo\.recording/([1-9][0-9]{0,8})", re.ASCII)
_VERSION = 1


def read_parts(lines: Iterable[bytes | Lost], source: str) -> Iterator[Recorded | Told | Strange]:
    """UsageError when no line of it is one of a recording, and for a recording of a newer mnemo."""
    reader = _Reader(source)
    untold: Strange | None = None
    is_lost, number = False, 0
    for line in lines:
        number += not isinstance(line, Lost)
        try:
            found = reader.read(line, number)
        except Damaged as err:
            if not is_lost:
                untold = Strange(max(number, 1), str(err))
            is_lost = True
            found = None
        if untold is not None and reader.is_recording:
            yield untold
            untold = None
        if found is not None:
            is_lost = False
            yield found
    if not reader.is_recording:
        raise UsageError(f"{source} is no recording of mnemo, or nothing of it can be read any more; name another file")


class _Reader:
    """The part that is being read: what its header tells, the CRC-32 of its lines, and its last sample."""

    def __init__(self, source: str) -> None:
        self.is_recording = False
        self._source = source
        self._about: About | None = None
        self._check = 0
        self._frame: dict[str, Json] | None = None
        self._known = KnownRows()

    def read(self, line: bytes | Lost, number: int) -> Recorded | Told | None:
        """None for what is neither sample nor event; Damaged for a line that is left out."""
        if isinstance(line, Lost):
            self._about = None
            raise Damaged(line.reason)
        is_header = line.startswith(HEADER_START)
        if self._about is None and not is_header:
            raise Damaged("it belongs to no part of a recording")
        unsealed = opened(line, 0 if is_header else self._check)
        if unsealed is None:
            self._about = None
            raise Damaged("it is not as it was written" if line.endswith(b"\n") else TORN)
        text, self._check = unsealed
        document = line_document(text)
        if is_header:
            self._begin(document, number)
            return None
        return self._read(document, number)

    def _begin(self, document: Mapping[str, Json], number: int) -> None:
        version = _SCHEMA.fullmatch(str(document.get("schema")))
        if version is not None and int(version[1]) > _VERSION:
            raise UsageError(
                f"{self._source}, line {number}: a newer mnemo wrote this recording ({version[0]}); "
                f"this one reads {RECORDING_SCHEMA}: replay it with one that is as new"
            )
        self._about = self._frame = None
        self._about = read_about(Members(document))
        self.is_recording = True

    def _read(self, document: Mapping[str, Json], number: int) -> Recorded | Told | None:
        kind = document.get("type")
        if kind == "event":
            return Told(number, read_event(Members(document), in_log=False))
        if kind == "sample" and document.get("schema") == SAMPLE_SCHEMA:
            self._frame = frame_of(dict(document))
            return self._recorded(document, number)
        if kind == "change":
            return self._recorded(document_of(self._changed(Members(document).raw("of"))), number)
        return None  # of a later mnemo

    def _changed(self, change: Json) -> dict[str, Json]:
        # One that cannot be made leaves nothing for the next one to change.
        before, self._frame = self._frame, None
        if before is None:
            raise Damaged("it is a change of a sample that is not there")
        frame = applied(before, change)
        if not isinstance(frame, dict):
            raise Damaged("it is no sample")
        self._frame = frame
        return frame

    def _recorded(self, document: Mapping[str, Json], number: int) -> Recorded:
        return Recorded(number, read_checked(document, self._known), about=self._about)
