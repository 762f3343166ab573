"""What a dead keeper left: attempts that live on, attempts that ended unseen, groups that nobody removes."""

import contextlib
import os
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from mnemo_cli.orchestrate.engines.local.keeper.group import found
from mnemo_cli.orchestrate.engines.local.keeper.signalling import send
from mnemo_cli.orchestrate.engines.local.keeper.tree import environment, start_ticks
from mnemo_cli.orchestrate.engines.local.peaks import Ending
from mnemo_cli.orchestrate.engines.local.records import Begun, KeeperLine, read_records
from mnemo_cli.orchestrate.job import Identity, Key

_CLEARING_SECONDS = 2.0


def read_boot_id(root: Path) -> str:
    """Pids and start times mean something until the next boot only; "" where nobody tells."""
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def is_alive(identity: Identity | None, boot_id: str, root: Path) -> bool:
    """Whether this very process still runs: not one with its pid, and not what is left of it (a zombie)."""
    if identity is None or identity.boot_id != boot_id:
        return False
    with contextlib.suppress(OSError, IndexError):
        text = (root / f"proc/{identity.pid}/stat").read_bytes().rpartition(b")")[2].split()
        return text[0] not in (b"Z", b"X") and int(text[19]) == identity.started
    return False


class Crowd:
    """Every process that a run has started, by the names in its environment; reads the whole of /proc once."""

    def __init__(self, run: str, boot_id: str, root: Path) -> None:
        self._proc = str(root / "proc")
        self._members: dict[Key, list[Identity]] = {}
        for pid in _pids(root):
            names = environment(self._proc, pid)
            ticks = start_ticks(self._proc, pid)
            if names.get(b"MNEMOSYNE_RUN") != os.fsencode(run) or ticks is None:
                continue
            number = names.get(b"MNEMOSYNE_ATTEMPT", b"")
            key = Key(os.fsdecode(names.get(b"MNEMOSYNE_JOB_ID", b"")), int(number) if number.isdigit() else 0)
            self._members.setdefault(key, []).append(Identity(pid, ticks, boot_id))

    def first(self, key: Key) -> Identity | None:
        """The first process of an attempt."""
        return min(self._members.get(key, ()), key=lambda one: one.started, default=None)

    def end_others(self, living: Collection[Key]) -> None:
        """Kill what attempts that are over have left running."""
        others = {one.pid: one.started for key, many in self._members.items() if key not in living for one in many}
        send(lambda: [pid for pid, ticks in others.items() if start_ticks(self._proc, pid) == ticks], signal.SIGKILL)


def end_orphans(folder: Path, boot_id: str, root: Path) -> None:
    """All that the keepers of this folder have started, where the last of them is dead too and nobody follows it."""
    Crowd(str(folder), boot_id, root).end_others(())
    clear(read_records(folder / "attempts", ()).keepers, (), boot_id)


def unseen_end(begun: Begun, boot_id: str) -> Ending | None:
    """What its group tells of an attempt that ended with nobody there: only an OOM kill says why."""
    if begun.group is None or begun.identity is None or begun.identity.boot_id != boot_id:
        return None
    left = found(str(begun.group), None).remains()
    if not left.oom_kills:
        return None
    return Ending(
        None, max(0.0, time.time() - begun.began_unix), None, None, None, left.peak_bytes, left.cache_bytes,
        left.oom_kills, False,
    )  # fmt: skip


def group_holding(pid: int, keepers: Collection[KeeperLine]) -> Path | None:
    """Which of these keepers' groups this process is in."""
    folders = (keeper.memory_folder for keeper in keepers if keeper.memory_folder is not None)
    groups = (directory for folder in folders for directory in _folders(folder))
    return next((directory for directory in groups if pid in found(str(directory), None).pids()), None)


def clear(keepers: Collection[KeeperLine], kept: Collection[Path], boot_id: str) -> None:
    """Remove the groups of dead keepers, and end whoever is still in one that is nobody's attempt any more."""
    deadline = time.monotonic() + _CLEARING_SECONDS
    left = [keeper for keeper in keepers if keeper.identity.boot_id == boot_id]
    while left and time.monotonic() < deadline:
        left = [keeper for keeper in left if not _cleared(keeper, kept)]
        if left:
            time.sleep(0.002)


def _cleared(keeper: KeeperLine, kept: Collection[Path]) -> bool:
    """Whether nothing is left of it but what is kept."""
    if keeper.memory_folder is None:
        return True
    is_clear = True
    for directory in _folders(keeper.memory_folder):
        if directory in kept:
            continue
        freezer = None if keeper.freezer_folder is None else str(keeper.freezer_folder / directory.name)
        group = found(str(directory), freezer)
        send(group.pids, signal.SIGKILL)
        group.thaw()
        is_clear = group.remove() and is_clear
    for folder in (keeper.memory_folder, keeper.freezer_folder):
        if folder is not None:
            with contextlib.suppress(OSError):  # there are kept ones in it
                folder.rmdir()
    return is_clear


def _folders(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return [path for path in folder.iterdir() if path.is_dir()]
    return []


def _pids(root: Path) -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(name) for name in os.listdir(root / "proc") if name.isdigit())  # noqa: PTH208
