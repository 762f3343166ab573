"""The OOM kills in a v1 group and all groups below it: v1 counts a kill in the victim's own group only."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from mnemo_cli.sampling.group import GroupV1

# What reading says of a group that was removed while we walked.
_REMOVED = (errno.ENOENT, errno.ENODEV)


def subtree_oom_kills(directory: Path) -> int | None:
    """The kills that a v1 group and every group below it remember; those of removed groups are forgotten.

    None when a group that is there has no readable count: taken as 0 it would look like kills once it is back.
    """
    kills = 0
    for _, count in oom_kills_by_folder(directory):
        if count is None:
            return None
        kills += count
    return kills


def oom_kills_by_folder(directory: Path) -> Iterator[tuple[Path, int | None]]:
    """What a v1 group and each one below it remember, with None for a count that is there and cannot be read."""
    unlisted: list[OSError] = []
    for folder, _, files in os.walk(directory, onerror=unlisted.append):
        if "memory.oom_control" in files:
            try:
                (count,) = GroupV1.EVENTS.values(Path(folder, "memory.oom_control").read_bytes())
            except OSError as err:
                if err.errno in _REMOVED:
                    continue
                count = None
            yield Path(folder), count
    yield from ((Path(err.filename), None) for err in unlisted if err.errno not in _REMOVED)
