"""The control groups of a process, the innermost first, as the checks ask for them; the trail notes each answer."""

from mnemo_cli.doctor.memory_groups import MemoryGroups
from mnemo_cli.doctor.once import once
from mnemo_cli.doctor.process_files import ProcessFiles
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.doctor.trail import Trail
from mnemo_cli.model import Memory, Pressure
from mnemo_cli.sampling.pids import PidsGroup


class Membership:
    """The part of the evidence that reads groups."""

    machine: Surroundings
    trail: Trail
    _files: ProcessFiles

    @property
    def unified_path(self) -> str | None:
        """The path in systemd's hierarchy, which names the unit or session."""
        return self.machine.unified_path(self._files.membership)

    @once
    def groups(self) -> MemoryGroups:
        return self.machine.memory_groups(self._files.membership)

    @property
    def group_path(self) -> str | None:
        return self.groups.path or self.unified_path

    @property
    def memory_groups(self) -> tuple[Memory, ...]:
        memories = self.groups.memories
        for memory in memories:
            self.trail.saw(memory.source, memory.limit_bytes)
        return memories

    @property
    def pids_groups(self) -> tuple[PidsGroup, ...]:
        groups, _ = self.machine.pids_groups(self._files.membership)
        for group in groups:
            self.trail.saw(f"{group.path}/pids.max", group.limit)
        return groups

    @property
    def has_pids_controller(self) -> bool:
        """Whether its groups can be seen at all."""
        return bool(self.machine.pids_groups(self._files.membership)[1].folders)

    @property
    def are_groups_cut(self) -> bool:
        """Whether groups above the visible ones may limit it too."""
        return self.machine.pids_groups(self._files.membership)[1].is_cut

    @property
    def is_in_visible_root(self) -> bool:
        """Whether no group at all can limit it: the membership is told, and it names the top of a whole hierarchy."""
        return bool(self._files.membership) and self.groups.path == "/" and not self.groups.gaps

    @property
    def pressure(self) -> Pressure | None:
        """PSI of its innermost group where that has one, else of the machine."""
        return self.machine.pressure(self.groups.pressure_path if self._files.pid is not None else None)

    @property
    def membership(self) -> bytes:
        """The text of /proc/PID/cgroup: processes with the same one share every group."""
        return self._files.membership
