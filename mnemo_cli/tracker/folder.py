"""The folder of a user's counters files: made, and checked before anything in it is believed or written."""

import errno
import os

from mnemo_cli.tracker.owner import PROC

PREFIX = "mnemosyne-"


def open_folder(place: str, *, make: bool = False) -> int:
    """A descriptor of a `mnemosyne-UID` folder, made where it is missing and asked for.

    Raises OSError for a link in its place, another owner than its name says, one that others can
    enter, and for a folder that is not on tmpfs.
    """
    if make:
        _make_folder(place)
    folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    status = os.fstat(folder)
    try:
        if status.st_uid != int(place.rpartition("-")[2]):
            raise PermissionError(errno.EPERM, "it belongs to another user", place)
        if status.st_mode & 0o077:
            raise PermissionError(errno.EPERM, "others may enter it; its mode must be 0700", place)
        if make and not _is_tmpfs(status.st_dev):
            raise OSError(errno.ENOTSUP, "it is not on tmpfs, and a disk would slow the program down", place)
    except OSError:
        os.close(folder)
        raise
    return folder


def _make_folder(place: str) -> None:
    try:
        os.mkdir(place, 0o700)  # noqa: PTH102 (pathlib costs more than all of this room)
    except FileExistsError:
        return


def _is_tmpfs(device: int) -> bool:
    """Whether a device number is that of a tmpfs, from the mounts that this process sees."""
    number = f"{os.major(device)}:{os.minor(device)}"
    with open(f"{PROC}/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
        for line in mounts:
            fields = line.split()
            if len(fields) > 6 and fields[2] == number:
                return " - tmpfs " in line
    return False
