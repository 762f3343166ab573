"""The JSON schema (2020-12) of a settings file, made from the table; editors complete and check TOML with it."""

from mnemo_cli.model import Json
from mnemo_cli.settings.kinds import plain
from mnemo_cli.settings.names import WAIVERS
from mnemo_cli.settings.row import Kind, Row
from mnemo_cli.settings.table import ROWS, TABLES

_SIZE = r"(\d+(\.\d+)?|\.\d+)\s*([kKmMgGtT]i?B?|[bB])?"
_NEED = rf"((nofile|nproc)\s*=\s*0*[1-9]\d*|mem\s*=\s*{_SIZE})"
_PATH = r"(/|~/)[^:]*"
_WAIVER: dict[str, Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "target", "reason", "expires"],
    "properties": {
        "id": {"type": "string", "pattern": r"\S", "description": "A check, by id or slug."},
        "target": {
            "type": "string",
            "pattern": r"\S",
            "description": "A name, unit, user, `pid N`, or a pattern such as `*`.",
        },
        "reason": {"type": "string", "pattern": r"\S", "description": "Why it may stay."},
        "expires": {"type": "string", "format": "date", "description": "The last day; a date without quotes."},
    },
}
_TEXT_PATTERNS = {
    Kind.PERCENT: r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*%?\s*$",
    Kind.SIZE: rf"^\s*{_SIZE}\s*$",
    Kind.NEEDS: rf"^[\s,]*(none|{_NEED}([\s,]*,[\s,]*{_NEED})*)?[\s,]*$",
    Kind.DURATION: r"^\s*((\d+(\.\d+)?|\.\d+)\s*(ms|min|s|m|h|d)?|(\d+(\.\d+)?(ms|min|s|m|h|d))+)\s*$",
}


def file_schema() -> dict[str, Json]:
    """One object per table; a key that is not in the table is wrong, as it is for `load`."""
    tables: dict[str, Json] = {table: _table_schema(table) for table in TABLES}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "mnemo.settings-file/1",
        "title": "A settings file of mnemo",
        "type": "object",
        "additionalProperties": False,
        "properties": tables,
    }


def _table_schema(table: str) -> dict[str, Json]:
    properties: dict[str, Json] = {row.name: _row_schema(row) for row in ROWS if row.table == table}
    if WAIVERS.startswith(f"{table}."):
        properties[WAIVERS.partition(".")[2]] = {
            "type": "array",
            "description": "Findings that somebody answers for, until a day.",
            "items": _WAIVER,
        }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _row_schema(row: Row) -> dict[str, Json]:
    schema: dict[str, Json] = {"description": f"{row.help} Environment: {row.environment}."}
    if row.kind is not Kind.PATH:
        schema["default"] = row.default
    return schema | _value_schema(row)


def _spellings(row: Row) -> list[Json]:
    """Every choice, and as it is written small."""
    return list(dict.fromkeys((*row.choices, *(choice.lower() for choice in row.choices))))


def _value_schema(row: Row) -> dict[str, Json]:
    if row.kind is Kind.CHOICE:
        return {"enum": list(row.choices)}
    if row.kind is Kind.PATH:
        return {"type": "string", "pattern": "^(/|~/)"}
    if row.kind is Kind.PATHS:
        listed: dict[str, Json] = {"type": "array", "items": {"type": "string", "pattern": f"^{_PATH}$"}}
        return {"anyOf": [{"type": "string", "pattern": rf"^\s*(none)?\s*$|^{_PATH}(:{_PATH})*$"}, listed]}
    if row.kind is Kind.FILE:
        return {"type": "string", "pattern": r"^\s*(none)?\s*$|^(/|~/)"}
    if row.kind is Kind.URL:
        return {"type": "string", "pattern": r"^\s*(none)?\s*$|^[hH][tT][tT][pP][sS]?://"}
    if row.kind is Kind.WORDS:
        program: dict[str, Json] = {"type": "array", "items": {"type": "string"}}
        return {"anyOf": [{"type": "string"}, program]}
    if row.kind is Kind.SOME:
        some: dict[str, Json] = {"type": "array", "items": {"enum": _spellings(row)}}
        return {"anyOf": [{"type": "string"}, some]}
    if row.kind is Kind.NEEDS:
        return {"type": "string", "pattern": _TEXT_PATTERNS[row.kind]}
    number: dict[str, Json] = {
        "type": "integer" if row.kind in (Kind.COUNT, Kind.SIZE) else "number",
        "minimum": plain(row.minimum),
        "maximum": plain(row.maximum),
    }
    pattern = _TEXT_PATTERNS.get(row.kind)
    return number if pattern is None else {"anyOf": [number, {"type": "string", "pattern": pattern}]}
