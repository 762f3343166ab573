"""What earlier runs have learned of each name: its peaks and how long it took, in one small file of the user's.

The file is bounded: so many names, of which those that were not run for longest give way, and the last
attempts of each. It is a convenience: where it cannot be read or written, a run goes on without it.
"""

import contextlib
import json
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from mnemo_cli.orchestrate.claims import REMEMBERED_PEAKS
from mnemo_cli.orchestrate.learned import MOST_NAMES, Learned

_VERSION = 1
# A neighbour that writes at this very moment is waited for no longer: the loop must go on.
_BUSY_SECONDS = 0.2
_MOST_PENDING = 10_000


class Attempt(NamedTuple):
    """One successful attempt; `peak_bytes` None where nobody could measure it."""

    peak_bytes: int | None
    seconds: float


class Remembered(NamedTuple):
    """What is known of one name, the oldest attempt first. `last_seconds` is Unix time."""

    name: str
    last_seconds: float
    attempts: tuple[Attempt, ...]

    @property
    def peaks_bytes(self) -> tuple[int, ...]:
        return peaks_of(self.attempts)


class History:
    """Errors are told once to `warn`, and from then on it remembers nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.error: str | None = None
        self._connection: sqlite3.Connection | None = None
        self._pending: deque[tuple[str, float, Attempt]] = deque(maxlen=_MOST_PENDING)

    def attempts_of(self, name: str) -> tuple[Attempt, ...]:
        """What is known of a name; nothing where there is no history."""
        found = self._rows("SELECT name, last, attempts FROM names WHERE name = ?", name)
        return found[0].attempts if found else ()

    def all(self) -> Sequence[Remembered]:
        """Every name, the one that ran last first."""
        return self._rows("SELECT name, last, attempts FROM names ORDER BY last DESC, name")

    def note(self, name: str, attempt: Attempt, *, time_seconds: float) -> None:
        """Kept until the next `save`."""
        self._pending.append((name, time_seconds, attempt))

    def save(self) -> None:
        """Write what was noted since the last call."""
        if not self._pending or self.error is not None:
            return
        with self._told():
            connection = self._opened(make=True)
            if connection is None:
                return
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for name, (time_seconds, attempts) in self._by_name().items():
                    _append(connection, name, time_seconds, attempts)
                connection.execute(
                    "DELETE FROM names WHERE name IN (SELECT name FROM names ORDER BY last DESC LIMIT -1 OFFSET ?)",
                    (MOST_NAMES,),
                )
            self._pending.clear()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _by_name(self) -> dict[str, tuple[float, list[Attempt]]]:
        found: dict[str, tuple[float, list[Attempt]]] = {}
        for name, time_seconds, attempt in self._pending:
            _, attempts = found.get(name, (0.0, []))
            attempts.append(attempt)
            found[name] = (time_seconds, attempts)
        return found

    def _rows(self, query: str, *values: str) -> tuple[Remembered, ...]:
        with self._told():
            connection = self._opened(make=False)
            if connection is not None:
                rows = connection.execute(query, values).fetchall()
                return tuple(Remembered(name, last, _attempts_in(text)) for name, last, text in rows)
        return ()

    def _opened(self, *, make: bool) -> sqlite3.Connection | None:
        """None where there is no file yet, and none is wanted."""
        if self._connection is None and (make or self.path.exists()) and self.error is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.ExitStack() as stack:
                connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
                stack.callback(connection.close)
                _prepare(connection)
                stack.pop_all()
            self._connection = connection
        return self._connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as err:
            if err.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                self.error = f"cannot use the history {self.path}: {err}"
        except (sqlite3.DatabaseError, OSError, ValueError) as err:
            self.error = f"cannot use the history {self.path}: {err}; remove it to begin again"


class RecallingLearned(Learned):
    """Learned, with what the history knows of a name put in when the name is first asked for."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history

    def add(self, name: str, peaks_bytes: Iterable[int]) -> None:
        self._recall(name)
        super().add(name, peaks_bytes)

    def knows(self, name: str) -> bool:
        self._recall(name)
        return super().knows(name)

    def claim_bytes(self, name: str, *, budget_bytes: int, slots: int) -> int:
        self._recall(name)
        return super().claim_bytes(name, budget_bytes=budget_bytes, slots=slots)

    def _recall(self, name: str) -> None:
        if name not in self._peaks:
            super().add(name, peaks_of(self._history.attempts_of(name)))


def peaks_of(attempts: Iterable[Attempt]) -> tuple[int, ...]:
    """The peaks that were measured; 0 is none: some histories hold it of programs that had ended."""
    return tuple(attempt.peak_bytes for attempt in attempts if attempt.peak_bytes)


def typical_seconds(attempts: Sequence[Attempt]) -> float | None:
    """How long an attempt takes in the middle; None before there is one."""
    return median(attempt.seconds for attempt in attempts) if attempts else None


def _prepare(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise ValueError(f"it was written by a newer mnemo (version {version})")
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, last REAL NOT NULL, attempts TEXT NOT NULL) "
        "WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS by_last ON names (last)")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def _append(connection: sqlite3.Connection, name: str, time_seconds: float, attempts: Sequence[Attempt]) -> None:
    row = connection.execute("SELECT attempts FROM names WHERE name = ?", (name,)).fetchone()
    before = _attempts_in(row[0]) if row is not None else ()
    kept = [*before, *attempts][-REMEMBERED_PEAKS:]
    connection.execute("INSERT OR REPLACE INTO names VALUES (?, ?, ?)", (name, time_seconds, json.dumps(kept)))


def _attempts_in(text: str) -> tuple[Attempt, ...]:
    """Raises ValueError for what is no list of pairs."""
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError("a row of it is no list")
    return tuple(map(_attempt, found))


def _attempt(pair: object) -> Attempt:
    match pair:
        case [int() | None as peak_bytes, int() | float() as seconds]:
            return Attempt(peak_bytes, float(seconds))
    raise ValueError("a row of it holds no pairs of a peak and a time")
