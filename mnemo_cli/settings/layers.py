"""Where a value comes from, layer by layer: default, file, environment, flag; each one covers those before it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from mnemo_cli.errors import ConfigError
from mnemo_cli.settings.files import SettingsFile
from mnemo_cli.settings.kinds import from_text, refusal
from mnemo_cli.settings.origin import Layer, Origin
from mnemo_cli.settings.row import Kind, Row, Value
from mnemo_cli.settings.table import ROWS, ROWS_BY_KEY

if TYPE_CHECKING:
    from mnemo_cli.settings.document import Contents

# A pair: every command loads settings, and a dataclass costs it 1.5 ms to define.
Chosen: TypeAlias = tuple[Value, Origin]


def default(row: Row, data_folder: Path) -> Value:
    """That of the table; a path lies below the user's data folder."""
    return str(data_folder / str(row.default)) if row.kind is Kind.PATH else row.default


def from_file(file: SettingsFile | None, contents: "Contents | None") -> tuple[dict[str, Chosen], list[str]]:
    """What the file says, and a warning for each setting that is not taken from such a file."""
    if file is None or contents is None:
        return {}, []
    chosen: dict[str, Chosen] = {}
    warnings = []
    for entry in contents.entries:
        origin = Origin(layer="file", source=str(file.path), line=entry.line)
        if entry.row.trusted_only and file.distrust is not None:
            warnings.append(f"{origin.place}: {entry.row.key} is not taken from here: {file.distrust}")
        else:
            chosen[entry.row.key] = entry.value, origin
    return chosen, warnings


def from_words(layer: Layer, words: Mapping[str, str | None]) -> dict[str, Chosen]:
    """The settings that variables or flags spell."""
    chosen: dict[str, Chosen] = {}
    for key, text in words.items():
        if text is None:
            continue
        row = ROWS_BY_KEY[key]
        origin = Origin(layer=layer, source=row.environment if layer == "environment" else row.flag)
        try:
            chosen[key] = from_text(row, text), origin
        except ValueError as err:
            raise ConfigError(f"{origin}: {key}: {refusal(row, err)}") from err
    return chosen


def against_advice(chosen: Mapping[str, Chosen]) -> Iterator[str]:
    """A warning for each value outside the range that is advised."""
    for row in ROWS:
        value, origin = chosen[row.key]
        if row.advised is None or isinstance(value, str):
            continue
        least, most = row.advised
        if not least <= value <= most:
            yield f"{origin.place}: {row.key} is {value}; {least} to {most} {row.unit} are advised"
