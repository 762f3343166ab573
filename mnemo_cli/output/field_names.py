"""Which fields a sample may have, by its shipped schema: a wrong name is found before anything is read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, cast

from mnemo_cli.output.fields import no_such_field

_Schema: TypeAlias = Mapping[str, object]


def check_fields(names: Sequence[str]) -> None:
    """UsageError with the nearest names for one that no sample has."""
    schema = _schema()
    for name in names:
        if not _leads_somewhere(schema, schema, name.split(".")):
            raise no_such_field(name, _names(schema, schema, ""))


def field_names() -> tuple[str, ...]:
    """All of them, each once, with 0 for every position in a list."""
    schema = _schema()
    return tuple(dict.fromkeys(_names(schema, schema, "")))


def _schema() -> _Schema:
    from importlib import resources

    text = resources.files("mnemo_cli").joinpath("schemas/sample.schema.json").read_text()
    return cast("_Schema", json.loads(text))


def _leads_somewhere(root: _Schema, schema: _Schema, parts: Sequence[str]) -> bool:
    if not parts:
        return True
    for shape in _shapes(root, schema):
        properties = cast("Mapping[str, _Schema]", shape.get("properties", {}))
        if parts[0] in properties:
            return _leads_somewhere(root, properties[parts[0]], parts[1:])
        if "items" in shape and parts[0].isascii() and parts[0].isdecimal():
            return _leads_somewhere(root, cast("_Schema", shape["items"]), parts[1:])
    return False


def _names(root: _Schema, schema: _Schema, prefix: str) -> Iterator[str]:
    """All of them, with 0 for every position in a list."""
    if prefix:
        yield prefix
    for shape in _shapes(root, schema):
        properties = cast("Mapping[str, _Schema]", shape.get("properties", {}))
        for key, inner in properties.items():
            yield from _names(root, inner, f"{prefix}.{key}" if prefix else key)
        if "items" in shape:
            yield from _names(root, cast("_Schema", shape["items"]), f"{prefix}.0")


def _shapes(root: _Schema, schema: _Schema) -> Iterator[_Schema]:
    """The schema itself, what it refers to, and each of its alternatives."""
    yield schema
    if isinstance(reference := schema.get("$ref"), str):
        definitions = cast("Mapping[str, _Schema]", root["$defs"])
        yield from _shapes(root, definitions[reference.rpartition("/")[2]])
    for alternative in cast("Sequence[_Schema]", schema.get("oneOf", ())):
        yield from _shapes(root, alternative)
