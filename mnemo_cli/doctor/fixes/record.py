"""One fix as the journal keeps it, and the same as JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.doctor.fixes.plan import Change
from mnemo_cli.doctor.fixes.scene import Activation
from mnemo_cli.model import Json

RECORD_SCHEMA = "mnemo.fix_record/1"
State: TypeAlias = Literal["applying", "applied", "undoing", "undone", "taken_back"]
_STATES: Mapping[str, State] = {
    "applying": "applying",
    "applied": "applied",
    "undoing": "undoing",
    "undone": "undone",
    "taken_back": "taken_back",
}


class Record(NamedTuple):
    """One fix. `made_folders` did not exist before it, `time_seconds` is when it was applied."""

    id: str
    state: State
    time_seconds: float
    worlds: tuple[str, ...]
    changes: tuple[Change, ...]
    made_folders: tuple[str, ...] = ()
    activate: tuple[Activation, ...] = ()
    restart: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()


def record_document(record: Record) -> dict[str, Json]:
    """Bytes that are no UTF-8 survive as surrogate escapes, and all else stays readable."""
    changes: list[Json] = [
        {"path": change.path, "before": _text(change.before), "after": _text(change.after)} for change in record.changes
    ]
    steps: list[Json] = [
        {"words": step.words, "automatic": step.automatic, "undo": step.undo} for step in record.activate
    ]
    return {"schema": RECORD_SCHEMA, **record._asdict(), "changes": changes, "activate": steps}


def record_of(document: Json) -> Record:
    """Raises ValueError or KeyError for what we did not write: a fix is taken back by what its record says."""
    fields = _members(document)
    time_seconds = fields["time_seconds"]
    if fields["schema"] != RECORD_SCHEMA or not isinstance(time_seconds, int | float):
        raise ValueError("it is no record of a fix")
    return Record(
        id=_word(fields["id"]),
        state=_STATES[_word(fields["state"])],
        time_seconds=time_seconds,
        worlds=_words(fields["worlds"]),
        changes=tuple(_change(item) for item in _items(fields["changes"])),
        made_folders=tuple(_inside(path) for path in _words(fields["made_folders"])),
        activate=tuple(_step(item) for item in _items(fields["activate"])),
        restart=_words(fields["restart"]),
        verify=_words(fields["verify"]),
    )


def _change(item: Json) -> Change:
    fields = _members(item)
    before = fields["before"]
    return Change(
        path=_inside(_word(fields["path"])),
        before=None if before is None else _bytes(_word(before)),
        after=_bytes(_word(fields["after"])),
    )


def _step(item: Json) -> Activation:
    fields = _members(item)
    undo = fields["undo"]
    return Activation(_words(fields["words"]), fields["automatic"] is True, None if undo is None else _words(undo))


def _inside(path: str) -> str:
    if not path or path.startswith("/") or ".." in Path(path).parts:
        raise ValueError(f"it names {path!r}, which is not below the root")
    return path


def _members(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise ValueError("an object is missing")
    return value


def _items(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ValueError("a list is missing")
    return value


def _words(value: Json) -> tuple[str, ...]:
    return tuple(_word(item) for item in _items(value))


def _word(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} should be text")
    return value


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
