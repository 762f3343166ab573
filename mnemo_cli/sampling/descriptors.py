"""What a process's descriptors lead to: sockets, pipes, files; and the files of tmpfs that it keeps open.

A file of tmpfs (/dev/shm, a memfd) is memory that no process's RSS shows unless it is mapped, and a deleted
one lives on for as long as it is open. Only files of tmpfs are looked at closely: another file system may hang.
"""

import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.redact import printable

_KINDS = (
    ("socket", "socket:"),
    ("pipe", "pipe:"),
    ("inotify", "anon_inode:inotify"),
    ("eventfd", "anon_inode:[eventfd"),
    ("epoll", "anon_inode:[eventpoll"),
    ("timerfd", "anon_inode:[timerfd"),
    ("signalfd", "anon_inode:[signalfd"),
    ("io_uring", "anon_inode:[io_uring"),
    ("pidfd", "anon_inode:[pidfd"),
    ("memfd", "/memfd:"),
    ("device", "/dev/"),
    ("file", "/"),
)
_SOCKET = re.compile(r"socket:\[(\d{1,20})\]")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_BLOCK_BYTES = 512
_SHARED = ("/memfd:", "/SYSV", "/dev/zero (deleted)")


class SharedFile(NamedTuple):
    """A file of tmpfs that is open: what it takes, and what its file system has room for (None: no size of its own)."""

    shown: str
    inode: int
    used_bytes: int
    room_bytes: int | None


class Descriptors(NamedTuple):
    """By kind, and by what they lead to. `sockets` are inodes, `files` the open files of tmpfs."""

    kinds: Mapping[str, int]
    goals: Mapping[str, int]
    sockets: frozenset[int]
    files: tuple[SharedFile, ...]


def read_descriptors(pid: int, root: Path, shared_folders: tuple[str, ...]) -> Descriptors:
    """Of one process; raises OSError where we may not look. One that is closed meanwhile is left out."""
    kinds, goals = Counter[str](), Counter[str]()
    sockets: set[int] = set()
    files: dict[tuple[int, int], SharedFile] = {}
    folder = os.open(root / f"proc/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number in os.listdir(folder):  # noqa: PTH208 - of a descriptor
            try:
                goal = os.readlink(number, dir_fd=folder)
            except OSError:
                continue
            kinds[kind_of(goal)] += 1
            goals[shown_goal(goal)] += 1
            if socket := _SOCKET.fullmatch(goal):
                sockets.add(int(socket[1]))
            elif goal.startswith((*_SHARED, *shared_folders)):
                files.update(_shared_file(folder, number, goal))
    finally:
        os.close(folder)
    return Descriptors(kinds, goals, frozenset(sockets), tuple(files.values()))


def kind_of(goal: str) -> str:
    """ "socket" of "socket:[4711]"."""
    if goal.startswith("/dev/shm/"):
        return "file"
    return next((kind for kind, start in _KINDS if goal.startswith(start)), "other")


def shown_goal(goal: str) -> str:
    """What many descriptors have in common: the path, or the kind where each has a number of its own."""
    return printable(goal) if goal.startswith("/") else goal.partition(":[")[0]


def parse_shared_folders(mountinfo: bytes) -> tuple[str, ...]:
    """Where tmpfs is mounted, each with its last slash, from a text of /proc/PID/mountinfo.

    A folder of another file system below one of them is not told apart: its files are looked at in vain.
    """
    found: list[str] = []
    for line in mountinfo.split(b"\n"):
        left, _, right = line.partition(b" - ")
        fields = left.split(b" ")
        if len(fields) >= 6 and right.startswith((b"tmpfs ", b"shm ")) and fields[4] not in (b"/", b"/dev"):
            point = _OCTAL.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), fields[4])
            found.append(os.fsdecode(point.rstrip(b"/") + b"/"))
    return tuple(dict.fromkeys(found))


def _shared_file(folder: int, number: str, goal: str) -> dict[tuple[int, int], SharedFile]:
    """By device and inode: many descriptors may lead to one file."""
    try:
        # O_PATH opens nothing: no driver and no other process notices.
        descriptor = os.open(number, os.O_PATH | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return {}
    try:
        status, space = os.fstat(descriptor), os.fstatvfs(descriptor)
    except OSError:
        return {}
    finally:
        os.close(descriptor)
    used = status.st_blocks * _BLOCK_BYTES
    # A memfd lies in no file system that anybody could fill: there are no blocks.
    room = space.f_bavail * space.f_frsize if space.f_blocks else None
    return {(status.st_dev, status.st_ino): SharedFile(shown_goal(goal), status.st_ino, used, room)}
