"""What a key of the dashboard puts into files: marks, snapshots, recordings."""

import logging
from collections.abc import Callable
from pathlib import Path

from mnemo_cli.commands.recordings import Recordings, new_file
from mnemo_cli.errors import OutputError
from mnemo_cli.model import Event, Level, Moment
from mnemo_cli.output.log import log_event
from mnemo_cli.recording.document import pretty, sample_document
from mnemo_cli.recording.memory_log import MemoryLog
from mnemo_cli.redact import printable


class Keeping:
    """The dashboard's Requests. `unix_seconds` dates marks and names files."""

    def __init__(
        self, log: MemoryLog, recordings: Recordings, logger: logging.Logger, unix_seconds: Callable[[], float]
    ) -> None:
        self._log, self._recordings, self._logger, self._unix_seconds = log, recordings, logger, unix_seconds
        self._latest: Moment | None = None

    def note(self, moment: Moment) -> None:
        """What a snapshot is of."""
        if moment.reported:
            self._latest = moment

    def mark(self, text: str) -> str:
        event = Event(time_seconds=self._unix_seconds(), event="mark", level=Level.NORMAL, text=text)
        log_event(self._logger, event)
        is_written = self._log.tell(event)
        self._recordings.tell(event)
        if is_written:
            return f"{text} is in the memory log{' and in the recording' if self._recordings.is_on else ''}"
        return f"{text} waits for the memory log{', and is in the recording' if self._recordings.is_on else ''}"

    def snapshot(self) -> str:
        if self._latest is None:
            return "there is no sample yet"
        path = new_file(self._unix_seconds(), ".json")
        try:
            _write_new(path, pretty(sample_document(self._latest)))
        except OSError as err:
            raise OutputError(f"cannot write {printable(str(path))}: {err.strerror}") from err
        return f"the newest sample is in {printable(str(path))}"

    def record(self) -> str:
        return self._recordings.toggle()


def _write_new(path: Path, text: str) -> None:
    """The whole text, or no file."""
    file = path.open("x", encoding="utf-8")
    try:
        with file:
            file.write(text)
    except OSError:
        path.unlink(missing_ok=True)
        raise
