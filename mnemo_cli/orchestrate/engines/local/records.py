"""What keepers wrote down of each attempt, for whoever comes after a crash."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mnemo_cli.orchestrate.engines.local.peaks import Ending
from mnemo_cli.orchestrate.job import Identity, Key


class KeeperLine(NamedTuple):
    """One keeper, and the groups below which it made those of its attempts."""

    identity: Identity
    memory_folder: Path | None
    freezer_folder: Path | None


class Begun(NamedTuple):
    """An attempt that was started by the keeper with this number. `identity` None: it ended before it could be read."""

    keeper: int
    identity: Identity | None
    group: Path | None
    freezer: Path | None
    limit_bytes: int | None
    began_unix: float


class Refused(NamedTuple):
    code: int | None
    reason: str


class Records(NamedTuple):
    """What is on file; the last word of each attempt counts."""

    keepers: tuple[KeeperLine, ...]
    begun: dict[Key, Begun]
    refused: dict[Key, Refused]
    ended: dict[Key, Ending]


def read_records(path: Path, wanted: Iterable[Key]) -> Records:
    """Those of the wanted attempts; an absent file has none."""
    try:
        with path.open("rb") as lines:
            return parse_records(lines, wanted)
    except FileNotFoundError:
        return Records((), {}, {}, {})


def parse_records(lines: Iterable[bytes], wanted: Iterable[Key]) -> Records:
    """A line that is torn or is none of ours is passed over: a keeper that was killed may leave one."""
    keepers: list[KeeperLine] = []
    records = Records((), {}, {}, {})
    keys = {tuple(key) for key in wanted}
    for line in lines:
        words = _words(line)
        match words:
            case ["keeper", int(pid), int(ticks), str(boot_id), memory, freezer, int() | float()]:
                keepers.append(KeeperLine(Identity(pid, ticks, boot_id), _path(memory), _path(freezer)))
            case [str(), str(job), int(number), *rest] if (job, number) in keys:
                _note(records, len(keepers) - 1, words[0], Key(job, number), rest, keepers)
    return records._replace(keepers=tuple(keepers))


def _note(
    records: Records, keeper: int, verb: str, key: Key, words: list[Any], keepers: list[KeeperLine]
) -> None:  # the words of a JSON array
    match verb, words:
        case "started", [int(pid), ticks, group, freezer, (int() | None) as limit_bytes, began_unix] if (
            keeper >= 0 and isinstance(began_unix, int | float)
        ):
            for earlier in (records.refused, records.ended):  # of a journal that is no more
                earlier.pop(key, None)
            identity = Identity(pid, ticks, keepers[keeper].identity.boot_id) if isinstance(ticks, int) else None
            records.begun[key] = Begun(keeper, identity, _path(group), _path(freezer), limit_bytes, began_unix)
        case "refused", [(int() | None) as code, str(reason), _]:
            records.refused[key] = Refused(code, reason)
        case "ended", [*figures, _] if (ending := ending_of(figures)) is not None:
            records.ended[key] = ending


def ending_of(figures: list[Any]) -> Ending | None:
    """The figures of an "ended" line, if they are its figures."""
    match figures:
        case [
            int() | None, int() | float(), int() | float() | None, int() | None, int() | None, int() | None,
            int() | None, int() | None, bool(),
        ]:  # fmt: skip
            return Ending(*figures)
    return None


def _words(line: bytes) -> list[Any]:
    try:
        words = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return words if isinstance(words, list) else []


def _path(word: object) -> Path | None:
    return Path(word) if isinstance(word, str) and "\0" not in word else None
