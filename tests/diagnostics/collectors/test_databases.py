"""SQLite databases: sizes and rows, and nothing left behind."""

import json
import os
import sqlite3

import pytest

from mnemo_cli.diagnostics.collectors.databases import COLLECTOR
from tests.diagnostics.collectors.scenes import scene_of, taken


def made(path, *, rows=3, wal=False, names=("users",)):
    database = sqlite3.connect(path)
    if wal:
        database.execute("PRAGMA journal_mode=WAL")
    for name in names:
        quoted = name.replace('"', '""')
        database.execute(f'CREATE TABLE "{quoted}" (x)')
        database.executemany(f'INSERT INTO "{quoted}" VALUES (?)', [(each,) for each in range(rows)])
    database.commit()
    return database


def told(tmp_path, path):
    found = taken(COLLECTOR, scene_of(tmp_path, databases=(path,)))
    text = found.texts.get("databases/0.json")
    return found, None if text is None else json.loads(text)


def test_rows_and_pages_are_told(tmp_path):
    made(tmp_path / "a.db").close()
    found, document = told(tmp_path, tmp_path / "a.db")
    assert document["tables"] == [{"name": "users", "rows": 3}] and document["journal"] == "rollback"
    assert document["size_bytes"] == document["pages"] * document["page_bytes"] and not found.missing


def test_a_header_without_a_page_size_is_damaged_and_no_database_of_no_pages(tmp_path):
    made(tmp_path / "a.db").close()
    text = (tmp_path / "a.db").read_bytes()
    (tmp_path / "a.db").write_bytes(text[:16] + b"\0\0" + text[18:])
    found, document = told(tmp_path, tmp_path / "a.db")
    assert document is None and ["damaged" in lack.reason for lack in found.missing] == [True]


def test_more_tables_than_are_described_are_told_of(tmp_path):
    made(tmp_path / "a.db", rows=1, names=[f"t{number:03}" for number in range(201)]).close()
    found, document = told(tmp_path, tmp_path / "a.db")
    assert len(document["tables"]) == 200
    assert [(lack.state, lack.reason) for lack in found.missing] == [
        ("partial", "only the first 200 tables are described")
    ]


def test_a_name_with_every_sign_is_a_name(tmp_path):
    strange = 'a"b; DROP TABLE users --\n'
    made(tmp_path / "a?b#c %.db", names=(strange, "users")).close()
    _, document = told(tmp_path, tmp_path / "a?b#c %.db")
    assert {table["rows"] for table in document["tables"]} == {3}


def test_a_database_in_use_is_counted_with_its_write_ahead_log(tmp_path):
    writer = made(tmp_path / "a.db", wal=True)
    writer.execute("PRAGMA wal_autocheckpoint=0")
    try:
        _, document = told(tmp_path, tmp_path / "a.db")
    finally:
        writer.close()
    assert document["journal"] == "wal" and document["wal_bytes"] > 0
    assert document["tables"] == [{"name": "users", "rows": 3}]


def test_nothing_is_left_beside_a_database_that_nobody_has_open(tmp_path):
    made(tmp_path / "a.db", wal=True).close()
    before = sorted(os.listdir(tmp_path))
    _, document = told(tmp_path, tmp_path / "a.db")
    assert document["tables"] == [{"name": "users", "rows": 3}]
    assert sorted(os.listdir(tmp_path)) == before == ["a.db"]


def test_a_locked_database_has_its_size_and_a_reason(tmp_path):
    writer = made(tmp_path / "a.db")
    writer.execute("BEGIN EXCLUSIVE")
    try:
        found, document = told(tmp_path, tmp_path / "a.db")
    finally:
        writer.close()
    assert document["size_bytes"] > 0 and "locked" in found.missing[0].reason and found.states == {"partial"}


def test_counting_ends_in_time(tmp_path):
    with made(tmp_path / "a.db") as database:
        database.execute(
            "INSERT INTO users WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000) "
            "SELECT zeroblob(4000) FROM n"
        )
        for number in range(60):
            database.execute(f"CREATE VIEW v{number} AS SELECT 1")
    database.close()
    found, document = told(tmp_path, tmp_path / "a.db")
    rows = document["tables"][0]["rows"]
    assert rows == 30003 or (rows is None and found.states == {"partial"})


@pytest.mark.parametrize(
    ("content", "state"),
    [(b"", "error"), (b"not a database" * 20, "error"), (b"SQLite format 3\0" + b"\xff" * 200, None)],
)
def test_nonsense_is_no_database(tmp_path, content, state):
    (tmp_path / "a.db").write_bytes(content)
    found, document = told(tmp_path, tmp_path / "a.db")
    assert (document is None and found.states == {state}) if state else found.states == {"partial"}


def test_missing_and_unnamed_databases_are_no_faults(tmp_path):
    assert told(tmp_path, tmp_path / "none.db")[0].states == {"skipped"}
    assert taken(COLLECTOR, scene_of(tmp_path)).states == {"skipped"}
