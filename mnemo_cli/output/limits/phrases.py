"""The phrases that every format of an inventory shares: whom, how much, what is left at most, and what is not known."""

from collections.abc import Iterable

from mnemo_cli.doctor.headroom import Headroom, Layer
from mnemo_cli.doctor.inventory import Inventory, Knob, LimitRow, Whom
from mnemo_cli.model import Gap, Limit, Unlimited
from mnemo_cli.output.words import percent, size
from mnemo_cli.redact import printable
from mnemo_cli.sampling.cpu import CpuGroup
from mnemo_cli.units import format_duration

UNKNOWN, NOTHING = "?", "-"


def title(whom: Whom) -> str:
    """ "nginx (pid 812)  user www-data  unit nginx.service"."""
    parts = [_name(whom)]
    parts += [f"user {printable(whom.user)}"] if whom.user else []
    parts += [f"unit {printable(whom.unit)}"] if whom.unit else []
    if whom.group and whom.kind != "cgroup":
        parts.append(f"cgroup {whom.group}")
    return "  ".join(parts)


def quantity(amount: Limit | None, unit: str) -> str:
    """ "4,096", "2.00G", "unlimited", or "?" for what is not known."""
    if amount is None:
        return UNKNOWN
    if isinstance(amount, int) and unit != "bytes":
        return f"{amount:,}"
    return size(amount)


def share(row: LimitRow) -> str:
    """ "71.2%"; "-" where nothing is bounded or counted."""
    if row.used_ratio is not None:
        return percent(row.used_ratio)
    is_told = row.is_enforced is False or not row.is_counted or isinstance(row.soft, Unlimited)
    return NOTHING if is_told else UNKNOWN


def use(row: LimitRow) -> str:
    return quantity(row.used, row.unit) if row.is_counted else NOTHING


def headroom(row: LimitRow) -> str:
    """What is left of it; "-" where it binds nobody or nothing is counted."""
    return NOTHING if not row.is_counted or row.is_enforced is False else quantity(row.headroom, row.unit)


def hits(row: LimitRow) -> str:
    """How often it was reached; "-" where the kernel keeps no count."""
    if not row.has_hits:
        return NOTHING
    return UNKNOWN if row.hits is None else f"{row.hits:,}"


def left(headroom: Headroom) -> str:
    """ "286", "<= 286" where a use that could not be read may leave less, "unlimited", "?"."""
    tightest = _tightest(headroom)
    if tightest is None:
        return UNKNOWN if headroom.unknown or not headroom.layers else "unlimited"
    return f"{'<= ' if headroom.unknown else ''}{quantity(_most(tightest), headroom.unit)}"


def binds(headroom: Headroom) -> str:
    """ "RLIMIT_NOFILE soft (3,810 of 4,096)"; with what is not known of the others."""
    tightest = _tightest(headroom)
    parts = [] if tightest is None else [f"{printable(tightest.name)} ({_of(tightest, headroom.unit)})"]
    unknown = [printable(layer.name) for layer in headroom.layers if layer.left is None and layer is not tightest]
    parts += [f"unknown: {', '.join(unknown)}"] if unknown else []
    return "; ".join(parts) or "no limit"


def cpu(group: CpuGroup) -> str:
    """ "2 cores; throttled in 5 of 100 periods (5.0%), 1.2s in all"."""
    if group.limit_cores is None:
        quota = f"{UNKNOWN} cores"
    elif isinstance(group.limit_cores, Unlimited):
        quota = "unlimited"
    else:
        quota = f"{group.limit_cores:g} cores"
    return f"{quota}; {_throttling(group)}"


def knob(each: Knob) -> str:
    """Its value as it is."""
    return UNKNOWN if each.value is None else str(each.value)


def unknowns(inventory: Inventory) -> list[tuple[str, list[str]]]:
    """Each reason, with all that it leaves unknown: files that cannot be read, and limits that they would tell."""
    lacks = [(row.lack, named(row)) for row in inventory.rows if row.lack is not None]
    lacks += [(each.lack, each.name) for each in inventory.knobs if each.lack is not None]
    own = {lack for lack, _ in lacks}
    told = "\n".join(own)
    # What a row or a knob has said in its own words is not said again.
    others = (gap for gap in inventory.gaps if gap.reason not in own and _reading(gap) not in told)
    lacks += [(_reading(gap), gap.field) for gap in others]
    together: dict[str, list[str]] = {}
    for lack, name in lacks:
        source, colon, reason = lack.removeprefix("cannot read ").partition(": ")
        is_reading = lack.startswith("cannot read ") and bool(colon)
        together.setdefault(printable(reason if is_reading else lack), []).append(
            printable(_file(source, name) if is_reading else name)
        )
    return [(reason, list(dict.fromkeys(names))) for reason, names in together.items()]


def named(row: LimitRow) -> str:
    """Its name, with the group where there are several: "memory.max of /a"."""
    return f"{row.name} of {row.layer.removeprefix('cgroup ')}" if row.scope == "group" else row.name


def sources(rows: Iterable[LimitRow]) -> list[tuple[str, list[str]]]:
    """Who set limits, each with all the limits that they set."""
    together: dict[str, list[str]] = {}
    for row in rows:
        if row.source is not None:
            together.setdefault(printable(row.source), []).append(_shortly(row))
    return list(together.items())


def _shortly(row: LimitRow) -> str:
    """Paths of groups are long: their last part is enough where all of them stand above."""
    return f"{row.name} of {row.layer.rpartition('/')[2] or '/'}" if row.scope == "group" else row.name


def _reading(gap: Gap) -> str:
    return f"cannot read {gap.source}: {gap.reason}"


def _file(source: str, name: str) -> str:
    """A file, with the limit that it would tell where its own name does not say so."""
    return source if source.rpartition("/")[2] in (name, name.rpartition(".")[2]) else f"{source} ({name})"


def _name(whom: Whom) -> str:
    name = printable(whom.name) if whom.name else ""
    if whom.kind == "process":
        if whom.pid is None:  # ourselves
            return name or "self"
        return f"{name} (pid {whom.pid})" if name else f"pid {whom.pid}"
    return whom.kind if whom.kind == "host" else f"{whom.kind} {name}".rstrip()


def _tightest(headroom: Headroom) -> Layer | None:
    """The layer that can leave least at most; None where none is known to bound it."""
    bounded = [(most, layer) for layer in headroom.layers if isinstance(most := _most(layer), int)]
    return min(bounded, key=lambda pair: pair[0])[1] if bounded else None


def _most(layer: Layer) -> Limit | None:
    """What a layer can leave at most: all of its limit where the use is not known."""
    if layer.left is not None:
        return layer.left
    return layer.limit // layer.per_unit if isinstance(layer.limit, int) else layer.limit


def _of(layer: Layer, unit: str) -> str:
    """A layer that bounds threads by memory counts in bytes."""
    counted = "bytes" if layer.per_unit > 2 else unit
    return f"{quantity(layer.used, counted)} of {quantity(layer.limit, counted)}"


def _throttling(group: CpuGroup) -> str:
    if group.periods_total is None or group.throttled_periods_total is None:
        return "throttling unknown"
    if not group.throttled_periods_total:
        return "never throttled"
    seconds = group.throttled_seconds_total
    whole = "" if seconds is None else f", {format_duration(seconds)} in all"
    counts = f"{group.throttled_periods_total:,} of {group.periods_total:,} periods"
    return f"throttled in {counts} ({percent(group.throttled_ratio)}){whole}"
