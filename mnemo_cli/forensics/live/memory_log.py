"""The last lines of mnemo's own memory log before a moment: what use and limit were while nobody looked."""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mnemo_cli.forensics.kills import Evidence
from mnemo_cli.model import Gap
from mnemo_cli.redact import decoded, printable
from mnemo_cli.sampling.files import gap

_MOST_LINES = 5
# A log that was rotated just before the death tells the rest.
_FILES = 2
_TAIL_BYTES = 256 * 1024
_LONGEST_AGO_SECONDS = 600.0
# A line is written after its sample.
_LATE_SECONDS = 2.0


def last_lines(path: Path, before_seconds: float | None, gaps: list[Gap]) -> tuple[Evidence, ...]:
    """The lines of the ten minutes before a time (without one, the last of all), the oldest first, as they stand."""
    found: list[Evidence] = []
    for line, file in _lines_backwards(path, gaps):
        time_seconds = _time_of(line)
        if time_seconds is None:
            continue
        if before_seconds is not None and time_seconds > before_seconds + _LATE_SECONDS:
            continue
        if before_seconds is not None and time_seconds < before_seconds - _LONGEST_AGO_SECONDS:
            break
        found.append(Evidence(source=printable(str(file)), text=line))
        if len(found) == _MOST_LINES:
            break
    return tuple(reversed(found))


def _lines_backwards(path: Path, gaps: list[Gap]) -> Iterator[tuple[str, Path]]:
    files = (path, *(path.with_name(f"{path.name}.{number}") for number in range(1, _FILES)))
    for file in files:
        try:
            with open(file, "rb") as log:
                size_bytes = log.seek(0, os.SEEK_END)
                log.seek(max(0, size_bytes - _TAIL_BYTES))
                lines = log.read(_TAIL_BYTES).split(b"\n")
        except FileNotFoundError:
            continue
        except OSError as err:
            gaps.append(gap("memory_log", printable(str(file)), err))
            continue
        # The first one may be the rest of a line.
        for line in reversed(lines[1:] if size_bytes > _TAIL_BYTES else lines):
            yield decoded(line), file


def _time_of(line: str) -> float | None:
    """The time of a line of ours; None for anything else."""
    try:
        document = json.loads(line)
        return datetime.fromisoformat(document["time"]).timestamp()
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
