"""Single numbers out of a document, for scripts: `--fields memory.used_ratio,level`.

`field_names` knows which there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Json
from mnemo_cli.recording.document import encode


class Fields(NamedTuple):
    """The numbers that were asked for; without names all there are.

    Only what they are made of need be read: processes cost a walk, trackers a look at what programs publish.
    """

    names: tuple[str, ...] = ()

    @property
    def need_processes(self) -> bool:
        return self._need("processes") or not {"target", "target.processes"}.isdisjoint(self.names)

    @property
    def need_trackers(self) -> bool:
        """A condition of an alert may be about them."""
        return self._need("trackers") or self._need("alerts")

    def _need(self, top: str) -> bool:
        """`gaps` tell of everything that could not be read."""
        return not self.names or any(name.partition(".")[0] in (top, "gaps") for name in self.names)


def parse_fields(text: str) -> tuple[str, ...]:
    """The dotted names of a comma-separated list."""
    names = tuple(name for name in (part.strip() for part in text.split(",")) if name)
    if not names:
        raise UsageError("--fields is empty; name at least one field, such as memory.used_ratio")
    return names


def pick(document: Mapping[str, Json], names: Sequence[str]) -> dict[str, Json]:
    """The named values; UsageError with the nearest names for one that the document does not have."""
    return {name: _value(document, name) for name in names}


def pick_present(document: Mapping[str, Json], names: Sequence[str]) -> dict[str, Json]:
    """The same of one of many documents: what this one does not have, a process that has ended, is null."""
    return {name: _value(document, name, absent_is_null=True) for name in names}


def field_row(values: Mapping[str, Json]) -> str:
    """The values in one line, a tab between two of them; null is "unknown"."""
    return "\t".join(map(_word, values.values()))


def field_lines(values: Mapping[str, Json]) -> str:
    """One value per line, in the order asked for; null is "unknown"."""
    return "".join(f"{_word(value)}\n" for value in values.values())


def no_such_field(name: str, known: Iterable[str]) -> UsageError:
    """With the nearest names."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return UsageError(f"--fields: there is no field {name!r} in a sample{hint}")


def _value(document: Mapping[str, Json], name: str, *, absent_is_null: bool = False) -> Json:
    value: Json = document
    for part in name.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, Sequence) and not isinstance(value, str) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif value is None or absent_is_null:
            return None  # a part that is unknown as a whole
        else:
            raise no_such_field(name, _names(document, ""))
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
