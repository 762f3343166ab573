"""One orchestrator per journal, and a message that names the other one."""

import contextlib
import fcntl
import os
from pathlib import Path

from mnemo_cli.errors import UsageError
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import is_named


class JournalLock:
    """Held from `__init__` to `release`, or to the end of the process however it ends.

    It is on a file beside the journal: SQLite has locks of its own on the journal itself, and closing any
    descriptor of a file drops all of a process's POSIX locks on it (https://sqlite.org/howtocorrupt.html §2.2).
    """

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(f"{journal.name}.lock")
        self._descriptor = -1
        while not self._take(journal):
            pass

    def _take(self, journal: Path) -> bool:
        """False where the last owner took the file's name away while we locked it: then another file counts."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise _in_use(journal, owner) from None
        if not is_named(descriptor, self._path):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Harmless when repeated."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1


def is_in_use(journal: Path) -> bool:
    """Whether an orchestrator holds it now; asking takes nothing away from anybody."""
    try:
        descriptor = os.open(journal.with_name(f"{journal.name}.lock"), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _in_use(journal: Path, owner: str) -> UsageError:
    shown = printable(str(journal))
    who = f"pid {printable(owner)}" if owner else "another one"
    return UsageError(
        f"the journal {shown} is in use by an orchestrator ({who}); "
        f"see `mnemo orchestrate status {shown}`, or give another --journal"
    )
