"""Opening a journal file: its schema and version, and clear errors for a file that is none."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.errors import DamagedJournalError, JournalError, UsageError
from mnemo_cli.redact import printable
from mnemo_cli.sampling.files import is_there, reason

VERSION = 1
# "mnrj": marks the file as a journal of runs (https://sqlite.org/fileformat2.html §1.3.15).
_APPLICATION_ID = 0x6D6E726A
_MAGIC = b"SQLite format 3\0"
# SQLite's extended codes begin with the primary one (https://sqlite.org/rescode.html).
_PRIMARY = 0xFF
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


def create(path: Path) -> sqlite3.Connection:
    """A new journal, or the one that is there. Raises UsageError for any other file, JournalError for the disk."""
    _refuse_others(path)
    with _opening(path, "mode=rwc") as connection:
        if _is_empty(connection):
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
        _check(connection, path)
        # One that was written anew (VACUUM INTO) is not in this mode.
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
    return connection


def open_existing(path: Path) -> sqlite3.Connection:
    """A journal that must be there, also one that may only be read; raises UsageError."""
    if not _refuse_others(path):
        raise UsageError(f"there is no journal {printable(str(path))}")
    try:
        return _reopened(path, "mode=rw")
    except JournalError:
        # WAL needs its shared memory: even a reader must be able to make that file (https://sqlite.org/wal.html §5).
        if os.access(path.parent, os.W_OK) or is_there(path.with_name(f"{path.name}-wal")):
            raise
        return _reopened(path, "mode=ro&immutable=1")


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
    except sqlite3.DatabaseError as err:
        # One of Python's own, such as for text that is no UTF-8, has no code.
        code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise JournalError(f"cannot write the journal {shown}: the disk is full or fails ({err})") from err
        if code == sqlite3.SQLITE_NOTADB:
            raise UsageError(f"{shown} {_NOT_A_JOURNAL}") from err
        if code == sqlite3.SQLITE_CORRUPT or not isinstance(err, sqlite3.OperationalError):
            raise damaged(path, str(err)) from err
        raise JournalError(f"cannot use the journal {shown}: {err}") from err
    except UnicodeDecodeError as err:  # a message that quotes what is damaged
        raise damaged(path, str(err)) from err


def _refuse_others(path: Path) -> bool:
    """Whether there is a file; UsageError for what is none, or not one of SQLite's.

    SQLite takes a file of a few bytes for an empty one, and writes over it.
    """
    shown = printable(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{shown} {_NOT_A_JOURNAL}")
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError:
        return False
    except OSError as err:
        raise UsageError(f"cannot read the journal {shown}: {reason(err)}") from err
    if magic and magic != _MAGIC:
        raise UsageError(f"{shown} {_NOT_A_JOURNAL}")
    return True


def _reopened(path: Path, mode: str) -> sqlite3.Connection:
    with _opening(path, mode) as connection:
        _check(connection, path)
    return connection


@contextlib.contextmanager
def _opening(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Closed again where it turns out to be no journal of ours."""
    with written(path), contextlib.ExitStack() as stack:
        connection = _connect(path, mode)
        stack.callback(connection.close)
        yield connection
        stack.pop_all()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    # Survives kill -9; power loss only from the last checkpoint on (facts/orchestrate §2: 31 µs against 225).
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]


def _check(connection: sqlite3.Connection, path: Path) -> None:
    shown = printable(str(path))
    marked = connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not marked:
        raise UsageError(f"{shown} {_NOT_A_JOURNAL}")
    if version > VERSION:
        raise UsageError(
            f"the journal {shown} is of version {version}, written by a newer mnemo; this one reads up to {VERSION}"
        )
    if (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise damaged(path, found.splitlines()[0])


def damaged(path: Path, why: str) -> DamagedJournalError:
    shown = printable(str(path))
    return DamagedJournalError(f"the journal {shown} is damaged ({printable(why)}); keep it and take another")
