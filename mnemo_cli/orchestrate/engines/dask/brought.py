"""What attempts have written on their workers: into files of their own where there is a folder for them, else shown.

Where it goes does not depend on who has begun an attempt: what a former supervisor has begun goes where ours does.
"""

import contextlib
import os
from pathlib import Path

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.messages import Output
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.naming import output_files
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import reason


def show(output: Output, key: Key, folder: Path | None) -> None:
    """Each attempt's in one piece, and once: an end that is told again replaces what it had written.

    Raises EngineError where it cannot be kept: the end is not taken then, and is told again on --resume.
    """
    if folder is None:
        for stream, data in enumerate(output, start=1):
            _show(data or b"", stream)
        return
    for file, data in zip(output_files(folder, key), output, strict=True):
        if data is not None:
            _write(data, file)


def _write(data: bytes, file: Path) -> None:
    try:
        file.write_bytes(data)
    except OSError as err:
        raise EngineError(
            f"cannot write {printable(str(file))}: {reason(err)}; make room there, and go on with --resume"
        ) from err


def _show(data: bytes, stream: int) -> None:
    """Nobody may read it any more."""
    with contextlib.suppress(BrokenPipeError):
        while data:
            data = data[os.write(stream, data) :]
