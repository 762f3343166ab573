"""What one settings file says: its entries and waivers, each checked, with the line it stands at."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings.files import SettingsFile
from mnemo_cli.settings.kinds import from_toml, refusal
from mnemo_cli.settings.lines import KeyPath, key_lines, line_of
from mnemo_cli.settings.names import LISTED, WAIVERS, did_you_mean, meant_key
from mnemo_cli.settings.row import Row, Value
from mnemo_cli.settings.table import ROWS, ROWS_BY_KEY, TABLES
from mnemo_cli.settings.texts import shown

if TYPE_CHECKING:
    from mnemo_cli.settings.waivers import WaiverEntry

_PLACE = re.compile(r" \(at (line (\d+), column \d+|end of document)\)")


class Entry(NamedTuple):
    """One setting as a file gives it."""

    row: Row
    value: Value
    line: int


class Contents(NamedTuple):
    """All that a file gives, in its order."""

    entries: tuple[Entry, ...]
    waivers: "tuple[WaiverEntry, ...]"


def contents(file: SettingsFile) -> Contents:
    """What the file says; ConfigError at the first mistake."""
    document = parse(file.text, file.path)
    entries = tuple(_entries(document, file))
    table, _, name = WAIVERS.partition(".")
    content = document.get(table)
    if not isinstance(content, dict) or name not in content:
        return Contents(entries, ())
    from mnemo_cli.settings.waivers import read_waivers

    return Contents(entries, tuple(read_waivers(content[name], file)))


def _entries(document: Mapping[str, object], file: SettingsFile) -> Iterator[Entry]:
    lines = key_lines(file.text)
    for table, content in document.items():
        if table not in TABLES:
            raise _unknown_table(file.path, line_of(lines, table), table, content)
        if not isinstance(content, dict):
            raise not_a_table(file.path, line_of(lines, table), table, content)
        for name, found in content.items():
            if f"{table}.{name}" == WAIVERS:
                continue
            yield _entry(file.path, lines, f"{table}.{name}", found)


def parse(text: str, path: Path) -> Mapping[str, object]:
    """The TOML of a text; ConfigError names the line that is not TOML."""
    import tomllib

    try:
        return tomllib.loads(text)
    # A number of thousands of digits is a plain ValueError, ten thousand brackets a RecursionError.
    except (ValueError, RecursionError) as err:
        message = str(err)
        place = _PLACE.search(message)
        line = place.group(2) or len(text.splitlines()) if place else None
        where = f"{path}:{line}" if line else str(path)
        raise ConfigError(f"{where}: not valid TOML: {_PLACE.sub('', message)}; mend the file") from err


def not_a_table(path: Path, line: int, table: str, found: object) -> ConfigError:
    return ConfigError(f"{path}:{line}: {table} is {shown(found)}, but must be a table; write [{table}] and keys below")


def _entry(path: Path, lines: Mapping[KeyPath, int], key: str, found: object) -> Entry:
    table, _, name = key.partition(".")
    line = line_of(lines, table, name)
    row = ROWS_BY_KEY.get(key)
    if row is None:
        raise ConfigError(f"{path}:{line}: there is no setting {name!r} in [{table}]{_meant_name(table, name)}")
    try:
        return Entry(row=row, value=from_toml(row, found), line=line)
    except ValueError as err:
        raise ConfigError(f"{path}:{line}: {key}: {refusal(row, err)}") from err


def _meant_name(table: str, name: str) -> str:
    """The nearest key of the same table, or else of another one."""
    near = did_you_mean(name, (row.name for row in ROWS if row.table == table and not row.hidden))
    return near or meant_key(name) or LISTED


def _unknown_table(path: Path, line: int, table: str, content: object) -> ConfigError:
    known = " ".join(f"[{known}]" for known in TABLES)
    if isinstance(content, dict):
        near = did_you_mean(f"[{table}]", (f"[{known}]" for known in TABLES))
        return ConfigError(f"{path}:{line}: there is no table {table!r}{near or f'; the tables are {known}'}")
    near = meant_key(table)
    return ConfigError(
        f"{path}:{line}: there is no setting {table!r} outside a table{near or f'; the tables are {known}'}"
    )
