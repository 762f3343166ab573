"""Output of jobs that goes to our own streams, each job's in one piece at its end: never two jobs' lines mixed."""
# ruff: noqa: PTH108, PTH116
# (two files for each job: pathlib was a sixth of all that the supervisor did)

import contextlib
import os
from pathlib import Path

from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.naming import file_stem

_COPY_BYTES = 1 << 18


class Outputs:
    """Files in `folder`, one for each stream of an attempt: found again by the next supervisor after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def stem(self, key: Key) -> str:
        """What this attempt's files are named after; the stream's number, 1 or 2, follows."""
        return f"{self._folder}/{file_stem(key)}."

    def show(self, stem: str) -> None:
        """Copy them to our streams, and forget them. A stream that nobody reads any more costs only the copy."""
        for stream in (1, 2):
            path = f"{stem}{stream}"
            with contextlib.suppress(FileNotFoundError):
                if os.stat(path).st_size:
                    with contextlib.suppress(BrokenPipeError):
                        _copy(path, stream)
                os.unlink(path)


def _copy(path: str, stream: int) -> None:
    source = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while part := os.read(source, _COPY_BYTES):
            while part:
                part = part[os.write(stream, part) :]
    finally:
        os.close(source)
