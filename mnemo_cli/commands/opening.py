"""What a run opens before its first job: the journal that it is kept in, and the place where its jobs run."""

import contextlib
from pathlib import Path

from mnemo_cli.errors import JournalError, UsageError
from mnemo_cli.orchestrate.engines.engine import Engine
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.journal.lock import JournalLock
from mnemo_cli.redact import printable


def open_journal(path: Path, stack: contextlib.ExitStack, *, resumes: bool) -> Journal:
    """UsageError for a journal that is in use, or of an earlier run that nobody asked to go on with."""
    shown = printable(str(path))
    try:
        lock = JournalLock(path)
    except OSError as err:
        raise JournalError(f"cannot write the journal {shown}: {err.strerror}") from err
    stack.callback(lock.release)
    journal = Journal.create(path)
    stack.callback(journal.close)
    standing = journal.standing
    if not resumes and any(standing):
        if standing.unfinished:
            raise UsageError(
                f"the journal {shown} holds a run with {standing.unfinished} unfinished jobs; "
                "go on with it by --resume, or give another --journal"
            )
        raise UsageError(
            f"the journal {shown} holds a run that is over; give another --journal "
            f"(`mnemo orchestrate report {shown}` shows this one)"
        )
    return journal


def open_engine(folder: Path, slots: int, *, inherits: bool) -> Engine:
    """The place where jobs run; `inherits`: the one job has our streams for itself."""
    from mnemo_cli.orchestrate.engines.local.local import Local, LocalSettings

    return Local(LocalSettings(folder, slots, streams="inherit" if inherits else "grouped"))
