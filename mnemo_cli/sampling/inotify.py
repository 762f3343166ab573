"""How many inotify watches and instances each user has, from the descriptors of all processes that we may look into.

Dear: every descriptor is looked at. The kernel tells no total per user, and what it hides from us makes
each count a lower bound. https://man7.org/linux/man-pages/man7/inotify.7.html
"""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Inotify(NamedTuple):
    """By real uid. `hidden` counts the processes of each user that could not be looked into."""

    watches: Mapping[int, int]
    instances: Mapping[int, int]
    hidden: Mapping[int, int]


def count_inotify(root: Path) -> Inotify:
    """Everybody's."""
    watches, instances, hidden = Counter[int](), Counter[int](), Counter[int]()
    try:
        proc = os.open(root / "proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return Inotify(watches, instances, hidden)
    try:
        counts_by_size = _is_size_a_count(proc)
        for pid in filter(str.isdigit, os.listdir(proc)):  # noqa: PTH208
            try:
                uid, numbers = _inotify_descriptors(f"{pid}/fd", proc, counts_by_size=counts_by_size)
            except (FileNotFoundError, ProcessLookupError):
                continue
            except OSError:
                # One that forbids being traced shows as root's, and is counted there.
                hidden.update(_owner(pid, proc, counts_by_size=counts_by_size))
                continue
            for number in numbers:
                instances[uid] += 1
                count = _watches(f"{pid}/fdinfo/{number}", proc)
                if count is None:
                    hidden[uid] += 1
                else:
                    watches[uid] += count
    finally:
        os.close(proc)
    return Inotify(watches, instances, hidden)


def _is_size_a_count(proc: int) -> bool:
    """From Linux 6.2 on; we ourselves have some open. A copy of /proc on a disk has blocks."""
    try:
        return os.stat("self/fd", dir_fd=proc).st_size > 0 and os.fstatvfs(proc).f_blocks == 0
    except OSError:
        return False


def _owner(pid: str, proc: int, *, counts_by_size: bool) -> list[int]:
    """Nobody where nothing is hidden: it has ended, or is the kernel's own and has no descriptors."""
    try:
        if counts_by_size and not os.stat(f"{pid}/fd", dir_fd=proc).st_size:
            return []
        return [os.stat(pid, dir_fd=proc).st_uid]
    except OSError:
        return []


def _inotify_descriptors(name: str, proc: int, *, counts_by_size: bool) -> tuple[int, list[str]]:
    """Whose they are, and their numbers."""
    found: list[str] = []
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
    try:
        status = os.fstat(folder)
        # Most tasks of a machine are the kernel's own, and have no descriptors.
        if counts_by_size and not status.st_size:
            return status.st_uid, found
        for number in os.listdir(folder):  # noqa: PTH208
            try:
                if os.readlink(number, dir_fd=folder) == "anon_inode:inotify":
                    found.append(number)
            except OSError:
                continue  # closed meanwhile, or no link: a captured tree may hold files
    finally:
        os.close(folder)
    return status.st_uid, found


def _watches(name: str, proc: int) -> int | None:
    """None where we may not look; 0 for one that was closed meanwhile."""
    try:
        with open(os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc), "rb") as lines:
            return sum(line.startswith(b"inotify ") for line in lines)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except OSError:
        return None
