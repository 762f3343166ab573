"""What tests of runs share: waiting for an event, documents with their schema, and processes that must not be left."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.schemas import validator_of

PATIENCE_SECONDS = 20.0


def until(holds: Callable[[], object], what: str = "it") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.01)


def validated(text: str, name: str = "run") -> dict[str, Any]:
    document = json.loads(text)
    validator_of(name).validate(document)
    return document


def left_behind(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "tmp").iterdir())


def at_work_in(folder: Path) -> Iterator[int]:
    """The processes that work below a folder of the test's own: orchestrators, keepers and jobs."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                yield int(process.name)
        except OSError:  # it has ended, or is somebody else's
            continue


class Gate:
    """A command that says that it runs and then waits to be let go on; where nobody is left to do that, a minute."""

    def __init__(self, folder: Path, name: str) -> None:
        self.begun, self._go = folder / f"{name}.begun", folder / f"{name}.go"
        waits = f"n=0; while [ ! -e {self._go} ] && [ $n -lt 3000 ]; do n=$((n + 1)); sleep 0.02; done"
        self.command = f"echo >> {self.begun}; {waits}"

    def wait(self, times: int = 1) -> None:
        until(lambda: self.begun.exists() and self.begun.read_text().count("\n") >= times, "its start")

    def open(self) -> None:
        self._go.touch()
