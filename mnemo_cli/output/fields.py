"""Single numbers out of a document, for scripts: `--fields memory.used_ratio,level`."""

import difflib
from collections.abc import Iterator, Mapping, Sequence

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Json
from mnemo_cli.recording.document import encode


def parse_fields(text: str) -> tuple[str, ...]:
    """The dotted names of a comma-separated list."""
    names = tuple(name for name in (part.strip() for part in text.split(",")) if name)
    if not names:
        raise UsageError("--fields is empty; name at least one field, such as memory.used_ratio")
    return names


def pick(document: Mapping[str, Json], names: Sequence[str]) -> dict[str, Json]:
    """The named values; UsageError with the nearest names for one that the document does not have."""
    return {name: _value(document, name) for name in names}


def field_lines(values: Mapping[str, Json]) -> str:
    """One value per line, in the order asked for; null is "unknown"."""
    return "".join(f"{_word(value)}\n" for value in values.values())


def _value(document: Mapping[str, Json], name: str) -> Json:
    value: Json = document
    for part in name.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, Sequence) and not isinstance(value, str) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif value is None:
            return None  # a part that is unknown as a whole
        else:
            near = difflib.get_close_matches(name, list(_names(document, "")), n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise UsageError(f"--fields: there is no field {name!r} in a sample{hint}")
    return value


def _names(value: Json, prefix: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _names(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield prefix
        for position, inner in enumerate(value[:1]):
            yield from _names(inner, f"{prefix}.{position}")
    else:
        yield prefix


def _word(value: Json) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return encode(value)
