"""What is left where Linux has no process to ask: of a machine, a control group, a command to come, and on macOS."""

from collections.abc import Iterable

from mnemo_cli.doctor.headroom import Headroom, Layer
from mnemo_cli.doctor.inventory.row import LimitRow

# Which rows bound what. Swap is not added: a group that may not use it would be promised too much.
_BOUNDS = (
    ("descriptors", "files", ("RLIMIT_NOFILE", "fs.file-max", "kern.maxfiles")),
    ("threads", "tasks", ("RLIMIT_NPROC", "pids.max", "kernel.threads-max", "kernel.pid_max", "kern.maxproc")),
    ("memory", "bytes", ("memory.max", "memory.limit_in_bytes", "memory")),
)
# The layers whose use is the process's own.
_OWN = ("RLIMIT_NOFILE", "RLIMIT_DATA", "RLIMIT_AS", "vm.max_map_count")


def headrooms_of_rows(rows: Iterable[LimitRow]) -> tuple[Headroom, ...]:
    """By the rows alone; what no row bounds is left out."""
    rows = tuple(rows)
    found = []
    for name, unit, bounding in _BOUNDS:
        layers = tuple(_layer(row) for row in rows if row.name in bounding)
        if layers:
            found.append(Headroom(name, unit, layers))
    return tuple(found)


def not_started(headrooms: Iterable[Headroom]) -> tuple[Headroom, ...]:
    """What a command would begin with: it has opened, mapped and reserved nothing yet."""
    return tuple(headroom._replace(layers=tuple(_unused(layer) for layer in headroom.layers)) for headroom in headrooms)


def _layer(row: LimitRow) -> Layer:
    words = {"memory": "the machine's memory"}.get(row.name, row.name)
    return Layer(
        f"{words} of {row.layer.removeprefix('cgroup ')}" if row.scope == "group" else words, row.used, row.soft
    )


def _unused(layer: Layer) -> Layer:
    return layer._replace(used=0) if layer.name.startswith(_OWN) else layer
