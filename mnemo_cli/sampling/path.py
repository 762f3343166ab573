"""Every limit on a target's path: the groups it is in, their ancestors, and the machine."""

from collections.abc import Iterable
from pathlib import Path

from mnemo_cli.model import Gap, Memory, Pressure
from mnemo_cli.sampling.cgroup import Place, locate_membership, locate_path, locate_process
from mnemo_cli.sampling.files import is_there
from mnemo_cli.sampling.group import Group, GroupV1
from mnemo_cli.sampling.host import HostMemory, Paging
from mnemo_cli.sampling.pressure import PressureFile
from mnemo_cli.sampling.subtree import subtree_oom_kills
from mnemo_cli.sampling.target import TargetChoice

# A name may match thousands of processes: they share few groups, and the first ones tell which.
_MOST_PLACES = 32


class LimitPath:
    """Reads the limits of a target, and finds them anew when its processes were moved."""

    def __init__(self, choice: TargetChoice, root: Path) -> None:
        self._root = root
        self._host = HostMemory(root)
        self._memberships: tuple[bytes, ...] = ()
        self._groups: dict[Path, Group] = {}
        self._gaps: tuple[Gap, ...] = ()
        self._subtree_kills: dict[Path, tuple[int | None, int | None]] = {}
        self._pressure = PressureFile(root / "proc/pressure/memory", root)
        self.name: str | None = None
        if choice.kind == "own":
            self._settle([locate_process("self", root)])
        elif choice.path is not None:
            self._settle([locate_path(choice.path, root)])

    @property
    def directory(self) -> Path | None:
        """The folder of the innermost group; None when only the machine limits."""
        return next(iter(self._groups), None)

    def follow(self, pids: Iterable[int]) -> None:
        """Look for the limits of these processes, if they are in other groups than before."""
        sources: dict[bytes, str] = {}
        for pid in list(pids)[:_MOST_PLACES]:
            if text := self._membership(pid):
                sources.setdefault(text, f"/proc/{pid}/cgroup")
        memberships = tuple(sources)
        if memberships and memberships != self._memberships:
            self._memberships = memberships
            # The text at hand is used: read again, the process may have ended, and its group with it be forgotten.
            self._settle([locate_membership(text, source, self._root) for text, source in sources.items()])

    def read(self, gaps: list[Gap]) -> tuple[tuple[Memory, ...], Paging]:
        """All of every limit, the innermost first and the machine last."""
        gaps.extend(self._gaps)
        paging = self._host.read_paging(gaps)
        limits = [self._with_subtree_kills(group, group.read(gaps), paging, gaps) for group in self._groups.values()]
        return (*limits, self._host.read(gaps, paging)), paging

    def glance(self, gaps: list[Gap]) -> tuple[Memory, ...]:
        """Use and limit only."""
        return (*(group.glance(gaps) for group in self._groups.values()), self._host.glance(gaps))

    def read_pressure(self, gaps: list[Gap]) -> Pressure | None:
        """PSI of the innermost group where it has one (v2), else of the machine."""
        return self._pressure.read(gaps)

    def close(self) -> None:
        self._host.close()
        self._pressure.close()
        for group in self._groups.values():
            group.close()

    def _settle(self, places: list[Place]) -> None:
        for group in self._groups.values():
            group.close()
        self._groups = {group.directory: group for place in places for group in place.groups}
        self._gaps = tuple(dict.fromkeys(gap for place in places for gap in place.gaps))
        path = places[0].path
        self.name = None if path == "/" and not self._groups else path
        self._pressure.close()
        own = (directory / "memory.pressure" for directory in self._groups)
        host = self._root / "proc/pressure/memory"
        self._pressure = PressureFile(next((path for path in own if is_there(path)), host), self._root)

    def _membership(self, pid: int) -> bytes:
        try:
            return (self._root / f"proc/{pid}/cgroup").read_bytes()
        except OSError:
            return b""

    def _with_subtree_kills(self, group: Group, memory: Memory, paging: Paging, gaps: list[Gap]) -> Memory:
        """v1 counts a kill in the victim's own group only: add up the groups below, whenever somebody was killed."""
        if not isinstance(group, GroupV1) or memory.oom_kills_total is None:
            return memory
        known_at, kills = self._subtree_kills.get(group.directory, (-1, None))
        if known_at != paging.oom_kills_total or paging.oom_kills_total is None or kills is None:
            kills = subtree_oom_kills(group.directory)
            self._subtree_kills[group.directory] = paging.oom_kills_total, kills
        if kills is None:
            source = f"{group.path}/**/memory.oom_control"
            gaps.append(Gap(f"limits.{group.path}.oom_kills_total", source, "a group below has no readable count"))
        return memory._replace(oom_kills_total=kills) if kills != memory.oom_kills_total else memory
