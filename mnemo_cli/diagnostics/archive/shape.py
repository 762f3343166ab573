"""A JSON document held against one of the shipped schemas: the words of JSON Schema that these use.

The tests hold it against a whole implementation, which is too large to be installed with mnemo.
"""

import re
from collections.abc import Iterator

from mnemo_cli.model import Json

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def faults(document: Json, schema: Json, *, whole: Json = None, place: str = "") -> Iterator[str]:
    """What is wrong, each with its place; nothing for a valid document. `whole` is the schema with the `$defs`."""
    assert isinstance(schema, dict)
    whole = schema if whole is None else whole
    if "$ref" in schema:
        schema = _referred(schema["$ref"], whole)
    where = place or "the document"
    if not _has_type(document, schema.get("type")):
        yield f"{where} is of the wrong type"
        return
    if "const" in schema and document != schema["const"]:
        yield f"{where} is not {schema['const']}"
    choices = schema.get("enum")
    if isinstance(choices, list) and document not in choices:
        yield f"{where} is none of {', '.join(map(str, choices))}"
    if isinstance(document, str):
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and not re.search(pattern, document):
            yield f"{where} has the wrong form"
    elif isinstance(document, dict):
        yield from _members(document, schema, whole, place)
    elif isinstance(document, list) and (items := schema.get("items")) is not None:
        for position, item in enumerate(document):
            yield from faults(item, items, whole=whole, place=f"{place}[{position}]")
    elif _is_number(document):
        minimum = schema.get("minimum")
        if isinstance(minimum, int | float) and isinstance(document, int | float) and document < minimum:
            yield f"{where} is below {minimum}"


def _members(document: dict[str, Json], schema: dict[str, Json], whole: Json, place: str) -> Iterator[str]:
    required, properties = schema.get("required"), schema.get("properties")
    if isinstance(required, list):
        yield from (f"{place or 'the document'} has no {name}" for name in required if name not in document)
    known = properties if isinstance(properties, dict) else {}
    further = schema.get("additionalProperties", True)
    for name, value in document.items():
        inside = f"{place}.{name}" if place else name
        if name in known:
            yield from faults(value, known[name], whole=whole, place=inside)
        elif isinstance(further, dict):
            yield from faults(value, further, whole=whole, place=inside)
        elif further is False:
            yield f"{inside} is unknown"


def _has_type(document: Json, wanted: Json) -> bool:
    if wanted is None:
        return True
    names = wanted if isinstance(wanted, list) else [wanted]
    return any(_is(document, str(name)) for name in names)


def _is(document: Json, name: str) -> bool:
    # True is an int to Python and no number to JSON; 1.0 is an integer to JSON Schema.
    if isinstance(document, bool):
        return name == "boolean"
    if name == "integer" and isinstance(document, float):
        return document.is_integer()
    return isinstance(document, _TYPES[name])


def _is_number(document: Json) -> bool:
    return isinstance(document, int | float) and not isinstance(document, bool)


def _referred(reference: Json, whole: Json) -> dict[str, Json]:
    """Of "#/$defs/name"."""
    assert isinstance(whole, dict) and isinstance(whole["$defs"], dict)
    found = whole["$defs"][str(reference).rpartition("/")[2]]
    assert isinstance(found, dict)
    return found
