"""Asks programs that keep a counters file to shrink, to throttle or to restart, and hears what came of it.

Only who may write the file may ask: the same user, or root. A request is one argument and one number;
a program that runs no guard never answers. Nothing is believed of a file but what `discovery` checked.
"""

import errno
import fcntl
import os
import struct
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model import Gap
from mnemo_cli.tracker import layout
from mnemo_cli.tracker.alive import Owners
from mnemo_cli.tracker.discovery import CountersFile, files_below, open_shared_memory
from mnemo_cli.tracker.owner import mount_namespace
from mnemo_cli.tracker.reading import Header, UnreadableError, header_of

RequestName: TypeAlias = Literal["shrink", "throttle", "restart"]
CameOfIt: TypeAlias = Literal["done", "nothing", "refused", "failed"]

_CAME_OF_IT: dict[int, CameOfIt] = {
    layout.DONE: "done",
    layout.NOTHING: "nothing",
    layout.REFUSED: "refused",
    layout.FAILED: "failed",
}
_WORD = struct.Struct("=q")
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# Who asks holds the lock for microseconds; one that was stopped meanwhile must not stop us.
_LOCK_TRIES, _LOCK_PAUSE_SECONDS = 50, 0.002


class Ticket(NamedTuple):
    """A request that was left for a program, and which file it was left in."""

    pid: int
    request: RequestName
    number: int
    root: str
    folder: str
    file: str
    header: Header


def ask(
    pids: Collection[int], request: RequestName, ratio: float = 1.0, *, gaps: list[Gap], root: Path = Path("/")
) -> tuple[Ticket, ...]:
    """Leave a request for each of these processes that keeps counters: a ticket for each file it was left in.

    `ratio`: the share of the caches to give up; 0 takes a throttle back. A process without a file has
    no ticket. Where there is none at all, `gaps` are given the reasons: what lies there and is no file to ask in.
    """
    if not 0 <= ratio <= 1:
        raise ValueError(f"the argument of a request is a share from 0 to 1, and not {ratio!r}")
    owners = Owners(str(root / "proc"))
    owners.look_at(pids)
    tickets: list[Ticket] = []
    strange: list[Gap] = []
    for place in _places(pids, root):
        for file in _files(place, strange, ours=place == str(root)):
            pid = owners.pid_of(file.header, file.uid) if file.header.state == layout.IN_USE else None
            if pid is None or pid not in pids:
                continue
            try:
                number = _leave(place, file, request, round(ratio * layout.MILLION))
            except (OSError, UnreadableError) as err:
                reason = err.strerror if isinstance(err, OSError) else None
                strange.append(Gap("requests", f"{file.folder}/{file.name}", reason or str(err)))
                continue
            folder = os.path.basename(file.folder)  # noqa: PTH119 (a name, never opened as a path)
            tickets.append(Ticket(pid, request, number, place, folder, file.name, file.header))
    gaps += () if tickets else strange
    return tuple(tickets)


def answer(ticket: Ticket) -> CameOfIt | None:
    """What came of a request; None while nobody has answered it, and when its file is gone."""
    try:
        descriptor = _open(ticket.root, ticket.folder, ticket.file, os.O_RDONLY)
    except OSError:
        return None
    try:
        words = _words(descriptor, ticket.header, ticket.request)
    except (OSError, UnreadableError):
        return None
    finally:
        os.close(descriptor)
    _, _, acknowledged, came_of_it = words
    return _CAME_OF_IT.get(came_of_it) if acknowledged >= ticket.number else None


def _places(pids: Collection[int], root: Path) -> Iterator[str]:
    """The root of this machine, and of each set of mounts other than ours that these processes see."""
    proc = str(root / "proc")
    seen = {None, mount_namespace("self", proc)}
    yield str(root)
    for pid in pids:
        mounts = mount_namespace(pid, proc)
        if mounts not in seen:
            seen.add(mounts)
            yield f"{proc}/{pid}/root"


def _files(place: str, gaps: list[Gap], *, ours: bool) -> list[CountersFile]:
    shared_memory = open_shared_memory(place)
    if shared_memory is None:
        return []
    try:
        return files_below(shared_memory, "/dev/shm", gaps, ours=ours)
    finally:
        os.close(shared_memory)


def _leave(place: str, file: CountersFile, request: RequestName, millionths: int) -> int:
    """The number of the request, once it stands in the file."""
    folder = os.path.basename(file.folder)  # noqa: PTH119 (a name, never opened as a path)
    descriptor = _open(place, folder, file.name, os.O_RDWR)
    try:
        _lock(descriptor)
        number, _, acknowledged, _ = _words(descriptor, file.header, request)
        # Above what was acknowledged too: a file that somebody damaged is mended by the next request.
        number = max(number, acknowledged, 0) + 1
        first = _first(request)
        os.pwrite(descriptor, _WORD.pack(millionths), (first + layout.ARGUMENT_OFFSET) * 8)
        os.pwrite(descriptor, _WORD.pack(number), first * 8)
        return number
    finally:
        os.close(descriptor)


def _open(root: str, folder: str, name: str, mode: int) -> int:
    """The file, no link followed on the way."""
    shared_memory = open_shared_memory(root)
    if shared_memory is None:
        raise FileNotFoundError(errno.ENOENT, "there is no /dev/shm any more")
    try:
        inside = os.open(folder, _FOLDER_FLAGS, dir_fd=shared_memory)
    finally:
        os.close(shared_memory)
    try:
        return os.open(name, mode | _FILE_FLAGS, dir_fd=inside)
    finally:
        os.close(inside)


def _lock(descriptor: int) -> None:
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return
    raise BlockingIOError(errno.EAGAIN, "another process is asking, and does not finish")


def _words(descriptor: int, header: Header, request: RequestName) -> tuple[int, int, int, int]:
    """The four words of a request, if the file is still the one with this header."""
    content = os.pread(descriptor, layout.FILE_BYTES + 1, 0)
    if header_of(content)[:6] != header[:6]:
        raise UnreadableError("it is another program's by now")
    number, argument, acknowledged, came_of_it = struct.unpack_from("=4q", content, _first(request) * 8)
    return number, argument, acknowledged, came_of_it


def _first(request: RequestName) -> int:
    return layout.REQUESTS_AT + layout.REQUESTS.index(request) * layout.REQUEST_WORDS
