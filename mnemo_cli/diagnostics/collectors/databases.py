"""The SQLite databases that the settings name: size, pages, journal, rows per table. Never a row.

Opened read-only, and nothing is left behind: a database in WAL mode that nobody has open would get files of ours
beside it, which its own program could not write to; it is opened as one that does not change.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from mnemo_cli.diagnostics.collector import Collector, Member, Missing, Profile, Scene
from mnemo_cli.diagnostics.members import document_member
from mnemo_cli.diagnostics.reading import missing, open_regular
from mnemo_cli.model import Json
from mnemo_cli.redact import printable

if TYPE_CHECKING:
    from sqlite3 import Connection

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_SMALLEST_PAGE_BYTES = 512
_MOST_DATABASES, _MOST_TABLES = 16, 200
# For all tables of one database together. Counting holds a read lock, and who writes meanwhile has to wait.
_COUNTING_SECONDS = 0.5
_STEPS_PER_LOOK = 2000
_CACHE_KIB = 512


class _Header(NamedTuple):
    """https://www.sqlite.org/fileformat.html#the_database_header"""

    page_bytes: int
    pages: int
    free_pages: int
    is_wal: bool


def collect(scene: Scene) -> Iterator[Member | Missing]:
    if not scene.databases:
        yield Missing("databases", "skipped", "[collect] names none")
    for number, path in enumerate(scene.databases[:_MOST_DATABASES]):
        try:
            size_bytes, header = _read_header(path)
        except (OSError, ValueError) as err:
            yield missing(str(path), err)
            continue
        document: dict[str, Json] = {
            "schema": "mnemo.database/1",
            "path": printable(str(path)),
            "size_bytes": size_bytes,
            "page_bytes": header.page_bytes,
            "pages": header.pages,
            "free_pages": header.free_pages,
            "journal": "wal" if header.is_wal else "rollback",
            "wal_bytes": _size(Path(f"{path}-wal")),
        }
        tables, reason = _tables(path, header)
        document["tables"] = tables
        yield document_member(f"databases/{number}.json", document, str(path))
        if reason is not None:
            yield Missing(str(path), "partial", reason)
    for path in scene.databases[_MOST_DATABASES:]:
        yield Missing(str(path), "partial", f"only the first {_MOST_DATABASES} databases are described")


def _read_header(path: Path) -> tuple[int, _Header]:
    descriptor = open_regular(path)
    try:
        text, size_bytes = os.pread(descriptor, _HEADER_BYTES, 0), os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    if len(text) < _HEADER_BYTES or not text.startswith(_MAGIC):
        raise ValueError("it is not a SQLite database")
    page_bytes = int.from_bytes(text[16:18], "big")
    # 1 stands for 65,536, which the field cannot hold.
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    if page_bytes < _SMALLEST_PAGE_BYTES:
        raise ValueError("it is a SQLite database with a damaged header")
    return size_bytes, _Header(
        page_bytes=page_bytes,
        pages=size_bytes // page_bytes,
        free_pages=int.from_bytes(text[36:40], "big"),
        is_wal=text[18] == 2,
    )


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _tables(path: Path, header: _Header) -> tuple[list[Json], str | None]:
    """The rows of each table, None for those that there was no time to count, and why not all were counted."""
    import sqlite3

    still = header.is_wal and _size(Path(f"{path}-shm")) is None
    where = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro{'&immutable=1' if still else ''}"
    tables: list[Json] = []
    try:
        with closing(sqlite3.connect(where, uri=True, timeout=0.1, isolation_level=None)) as database:
            reason = _count(database, tables)
    except sqlite3.Error as err:
        return tables, printable(str(err))
    if still and _size(Path(f"{path}-wal")):
        reason = "its program ended without folding in the write-ahead log: what is in there is not counted"
    return tables, reason


def _count(database: "Connection", tables: list[Json]) -> str | None:
    import sqlite3

    end_seconds = time.monotonic() + _COUNTING_SECONDS
    database.set_progress_handler(lambda: time.monotonic() > end_seconds, _STEPS_PER_LOOK)
    # https://www.sqlite.org/security.html: the file may be hostile.
    for pragma in (
        "trusted_schema=OFF",
        "query_only=ON",
        "cell_size_check=ON",
        f"cache_size=-{_CACHE_KIB}",
        "mmap_size=0",
    ):
        database.execute(f"PRAGMA {pragma}")
    # A virtual table has no pages of its own, and counting its rows would run its module.
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name LIMIT ?",
        (_MOST_TABLES + 1,),
    ).fetchall()
    late = 0
    for (name,) in names[:_MOST_TABLES]:
        rows: int | None = None
        if time.monotonic() <= end_seconds:
            try:
                quoted = str(name).replace('"', '""')
                (rows,) = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()
            except sqlite3.OperationalError as err:
                if str(err) != "interrupted":
                    raise
        late += rows is None
        tables.append({"name": printable(str(name)), "rows": rows})
    if late:
        return f"there was no time to count the rows of {late} tables"
    return f"only the first {_MOST_TABLES} tables are described" if len(names) > _MOST_TABLES else None


COLLECTOR = Collector(
    "databases", "sizes of the SQLite databases that the settings name", collect, profile=Profile.STANDARD,
    platforms=("linux", "darwin"), timeout_seconds=10.0,
)  # fmt: skip
