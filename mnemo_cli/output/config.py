"""What `mnemo config` prints: settings as a table, as a TOML file, as one JSON document."""

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple

from mnemo_cli.model import Json

_WAIVERS = "doctor.waivers"


class SettingLine(NamedTuple):
    """One setting, ready to be shown. `toml` is what a file would hold, `readable` what a person reads."""

    key: str
    value: int | float | str
    default: int | float | str
    unit: str
    readable: str
    toml: int | float | str
    layer: Literal["flag", "environment", "file", "default"]
    source: str | None
    line: int | None
    origin: str
    environment: str
    flag: str | None
    help: str


class WaiverLine(NamedTuple):
    """One of [[doctor.waivers]]; `expires` is a date as TOML and JSON write it."""

    id: str
    target: str
    reason: str
    expires: str
    source: str | None
    line: int | None
    origin: str


class PlaceLine(NamedTuple):
    """One file that could hold the settings. `state` is used, shadowed, absent or unreachable."""

    role: str
    path: str
    state: str


def table_text(lines: Sequence[SettingLine], waivers: Sequence[WaiverLine] = (), *, with_origin: bool) -> str:
    """Columns for a person: the key, its value, and what it means or where it came from."""
    head = ("setting", "value", "origin" if with_origin else "meaning")
    rows = [(line.key, _visible(line.readable), _visible(line.origin) if with_origin else line.help) for line in lines]
    for waiver in waivers:
        what = f"{waiver.id} of {waiver.target} until {waiver.expires}"
        rows.append((_WAIVERS, _visible(what), _visible(waiver.origin if with_origin else waiver.reason)))
    return _columns([head, *rows])


def plain_text(lines: Sequence[SettingLine], waivers: Sequence[WaiverLine] = (), *, with_origin: bool) -> str:
    """A settings file: what is printed can be read back as one."""
    pairs = [
        (f"{line.key} = {_toml(line.toml)}", f"# {_visible(line.origin)}" if with_origin else "") for line in lines
    ]
    if waivers:
        items = [(f"  {_toml_table(one)},", f"# {_visible(one.origin)}" if with_origin else "") for one in waivers]
        pairs += [(f"{_WAIVERS} = [", ""), *items, ("]", "")]
    return _columns(pairs)


def json_text(
    lines: Sequence[SettingLine], waivers: Sequence[WaiverLine] = (), *, file: str | None, warnings: Sequence[str]
) -> str:
    """The document mnemo.config/1; values are in base units, and percent where the key says so."""
    settings: list[Json] = [_json_setting(line) for line in lines]
    document: dict[str, Json] = {
        "schema": "mnemo.config/1",
        "file": file,
        "settings": settings,
        "waivers": [_json_waiver(waiver) for waiver in waivers],
        "warnings": list(warnings),
    }
    return document_text(document)


def document_text(document: Json) -> str:
    return json.dumps(document, indent=2) + "\n"


def paths_text(places: Sequence[PlaceLine]) -> str:
    """In the order in which they are looked at; one that is used hides those below it."""
    return _columns([(place.state, place.role, _visible(place.path)) for place in places])


def value_text(value: int | float | str) -> str:
    """For a script: the bare value, in the unit of its key."""
    return f"{_visible(str(value))}\n"


def _json_setting(line: SettingLine) -> Json:
    return {
        "key": line.key,
        "value": line.value,
        "unit": line.unit or None,
        "default": line.default,
        "origin": {"layer": line.layer, "source": line.source, "line": line.line},
        "environment": line.environment,
        "flag": line.flag,
        "help": line.help,
    }


def _json_waiver(waiver: WaiverLine) -> Json:
    return {
        "id": waiver.id,
        "target": waiver.target,
        "reason": waiver.reason,
        "expires": waiver.expires,
        "origin": {"layer": "file", "source": waiver.source, "line": waiver.line},
    }


def _toml_table(waiver: WaiverLine) -> str:
    texts = {"id": waiver.id, "target": waiver.target, "reason": waiver.reason}
    return f"{{{', '.join(f'{name} = {_quoted(text)}' for name, text in texts.items())}, expires = {waiver.expires}}}"


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _toml(value: int | float | str) -> str:
    return _quoted(value) if isinstance(value, str) else str(value)


def _visible(text: str) -> str:
    """Text that cannot move the cursor: a path may hold escape codes, or bytes that are no text."""
    return text if text.isprintable() else _quoted(text)


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped and JSON does not.
    return json.dumps(text, ensure_ascii=not text.isprintable()).replace("\x7f", "\\u007f")
