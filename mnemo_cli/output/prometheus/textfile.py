"""Metrics as a file in the folder of node_exporter's textfile collector: whole at every instant.

https://github.com/prometheus/node_exporter#textfile-collector
"""

import contextlib
import os
from pathlib import Path

from mnemo_cli.errors import OutputError, UsageError
from mnemo_cli.redact import printable

# node_exporter runs as another user.
_MODE = 0o644


class TextFile:
    """One file; UsageError for a name that node_exporter would not read, or would not find in this folder."""

    def __init__(self, folder: Path, name: str) -> None:
        if Path(name).name != name or not name.endswith(".prom") or name.startswith("."):
            raise UsageError(f"--file {name!r}: node_exporter reads names that end with .prom, without a folder")
        self._path = folder / name
        # Not *.prom: half a file is never read.
        self._temporary = folder / f".{name}.{os.getpid()}"

    def write(self, text: bytes) -> None:
        """Put the text in the place of the file; OutputError where that cannot be, and the old file stays."""
        try:
            with contextlib.suppress(FileNotFoundError):
                self._temporary.unlink()
            descriptor = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
            try:
                with open(descriptor, "wb") as file:
                    # Whatever the umask says.
                    os.fchmod(descriptor, _MODE)
                    file.write(text)
                self._temporary.replace(self._path)
            except OSError:
                with contextlib.suppress(OSError):
                    self._temporary.unlink()
                raise
        except OSError as err:
            shown = printable(str(self._path))
            raise OutputError(f"cannot write {shown}: {err.strerror}; name a folder that you may write to") from err
