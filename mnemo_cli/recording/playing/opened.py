"""A recording's file: what it holds, and the moments of one track as often as they are asked for."""

from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Moment
from mnemo_cli.recording.playing.harmless import harmless
from mnemo_cli.recording.playing.tracks import Survey, Track, survey
from mnemo_cli.recording.reading.line import Recorded, Strange
from mnemo_cli.recording.reading.stream import read_recording
from mnemo_cli.redact import printable


class ReplayedFile:
    """Reads the file once for each question; nothing of it is held in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = printable(str(path))

    def survey(self) -> Survey:
        """UsageError for a file that cannot be read, is no recording, or has no samples."""
        if self.path.is_dir():
            raise UsageError(f"cannot replay {self.name}: it is a folder; name a recording in it")
        if self.path.exists() and not self.path.is_file():
            raise UsageError(f"cannot replay {self.name}: it cannot be read twice; save it to a file first")
        found = survey(self._lines())
        if not found.tracks:
            raise UsageError(f"{self.name} {self._emptiness(found)}; record one with `mnemo monitor --record FILE.mnr`")
        return found

    def moments(self, track: Track) -> Iterator[Moment]:
        """Those of one track, in the order of the lines, safe for a terminal."""
        for line in self._lines():
            if isinstance(line, Recorded) and track.has(line):
                yield harmless(line.moment)

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def _lines(self) -> Iterator[Recorded | Strange]:
        try:
            with open(self.path, "rb") as file:
                yield from read_recording(file, self.name)
        except OSError as err:
            raise UsageError(f"cannot read the recording {self.name}: {err.strerror}") from err

    def _emptiness(self, found: Survey) -> str:
        strange = found.first_strange
        if strange is None:
            return "is empty" if not self.size_bytes else "holds no samples"
        return f"is not a recording: line {strange.line_number:,}: {printable(strange.reason)}"
