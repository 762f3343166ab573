"""The OOM standing of processes, set right: oom_score_adj from -999 to 1000, checked first, written, and read back.

A lower score moves the kill to somebody else. Raising it is free; a process may come back down to its floor, the last
value that a holder of CAP_SYS_RESOURCE gave it, and only such a holder goes below. No file tells the floor: it is at
most the present value. -1000 is refused: a leak that nobody may be killed for takes the machine down.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.doctor.privilege import lacks_sys_resource
from mnemo_cli.errors import RepairError, TargetError, UsageError
from mnemo_cli.sampling.files import reason
from mnemo_cli.sampling.index import Entry, ProcessIndex, parse_stat
from mnemo_cli.sampling.members import compile_name, has_name
from mnemo_cli.sampling.systemd_units import unit_of_group

LOWEST, HIGHEST = -999, 1000


class Standing(NamedTuple):
    """A process, its score before and after, its systemd unit, and the children that keep their own score."""

    pid: int
    name: str
    before: int
    after: int
    unit: str | None
    children: tuple[int, ...]


class Held(NamedTuple):
    """A process that stays the same one: its folder in /proc, and its score file open for writing."""

    entry: Entry
    folder: int
    score: int
    before: int


def check_score(score: int) -> int:
    """The score; UsageError for one that is out of range or that nobody should have."""
    if score == -1000:
        raise UsageError(
            "-1000 is refused: the kernel could then kill everything but this process, and with nobody left to kill "
            "the machine or the group hangs; use -100 to -500, with a memory limit of its own"
        )
    if not LOWEST <= score <= HIGHEST:
        raise UsageError(f"{score} is outside {LOWEST} to {HIGHEST}")
    return score


def find(root: Path, *, pid: int | None, pattern: str | None) -> tuple[list[Entry], ProcessIndex]:
    """The process of the pid, or all whose name matches (never this one). TargetError for nobody."""
    index = ProcessIndex(root)
    index.refresh([])
    index.close()
    if pid is not None:
        found = [index.entries[pid]] if pid in index.entries else []
        nobody = f"there is no process {pid}; it may have ended, see `ps -e`"
    else:
        names = compile_name(pattern or "")
        found = [entry for entry in index.entries.values() if has_name(names, entry, root)]
        nobody = f"no process has a name that matches {pattern!r}; see `ps -e` for the names"
    if not found:
        raise TargetError(nobody)
    return found, index


def protect(entries: Sequence[Entry], index: ProcessIndex, score: int, root: Path) -> tuple[Standing, ...]:
    """Give each of them the score. RepairError when one refuses: then all have their old scores."""
    with contextlib.ExitStack() as closing:
        held = [one for entry in entries if (one := _hold(entry, root, closing)) is not None]
        if not held:
            raise TargetError("all of them have ended; nothing was changed")
        done: list[Held] = []
        for one in held:
            try:
                if _write(one, score):
                    done.append(one)
            except OSError as err:
                left = _restore(done)
                raise RepairError(f"{_why(one, score, err, root)}; {left}") from err
        if not done:
            raise TargetError("all of them have ended; nothing was changed")
        return tuple(_standing(one, score, index) for one in done)


def _hold(entry: Entry, root: Path, closing: contextlib.ExitStack) -> Held | None:
    """None when it has ended. What is opened below a folder of /proc is never a stranger's who got the pid."""
    flags = os.O_RDONLY | os.O_CLOEXEC
    try:
        folder = os.open(root / f"proc/{entry.pid}", flags | os.O_DIRECTORY)
        closing.callback(os.close, folder)
        if parse_stat(_read(folder, "stat"))[2] != entry.started:
            return None
        before = int(_read(folder, "oom_score_adj"))
        score = os.open("oom_score_adj", os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
        closing.callback(os.close, score)
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError as err:
        owner = f" (uid {entry.uid})" if entry.uid is not None else ""
        raise RepairError(
            f"process {entry.pid} ({entry.name}) belongs to another user{owner}: only that user or root may write its "
            "oom_score_adj; nothing was changed"
        ) from err
    except (OSError, ValueError) as err:
        raise RepairError(
            f"cannot read the standing of process {entry.pid}: {reason(err)}; nothing was changed"
        ) from err
    return Held(entry, folder, score, before)


def _write(one: Held, score: int) -> bool:
    """False when it has ended. Raises OSError when the kernel refuses."""
    try:
        # Not a buffered file: that would meet the refusal only when it is collected, and lose it.
        os.write(one.score, str(score).encode())
        now = int(_read(one.folder, "oom_score_adj"))
    except ProcessLookupError:
        return False
    if now != score:
        raise OSError(0, f"it reads back as {now}")
    return True


def _restore(done: Sequence[Held]) -> str:
    """Back to the old scores: upward is free, and what a privileged writer lowered it may lower again."""
    failed: list[int] = []
    for one in done:
        try:
            _write(one, one.before)
        except OSError:
            failed.append(one.entry.pid)
    return f"pids {failed} keep the new score" if failed else "nothing was changed"


def _why(one: Held, score: int, err: OSError, root: Path) -> str:
    who = f"process {one.entry.pid} ({one.entry.name})"
    if isinstance(err, PermissionError) and score < one.before:
        lack = lacks_sys_resource(root) or "a security module stands in the way"
        return (
            f"{who} stays at {one.before}: {score} is below its floor, for which CAP_SYS_RESOURCE is needed, and {lack}"
        )
    return f"{who} stays at {one.before}: {reason(err)}"


def _standing(one: Held, score: int, index: ProcessIndex) -> Standing:
    entry = one.entry
    unit = None
    with contextlib.suppress(OSError):
        lines = os.fsdecode(_read(one.folder, "cgroup")).splitlines()
        unit = next(filter(None, (unit_of_group(line.partition("::")[2]) for line in lines)), None)
    children = tuple(sorted(other.pid for other in index.entries.values() if other.ppid == entry.pid))
    return Standing(entry.pid, entry.name, one.before, score, unit, children)


def _read(folder: int, name: str) -> bytes:
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.read(descriptor, 1 << 14)
    finally:
        os.close(descriptor)
