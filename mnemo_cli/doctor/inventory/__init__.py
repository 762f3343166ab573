"""Every limit of one target as rows, and what is left until the first of them binds: pure composition over Evidence.

row        one limit, one knob
rlimits    the sixteen resource limits of a process
groups     its control groups: memory, swap, tasks, processor time
machine    sysctls, the machine's memory, what happens when it ends
left       headroom where there is no process to ask for it

A row that cannot be read stays, with the reason: it is never taken for "no limit".
"""

from typing import Literal, NamedTuple

from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.headroom import Headroom, headrooms
from mnemo_cli.doctor.inventory.groups import cpu_groups, group_rows
from mnemo_cli.doctor.inventory.left import headrooms_of_rows, not_started
from mnemo_cli.doctor.inventory.machine import knobs, machine_rows
from mnemo_cli.doctor.inventory.rlimits import rlimit_rows
from mnemo_cli.doctor.inventory.row import Knob, LimitRow
from mnemo_cli.model import Gap
from mnemo_cli.redact import printable
from mnemo_cli.sampling.cpu import CpuGroup

__all__ = ["Inventory", "Knob", "LimitRow", "Whom", "inventory_of", "inventory_of_group"]


class Whom(NamedTuple):
    """Whose limits they are; `group` is its innermost control group."""

    kind: Literal["process", "cgroup", "host", "tree", "command"]
    pid: int | None = None
    name: str | None = None
    user: str | None = None
    unit: str | None = None
    group: str | None = None


class Inventory(NamedTuple):
    """`rows` run from the process outward: its own limits, its groups from the innermost, its user, the machine.

    `absence` says why there is no running program behind them; `gaps` is everything that could not be read.
    """

    whom: Whom
    headrooms: tuple[Headroom, ...]
    rows: tuple[LimitRow, ...]
    cpu: tuple[CpuGroup, ...]
    knobs: tuple[Knob, ...]
    gaps: tuple[Gap, ...]
    absence: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all could be read of the target itself (for a host or an image: of its kernel)."""
        is_process = self.whom.kind in ("process", "command")
        own = [row for row in self.rows if not is_process or row.layer == "rlimit" or row.name == "RLIMIT_NPROC"]
        return all(row.soft is None and row.used is None for row in own)

    @property
    def memory(self) -> Headroom | None:
        """What bounds the target's memory."""
        return next((headroom for headroom in self.headrooms if headroom.name == "memory"), None)


def inventory_of(evidence: Evidence, *, membership: bytes = b"") -> Inventory:
    """Of a process, a command to come, or (without a process) the machine and the groups of `membership`."""
    has_process = evidence.subject.kind in ("process", "command")
    membership = evidence.membership if has_process else membership
    rows = list(rlimit_rows(evidence)) if has_process else []
    gaps: list[Gap] = []
    cpu: tuple[CpuGroup, ...] = ()
    if membership:
        rows += group_rows(evidence.machine, membership)
        cpu = cpu_groups(evidence.machine, membership, gaps)
    rows += machine_rows(evidence)
    shown = tuple(sorted(rows, key=lambda row: _ORDER[row.scope]))
    found_knobs = tuple(knobs(evidence))
    is_linux = evidence.system == "linux"
    left = headrooms(evidence) if has_process and is_linux else headrooms_of_rows(shown)
    if evidence.kind == "command":
        left = not_started(left)
    group_gaps = evidence.machine.memory_groups(membership).gaps if membership else ()
    every_gap = (*evidence.gaps, *group_gaps, *evidence.machine.gaps, *gaps, *_row_gaps(shown, found_knobs))
    return Inventory(
        whom=_whom(evidence),
        headrooms=left,
        rows=shown,
        cpu=cpu,
        knobs=found_knobs,
        gaps=tuple(dict.fromkeys(every_gap)),
        absence=_absence(evidence) if has_process else None,
    )


def inventory_of_group(evidence: Evidence, path: str) -> Inventory:
    """Of a control group and all above it, on the machine of `evidence`, which has no process."""
    # Any controller's path, on either version: a hierarchy that lacks the group shows its nearest parent.
    membership = f"0::{path}\n1:memory:{path}\n2:pids:{path}\n3:cpu:{path}\n".encode()
    whole = inventory_of(evidence, membership=membership)
    return whole._replace(whom=Whom("cgroup", name=printable(path), group=printable(path)))


_ORDER = {"process": 0, "group": 1, "user": 2, "machine": 3}


def _absence(evidence: Evidence) -> str | None:
    # A captured tree need not hold the file by which a process is known to be there.
    if evidence.machine.is_live and evidence.kind == "process" and evidence.has_ended:
        return "the process ended while it was looked at"
    return evidence.absence


def _whom(evidence: Evidence) -> Whom:
    kind, pid, name, user, unit = evidence.subject
    assert kind in ("process", "host", "tree", "command")
    has_groups = kind in ("process", "command") and evidence.system == "linux"
    group = evidence.group_path if has_groups else None
    return Whom(kind, pid, name, user, unit, group)


def _row_gaps(rows: tuple[LimitRow, ...], known: tuple[Knob, ...]) -> list[Gap]:
    """What is unknown in a row is a gap by the row's own name, too."""
    lacks = [(f"{row.layer} {row.name}", row.lack) for row in rows if row.lack is not None]
    lacks += [(knob.name, knob.lack) for knob in known if knob.lack is not None]
    return [Gap(f"limits.{name}", name, lack) for name, lack in lacks]
