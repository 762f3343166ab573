"""Numbers, times and sizes out of other people's JSON: what is not as it should be is None, never 0."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from mnemo_cli.errors import SourceError
from mnemo_cli.model import UNLIMITED, Json, Limit
from mnemo_cli.redact import printable

# Kubernetes' suffixes: M is a million here, and m a thousandth.
# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_FACTORS = {"": 1.0, "m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18} | {
    f"{letter}i": float(1024**power) for power, letter in enumerate("KMGTPE", start=1)
}
_QUANTITY = re.compile(r"(\d{1,18}(?:\.\d{0,9})?(?:[eE][+-]?\d{1,2})?)([a-zA-Z]{0,2})", re.ASCII)
_LARGEST = 1 << 62


def document(text: str, source: str) -> Json:
    """The JSON in a text; SourceError says where it breaks off."""
    try:
        found: Json = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise SourceError(f"{printable(source)}: this is no whole JSON document: {printable(str(err))}") from None
    return found


def child(parent: Json, *names: str) -> dict[str, Json]:
    """The object below these names; an empty one where there is none."""
    for name in names:
        parent = parent.get(name) if isinstance(parent, dict) else None
    return parent if isinstance(parent, dict) else {}


def children(parent: Json, name: str) -> Iterator[dict[str, Json]]:
    """The objects of a list."""
    found = parent.get(name) if isinstance(parent, dict) else None
    yield from (each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def text_at(parent: Mapping[str, Json], name: str) -> str | None:
    """A string that is not empty."""
    found = parent.get(name)
    return found if isinstance(found, str) and found else None


def whole_at(parent: Mapping[str, Json], name: str) -> int | None:
    """A whole number of a sane size; true is none."""
    found = parent.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < _LARGEST else None


def flag_at(parent: Mapping[str, Json], name: str) -> bool | None:
    """true or false, spelled so."""
    found = parent.get(name)
    return found if isinstance(found, bool) else None


def code_at(parent: Mapping[str, Json], name: str) -> int | None:
    """An exit code: 0 to 255."""
    found = whole_at(parent, name)
    return found if found is not None and 0 <= found <= 255 else None


def time_at(parent: Mapping[str, Json], name: str) -> float | None:
    """Unix time of an RFC 3339 word; docker writes the year 1 for never."""
    try:
        moment = datetime.fromisoformat(text_at(parent, name) or "")
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None and moment.year >= 1970 else None


def quantity(word: Json) -> Limit | None:
    """A Kubernetes quantity in bytes; UNLIMITED where none is set."""
    if word is None:
        return UNLIMITED
    if isinstance(word, bool) or not isinstance(word, str | int):
        return None
    match = _QUANTITY.fullmatch(str(word))
    factor = _FACTORS.get(match[2]) if match is not None else None
    if match is None or factor is None:
        return None
    size = float(match[1]) * factor
    return int(size) if size < _LARGEST else UNLIMITED
