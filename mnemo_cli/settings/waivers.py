"""`[[doctor.waivers]]`: findings that somebody answers for, each with a reason and a last day."""

import datetime
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mnemo_cli.doctor.waivers import Waiver
from mnemo_cli.errors import ConfigError
from mnemo_cli.settings.files import SettingsFile
from mnemo_cli.settings.lines import KeyPath, element_lines, key_lines, line_of
from mnemo_cli.settings.names import WAIVERS, did_you_mean
from mnemo_cli.settings.origin import Origin
from mnemo_cli.settings.texts import shown

_PATH = tuple(WAIVERS.split("."))
_EXAMPLES = {
    "id": 'id = "FD001"',
    "target": 'target = "nginx"',
    "reason": 'reason = "replaced in May, ticket 4711"',
    "expires": "expires = 2027-05-31",
}


class WaiverEntry(NamedTuple):
    """One waiver as a file gives it; `id_origin` is where its id stands."""

    waiver: Waiver
    origin: Origin
    id_origin: Origin


def read_waivers(found: object, file: SettingsFile) -> Iterator[WaiverEntry]:
    """The waivers of a file, in its order; ConfigError at the first that is wrong."""
    whole = line_of(key_lines(file.text), *_PATH)
    if not isinstance(found, list):
        raise ConfigError(f"{file.path}:{whole}: {WAIVERS} is {shown(found)}, but must be tables; write [[{WAIVERS}]]")
    elements = element_lines(file.text, _PATH)
    for position, table in enumerate(found):
        # The elements of an inline list stand at the line of its key.
        lines = elements[position] if position < len(elements) else {_PATH: whole}
        if not isinstance(table, dict):
            raise ConfigError(
                f"{file.path}:{whole}: {WAIVERS}[{position}] is {shown(table)}, but must be a table; "
                f"write [[{WAIVERS}]] and keys below"
            )
        yield _entry(table, lines, file)


def known_waiver(entry: WaiverEntry, known: Mapping[str, str]) -> Waiver:
    """The waiver, if there is a check of its id or slug; `known` maps ids to slugs."""
    words = (*known, *known.values())
    if entry.waiver.id in words:
        return entry.waiver
    near = did_you_mean(entry.waiver.id.upper(), known) or did_you_mean(entry.waiver.id.lower(), known.values())
    hint = near or "; `mnemo explain` lists them"
    raise ConfigError(f"{entry.id_origin.place}: {WAIVERS}: there is no check {shown(entry.waiver.id)}{hint}")


def _entry(table: Mapping[str, object], lines: Mapping[KeyPath, int], file: SettingsFile) -> WaiverEntry:
    def place(name: str | None = None) -> Origin:
        path = _PATH if name is None else (*_PATH, name)
        return Origin(layer="file", source=str(file.path), line=line_of(lines, *path))

    for name in table:
        if name not in _EXAMPLES:
            near = did_you_mean(name, _EXAMPLES) or f"; allowed are {', '.join(_EXAMPLES)}"
            raise ConfigError(f"{place(name).place}: there is no key {name!r} in [[{WAIVERS}]]{near}")
    for name, example in _EXAMPLES.items():
        if name not in table:
            raise ConfigError(f"{place().place}: this waiver has no {name}; add for example {example}")
    words = {name: _text(name, table[name], place(name)) for name in ("id", "target", "reason")}
    expires = _date(table["expires"], place("expires"))
    return WaiverEntry(Waiver(**words, expires=expires), place(), place("id"))


def _text(name: str, found: object, origin: Origin) -> str:
    if isinstance(found, str) and found.strip():
        return found.strip()
    what = f"{shown(found)} is the wrong type" if not isinstance(found, str) else "it is empty"
    raise ConfigError(f"{origin.place}: {WAIVERS}: {name}: {what}; allowed is a text, for example {_EXAMPLES[name]}")


def _date(found: object, origin: Origin) -> datetime.date:
    # A datetime is a date to Python; a time of day would need a time zone to mean anything.
    if isinstance(found, datetime.date) and not isinstance(found, datetime.datetime):
        return found
    what = f"{found} has a time" if isinstance(found, datetime.datetime) else f"{shown(found)} is the wrong type"
    raise ConfigError(
        f"{origin.place}: {WAIVERS}: expires: {what}; allowed is a date without quotes, for example "
        f"{_EXAMPLES['expires']}"
    )
