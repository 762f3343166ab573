"""The one /dev/shm of the machine, for programs that publish in it: what those that ended left there is removed."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alone import SHARED_MEMORY, alone_with


@pytest.fixture
def shared_memory_is_left_as_it_was() -> Iterator[None]:
    """Only files of processes that are gone: another test's programs may publish at the same time."""
    with alone_with(SHARED_MEMORY), left_as_it_was(SHARED_MEMORY / f"mnemosyne-{os.geteuid()}"):
        yield


@contextlib.contextmanager
def left_as_it_was(folder: Path) -> Iterator[None]:
    before = set(folder.iterdir()) if folder.exists() else set()
    yield
    for file in set(folder.iterdir()) - before if folder.exists() else ():
        pid = file.name.partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)
