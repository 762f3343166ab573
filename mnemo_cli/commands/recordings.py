"""The recordings of a watch: one from its start on with --record, and those that a key begins and ends."""

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli import __version__
from mnemo_cli.commands.reloading import Tuning
from mnemo_cli.model import Event, Moment
from mnemo_cli.redact import printable
from mnemo_cli.sampling.asked import Asked
from mnemo_cli.units import MIB

if TYPE_CHECKING:
    from mnemo_cli.output.dashboard.view import Recording
    from mnemo_cli.recording.mnr.recorder import Recorder

RECORDED_ROWS = 30


class RecordingChoice(NamedTuple):
    """Where to record from the start on, if anywhere, and how large a file may become."""

    path: Path | None = None
    max_bytes: int = 100 * MIB


class Recordings:
    """One recording at a time. UsageError for a file that is none of ours, OutputError for one that cannot be made."""

    def __init__(
        self, choice: RecordingChoice, tuning: Tuning, logger: logging.Logger, unix_seconds: Callable[[], float]
    ) -> None:
        self._choice, self._tuning, self._logger, self._unix_seconds = choice, tuning, logger, unix_seconds
        self._recorder: Recorder | None = None
        self._began_seconds = 0.0
        if choice.path is not None:
            self._begin(choice.path)

    @property
    def is_on(self) -> bool:
        return self._recorder is not None and self._recorder.status.failure is None

    def asked(self, shown: Asked) -> Asked:
        """What is shown, and what a recording wants beside; a screen asks for as much by itself."""
        return shown._replace(rows=max(shown.rows, RECORDED_ROWS)) if self.is_on else shown

    def note(self, moment: Moment) -> None:
        if self._recorder is not None:
            # A reload or a key may have changed them; the next part tells it.
            rhythm, scale = self._tuning.rhythm, self._tuning.scale
            self._recorder.about = self._recorder.about._replace(
                interval_seconds=rhythm.interval_seconds, edges=scale.edges
            )
            self._recorder.note(moment)

    def tell(self, event: Event) -> None:
        """One that is in no moment."""
        if self._recorder is not None:
            self._recorder.tell(event)

    def toggle(self) -> str:
        """End the recording, or begin one: in the file of --record, or in a new one here. The sentence about it."""
        if self._recorder is not None and self.is_on:
            name = self._recorder.status.name
            self.close()
            return f"the recording {printable(name)} is closed"
        self.close()
        path = self._choice.path or new_file(self._unix_seconds(), ".mnr")
        self._begin(path)
        return f"recording to {printable(str(path))}"

    @property
    def status(self) -> "Recording | None":
        """For the screen."""
        if self._recorder is None:
            return None
        from mnemo_cli.output.dashboard.view import Recording

        status = self._recorder.status
        began_seconds = self._began_seconds if status.began_seconds is None else status.began_seconds
        return Recording(printable(status.name), began_seconds, status.size_bytes, status.failure)

    def close(self) -> None:
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None

    def _begin(self, path: Path) -> None:
        from mnemo_cli.recording.mnr.header import About
        from mnemo_cli.recording.mnr.recorder import Recorder

        about = About(
            version=__version__,
            host_name=os.uname().nodename,
            interval_seconds=self._tuning.rhythm.interval_seconds,
            edges=self._tuning.scale.edges,
        )
        self._began_seconds = self._unix_seconds()
        self._recorder = Recorder(
            path, about, self._logger.warning, max_bytes=self._choice.max_bytes, rows=RECORDED_ROWS
        )


def new_file(unix_seconds: float, suffix: str) -> Path:
    """A file of ours in the present folder that is not there yet, named by the time."""
    stem = datetime.fromtimestamp(unix_seconds, UTC).strftime("mnemo-%Y%m%d-%H%M%SZ")
    path, number = Path(f"{stem}{suffix}"), 2
    while os.path.lexists(path):
        path, number = Path(f"{stem}-{number}{suffix}"), number + 1
    return path
