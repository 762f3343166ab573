"""An inventory for grep and logs: one line for each limit, its parts two blanks apart, the target first."""

from collections.abc import Iterator, Sequence

from mnemo_cli.doctor.inventory import Inventory, LimitRow
from mnemo_cli.output.limits import Shown
from mnemo_cli.output.limits import phrases as words
from mnemo_cli.redact import printable
from mnemo_cli.units import format_size


def plain_text(shown: Sequence[Shown]) -> str:
    """Headroom, limits, processor time, knobs and what is unknown of each target."""
    return "".join(f"{line}\n" for each in shown for line in _lines(each))


def _lines(shown: Shown) -> Iterator[str]:
    inventory = shown.inventory
    yield f"target  {words.title(inventory.whom)}"
    if inventory.absence is not None:
        yield f"absence  {inventory.absence}"
    for left in inventory.headrooms:
        unit = "" if left.unit == "bytes" else f" {left.unit}"
        yield f"headroom  {left.name}  {words.left(left)}{unit}  {words.binds(left)}"
    yield from map(_limit, inventory.rows)
    for group in inventory.cpu:
        yield f"cpu  cgroup {group.path}  {words.cpu(group)}"
    for knob in inventory.knobs:
        yield "  ".join(part for part in ("knob", knob.name, words.knob(knob), knob.meaning) if part)
    yield from _budget(shown)
    yield from _unknown(inventory)


def _limit(row: LimitRow) -> str:
    parts = [
        "limit",
        row.name,
        row.layer,
        f"soft {words.quantity(row.soft, row.unit)}",
        f"hard {words.quantity(row.hard, row.unit)}",
        f"used {words.use(row)}",
        f"share {words.share(row)}",
        f"headroom {words.headroom(row)}",
        f"hits {words.hits(row)}",
        row.unit,
    ]
    parts += [f"set by {row.source}"] if row.source else []
    parts += [row.note] if row.note and not row.is_unlimited else []
    return printable("  ".join(parts))


def _budget(shown: Shown) -> Iterator[str]:
    if shown.budget is None:
        return
    for part in shown.budget.parts:
        band = f"{format_size(part.low_bytes)} to {format_size(part.high_bytes)}"
        yield f"budget  {part.name}  at most {part.most:,}  {band}  {part.each}"
    yield printable(f"budget  {shown.budget.sentence}")


def _unknown(inventory: Inventory) -> Iterator[str]:
    for reason, names in words.unknowns(inventory):
        yield f"unknown  {', '.join(names)}  {reason}"
