"""Where the counters of a program lie: a small file in shared memory, or private memory and the reason why.

The file is on tmpfs only: on a disk, writeback can hold up a store for hundreds of milliseconds.
Nothing here is ever an error for the program: it counts on privately, and `reason` tells.
"""

import errno
import mmap
import os
import sys
import time

from mnemo_cli.tracker import layout
from mnemo_cli.tracker.folder import PREFIX, open_folder
from mnemo_cli.tracker.owner import PROC, Owner

SHARED_MEMORY = "/dev/shm"
_MOST_PER_PROCESS = 64
# So many files of processes that are gone, and a program that begins folds them.
_MANY_DEAD = 16


class Storage:
    """The words of one counters file: whole numbers in `words`, and the same bytes as doubles in `doubles`."""

    __slots__ = ("doubles", "path", "reason", "words")

    def __init__(self, buffer: "mmap.mmap | bytearray", path: "str | None", reason: "str | None") -> None:
        # "q" and "d" store a word with one move; struct's "<q" would write it byte by byte, and tear.
        self.words = memoryview(buffer).cast("q")
        self.doubles = memoryview(buffer).cast("d")
        self.path = path
        self.reason = reason

    def put(self, word: int, field: bytes) -> None:
        """Text or raw bytes, from a word on."""
        for offset in range(0, len(field), 8):
            self.words[word + offset // 8] = int.from_bytes(field[offset : offset + 8], sys.byteorder, signed=True)


def private(reason: str) -> Storage:
    """Words that only this process sees."""
    return Storage(bytearray(layout.FILE_BYTES), None, reason)


def shared(name: str, root: str = SHARED_MEMORY) -> Storage:
    """A new file of this process below `root`; where that cannot be, private words with the reason."""
    place = f"{root}/{PREFIX}{os.geteuid()}"
    try:
        folder = open_folder(place, make=True)
    except OSError as err:
        return private(f"{err.filename or place}: {err.strerror}")
    try:
        _keep_small(folder, place)
        return _new_file(folder, place, name)
    except (OSError, ValueError) as err:
        return private(f"{place}: {err.strerror if isinstance(err, OSError) else err}")
    finally:
        os.close(folder)


def _keep_small(folder: int, place: str) -> None:
    """Fold what dead workers left, when it is much; it is no harm if that fails."""
    try:
        pids = [name.partition("-")[0] for name in os.listdir(folder)]
        if sum(pid.isdecimal() and not os.access(f"{PROC}/{pid}", os.F_OK) for pid in pids) <= _MANY_DEAD:
            return
        from mnemo_cli.tracker.folding import tidy

        tidy(folder, place)
    except (OSError, ValueError):
        return


def _new_file(folder: int, place: str, name: str) -> Storage:
    owner = Owner()
    file_name, descriptor = _opened(folder, owner)
    try:
        # Reserved now: a full tmpfs refuses here with ENOSPC, and not later with SIGBUS.
        os.posix_fallocate(descriptor, 0, layout.FILE_BYTES)
        storage = Storage(mmap.mmap(descriptor, layout.FILE_BYTES), f"{place}/{file_name}", None)
    except OSError:
        os.unlink(file_name, dir_fd=folder)
        raise
    finally:
        os.close(descriptor)
    words = storage.words
    storage.put(layout.NAME_AT, layout.label(name, layout.NAME_BYTES))
    storage.put(layout.BOOT_AT, owner.boot_id)
    words[layout.VERSION_AT] = layout.VERSION
    words[layout.PID_AT] = owner.pid
    words[layout.STARTED_AT] = owner.started
    words[layout.NAMESPACE_AT] = owner.namespace
    words[layout.MADE_AT] = time.time_ns()
    words[layout.STATE_AT] = layout.IN_USE
    storage.put(layout.MAGIC_AT, layout.MAGIC)
    return storage


def _opened(folder: int, owner: Owner) -> "tuple[str, int]":
    """A file that was not there before: one process may keep several trackers."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    for serial in range(_MOST_PER_PROCESS):
        file_name = f"{owner.pid}-{owner.started}-{serial}"
        try:
            return file_name, os.open(file_name, flags, 0o600, dir_fd=folder)
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, f"this process has {_MOST_PER_PROCESS} trackers there already")
