"""What changed between two documents, and a document with that change: exactly, whatever the documents are.

    {"member": change, …}                   some members changed
    {"rows": […], "3": change, …}           some rows of a list of objects changed, here the fourth one
    7                                       a whole number grew by 7
    [value]                                 it is this value now
    []                                      the member is no longer there

`rows` stands where rows came, left or moved: each is an object, which is a new row, or [first, count], which are rows
of the list before. Numbers that are equal but not written alike (1 and 1.0) have changed.
"""

from collections.abc import Mapping, Sequence
from math import copysign
from typing import TypeAlias

from mnemo_cli.model import Json
from mnemo_cli.recording.reading.members import Damaged

Change: TypeAlias = Json
_Key: TypeAlias = str
_PLAIN = frozenset((str, int, bool, type(None)))
_NOTHING: Json = []
_MOST_ROWS = 1_000_000


def difference(old: Json, new: Json) -> Change:
    """None where nothing changed."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _of_objects(old, new)
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return _of_lists(old, new)
    if _is_same(old, new):
        return None
    if type(old) is int and type(new) is int:
        return new - old
    return [new]


def applied(old: Json, change: Change) -> Json:
    """The new document. Damaged for a change of something else. What did not change is shared with the old one."""
    if isinstance(change, int) and not isinstance(change, bool):
        if isinstance(old, int) and not isinstance(old, bool):
            return old + change
        raise Damaged("it changes by a number what is none")
    if isinstance(change, list) and len(change) == 1:
        value: Json = change[0]
        return value
    if isinstance(change, dict) and isinstance(old, dict):
        return _applied_to_object(old, change)
    if isinstance(change, dict) and isinstance(old, list | tuple):
        return _applied_to_list(old, change)
    raise Damaged("it changes what is not there")


def _of_objects(old: Mapping[str, Json], new: Mapping[str, Json]) -> Change:
    changes: dict[str, Json] = {}
    for key, value in new.items():
        before = old.get(key, _NOTHING)
        # Nine of ten members: the rest is looked at closely.
        if before is value or (type(value) in _PLAIN and type(before) is type(value) and before == value):
            continue
        if before is _NOTHING and key not in old:
            changes[key] = [value]
            continue
        change = difference(before, value)
        if change is not None:
            changes[key] = change
    if not old.keys() <= new.keys():
        changes |= {key: [] for key in old if key not in new}
    return changes or None


def _of_lists(old: Sequence[Json], new: Sequence[Json]) -> Change:
    if not all(isinstance(row, dict) for row in (*old, *new)):
        is_same = len(old) == len(new) and all(difference(*pair) is None for pair in zip(old, new, strict=True))
        return None if is_same else [new]
    places = _places([_key(row) for row in old], [_key(row) for row in new])
    is_in_place = len(old) == len(new) and all(place == at for at, place in enumerate(places))
    changes: dict[str, Json] = {} if is_in_place else {"rows": _runs(places, new)}
    for position, (place, row) in enumerate(zip(places, new, strict=True)):
        change = None if place is None else difference(old[place], row)
        if change is not None:
            changes[str(position)] = change
    return changes or None


def _places(old: Sequence[_Key], new: Sequence[_Key]) -> list[int | None]:
    """Where each row stood: the same place where it has the name of the row there, else the first one of its name."""
    place_of = dict(zip(reversed(old), reversed(range(len(old))), strict=True))
    return [at if at < len(old) and old[at] == name else place_of.get(name) for at, name in enumerate(new)]


def _key(row: Json) -> _Key:
    """What a row is called. By nothing else is it known again, and what does not name it is compared in full."""
    assert isinstance(row, dict)
    get = row.get
    # As text: a name may be anything, and must be looked up.
    pid = get("pid")
    if pid is not None:
        return f"{pid} {get('started')} {get('name')}"
    return f"{get('name')} {get('kind')} {get('path')} {get('field')} {get('source')}"


def _runs(places: Sequence[int | None], rows: Sequence[Json]) -> list[Json]:
    """New rows as they are, and where the others stood: neighbours together."""
    runs: list[Json] = []
    first, count = 0, 0
    for place, row in zip(places, rows, strict=True):
        if count and place == first + count:
            count += 1
            continue
        if count:
            runs.append([first, count])
        count = 0
        if place is None:
            runs.append(row)
        else:
            first, count = place, 1
    return [*runs, [first, count]] if count else runs


def _is_same(old: Json, new: Json) -> bool:
    if type(old) is not type(new) or old != new:
        return False
    return not isinstance(old, float) or not isinstance(new, float) or copysign(1, old) == copysign(1, new)


def _applied_to_object(old: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    new = dict(old)
    for key, change in changes.items():
        if change == []:
            if key not in new:
                raise Damaged("it takes away what is not there")
            del new[key]
        elif key in new:
            new[key] = applied(new[key], change)
        elif isinstance(change, list) and len(change) == 1:
            new[key] = change[0]
        else:
            raise Damaged("it changes a member that is not there")
    return new


def _applied_to_list(old: Sequence[Json], changes: Mapping[str, Json]) -> list[Json]:
    new = _rows(old, changes["rows"]) if "rows" in changes else list(old)
    for key, change in changes.items():
        if key == "rows":
            continue
        if not key.isascii() or not key.isdigit() or len(key) > len(str(_MOST_ROWS)) or int(key) >= len(new):
            raise Damaged("it changes a row that is not there")
        new[int(key)] = applied(new[int(key)], change)
    return new


def _rows(old: Sequence[Json], runs: Json) -> list[Json]:
    new: list[Json] = []
    for run in runs if isinstance(runs, list) else [None]:
        if isinstance(run, dict):
            new.append(run)
            continue
        match run:
            case [int(first), int(count)] if 0 <= first < first + count <= len(old):
                new += old[first : first + count]
            case _:
                raise Damaged("its rows are none of the sample before")
        # What doubles with each line must end somewhere.
        if len(new) > _MOST_ROWS:
            raise Damaged("it has too many rows")
    return new
