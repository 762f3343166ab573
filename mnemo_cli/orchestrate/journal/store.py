"""Opening a journal file: its schema and version, and clear errors for a file that is none."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.errors import ExitCode, MnemoError, UsageError
from mnemo_cli.redact import printable

VERSION = 1
# "mnrj": marks the file as a journal of runs (https://sqlite.org/fileformat2.html §1.3.15).
_APPLICATION_ID = 0x6D6E726A
_BUSY_SECONDS = 5.0
_NOT_A_JOURNAL = "is no journal of `mnemo orchestrate`; give another --journal"

# A job is found by its number among the jobs, which is a quarter of the size of an index on its id again.
_SCHEMA = f"""
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    reason TEXT,
    number INTEGER NOT NULL DEFAULT 1,
    claim_bytes INTEGER,
    needed_bytes INTEGER,
    retries INTEGER NOT NULL DEFAULT 0,
    ooms INTEGER NOT NULL DEFAULT 0,
    free INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX unfinished ON jobs (sequence) WHERE state IN ('waiting', 'running');
CREATE TABLE attempts (
    job INTEGER NOT NULL REFERENCES jobs (sequence),
    number INTEGER NOT NULL,
    claim_bytes INTEGER NOT NULL,
    limit_bytes INTEGER,
    began REAL NOT NULL,
    reason TEXT,
    status INTEGER,
    seconds REAL,
    cpu_seconds REAL,
    peak_bytes INTEGER,
    peak_source TEXT,
    headline TEXT,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TABLE cancellations (job TEXT NOT NULL);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""


class JournalError(MnemoError):
    """The journal cannot be written any more: the run stops admitting, and ends with 3."""

    exit_code = ExitCode.UNKNOWN


def create(path: Path) -> sqlite3.Connection:
    """A new journal, or the one that is there. Raises UsageError for any other file, JournalError for the disk."""
    with written(path):
        connection = _connect(path, "rwc")
        if _is_empty(connection):
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
    return _checked(connection, path)


def open_existing(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A journal that must be there; raises UsageError."""
    if not path.is_file():
        raise UsageError(f"there is no journal {printable(str(path))}")
    with written(path):
        # WAL needs its shared memory: even a reader must be able to make that file (https://sqlite.org/wal.html §5).
        connection = _connect(path, "ro" if read_only else "rw")
    return _checked(connection, path)


@contextlib.contextmanager
def written(path: Path) -> Iterator[None]:
    """SQLite's errors in the house's words: UsageError for a file that is no journal, else JournalError.

    A broken constraint is the caller's to explain.
    """
    shown = printable(str(path))
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.OperationalError as err:
        if err.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_WRITE):
            raise JournalError(f"cannot write the journal {shown}: the disk is full or fails ({err})") from err
        raise JournalError(f"cannot use the journal {shown}: {err}") from err
    except sqlite3.DatabaseError as err:
        if err.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise UsageError(f"{shown} {_NOT_A_JOURNAL}") from err
        raise UsageError(f"the journal {shown} is damaged ({err}); nothing was done, keep it and take another") from err


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    # Survives kill -9; power loss only from the last checkpoint on (facts/orchestrate §2: 31 µs against 225).
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]


def _checked(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    shown = printable(str(path))
    with written(path):
        marked = connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if not marked:
            connection.close()
            raise UsageError(f"{shown} {_NOT_A_JOURNAL}")
        if version > VERSION:
            connection.close()
            raise UsageError(
                f"the journal {shown} is of version {version}, written by a newer mnemo; this one reads up to {VERSION}"
            )
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            connection.close()
            raise UsageError(f"the journal {shown} is damaged; nothing was done, keep it and take another")
    return connection
