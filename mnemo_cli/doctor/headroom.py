"""How many more descriptors, threads, bytes, mappings and watches the target can have, and which limit ends it.

Each is the minimum over every layer that bounds it. A layer that cannot be read stands among the unknown
ones and is never taken for "no limit".
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.model import UNLIMITED, Limit, Unlimited, sum_of
from mnemo_cli.sampling.status import CAP_SYS_ADMIN

_STRICT_OVERCOMMIT = 2
_DEFAULT_STACK_BYTES = 2 << 20


class Layer(NamedTuple):
    """One limit that bounds it, with what counts against it; `per_unit` is what one more thread takes of it."""

    name: str
    used: int | None
    limit: Limit | None
    per_unit: int = 1

    @property
    def left(self) -> Limit | None:
        """limit − used in the unit of the headroom, at least 0; None where it cannot be told."""
        if isinstance(self.limit, Unlimited):
            return UNLIMITED
        if self.used is None or self.limit is None:
            return None
        return max(0, self.limit - self.used) // self.per_unit


class Headroom(NamedTuple):
    """`ceiling` is what the program could raise its own limit to (descriptors only)."""

    name: str
    unit: str
    layers: tuple[Layer, ...]
    ceiling: Limit | None = None

    @property
    def binding(self) -> Layer | None:
        """The known layer with the least left; None where none is known or none bounds it."""
        bounded = [(layer.left, layer) for layer in self.layers if isinstance(layer.left, int)]
        return min(bounded, key=lambda pair: pair[0])[1] if bounded else None

    @property
    def left(self) -> Limit | None:
        """What the binding layer leaves; UNLIMITED only where every layer is known and none bounds it."""
        if self.binding is not None:
            return self.binding.left
        return None if self.unknown or not self.layers else UNLIMITED

    @property
    def unknown(self) -> tuple[str, ...]:
        """The layers that could not be read: the true headroom may be less."""
        return tuple(layer.name for layer in self.layers if layer.left is None)


def headrooms(evidence: Evidence) -> tuple[Headroom, ...]:
    """Of one process; nothing where there is none."""
    if evidence.absence is not None:
        return ()
    soft, hard, nr_open = (
        _soft(evidence, "RLIMIT_NOFILE"),
        _hard(evidence, "RLIMIT_NOFILE"),
        evidence.sysctl("fs.nr_open"),
    )
    return (
        Headroom("descriptors", "descriptors", tuple(_descriptors(evidence, soft)), _least(hard, nr_open)),
        Headroom("threads", "tasks", tuple(_threads(evidence))),
        Headroom("memory", "bytes", tuple(_memory(evidence))),
        Headroom("mappings", "mappings", (_mappings(evidence, 1),)),
        Headroom("inotify watches", "watches", (_inotify(evidence, "watches"),)),
        Headroom("inotify instances", "instances", (_inotify(evidence, "instances"),)),
    )


def _descriptors(evidence: Evidence, soft: Limit | None) -> Iterator[Layer]:
    yield Layer("RLIMIT_NOFILE soft", evidence.fd_count, soft)
    # A holder of CAP_SYS_ADMIN may go beyond fs.file-max.
    if not evidence.status.has_capability(CAP_SYS_ADMIN):
        used, limit = evidence.machine.open_files
        yield Layer("fs.file-max", used, limit)


def _threads(evidence: Evidence) -> Iterator[Layer]:
    if evidence.is_task_limit_enforced is not False:
        yield Layer("RLIMIT_NPROC of the user", _tasks_of_user(evidence), _soft(evidence, "RLIMIT_NPROC"))
    for group in evidence.pids_groups:
        yield Layer(f"pids.max of {group.path}", group.used, group.limit)
    if not evidence.has_pids_controller:
        yield Layer("pids.max", None, None)
    yield Layer("kernel.threads-max", evidence.total_tasks, evidence.machine.most_tasks)
    yield Layer("kernel.pid_max", evidence.total_tasks, evidence.sysctl("kernel.pid_max"))
    stack = _soft(evidence, "RLIMIT_STACK")
    address_space = _soft(evidence, "RLIMIT_AS")
    if isinstance(address_space, int):
        # The C library reserves a stack of the soft limit's size for each thread, 2 MiB where it is unlimited.
        stack_bytes = stack if isinstance(stack, int) and stack > 0 else _DEFAULT_STACK_BYTES
        yield Layer("RLIMIT_AS for stacks", evidence.status.virtual_bytes, address_space, stack_bytes)
    # A thread takes a mapping for its stack and one for the guard page.
    yield _mappings(evidence, 2)


def _memory(evidence: Evidence) -> Iterator[Layer]:
    for memory in evidence.memory_groups:
        yield Layer(f"{memory.source.file} of {memory.source.path}", memory.used_bytes, memory.limit_bytes)
    if not evidence.memory_groups and not evidence.is_in_visible_root:
        yield Layer("memory groups", None, None)
    machine = evidence.machine.memory
    swap, used = machine.swap_total_bytes, machine.swap_used_bytes
    whole = None if not (isinstance(machine.limit_bytes, int) and isinstance(swap, int)) else machine.limit_bytes + swap
    yield Layer("the machine's memory and swap", sum_of(machine.used_bytes, used), whole)
    yield Layer("RLIMIT_DATA soft", evidence.status.data_bytes, _soft(evidence, "RLIMIT_DATA"))
    yield Layer("RLIMIT_AS soft", evidence.status.virtual_bytes, _soft(evidence, "RLIMIT_AS"))
    mode, commitment = evidence.sysctl("vm.overcommit_memory"), evidence.machine.commitment
    if mode is None or mode == _STRICT_OVERCOMMIT:
        limit = None if mode is None else commitment.commit_limit_bytes
        yield Layer("CommitLimit", commitment.committed_bytes, limit)


def _mappings(evidence: Evidence, per_unit: int) -> Layer:
    return Layer("vm.max_map_count", evidence.mapping_count, evidence.sysctl("vm.max_map_count"), per_unit)


def _inotify(evidence: Evidence, what: Literal["watches", "instances"]) -> Layer:
    """What is hidden from us makes the count a lower bound, and the headroom unknown."""
    count = evidence.inotify(what)
    used = None if count is None or count.hidden else count.used
    return Layer(f"fs.inotify.max_user_{what}", used, evidence.sysctl(f"fs.inotify.max_user_{what}"))


def _tasks_of_user(evidence: Evidence) -> int | None:
    """Unknown where some tasks of the machine are hidden from us: they may be the user's."""
    count = evidence.tasks_of_user
    return None if count is None or count.hidden != 0 else count.used


def _soft(evidence: Evidence, name: str) -> Limit | None:
    pair = evidence.rlimit(name)
    return None if pair is None else pair.soft


def _hard(evidence: Evidence, name: str) -> Limit | None:
    pair = evidence.rlimit(name)
    return None if pair is None else pair.hard


def _least(limit: Limit | None, ceiling: int | None) -> Limit | None:
    if limit is None or ceiling is None:
        return None
    return min(limit, ceiling) if isinstance(limit, int) else ceiling
