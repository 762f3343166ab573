"""Which limit ends the growth of each thing, and how much of it is left, read while the process lives.

The limits of tasks are not only the process's own: the tightest of them is taken. Which limit of memory binds
is told by the limits engine.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.forensics.growth.nouns import Ceiling
from mnemo_cli.model import Gap, Limit, Memory, Unlimited
from mnemo_cli.sampling.files import gap
from mnemo_cli.sampling.hierarchy import Hierarchies
from mnemo_cli.sampling.pids import read_pids
from mnemo_cli.sampling.proc_folder import ProcessFolder
from mnemo_cli.sampling.rlimits import Rlimit, parse_rlimits
from mnemo_cli.sampling.status import CAP_SYS_ADMIN, CAP_SYS_RESOURCE, Status
from mnemo_cli.sampling.sysctl import read_sysctl
from mnemo_cli.sampling.tasks import count_tasks, read_total_tasks


class Ceilings(NamedTuple):
    """None: it could not be read."""

    descriptors: Ceiling | None
    tasks: Ceiling | None
    mappings: Ceiling | None
    memory: Ceiling | None = None

    def counted(self, *, memory: Ceiling | None, descriptors: int | None, mappings: int | None) -> "Ceilings":
        """With what counts against them, as it was seen last."""
        return self._replace(
            memory=memory,
            descriptors=None if self.descriptors is None else self.descriptors._replace(used=descriptors),
            mappings=None if self.mappings is None else self.mappings._replace(used=mappings),
        )


def read_ceilings(folder: ProcessFolder, status: Status, root: Path, gaps: list[Gap]) -> Ceilings:
    """Of the process whose folder this is. Its own use of descriptors and mappings is not looked at here."""
    try:
        rlimits = parse_rlimits(folder.read("limits"))
    except OSError as err:
        gaps.append(gap("rlimits", f"{folder.shown}/limits", err))
        rlimits = {}
    files, most_mappings = rlimits.get("RLIMIT_NOFILE"), read_sysctl("vm.max_map_count", root, gaps)
    return Ceilings(
        descriptors=None if files is None else Ceiling("the soft RLIMIT_NOFILE", files.soft, None),
        tasks=tightest(_tasks(folder, status, root, rlimits, gaps)),
        mappings=None if most_mappings is None else Ceiling("vm.max_map_count", most_mappings, None),
    )


def memory_ceiling(binding: Memory | None) -> Ceiling | None:
    """The limit of memory that binds, with what counts against it: more than this process, as a rule."""
    if binding is None:
        return None
    name = (
        "the memory of this machine"
        if binding.source.kind == "host"
        else f"the memory limit of {binding.source.sentence}"
    )
    return Ceiling(name, binding.limit_bytes, binding.used_bytes)


def tightest(ceilings: Iterator[Ceiling]) -> Ceiling | None:
    """The known one with the least left; unlimited only where all are known and none is a limit."""
    found = list(ceilings)
    bounded = [(each.left, each) for each in found if isinstance(each.left, int)]
    if bounded:
        return min(bounded, key=lambda pair: pair[0])[1]
    if not found or any(each.left is None for each in found):
        return None
    return found[0]


def _tasks(
    folder: ProcessFolder, status: Status, root: Path, rlimits: dict[str, Rlimit], gaps: list[Gap]
) -> Iterator[Ceiling]:
    """Every limit that a new thread or process runs into."""
    total = read_total_tasks(root, gaps)
    try:
        chain = Hierarchies(root, gaps).chain("pids", folder.read("cgroup"))
    except OSError as err:
        gaps.append(gap("groups", f"{folder.shown}/cgroup", err))
    else:
        for group in read_pids(chain, gaps):
            yield Ceiling(f"pids.max of {group.path}", group.limit, group.used)
    yield Ceiling("kernel.threads-max", read_sysctl("kernel.threads-max", root, gaps), total)
    yield Ceiling("kernel.pid_max", read_sysctl("kernel.pid_max", root, gaps), total)
    own = rlimits.get("RLIMIT_NPROC")
    if own is not None and _is_held_to_it(status):
        yield Ceiling("RLIMIT_NPROC of its user", own.soft, _tasks_of_user(status, own.soft, root, gaps))


def _is_held_to_it(status: Status) -> bool:
    """Root and the holders of these capabilities are not: getrlimit(2)."""
    return status.real_uid != 0 and not any(status.has_capability(bit) for bit in (CAP_SYS_RESOURCE, CAP_SYS_ADMIN))


def _tasks_of_user(status: Status, limit: Limit, root: Path, gaps: list[Gap]) -> int | None:
    """Dear (the status of every process): only where there is a limit to compare it with."""
    if isinstance(limit, Unlimited) or status.real_uid is None:
        return None
    census = count_tasks(root, gaps)
    return None if census is None else census.by_uid.get(status.real_uid, 0)
