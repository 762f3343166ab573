"""What a process may and what it uses, as the checks ask for it; each answer is noted in the trail.

Whose it is and what the machine says is in `evidence`, its control groups are in `membership`.
"""

from collections.abc import Mapping

from mnemo_cli.doctor.process_files import ProcessFiles
from mnemo_cli.doctor.surroundings import Surroundings
from mnemo_cli.doctor.trail import Trail
from mnemo_cli.sampling.rlimits import Rlimit
from mnemo_cli.sampling.runtime import Runtime
from mnemo_cli.sampling.status import CAP_SYS_ADMIN, CAP_SYS_RESOURCE, Status

_FIRST_USER_NAMESPACE = b"0 0 4294967295"


class Use:
    """The part of the evidence that reads limits and their use."""

    machine: Surroundings
    trail: Trail
    _files: ProcessFiles

    @property
    def uid(self) -> int | None:
        """The real user: RLIMIT_NPROC and inotify count by it."""
        return self._files.status.real_uid

    def rlimit(self, name: str) -> Rlimit | None:
        """A pair by the name of getrlimit(2)."""
        pair = self._files.rlimits.get(name)
        self.trail.saw("limits", (name, pair))
        return pair

    @property
    def status(self) -> Status:
        self.trail.saw_use("status", self._files.status)
        return self._files.status

    @property
    def signals(self) -> tuple[int | None, int | None]:
        """Queued and allowed for the whole real user: the same for every process of theirs."""
        pair = self._files.status.signals_queued, self._files.status.signals_limit
        self.trail.saw("status", pair)
        return pair

    @property
    def fd_count(self) -> int | None:
        """Open descriptors."""
        self.trail.saw_use("fd", self._files.fd_count)
        return self._files.fd_count

    @property
    def mapping_count(self) -> int | None:
        """Memory mappings. Dear for a large process: `most_mappings` may settle the matter."""
        self.trail.saw_use("maps", self._files.mapping_count)
        return self._files.mapping_count

    @property
    def most_mappings(self) -> int | None:
        """An upper bound for nothing: each mapping takes a page of address space at least."""
        size_bytes = self.status.virtual_bytes
        return None if size_bytes is None else size_bytes // self.machine.page_bytes

    @property
    def oom_score_adj(self) -> int | None:
        self.trail.saw_use("oom_score_adj", self._files.oom_score_adj)
        return self._files.oom_score_adj

    @property
    def argv(self) -> tuple[str, ...] | None:
        self.trail.has_use = True
        return self._files.argv

    @property
    def environment(self) -> Mapping[str, str] | None:
        """Only for settings that a check looks for by name: the rest may be secret."""
        self.trail.has_use = True
        return self._files.environment

    @property
    def runtime(self) -> Runtime | None:
        """A runtime that raises its own soft RLIMIT_NOFILE at start."""
        self.trail.has_use = True
        return self._files.runtime

    @property
    def is_task_limit_enforced(self) -> bool | None:
        """RLIMIT_NPROC spares root and holders of CAP_SYS_RESOURCE or CAP_SYS_ADMIN in the first user namespace."""
        status, uid = self._files.status, self.uid
        if uid is None:
            return None
        if uid != 0 and status.capabilities is None:
            return None
        if uid != 0 and not any(status.has_capability(bit) for bit in (CAP_SYS_RESOURCE, CAP_SYS_ADMIN)):
            return True
        user_map = self._files.user_map
        self.trail.saw_use("uid_map", user_map)
        return None if user_map is None else user_map != _FIRST_USER_NAMESPACE
