"""An inventory for a person: what binds first on top, then every limit under the layer that sets it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mnemo_cli.doctor.budget import Budget
from mnemo_cli.doctor.headroom import Headroom
from mnemo_cli.doctor.inventory import Inventory, LimitRow
from mnemo_cli.model import Unlimited
from mnemo_cli.output.limits import Shown
from mnemo_cli.output.limits import phrases as words
from mnemo_cli.output.tables import aligned
from mnemo_cli.output.wrapping import wrapped
from mnemo_cli.redact import printable
from mnemo_cli.units import format_size

_WIDTH, _LEAST_WIDTH = 80, 40
_HEAD = ("LIMIT", "USED", "SOFT", "HARD", "SHARE", "HEADROOM", "HITS")
_RIGHT = frozenset(range(1, 7))
# Names that would widen the column of names beyond what 80 columns allow.
_SHORT = {
    "fs.inotify.max_user_watches": "inotify watches",
    "fs.inotify.max_user_instances": "inotify instances",
    "fs.inotify.max_queued_events": "inotify queued events",
    "fs.epoll.max_user_watches": "epoll watches",
}


def table_text(shown: Sequence[Shown], *, width: int | None = None) -> str:
    """Plain text: it reads the same in a terminal, a log and a mail. `width` is the terminal's."""
    width = max(_LEAST_WIDTH, width or _WIDTH)
    return "\n\n".join(_one(each, width) for each in shown) + "\n"


def _one(shown: Shown, width: int) -> str:
    inventory = shown.inventory
    parts = [
        [*wrapped(words.title(inventory.whom), width), *wrapped(inventory.absence or "", width)],
        _headrooms(inventory.headrooms, width),
        *([] if shown.budget is None else [_budget(shown.budget, width)]),
        _limits(inventory, width),
        _cpu(inventory, width),
        _knobs(inventory, width),
        _listing("SET BY", words.sources(row for row in inventory.rows if not _is_open(row)), width),
        _listing("UNKNOWN", words.unknowns(inventory), width),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _headrooms(headrooms: Iterable[Headroom], width: int) -> list[str]:
    """The fullest first, then what is not known."""
    rows = [("HEADROOM", "LEFT", "BINDS")]
    rows += [(each.name, words.left(each), words.binds(each)) for each in sorted(headrooms, key=_emptiness)]
    return _hanging(rows, width, right=frozenset({1})) if len(rows) > 1 else []


def _emptiness(headroom: Headroom) -> float:
    """For the order only: what is left of the binding limit as a share of it."""
    layer = headroom.binding
    if layer is None or layer.used is None or not isinstance(layer.limit, int):
        return 2.0
    return (layer.limit - layer.used) / layer.limit if layer.limit else 0.0


def _limits(inventory: Inventory, width: int) -> list[str]:
    """One table for all layers, so that the numbers stand in columns; the layers' names stand between them."""
    layers = [(layer, list(rows)) for layer, rows in groupby(inventory.rows, key=_layer)]
    cells = [[_row(row) for row in rows if not _is_open(row)] for _, rows in layers]
    lines = iter(aligned([_HEAD, *(row for rows in cells for row in rows)], right=_RIGHT))
    found = [next(lines)]
    for layer, rows in layers:
        found += wrapped(printable(layer), width)
        for row in rows:
            if not _is_open(row):
                found.append(next(lines))
                found += wrapped(row.note or "", width, "    ")
        without = ", ".join(_short(row) for row in rows if _is_open(row))
        found += wrapped(f"no limit: {without}" if without else "", width, "  ", "    ")
    return found


def _layer(row: LimitRow) -> str:
    """The same for all limits that count the same: those of a process are set by rlimits and by sysctls."""
    if row.scope == "user":
        return f"of all processes of {row.layer}" if row.layer != "user" else "of all processes of a user"
    return {"process": "of a process", "machine": "of the whole machine"}.get(row.scope, row.layer)


def _is_open(row: LimitRow) -> bool:
    """Whether there is nothing to say but that it is unlimited; where it has been hit there is."""
    return row.is_unlimited and not row.hits and not (row.note and row.has_hits)


def _row(row: LimitRow) -> tuple[str, ...]:
    soft, hard = words.quantity(row.soft, row.unit), words.quantity(row.hard, row.unit)
    is_pair = row.name.startswith("RLIMIT_")
    used, share, left, hits = words.use(row), words.share(row), words.headroom(row), words.hits(row)
    return f"  {_short(row)}", used, soft, hard if is_pair else "", share, left, hits


def _short(row: LimitRow) -> str:
    return _SHORT.get(row.name, row.name)


def _cpu(inventory: Inventory, width: int) -> list[str]:
    """Levels without quota that never waited are left out."""
    told = [
        each for each in inventory.cpu if not isinstance(each.limit_cores, Unlimited) or each.throttled_periods_total
    ]
    if not told:
        return ["CPU", "  no quota, and never throttled"] if inventory.cpu else []
    texts = (f"cgroup {each.path}: {words.cpu(each)}" for each in told)
    return ["CPU", *(line for text in texts for line in wrapped(printable(text), width, "  ", "    "))]


def _knobs(inventory: Inventory, width: int) -> list[str]:
    rows = [("KNOB", "VALUE", ""), *((each.name, words.knob(each), each.meaning) for each in inventory.knobs)]
    return _hanging(rows, width, right=frozenset({1})) if len(rows) > 1 else []


def _budget(budget: Budget, width: int) -> list[str]:
    rows = [("BUDGET", "AT MOST", "LOW", "HIGH", "ASSUMED")]
    rows += [
        (part.name, f"{part.most:,}", format_size(part.low_bytes), format_size(part.high_bytes), part.each)
        for part in budget.parts
    ]
    rows.append(("together", "", format_size(budget.low_bytes), format_size(budget.high_bytes), ""))
    return [*_hanging(rows, width, right=frozenset({1, 2, 3})), *wrapped(printable(budget.sentence), width)]


def _listing(head: str, entries: Iterable[tuple[str, list[str]]], width: int) -> list[str]:
    lines = [line for text, names in entries for line in wrapped(f"{text}: {', '.join(names)}", width, "  ", "    ")]
    return [head, *lines] if lines else []


def _hanging(rows: Sequence[tuple[str, ...]], width: int, *, right: frozenset[int]) -> list[str]:
    """Aligned rows whose last cell goes on below itself where the line is too short for it."""
    lines = aligned([row[:-1] for row in rows], right=right)
    begin = max(map(len, lines), default=0)
    return list(_continued(lines, [row[-1] for row in rows], begin, width))


def _continued(lines: Sequence[str], cells: Sequence[str], begin: int, width: int) -> Iterator[str]:
    for line, cell in zip(lines, cells, strict=True):
        if cell:
            yield from wrapped(cell, width, f"{line:<{begin}}  ", " " * (begin + 2))
        else:
            yield line
