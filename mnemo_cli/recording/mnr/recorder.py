"""Writes the moments of a watch to a file, so that the newest is in it when the watch is killed.

A part begins with a header and a whole sample, and has only what changed for the samples after it. Each write goes
to the file at once. The first one that fails ends the recording, whole as it is: the watch goes on without it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import MnemoError
from mnemo_cli.model import Event, Json, Moment, Scope
from mnemo_cli.recording.document import event_document, sample_document, timestamp
from mnemo_cli.recording.mnr.change import difference
from mnemo_cli.recording.mnr.file import RecordingFile
from mnemo_cli.recording.mnr.frame import frame_of
from mnemo_cli.recording.mnr.header import About, header_document
from mnemo_cli.recording.mnr.member import Member
from mnemo_cli.recording.mnr.sealed import sealed
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason

# A whole sample has the bytes of ten changes, and what is damaged costs the part that it is in.
SAMPLES_OF_A_PART = 60


class RecordingStatus(NamedTuple):
    """For the screen. `began_seconds` is the Unix time of the first sample; `failure` says why it ended early."""

    name: str
    began_seconds: float | None
    size_bytes: int
    failure: str | None


class Recorder:
    """Records into `path`, and into its numbered files when it is full.

    A recording of ours that is there is gone on with; UsageError for any other file, OutputError for one that cannot
    be made. `complain` is told once when the recording cannot go on. `about` may be changed: the next part tells it.
    """

    def __init__(
        self,
        path: Path,
        about: About,
        complain: Callable[[str], None],
        *,
        max_bytes: int,
        kept_files: int = 3,
        rows: int = 30,
    ) -> None:
        self._path = path
        self.about = about
        self._complain = complain
        self._max_bytes = max_bytes
        self._rows = rows
        self._file = RecordingFile(path, kept_files=kept_files)
        self._member: Member | None = None
        # The last sample of this part, and how many it has.
        self._frame: dict[str, Json] | None = None
        self._samples = 0
        self._scope: Scope | None = None
        self._early: tuple[Event, ...] = ()
        self._began_seconds: float | None = None
        self._failure: str | None = None
        self._is_over = False

    @property
    def status(self) -> RecordingStatus:
        return RecordingStatus(self._path.name, self._began_seconds, self._file.size_bytes, self._failure)

    def note(self, moment: Moment) -> None:
        """The sample of a moment that is reported, and the events of any."""
        if self._is_over:
            return
        sample = moment.sample
        self._scope = sample.scope
        events, self._early = self._early + moment.verdict.events, ()
        if not moment.reported:
            self._try(sample.scope, events, None)
            return
        if self._began_seconds is None:
            self._began_seconds = sample.time_seconds
        rows = sample._replace(processes=sample.processes[: self._rows])
        self._try(sample.scope, events, sample_document(moment._replace(sample=rows)))

    def tell(self, event: Event) -> None:
        """An event that is in no moment, such as a mark; before the first moment it waits for it."""
        if self._scope is None:
            self._early += (event,)
        elif not self._is_over:
            self._try(self._scope, (event,), None)

    def close(self) -> None:
        """Nothing is left to be written: each write closed the file."""
        self._is_over = True
        self._file.close()

    def _try(self, scope: Scope, events: tuple[Event, ...], document: dict[str, Json] | None) -> None:
        if not events and document is None:
            return
        try:
            self._write(scope, events, document)
        except OSError as err:
            self._fail(reason(err))
        except MnemoError as err:
            self._fail(str(err))

    def _fail(self, why: str) -> None:
        self._failure = why
        self._complain(f"cannot go on recording to {printable(str(self._path))}: {why}; the watch goes on without it")
        self.close()

    def _write(self, scope: Scope, events: tuple[Event, ...], document: dict[str, Json] | None) -> None:
        if self._samples >= SAMPLES_OF_A_PART:
            self._end_part()
        piece = self._part_with(scope, events, document).piece()
        if not self._file.room_for(piece, self._max_bytes):
            self._end_part()
            piece = self._part_with(scope, events, document).piece()
            # One that was moved away was begun anew just now: there is nothing to rotate.
            if not self._file.room_for(piece, self._max_bytes):
                self._file.rotate()
        self._file.write(piece)

    def _end_part(self) -> None:
        self._member, self._frame, self._samples = None, None, 0
        self._file.end_member()
        if not self._file.is_there:
            self._file.begin_anew()

    def _part_with(self, scope: Scope, events: tuple[Event, ...], document: dict[str, Json] | None) -> Member:
        """The part that is being written, or a new one, with these lines."""
        member = self._member
        if member is None:
            member = self._member = Member()
            begins = document["time"] if document is not None else timestamp(events[0].time_seconds)
            _add(member, header_document(self.about, scope, begins))
        for event in events:
            _add(member, event_document(event))
        if document is not None:
            frame = frame_of(document)
            if self._frame is None:
                _add(member, document)
            else:
                _add(member, {"type": "change", "of": difference(self._frame, frame) or {}})
            self._frame = frame
            self._samples += 1
        return member


def _add(member: Member, document: dict[str, Json]) -> None:
    member.add(sealed(document, member.check))
