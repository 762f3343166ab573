"""A control group for one attempt: its limit, its peak, its OOM kills, freezing it; version 1 and version 2.

https://docs.kernel.org/admin-guide/cgroup-v1/memory.html and …/cgroup-v2.html. The keeper enters the
group itself, spawns, and goes home: a child is in the group from its first moment, and posix_spawn
costs a third of a fork that enters by itself.
"""
# ruff: noqa: PTH102, PTH106, PTH110, PTH120
# (pathlib would be half of what a keeper imports)

import contextlib
import os
import time
from collections.abc import Callable

from mnemo_cli.orchestrate.engines.local.keeper.kernel_files import read, remove_folder, values, write

_FREEZE_SECONDS = 0.2
# Less cache than this in an ended attempt's group is not worth reading memory.stat for.
_LITTLE_CACHE_BYTES = 1 << 20
_CACHE_KEYS_V1 = (b"total_inactive_file", b"total_active_file")
_CACHE_KEYS_V2 = (b"inactive_file", b"active_file")


class Remains:
    """What an ended attempt's group remembers; None where it cannot be read.

    `cache_bytes` is file cache that is still charged to it: nobody needs it, and at the peak there was hardly more.
    """

    __slots__ = ("cache_bytes", "oom_kills", "peak_bytes")

    def __init__(self, peak_bytes: int | None, cache_bytes: int | None, oom_kills: int | None) -> None:
        self.peak_bytes = peak_bytes
        self.cache_bytes = cache_bytes
        self.oom_kills = oom_kills


class Group:
    """One attempt's group, made by `Groups`, or found again by its folder after a keeper's death."""

    LIMIT_FILE: str
    USAGE_FILE: str
    PEAK_FILE: str
    ENTER_FILE: str
    CACHE_KEYS: tuple[bytes, ...]

    def __init__(self, directory: str, freezer: str | None) -> None:
        self.directory = directory
        self.freezer = freezer
        # Whether there is a group of the freezer's to remove: most attempts are never frozen.
        self.was_frozen = False

    def limit(self, limit_bytes: int) -> None:
        """Raises OSError."""
        write(f"{self.directory}/{self.LIMIT_FILE}", limit_bytes)

    def pids(self) -> list[int]:
        """Everybody in it, and in groups that a job has made below it."""
        found: list[int] = []
        for folder, _, _ in os.walk(self.directory):
            with contextlib.suppress(OSError):  # removed meanwhile
                found += map(int, read(f"{folder}/cgroup.procs").split())
        return found

    def remains(self) -> Remains:
        """Asked when its processes have ended, before it is removed."""
        left_bytes = self._number(self.USAGE_FILE)
        is_little = left_bytes is not None and left_bytes <= _LITTLE_CACHE_BYTES
        return Remains(self._number(self.PEAK_FILE), 0 if is_little else self._cache_bytes(), self.oom_kills())

    def oom_kills(self) -> int | None:
        raise NotImplementedError

    def freeze(self) -> bool:
        """Whether everybody in it is frozen now."""
        raise NotImplementedError

    def thaw(self) -> None:
        raise NotImplementedError

    def remove(self) -> bool:
        """Whether it is gone: a group with processes stays."""
        return remove_folder(self.directory)

    def remove_parent(self) -> None:
        """The group of a dead keeper's attempts, once the last one has gone."""
        for folder in (self.directory, self.freezer):
            if folder is not None:
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.dirname(folder))

    def _number(self, name: str) -> int | None:
        try:
            return int(read(f"{self.directory}/{name}"))
        except (OSError, ValueError):
            return None

    def _cache_bytes(self) -> int | None:
        found = values(f"{self.directory}/memory.stat", self.CACHE_KEYS)
        return sum(found) if len(found) == len(self.CACHE_KEYS) else None


class GroupV1(Group):
    """Memory in one hierarchy; freezing in another one, whose group is made when it is first needed."""

    LIMIT_FILE, USAGE_FILE, PEAK_FILE = "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.max_usage_in_bytes"
    ENTER_FILE = "tasks"
    CACHE_KEYS = _CACHE_KEYS_V1

    def oom_kills(self) -> int | None:
        found = values(f"{self.directory}/memory.oom_control", (b"oom_kill",))
        return found[0] if found else None

    def freeze(self) -> bool:
        if self.freezer is None:
            return False
        try:
            self.was_frozen = True
            with contextlib.suppress(FileExistsError):
                os.mkdir(self.freezer)
            self._gather(self.freezer)
            write(f"{self.freezer}/freezer.state", "FROZEN")
            frozen = _comes(lambda: read(f"{self.freezer}/freezer.state") == b"FROZEN\n")
        except OSError:
            frozen = False
        if not frozen:
            self.thaw()
        return frozen

    def thaw(self) -> None:
        if self.freezer is not None:
            with contextlib.suppress(OSError):
                write(f"{self.freezer}/freezer.state", "THAWED")

    def remove(self) -> bool:
        if self.was_frozen and self.freezer is not None and not remove_folder(self.freezer):
            return False
        return super().remove()

    def _gather(self, freezer: str) -> None:
        """Everybody of the memory group into the freezer's; what they start after that is born there."""
        for _ in range(100):
            inside = set(map(int, read(f"{freezer}/cgroup.procs").split()))
            members = set(self.pids())
            for stranger in inside - members:
                # Its pid was a member's when we read it. It goes back to where it can run.
                write(f"{os.path.dirname(os.path.dirname(freezer))}/cgroup.procs", stranger)
            if members <= inside:
                return
            for pid in members - inside:
                with contextlib.suppress(ProcessLookupError):
                    write(f"{freezer}/cgroup.procs", pid)


