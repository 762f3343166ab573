"""Whether the owner of a counters file still runs, and under which pid it is seen from here.

A container has pids of its own: there the owner is the process of the scope whose innermost pid,
pid namespace and start time are those of the file.
"""

import os
from collections.abc import Collection
from typing import NamedTuple

from mnemo_cli.tracker.lives import Lives
from mnemo_cli.tracker.owner import PROC, ended, namespace_of, read_file, start_ticks
from mnemo_cli.tracker.reading import Header

_Identity = tuple[int, int, int]


class _Process(NamedTuple):
    started: int
    uid: int


class Owners:
    """Answers for one machine; what it learned of a process is kept while the process is in scope."""

    def __init__(self, proc: str = PROC) -> None:
        self._proc = proc
        self._namespace = _namespace("self", proc)
        self._scope: Collection[int] = ()
        self._known: dict[int, _Identity | None] = {}
        self._others: dict[_Identity, int] | None = None
        self._verified: dict[tuple[Header, int], int] = {}
        self._lives = Lives()

    def look_at(self, scope: Collection[int]) -> None:
        """From now on these are the processes in which the owner of a container's file is sought."""
        self._scope = scope
        self._others = None
        living = self._lives.keep(scope)
        self._verified = {owned: pid for owned, pid in self._verified.items() if pid in living}

    def runs(self, header: Header) -> bool:
        """Whether the owner, of our own pid namespace, is alive."""
        process = self._process(header.pid)
        return process is not None and process.started == header.started

    def pid_of(self, header: Header, uid: int) -> int | None:
        """The pid, as we see it, of the living owner of a file that belongs to `uid`.

        None when it is dead, or in a container and not in scope, or runs as somebody else: whoever
        may write into /dev/shm could tell anything of any process. What root wrote is believed: a
        service may have left that account since.
        """
        verified = self._verified.get((header, uid))
        if verified is not None:
            return verified
        pid: int | None = header.pid
        if header.namespace != self._namespace:
            pid = self._foreign().get((header.pid, header.namespace, header.started))
        if pid is None:
            return None
        # Held before it is looked at: a pid that is used again meanwhile is seen at the next look.
        held = pid in self._scope and self._lives.hold(pid)
        process = self._process(pid)
        if process is None or process.started != header.started:
            return None
        if uid not in (0, process.uid) and uid != self._told_uid(pid):
            return None
        if held:
            self._verified[header, uid] = pid
        return pid

    def can_tell(self, header: Header) -> bool:
        """Whether a missing owner is a dead one: of another pid namespace we see only what is in scope."""
        return header.namespace == self._namespace

    def _foreign(self) -> dict[_Identity, int]:
        """The processes of the scope that are in other pid namespaces, by how they name themselves."""
        if self._others is None:
            known = self._known
            self._known = {pid: known[pid] if pid in known else self._identity(pid) for pid in self._scope}
            self._others = {identity: pid for pid, identity in self._known.items() if identity is not None}
        return self._others

    def _identity(self, pid: int) -> _Identity | None:
        """How a process of another pid namespace names itself; None for one of our own, or one that is gone."""
        namespace = _namespace(pid, self._proc)
        if namespace is None or namespace == self._namespace:
            return None
        process, inner = self._process(pid), self._status(pid, b"NSpid:")
        return (int(inner[-1]), namespace, process.started) if process and inner else None

    def _process(self, pid: int) -> _Process | None:
        """A living process; one that has ended and only waits to be reaped is dead."""
        try:
            descriptor = os.open(f"{self._proc}/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            stat = os.read(descriptor, 4096)
            return None if ended(stat) else _Process(start_ticks(stat), os.fstat(descriptor).st_uid)
        except (OSError, ValueError):
            return None
        finally:
            os.close(descriptor)

    def _told_uid(self, pid: int) -> int | None:
        """The effective uid: the files of a process that may not be traced belong to root, whoever it is."""
        uids = self._status(pid, b"Uid:")
        return int(uids[1]) if len(uids) > 1 else None

    def _status(self, pid: int, field: bytes) -> list[bytes]:
        try:
            status = read_file(f"{self._proc}/{pid}/status")
        except OSError:
            return []
        return status.partition(b"\n" + field)[2].partition(b"\n")[0].split()


def _namespace(pid: "int | str", proc: str) -> int | None:
    try:
        return namespace_of(pid, proc)
    except (OSError, ValueError):
        return None
