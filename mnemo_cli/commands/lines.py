"""Moments as lines on stdout or in a file: what `mnemo monitor` writes where it draws no dashboard."""

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from mnemo_cli.errors import OutputError
from mnemo_cli.model import Event, Moment
from mnemo_cli.output.fields import Fields
from mnemo_cli.output.lines import LineFormat, event_text, header, moment_text
from mnemo_cli.redact import printable


class LinesChoice(NamedTuple):
    """Which lines the person wants, if any, and where. With `fields` only these numbers, and no events."""

    line_format: LineFormat | None = None
    output: Path | None = None
    fields: Fields = Fields()

    @property
    def are_wanted(self) -> bool:
        """Whether somebody asked for lines, and not only took what there is off a terminal."""
        return self.line_format is not None or self.output is not None or bool(self.fields.names)

    @property
    def format(self) -> LineFormat:
        return self.line_format or LineFormat.PLAIN


class Lines:
    """Writes lines. With `goes_on` those that cannot be written to a file end nothing, and are only told of."""

    def __init__(self, choice: LinesChoice, file: TextIO, logger: logging.Logger, *, goes_on: bool) -> None:
        self.failed = False
        self._choice, self._file, self._logger, self._goes_on = choice, file, logger, goes_on
        self._write(header(choice.format, choice.fields.names))

    def note(self, moment: Moment) -> None:
        self._write(moment_text(moment, self._choice.format, self._choice.fields.names))

    def end(self, event: Event) -> None:
        """The last event, which belongs to no moment."""
        if not self._choice.fields.names:
            self._write(event_text(event, self._choice.format))

    def _write(self, text: str) -> None:
        if self.failed:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as err:
            output = self._choice.output
            if output is None:
                raise
            if not self._goes_on:
                raise _unwritable(output, err) from err
            self._logger.error("%s; the program goes on", _unwritable(output, err))
            self.failed = True


@contextlib.contextmanager
def opened(choice: LinesChoice) -> Iterator[TextIO]:
    """stdout, or the file that was asked for; OutputError when it cannot be written."""
    if choice.output is None:
        yield sys.stdout
        return
    try:
        file = choice.output.open("w", encoding="utf-8")
    except OSError as err:
        raise _unwritable(choice.output, err) from err
    try:
        yield file
    finally:
        # What could not be written was told of already.
        with contextlib.suppress(OSError):
            file.close()


def _unwritable(output: Path, err: OSError) -> OutputError:
    return OutputError(f"cannot write {printable(str(output))}: {err.strerror}")
