"""Which setting a person means: the row of a key, and the nearest right word for a wrong one."""

from collections.abc import Iterable

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings.row import Row
from mnemo_cli.settings.table import ROWS, ROWS_BY_KEY

# Not a row of the table: a list, which only a file can hold.
WAIVERS = "doctor.waivers"
LISTED = "; `mnemo config show` lists them"


def row_of(key: str) -> Row:
    """The row of a key such as "monitor.interval", or of its last part where only one table has it."""
    if key in ROWS_BY_KEY:
        return ROWS_BY_KEY[key]
    if key in (WAIVERS, WAIVERS.partition(".")[2]):
        raise ConfigError(
            f"{WAIVERS} is a list of tables: write [[{WAIVERS}]] with id, target, reason and expires into the file; "
            "`mnemo config show` prints those in force"
        )
    same_name = [row for row in ROWS if row.name == key]
    if len(same_name) == 1:
        return same_name[0]
    if same_name:
        raise ConfigError(f"{key!r} is in several tables; write {' or '.join(row.key for row in same_name)}")
    raise ConfigError(f"there is no setting {key!r}{meant_key(key) or LISTED}")


def meant_key(word: str) -> str:
    """ "; did you mean monitor.interval?" for a wrong key with or without its table, or nothing."""
    visible = [row for row in ROWS if not row.hidden]
    near = _nearest(word, [row.key for row in visible]) if "." in word else None
    if near is None:
        name = _nearest(word.rpartition(".")[2], [row.name for row in visible])
        near = next((row.key for row in visible if row.name == name), None)
    return f"; did you mean {near}?" if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "; did you mean auto?" or nothing."""
    near = _nearest(word, known)
    return f"; did you mean {near}?" if near else ""


def _nearest(word: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    return next((by_lower[near] for near in get_close_matches(word.lower(), by_lower, n=1)), None)
