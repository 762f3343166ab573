"""The evidence of macOS: the same questions, answered by getrlimit, sysctl and launchctl instead of /proc.

Only this process can be asked (and a command that would inherit from it): macOS has no way to read another
one's limits. Checks that ask for more are skipped there.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from mnemo_cli.doctor.found import Found
from mnemo_cli.doctor.once import once
from mnemo_cli.doctor.process_files import ProcessFiles
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.model import Gap
from mnemo_cli.sampling.files import gap
from mnemo_cli.sampling.macos_limits import Run, own_rlimits, read_knobs, read_launchd_limits
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.status import Status


class MacSurroundings(Surroundings):
    """`run` starts a tool and returns what it prints; `rlimits_of_self` is injected for tests."""

    system = "darwin"
    file_max_name = "kern.maxfiles"
    task_max_name = "kern.maxproc"

    def __init__(
        self, run: Run, root: Path = Path("/"), *, rlimits_of_self: Callable[[], Mapping[str, Rlimit]] = own_rlimits
    ) -> None:
        super().__init__(root)
        self._run = run
        self.rlimits_of_self = rlimits_of_self

    def sysctl_numbers(self, name: str, count: int) -> tuple[int, ...] | None:
        number = self._knobs.get(name)
        return None if number is None or count != 1 else (number,)

    def process(self, pid: int | Literal["self"] | None, found: Found | None = None) -> ProcessFiles:
        return MacProcess(pid, self)

    @once
    def launchd_limits(self) -> Mapping[str, Rlimit]:
        return read_launchd_limits(self._run, self.gaps)

    @once
    def has_knobs(self) -> bool:
        return True

    @once
    def open_files(self) -> tuple[int | None, int | None]:
        return self._knobs.get("kern.num_files"), self._knobs.get("kern.maxfiles")

    @once
    def total_tasks(self) -> int | None:
        return self._knobs.get("kern.num_tasks")

    @once
    def _knobs(self) -> Mapping[str, int]:
        return read_knobs(self._run, self.gaps)


class MacProcess(ProcessFiles):
    """This process; any other one has ended as far as we can tell, and the gap says what is the matter."""

    def __init__(self, pid: int | Literal["self"] | None, machine: MacSurroundings) -> None:
        super().__init__(None, machine)
        self.pid = pid
        self._mac = machine
        self._is_own = pid in ("self", os.getpid())
        if not self._is_own and pid is not None:
            self.gaps.append(Gap("process", f"pid {pid}", "macOS lets nobody read another process's limits"))

    @property
    def was_there(self) -> bool:
        return True

    @property
    def is_there(self) -> bool:
        return True

    @once
    def status(self) -> Status:
        return Status(state="R", pid=os.getpid(), real_uid=os.getuid()) if self._is_own else Status()

    @once
    def rlimits(self) -> Mapping[str, Rlimit]:
        return self._mac.rlimits_of_self() if self._is_own else {}

    @once
    def fd_count(self) -> int | None:
        """Listing opens one more, which is not counted."""
        if not self._is_own:
            return None
        try:
            return sum(1 for _ in (self._mac.root / "dev/fd").iterdir()) - 1
        except OSError as err:
            self.gaps.append(gap("fd", "/dev/fd", err))
            return None
