"""Which processes an audit is about: one, those of a name, a user or a unit, or all of the machine.

No limit of a process applies to threads of the kernel: they are left out where several are asked for.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from mnemo_cli.doctor.found import Found
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.errors import SourceError, TargetError
from mnemo_cli.sampling.index import Entry, ProcessIndex
from mnemo_cli.sampling.members import compile_name, has_name
from mnemo_cli.sampling.systemd_units import unit_of_group

_KTHREADD = 2


def everybody(machine: Surroundings) -> tuple[Found, ...]:
    """All processes, by pid; threads of the kernel and zombies among them, which `audit_all` leaves out.

    Who they are is not read here: a pid that is given to somebody else meanwhile is one of everybody, too.
    """
    try:
        names = os.listdir(machine.root / "proc")  # noqa: PTH208 - a thousand paths for nothing
    except OSError as err:
        raise SourceError(f"cannot list /proc: {err.strerror}") from err
    return tuple(map(Found, sorted(int(name) for name in names if name.isdigit())))


def named(machine: Surroundings, pattern: str) -> tuple[Found, ...]:
    """Those whose name matches; raises TargetError when there is none."""
    expression = compile_name(pattern)
    return _some(machine, lambda entry: has_name(expression, entry, machine.root), f"a name like {pattern!r}")


def of_user(machine: Surroundings, user: str) -> tuple[Found, ...]:
    """Those of a user by name or uid; raises TargetError when there is no such user, or he has none."""
    uids = [uid for uid, name in machine.users.items() if name == user]
    uid = int(user) if user.isascii() and user.isdigit() else uids[0] if uids else None
    if uid is None:
        raise TargetError(f"there is no user {user!r} in /etc/passwd; give the uid of a user of a directory service")
    return _some(machine, lambda entry: entry.uid == uid, f"the user {user}")


def of_unit(machine: Surroundings, unit: str) -> tuple[Found, ...]:
    """Those of a systemd system service; raises TargetError when it has none."""
    wanted = unit if "." in unit else f"{unit}.service"
    return _some(machine, lambda entry: _unit_of(machine.root, entry.pid) == wanted, f"the unit {wanted}")


def _some(machine: Surroundings, is_wanted: Callable[[Entry], bool], words: str) -> tuple[Found, ...]:
    found = tuple(_found(entry) for entry in _programs(machine.root) if is_wanted(entry))
    if not found:
        raise TargetError(f"no process has {words}; see `ps -e -o user,pid,comm`")
    return found


def _found(entry: Entry) -> Found:
    return Found(entry.pid, entry.started, entry.inode, entry.name)


def _programs(root: Path) -> Iterator[Entry]:
    index = ProcessIndex(root)
    try:
        index.refresh([])
        entries = sorted(index.entries.values(), key=lambda entry: entry.pid)
    finally:
        index.close()
    kernel = index.entries.get(_KTHREADD)
    # In a container pid 2 is anybody.
    if kernel is None or kernel.name != "kthreadd":
        return iter(entries)
    return (entry for entry in entries if _KTHREADD not in (entry.pid, entry.ppid))


def _unit_of(root: Path, pid: int) -> str | None:
    try:
        lines = os.fsdecode((root / f"proc/{pid}/cgroup").read_bytes()).split("\n")
    except OSError:
        return None
    for line in lines:
        hierarchy, _, path = line.rpartition(":")
        if hierarchy in ("0:", "1:name=systemd") and (unit := unit_of_group(path)) is not None:
            return unit
    return None
