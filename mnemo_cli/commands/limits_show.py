"""`mnemo limits show`: every limit of a target, what is left of it, and what the configuration would take of it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.auditing import refuse_what_cannot_start
from mnemo_cli.commands.options import ConfigFile, choose_target, load_settings, program_of
from mnemo_cli.errors import ExitCode, TargetError, UsageError
from mnemo_cli.output.limits import LimitsFormat, Shown, render
from mnemo_cli.units import parse_size

if TYPE_CHECKING:
    from mnemo_cli.doctor.budget import Part
    from mnemo_cli.doctor.inventory import Inventory
    from mnemo_cli.doctor.surroundings import Surroundings
    from mnemo_cli.limits.levels import Edges
    from mnemo_cli.sampling.target import TargetChoice
    from mnemo_cli.settings import Settings

_LARGEST_ITEM_BYTES = 1 << 40
_MOST_DIMENSIONS = 1_000_000


Host = Annotated[bool, typer.Option("--host", help="Show what the machine allows.")]
Pid = Annotated[int | None, typer.Option("--pid", metavar="N", min=1, help="Show process N.", show_default=False)]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="REGEX", help="Show the processes whose name matches REGEX.", show_default=False),
]
Cgroup = Annotated[
    str | None,
    typer.Option("--cgroup", metavar="PATH", help="Show a control group, such as /app.", show_default=False),
]
Root = Annotated[Path, typer.Option("--root", metavar="DIR", help="Read a captured tree instead of this machine.")]
WithBudget = Annotated[bool, typer.Option("--budget", help="Add up what the configuration allows, and compare it.")]
ItemBytes = Annotated[
    str | None,
    typer.Option(
        "--item-bytes",
        metavar="SIZE",
        help="With --budget: what an event, a queue item or an operation takes [default: 1KiB].",
        show_default=False,
    ),
]
Dimensions = Annotated[
    int | None,
    typer.Option(
        "--dimensions",
        metavar="N",
        min=1,
        max=_MOST_DIMENSIONS,
        help="With --budget: dimensions of a cached embedding, 4 bytes each [default: 768].",
        show_default=False,
    ),
]
Format = Annotated[
    LimitsFormat | None,
    typer.Option("--format", help="table on a terminal, plain elsewhere.", show_default=False),
]


def show(
    ctx: typer.Context,
    host: Host = False,
    pid: Pid = None,
    name: Name = None,
    cgroup: Cgroup = None,
    root: Root = Path("/"),
    budget: WithBudget = False,
    item_bytes: ItemBytes = None,
    dimensions: Dimensions = None,
    output_format: Format = None,
    config_file: ConfigFile = None,
) -> None:
    """Show every limit of a target, its use, and who set it.

    With -- CMD the limits that the program would start with; it is not started.
    """
    program = program_of(ctx)
    choice = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=None, program=program)
    _check(choice, root, budget=budget, assumptions=(item_bytes, dimensions))
    if program is not None:
        refuse_what_cannot_start(program[0])
    inventories = list(_inventories(choice, root))
    shown = [Shown(inventory) for inventory in inventories]
    if budget:
        settings = load_settings(config_file, {})
        shown = _with_budget(inventories, _parts(settings, _size(item_bytes), dimensions), settings.levels())
    chosen = output_format or (LimitsFormat.TABLE if sys.stdout.isatty() else LimitsFormat.PLAIN)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    sys.stdout.write(render(shown, chosen, width=width))
    if all(inventory.is_blank for inventory in inventories):
        raise typer.Exit(ExitCode.UNKNOWN)


def _check(choice: "TargetChoice", root: Path, *, budget: bool, assumptions: tuple[object, ...]) -> None:
    if not budget and any(assumption is not None for assumption in assumptions):
        raise UsageError("--item-bytes and --dimensions are assumptions of --budget; add it, or leave them out")
    if not root.is_dir():
        raise UsageError(f"--root {root}: there is no such folder")
    if root != Path("/") and choice.kind == "command":
        raise UsageError("--root is another machine's tree: no program can start there; leave out -- CMD")


def _inventories(choice: "TargetChoice", root: Path) -> "Iterator[Inventory]":
    """One for each process of a name, one for every other target."""
    from mnemo_cli.doctor.choose import surroundings_here
    from mnemo_cli.doctor.evidence import Evidence
    from mnemo_cli.doctor.inventory import inventory_of

    machine = surroundings_here(root)
    if choice.kind == "name":
        from mnemo_cli.doctor.subjects import named

        for found in named(machine, choice.pattern or ""):
            with Evidence(machine, found.pid, found=found) as evidence:
                yield inventory_of(evidence)
    elif choice.kind == "process" and choice.pid is not None:
        _look_for(machine, choice)
        with Evidence(machine, choice.pid) as evidence:
            yield inventory_of(evidence)
    elif choice.kind == "command":
        with Evidence(machine, kind="command", name=choice.pattern) as evidence:
            yield inventory_of(evidence)
    elif choice.kind == "own" and root == Path("/"):
        with Evidence(machine, name="self") as evidence:
            yield inventory_of(evidence)
    else:
        yield _without_process(machine, choice)


def _without_process(machine: "Surroundings", choice: "TargetChoice") -> "Inventory":
    """Of a control group, a machine, or a tree with the groups in which it was captured."""
    from mnemo_cli.doctor.evidence import Evidence
    from mnemo_cli.doctor.inventory import inventory_of, inventory_of_group

    is_here = machine.root == Path("/")
    with Evidence(machine, None, kind="host" if is_here else "tree") as evidence:
        if choice.path is not None:
            return inventory_of_group(evidence, _group(machine, choice.path))
        captured = choice.kind == "own" and machine.text("proc/self/cgroup", "cgroup")
        return inventory_of(evidence, membership=captured or b"")


def _look_for(machine: "Surroundings", choice: "TargetChoice") -> None:
    from mnemo_cli.sampling.files import is_there

    if machine.system == "linux" and not is_there(machine.root / f"proc/{choice.pid}"):
        raise TargetError(choice.nobody)


def _group(machine: "Surroundings", wanted: str) -> str:
    """Its path inside the hierarchy; raises TargetError."""
    from mnemo_cli.sampling.cgroup import locate_path

    place = locate_path(wanted, machine.root)
    for group in place.groups:
        group.close()
    return place.path or "/"


def _with_budget(inventories: "list[Inventory]", parts: "tuple[Part, ...]", edges: "Edges") -> list[Shown]:
    from mnemo_cli.doctor.budget import compare

    return [Shown(inventory, compare(parts, inventory.memory, edges)) for inventory in inventories]


def _parts(settings: "Settings", item_bytes: int | None, dimensions: int | None) -> "tuple[Part, ...]":
    from mnemo_cli.doctor.budget import DIMENSIONS, ITEM_BYTES, Allowance, add_up

    def number(name: str) -> int:
        return int(settings.value(f"resources.{name}"))

    return add_up(
        Allowance(
            events=number("event_capacity"),
            queue_items=number("work_queue_max"),
            connections=number("db_pool_size"),
            cache_rows=number("embeddings_cache_size"),
            history_operations=number("crdt_history_max_ops"),
            fixed_bytes=number("fixed_memory"),
            item_bytes=ITEM_BYTES if item_bytes is None else item_bytes,
            dimensions=DIMENSIONS if dimensions is None else dimensions,
        )
    )


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        size_bytes = parse_size(text)
    except ValueError as err:
        raise UsageError(f"--item-bytes: {err}") from err
    if not 1 <= size_bytes <= _LARGEST_ITEM_BYTES:
        raise UsageError(f"--item-bytes {text}: an item takes 1 byte to 1Ti")
    return size_bytes
