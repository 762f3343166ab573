"""A forked child begins anew: the files and the locks of its parent are not its own."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mnemo_cli.tracker.memory import MemoryTracker

_open_trackers: "list[MemoryTracker]" = []
_registered: "list[bool]" = []


def remember(tracker: "MemoryTracker") -> None:
    """From now on each forked child of this process gives the tracker a storage of its own."""
    if not _registered:
        _registered.append(True)
        os.register_at_fork(after_in_child=_begin_anew)
    _open_trackers.append(tracker)


def forget(tracker: "MemoryTracker") -> None:
    """A closed tracker is not taken along."""
    if tracker in _open_trackers:
        _open_trackers.remove(tracker)


def _begin_anew() -> None:
    for tracker in _open_trackers:
        tracker.begin()
