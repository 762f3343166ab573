"""The machine around every audited process: read lazily, once for all of them, and never again."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mnemo_cli.doctor.found import Found
from mnemo_cli.doctor.memory_groups import MemoryGroups, read_memory_groups
from mnemo_cli.doctor.once import once, once_for
from mnemo_cli.doctor.process_files import ProcessFiles
from mnemo_cli.model import Gap, Memory, Pressure
from mnemo_cli.sampling.commitment import Commitment, parse_commitment
from mnemo_cli.sampling.docker_config import DockerConfig, read_docker_config
from mnemo_cli.sampling.files import gap, is_there
from mnemo_cli.sampling.hierarchy import Chain, Hierarchies
from mnemo_cli.sampling.host import Paging, parse_meminfo, parse_vmstat
from mnemo_cli.sampling.inotify import Inotify, count_inotify
from mnemo_cli.sampling.limits_config import LimitsConfig, read_limits_config, read_pam_services
from mnemo_cli.sampling.pids import PidsGroup, read_pids
from mnemo_cli.sampling.place import container_mark, container_sign, has_systemd, unified_path
from mnemo_cli.sampling.pressure import parse_pressure
from mnemo_cli.sampling.proc_folder import is_live
from mnemo_cli.sampling.rlimits import Rlimit, parse_rlimits
from mnemo_cli.sampling.status import StatusParser
from mnemo_cli.sampling.sysctl import read_sysctl_numbers
from mnemo_cli.sampling.sysctl_config import Setting, read_sysctl_config
from mnemo_cli.sampling.systemd_units import Assignment, Unit, read_manager, read_unit
from mnemo_cli.sampling.tasks import TaskCensus, count_tasks, read_total_tasks


class Surroundings:
    """Everything that is the same for all processes of the machine below `root`."""

    system = "linux"
    file_max_name = "fs.file-max"
    task_max_name = "kernel.threads-max"

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root
        self.gaps: list[Gap] = []
        self.statuses = StatusParser()
        self._sysctls: dict[tuple[str, int], tuple[int, ...] | None] = {}
        self._rlimits: dict[bytes, Mapping[str, Rlimit]] = {}
        self._memory_groups: dict[bytes, MemoryGroups] = {}
        self._pids_groups: dict[bytes, tuple[tuple[PidsGroup, ...], Chain]] = {}
        self._units: dict[str, Unit] = {}
        self._signs: dict[bytes, str | None] = {}
        self._unified_paths: dict[bytes, str | None] = {}

    def process(self, pid: int | Literal["self"] | None, found: Found | None = None) -> ProcessFiles:
        """The files of one process of this machine."""
        return ProcessFiles(pid, self, found=found)

    def sysctl(self, name: str) -> int | None:
        """The number of a knob."""
        numbers = self.sysctl_numbers(name, 1)
        return None if numbers is None else numbers[0]

    def sysctl_numbers(self, name: str, count: int) -> tuple[int, ...] | None:
        key = name, count
        if key not in self._sysctls:
            self._sysctls[key] = read_sysctl_numbers(name, self.root, self.gaps, count=count)
        return self._sysctls[key]

    def rlimits(self, text: bytes) -> Mapping[str, Rlimit]:
        """A text of /proc/PID/limits: most processes of a machine have the same one."""
        # Asked once for each process: a closure for once_for would cost more than the look-up.
        if text not in self._rlimits:
            self._rlimits[text] = parse_rlimits(text)
        return self._rlimits[text]

    def memory_groups(self, membership: bytes) -> MemoryGroups:
        """The memory groups that a text of /proc/PID/cgroup names."""
        if membership not in self._memory_groups:
            self._memory_groups[membership] = read_memory_groups(membership, self.root)
        return self._memory_groups[membership]

    def pids_groups(self, membership: bytes) -> tuple[tuple[PidsGroup, ...], Chain]:
        """The groups' limits of tasks, and the chain that they were read from."""
        return once_for(self._pids_groups, membership, lambda: self._read_pids_groups(membership))

    def container_sign(self, membership: bytes) -> str | None:
        """The word in a text of /proc/PID/cgroup that betrays a container."""
        if membership not in self._signs:
            self._signs[membership] = container_sign(os.fsdecode(membership))
        return self._signs[membership]

    def unified_path(self, membership: bytes) -> str | None:
        """The path in systemd's hierarchy."""
        if membership not in self._unified_paths:
            self._unified_paths[membership] = unified_path(os.fsdecode(membership))
        return self._unified_paths[membership]

    def unit(self, name: str) -> Unit:
        """A service as its files describe it."""
        return once_for(self._units, name, lambda: read_unit(name, self.root, self.gaps))

    @once
    def is_live(self) -> bool:
        """Whether this is a running machine, and not an image or a captured tree."""
        return is_live(self.root)

    @once
    def has_knobs(self) -> bool:
        """Whether there is a /proc/sys to read: an image has none."""
        return is_there(self.root / "proc/sys")

    @once
    def container(self) -> str | None:
        """What says that we are inside a container ourselves; None on a host."""
        return container_mark(self.root)

    @once
    def page_bytes(self) -> int:
        return os.sysconf("SC_PAGE_SIZE")

    @once
    def has_systemd(self) -> bool:
        return has_systemd(self.root)

    @once
    def total_tasks(self) -> int | None:
        return read_total_tasks(self.root, self.gaps)

    @once
    def census(self) -> TaskCensus | None:
        """Dear: reads every process. Ask for it only where the total does not settle the matter."""
        return count_tasks(self.root, self.gaps)

    @once
    def inotify(self) -> Inotify:
        """Dear: looks at every descriptor."""
        return count_inotify(self.root)

    @once
    def open_files(self) -> tuple[int | None, int | None]:
        """The files that the whole machine has open, and may have."""
        numbers = self.sysctl_numbers("fs.file-nr", 3)
        return (None, None) if numbers is None else (numbers[0], numbers[2])

    @property
    def most_tasks(self) -> int | None:
        return self.sysctl(self.task_max_name)

    @once
    def launchd_limits(self) -> Mapping[str, Rlimit]:
        """What macOS gives to whom it starts."""
        return {}

    @once
    def usual_task_limit(self) -> int | None:
        """The RLIMIT_NPROC that the kernel gives to whom nobody gave one: half of threads-max, at boot."""
        most = self.sysctl("kernel.threads-max")
        first = self.init_rlimits.get("RLIMIT_NPROC")
        soft = first.soft if first is not None and self.container is None else None
        known = [limit for limit in (None if most is None else most // 2, soft) if isinstance(limit, int)]
        return min(known, default=None)

    @once
    def huge_pages_mode(self) -> str | None:
        """The bracketed word of transparent_hugepage/enabled."""
        text = self.text("sys/kernel/mm/transparent_hugepage/enabled", "huge_pages") or b""
        word = text.partition(b"[")[2].partition(b"]")[0]
        return word.decode() if word in (b"always", b"madvise", b"never") else None

    @once
    def memory(self) -> Memory:
        return parse_meminfo(self._meminfo, self.gaps)

    @once
    def commitment(self) -> Commitment:
        return parse_commitment(self._meminfo)

    @once
    def paging(self) -> Paging:
        text = self.text("proc/vmstat", "vmstat")
        return Paging(None, None, None) if text is None else parse_vmstat(text, self.gaps)

    @once
    def limits_config(self) -> LimitsConfig:
        return read_limits_config(self.root, self.gaps)

    @once
    def pam_services(self) -> frozenset[str]:
        """Who asks pam_limits to apply limits.d."""
        return read_pam_services(self.root, self.gaps)

    @once
    def sysctl_config(self) -> Mapping[str, Setting]:
        return read_sysctl_config(self.root, self.gaps)

    @once
    def manager(self) -> Mapping[str, Assignment]:
        return read_manager(self.root, self.gaps)

    @once
    def docker(self) -> DockerConfig:
        return read_docker_config(self.root)

    @once
    def init_rlimits(self) -> Mapping[str, Rlimit]:
        """Those of PID 1, which everybody inherits who was given none."""
        return self.rlimits(self.text("proc/1/limits", "init_rlimits") or b"")

    @once
    def users(self) -> Mapping[int, str]:
        """Names from /etc/passwd: directories in the network are not asked."""
        text = os.fsdecode(self.text("etc/passwd", "users") or b"")
        rows = [line.split(":") for line in text.split("\n")]
        return {
            int(row[2]): row[0] for row in reversed(rows) if len(row) >= 7 and row[2].isdecimal() and len(row[2]) < 11
        }

    def pressure(self, path: Path | None = None) -> Pressure | None:
        """PSI of the machine, or of one group."""
        path = path or self.root / "proc/pressure/memory"
        shown = f"/{path.relative_to(self.root)}"
        try:
            return parse_pressure(path.read_bytes(), source=shown)
        except (OSError, ValueError) as err:
            self.gaps.append(gap("pressure", shown, err))
            return None

    def text(self, name: str, field: str) -> bytes | None:
        """A whole file below the root; None, with a gap, where it cannot be read."""
        try:
            return (self.root / name).read_bytes()
        except OSError as err:
            self.gaps.append(gap(field, f"/{name}", err))
            return None

    @once
    def _meminfo(self) -> bytes:
        return self.text("proc/meminfo", "meminfo") or b""

    @once
    def _hierarchies(self) -> Hierarchies:
        return Hierarchies(self.root, self.gaps)

    def _read_pids_groups(self, membership: bytes) -> tuple[tuple[PidsGroup, ...], Chain]:
        chain = self._hierarchies.chain("pids", membership)
        return read_pids(chain, self.gaps), chain