class GroupV2(Group):
    """Everything in one hierarchy."""

    LIMIT_FILE, USAGE_FILE, PEAK_FILE = "memory.max", "memory.current", "memory.peak"
    ENTER_FILE = "cgroup.procs"
    CACHE_KEYS = _CACHE_KEYS_V2

    def limit(self, limit_bytes: int) -> None:
        """A little below the limit the job is slowed and its cache given back; one kill takes all of it."""
        with contextlib.suppress(OSError):
            write(f"{self.directory}/memory.high", limit_bytes - limit_bytes // 32)
            write(f"{self.directory}/memory.oom.group", 1)
        super().limit(limit_bytes)

    def oom_kills(self) -> int | None:
        found = values(f"{self.directory}/memory.events", (b"oom_kill",))
        return found[0] if found else None

    def freeze(self) -> bool:
        try:
            write(f"{self.directory}/cgroup.freeze", 1)
            frozen = _comes(lambda: b"frozen 1" in read(f"{self.directory}/cgroup.events"))
        except OSError:
            frozen = False
        if not frozen:
            self.thaw()
        return frozen

    def thaw(self) -> None:
        with contextlib.suppress(OSError):
            write(f"{self.directory}/cgroup.freeze", 0)


class Groups:
    """The groups of one keeper's attempts, in a group of their own below `parent`."""

    def __init__(self, version: int, parent: str, home: str, freezer_parent: str | None, name: str) -> None:
        self._kind: type[Group] = GroupV1 if version == 1 else GroupV2
        self.directory = f"{parent}/{name}"
        self.freezer = None if freezer_parent is None else f"{freezer_parent}/{name}"
        self._made = 0
        os.mkdir(self.directory)
        if version == 2:
            write(f"{self.directory}/cgroup.subtree_control", "+memory")
        if self.freezer is not None:
            os.mkdir(self.freezer)
        # Opened now: inside a tiny limit not even that works.
        self._home = os.open(f"{home}/{self._kind.ENTER_FILE}", os.O_WRONLY | os.O_CLOEXEC)

    def make(self, limit_bytes: int | None) -> Group:
        """A new group, on v1 with its limit; raises OSError."""
        self._made += 1
        name = str(self._made)
        group = self._kind(f"{self.directory}/{name}", None if self.freezer is None else f"{self.freezer}/{name}")
        os.mkdir(group.directory)
        if limit_bytes is not None and isinstance(group, GroupV1):
            group.limit(limit_bytes)
        return group

    def enter(self, group: Group) -> None:
        """This thread goes in (v1), or this process (v2); raises OSError. `leave` must follow.

        On v1 a thread that is not the first of its process is moved by itself, without the lock that
        stops every fork of the machine; its memory stays charged to the first one's group, and the OOM
        killer looks at first threads only: not even a limit of one page harms the keeper.
        """
        write(f"{group.directory}/{group.ENTER_FILE}", 0)

    def leave(self) -> None:
        """Home again."""
        os.write(self._home, b"0")

    def limit_late(self, group: Group, limit_bytes: int) -> None:
        """On v2 only now: before, the limit would have held for the keeper too. Raises OSError."""
        if isinstance(group, GroupV2):
            group.limit(limit_bytes)

    def remove(self) -> None:
        """The keeper's own group, at its end; one that still holds somebody stays for the next run to clear away."""
        if self.freezer is not None:
            remove_folder(self.freezer)
        remove_folder(self.directory)


def found(directory: str, freezer: str | None) -> Group:
    """The group of an attempt that another keeper began."""
    kind = GroupV1 if os.path.exists(f"{directory}/{GroupV1.ENTER_FILE}") else GroupV2
    group: Group = kind(directory, freezer)
    group.was_frozen = True  # it may have been
    return group


def _comes(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _FREEZE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True
