"""What became of attempts after a crash: the record first, then who still lives, then what dead groups tell."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.orchestrate.engines.engine import EngineEvent, Finished, Lost, NotStarted, Started
from mnemo_cli.orchestrate.engines.local.records import Begun, read_records
from mnemo_cli.orchestrate.engines.local.remains import Crowd, clear, group_holding, is_alive, unseen_end
from mnemo_cli.orchestrate.job import Key


class Fate(NamedTuple):
    """One attempt's event. `begun` where it lives on; `is_orphan`: its keeper does not, and another must adopt it."""

    event: EngineEvent
    begun: Begun | None = None
    is_orphan: bool = False


class Recovery:
    """Reads the record once. The last keeper in it is the living one."""

    def __init__(self, folder: Path, keys: Collection[Key], boot_id: str, root: Path) -> None:
        self._boot_id = boot_id
        self._root = root
        self._records = records = read_records(folder / "attempts", keys)
        self._dead = records.keepers[:-1]
        # A keeper that was killed in the moment of a start had no time to write it down, and without groups
        # nobody else knows what its attempts have left running.
        self._crowd = Crowd(str(folder), boot_id, root) if self._dead else None

    def fate(self, key: Key, seen_bytes: int | None) -> Fate:
        """What became of this attempt. `seen_bytes` is the most that it was seen to use."""
        records = self._records
        if key in records.ended:
            return Fate(Finished(key, records.ended[key].ended(seen_bytes, _group_of(records.begun.get(key)))))
        if key in records.refused:
            return Fate(NotStarted(key, *records.refused[key]))
        begun = records.begun.get(key) or self._unwritten(key)
        if begun is None:
            return Fate(Lost(key, "it never began"))
        if begun.keeper == len(self._dead):
            return Fate(Started(key, begun.identity), begun)
        if is_alive(begun.identity, self._boot_id, self._root):
            return Fate(Started(key, begun.identity), begun, is_orphan=True)
        ending = unseen_end(begun, self._boot_id)
        if ending is not None:
            return Fate(Finished(key, ending.ended(seen_bytes, _group_of(begun))))
        return Fate(Lost(key, "it has ended, and its keeper before it"))

    def clear(self, living: Collection[Key], kept: Collection[Path]) -> None:
        """Remove what dead keepers left, but for these attempts and their groups."""
        if self._crowd is not None:
            self._crowd.end_others(living)
        clear(self._dead, kept, self._boot_id)

    def _unwritten(self, key: Key) -> Begun | None:
        identity = None if self._crowd is None else self._crowd.first(key)
        if identity is None:
            return None
        group = group_holding(identity.pid, self._dead)
        return Begun(-1, identity, group, None, None, time.time())


def _group_of(begun: Begun | None) -> str | None:
    return None if begun is None or begun.group is None else str(begun.group)
