"""Keeping a folder of counters files small: the dead are folded, and removed when somebody asks.

The newest files of dead workers stay for `explain`; older ones are added into one folded file of their
program, one after the other. The folded file names the worker that was added last, so that a kill
between the two steps neither loses nor doubles what it counted.
"""

import contextlib
import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import quote

from mnemo_cli.tracker import layout
from mnemo_cli.tracker.adding import folded, folded_content
from mnemo_cli.tracker.alive import Owners
from mnemo_cli.tracker.discovery import FOLDED_PREFIX, CountersFile, files_in, read_file
from mnemo_cli.tracker.folder import PREFIX, open_folder
from mnemo_cli.tracker.reading import UnreadableError, header_of

KEPT_OF_THE_DEAD = 8
_LOCK_NAME, _NEW_NAME = ".lock", ".folding"


def tidy(folder: int, path: str, *, keep: int = KEPT_OF_THE_DEAD) -> int:
    """Fold all but the newest `keep` dead workers of each program in an open folder; how many were folded.

    Does nothing while another process does it. Raises OSError when the folder cannot be written.
    """
    with _locked(folder) as ours:
        dead = _dead(files_in(folder, path, [])) if ours else {}
        return sum(_fold_all(folder, path, name, files, keep) for name, files in dead.items())


def clean(folder: int, path: str) -> int:
    """Remove what is left of programs of which no worker lives, and fold the dead of the others; how many files fewer.

    What the removed ones counted is then no longer there for `explain`.
    """
    before = len(files_in(folder, path, []))
    tidy(folder, path, keep=0)
    with _locked(folder) as ours:
        files = files_in(folder, path, [])
        living = {file.header.name for file in files if file.header.state != layout.FOLDED}
        ended = [file for file in files if ours and file.header.name not in living]
        for file in ended:
            os.unlink(file.name, dir_fd=folder)
    return before - len(files) + len(ended)


def clean_own(shared_memory: str) -> int:
    """`clean` the folder of this user below a /dev/shm; 0 where there is none. Raises OSError."""
    path = f"{shared_memory}/{PREFIX}{os.geteuid()}"
    try:
        folder = open_folder(path)
    except FileNotFoundError:
        return 0
    try:
        return clean(folder, path)
    finally:
        os.close(folder)


def _dead(files: list[CountersFile]) -> dict[str, list[CountersFile]]:
    """By program, the oldest first. Of another pid namespace nobody here can tell: those are left alone."""
    owners, dead = Owners(), defaultdict(list)
    for file in sorted(files, key=lambda file: file.header.made_nanoseconds):
        header = file.header
        if header.state != layout.FOLDED and owners.can_tell(header) and not owners.runs(header):
            dead[header.name].append(file)
    return dead


def _fold_all(folder: int, path: str, program: str, dead: list[CountersFile], keep: int) -> int:
    """Add all but the newest into the folded file of the program; how many were added.

    A file with numbers that cannot be stays as it is; a folded file that cannot be read, too, and then
    nothing is added to it.
    """
    name = FOLDED_PREFIX + quote(program, safe="")
    try:
        into = read_file(folder, path, name)
    except (OSError, UnreadableError):
        return 0
    # A kill came between the two steps below.
    added = into.header.folded_last if into is not None else None
    rest = [file for file in dead if file.header.identity != added]
    for file in dead:
        if file.header.identity == added:
            os.unlink(file.name, dir_fd=folder)
    count = 0
    for file in rest[: max(0, len(rest) - keep)]:
        try:
            into = _fold(folder, path, name, into, file)
        except UnreadableError:
            continue
        count += 1
    return count


def _fold(folder: int, path: str, name: str, into: CountersFile | None, dead: CountersFile) -> CountersFile:
    """The folded file with one worker more; the worker's own file is gone. UnreadableError, and all is as it was."""
    # Read again: what we have may be from before it died.
    file = read_file(folder, path, dead.name) or dead
    content = folded_content(folded([file] if into is None else [into, file]), file)
    _write(folder, content)
    os.replace(_NEW_NAME, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.unlink(file.name, dir_fd=folder)
    return CountersFile(path, name, file.uid, header_of(content), content)


def _write(folder: int, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(_NEW_NAME, flags, 0o600, dir_fd=folder)
    try:
        os.posix_fallocate(descriptor, 0, len(content))
        os.pwrite(descriptor, content, 0)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _locked(folder: int) -> Iterator[bool]:
    """Whether we are the one that may change the folder now."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(_LOCK_NAME, flags, 0o600, dir_fd=folder)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
