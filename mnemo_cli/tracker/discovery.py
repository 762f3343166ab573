"""Which counters files there are below a /dev/shm, and what is in them.

Files are read and never mapped: an owner that truncates a mapped file would kill its reader with
SIGBUS. A folder counts only when it is a real one that nobody but its owner can write to, and a file
only when it belongs to the same user; whatever else lies there leaves a gap. Whoever may write into
a /dev/shm can fill it: what is read of one, and told of it, has an end.
"""

import errno
import os
import stat
from typing import NamedTuple

from mnemo_cli.model import Gap
from mnemo_cli.tracker import layout
from mnemo_cli.tracker.folder import PREFIX
from mnemo_cli.tracker.reading import Header, UnreadableError, header_of

FOLDED_PREFIX = "folded-"
_MOST_ENTRIES = 4096
_MOST_GAPS = 8
_ROUNDS = 3
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_YET = (b"", bytes(len(layout.MAGIC)))


class CountersFile(NamedTuple):
    """One file that could be read. `folder` is the path of its `mnemosyne-UID` folder."""

    folder: str
    name: str
    uid: int
    header: Header
    content: bytes

    @property
    def program(self) -> tuple[str, str]:
        """Files with the same one are of workers of one program."""
        return self.folder, self.header.name


def files_below(shared_memory: int, path: str, gaps: list[Gap], *, ours: bool = True) -> list[CountersFile]:
    """Every counters file below an open /dev/shm; `path` is what to call it.

    In our own one a folder belongs to the user in its name; a container may call its users otherwise.
    """
    files: list[CountersFile] = []
    found: list[Gap] = []
    left = _MOST_ENTRIES
    for name in _entries(shared_memory, _MOST_ENTRIES):
        if name.startswith(PREFIX) and name[len(PREFIX) :].isdecimal() and left:
            place = f"{path}/{name}"
            try:
                folder = os.open(name, _FOLDER_FLAGS, dir_fd=shared_memory)
            except OSError as err:
                found.append(Gap("trackers", place, _folder_reason(err)))
                continue
            try:
                if ours and os.fstat(folder).st_uid != int(name[len(PREFIX) :]):
                    found.append(Gap("trackers", place, "it does not belong to the user in its name"))
                    continue
                more, count = _files_in(folder, place, found, left)
                # Where each user has one folder, nobody's can crowd out another's.
                left -= 0 if ours else count
                files += more
            finally:
                os.close(folder)
    gaps += found if ours else _few(found, path)
    return files


def files_in(folder: int, path: str, gaps: list[Gap]) -> list[CountersFile]:
    """Every counters file of one open folder."""
    return _files_in(folder, path, gaps, _MOST_ENTRIES)[0]


def read_file(folder: int, path: str, name: str) -> CountersFile | None:
    """One file of an open folder, None where it is not there; OSError or UnreadableError."""
    try:
        content = _content(folder, name, os.fstat(folder).st_uid)
    except FileNotFoundError:
        return None
    return CountersFile(path, name, os.fstat(folder).st_uid, header_of(content), content)


def _files_in(folder: int, path: str, gaps: list[Gap], most: int) -> tuple[list[CountersFile], int]:
    """The files, and how many entries were looked at.

    While we read, dead workers may be added to a folded file: it is read before the others and once
    more after them, and when it has changed, or a file has gone, all is read again.
    """
    status = os.fstat(folder)
    if status.st_mode & 0o022:
        gaps.append(Gap("trackers", path, "others may write into it"))
        return [], 1
    for _ in range(_ROUNDS):
        found: list[Gap] = []
        names = [name for name in _entries(folder, most) if not name.startswith(".")]
        names.sort(key=_is_folded, reverse=True)
        files = {name: _file(folder, path, name, status.st_uid, found) for name in names}
        if None not in files.values() and all(
            _file(folder, path, name, status.st_uid, []) == files[name] for name in names if _is_folded(name)
        ):
            break
    gaps += _few(found, path)
    return [file for read in files.values() for file in read or ()], len(names) + 1


def open_shared_memory(root: str) -> int | None:
    """The /dev/shm below a root, no link followed on the way; None where there is none that we may enter."""
    try:
        place = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for name in ("dev", "shm"):
            above = place
            try:
                place = os.open(name, _FOLDER_FLAGS, dir_fd=above)
            finally:
                os.close(above)
    except OSError:
        return None
    return place


def _entries(folder: int, most: int) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry, _ in zip(entries, range(most), strict=False))


def _is_folded(name: str) -> bool:
    return name.startswith(FOLDED_PREFIX)


def _file(folder: int, path: str, name: str, owner_uid: int, gaps: list[Gap]) -> list[CountersFile] | None:
    """The one file; none for a strange one, with a gap, and for a half-made one; None when it has gone."""
    try:
        content = _content(folder, name, owner_uid)
        made = content[: len(layout.MAGIC)] not in _NOT_YET
        return [CountersFile(path, name, owner_uid, header_of(content), content)] if made else []
    except FileNotFoundError:
        return None
    except OSError as err:
        gaps.append(Gap("trackers", f"{path}/{name}", _file_reason(err)))
    except UnreadableError as err:
        gaps.append(Gap("trackers", f"{path}/{name}", str(err)))
    return []


def _content(folder: int, name: str, owner_uid: int) -> bytes:
    """At most one byte more than a counters file has."""
    descriptor = os.open(name, _FILE_FLAGS, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("it is no regular file")
        if status.st_uid != owner_uid:
            raise UnreadableError("it belongs to another user than its folder")
        return os.pread(descriptor, layout.FILE_BYTES + 1, 0)
    finally:
        os.close(descriptor)


def _few(gaps: list[Gap], path: str) -> list[Gap]:
    more = len(gaps) - _MOST_GAPS
    return gaps if more <= 0 else [*gaps[:_MOST_GAPS], Gap("trackers", path, f"{more} more there cannot be read")]


def _folder_reason(err: OSError) -> str:
    linked = err.errno in (errno.ELOOP, errno.ENOTDIR)
    return "it is a link or a file, and must be a folder" if linked else err.strerror or str(err)


def _file_reason(err: OSError) -> str:
    return "it is a link, and is not followed" if err.errno == errno.ELOOP else err.strerror or str(err)
