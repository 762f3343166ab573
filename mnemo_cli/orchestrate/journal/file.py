"""The file of a journal while it is open: statements in, rows out, and what can befall a file meanwhile."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from mnemo_cli.errors import JournalError
from mnemo_cli.orchestrate.journal.reserve import Reserve
from mnemo_cli.orchestrate.journal.store import create, written
from mnemo_cli.redact import printable

Value: TypeAlias = str | int | float | None
_AT_ONCE = 500


class JournalFile:
    """Open until `close`. Every call raises JournalError where the file can no longer be written."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path
        self._identity = path.stat()
        self._reserve: Reserve | None = None

    def close(self) -> None:
        self.make_room()
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        with written(self.path), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    def write(self, statement: str, rows: Sequence[Sequence[Value]]) -> None:
        """One statement for many rows, in a transaction of its own."""
        with self.transaction() as connection:
            connection.executemany(statement, rows)

    def first(self, query: str, *values: str) -> tuple[Any, ...] | None:
        """One row; None where there is none."""
        with written(self.path):
            row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def rows(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:  # their types are the schema's
        """So many at a time: one who stops reading leaves nothing open."""
        with written(self.path):
            cursor = self._connection.execute(query, values)
        while True:
            with written(self.path):
                rows = cursor.fetchmany(_AT_ONCE)
            if not rows:
                return
            yield from rows

    def checkpoint(self) -> None:
        """Everything so far is on the disk, against power loss too."""
        with written(self.path):
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def set_room_aside(self) -> None:
        """For the ends of jobs that still run when the disk is full. Raises JournalError where it is already."""
        try:
            self._reserve = Reserve(self.path)
        except OSError as err:
            shown = printable(str(self.path))
            raise JournalError(f"there is no room for the journal {shown}: {err.strerror}; nothing was run") from err

    def make_room(self) -> bool:
        """Give the room back to the disk; whether there was any left."""
        return self._reserve is not None and self._reserve.release()

    def check_place(self) -> None:
        """Raises JournalError where somebody has removed the file; then it is written anew, as far as that goes."""
        with contextlib.suppress(OSError):
            if os.path.samestat(self.path.stat(), self._identity):
                return
        copy = self.path.with_name(f"{self.path.name}.restored") if self.path.exists() else self.path
        removed = f"the journal {printable(str(self.path))} was removed while the run went on"
        try:
            with written(copy):
                self._connection.execute("VACUUM INTO ?", (str(copy),))
            self._connection.close()
            self._connection, self._identity, self.path = create(copy), copy.stat(), copy
        except JournalError as err:
            raise JournalError(f"{removed}, and cannot be written anew: {err}") from err
        raise JournalError(f"{removed}; it was written anew: {printable(str(copy))}")
