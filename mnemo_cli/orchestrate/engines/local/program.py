"""Which file a command means, found before anything is started: 127 where there is none, 126 where it cannot be run."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from mnemo_cli.errors import ExitCode
from mnemo_cli.redact import printable

_MOST_KNOWN = 1000


class Unrunnable(NamedTuple):
    """Why there is nothing to start."""

    code: int
    reason: str


class Programs:
    """Looks a name up in PATH as a shell would, and remembers what it found."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._known: dict[tuple[str, str, str], str] = {}

    def find(self, name: str, env: Mapping[str, str], cwd: str | None) -> str | Unrunnable:
        """The program's file. Relative names, in PATH too, are relative to the job's folder."""
        folder = os.path.abspath(cwd or "")  # noqa: PTH100 - Path folds "a/..", which follows no symbolic link
        if cwd is not None and not os.path.isdir(folder):  # noqa: PTH112
            return Unrunnable(ExitCode.NOT_EXECUTABLE, f"cannot work in {printable(cwd)}: there is no such folder")
        path = "" if "/" in name else env.get("PATH") or self._environment.get("PATH") or os.defpath
        key = (name, path, folder)
        if key not in self._known:
            found = _look_up(name, path, folder)
            if isinstance(found, Unrunnable):
                return found  # not remembered: it may be there next time
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[key] = found
        return self._known[key]


def _look_up(name: str, path: str, folder: str) -> str | Unrunnable:
    shown = printable(name)
    candidates = [name] if "/" in name else [f"{part or '.'}/{name}" for part in path.split(":")] if name else []
    found = [file for file in (os.path.join(folder, one) for one in candidates) if os.path.exists(file)]  # noqa: PTH110, PTH118
    runnable = [file for file in found if os.path.isfile(file) and os.access(file, os.X_OK)]  # noqa: PTH113
    if runnable:
        return runnable[0]
    if found:
        return Unrunnable(ExitCode.NOT_EXECUTABLE, f"{shown}: is not an executable file")
    return Unrunnable(ExitCode.NOT_FOUND, f"{shown}: command not found")
