"""Two readings compared, as text."""

from collections.abc import Mapping, Sequence

from mnemo_cli.model import Json
from mnemo_cli.output.snapshot import shortened
from mnemo_cli.output.tables import aligned
from mnemo_cli.units import format_duration, format_size


def diff_text(document: Mapping[str, Json]) -> str:
    """What changed, the processes with the largest change first."""
    seconds, level = document["seconds"], document["level"]
    span = format_duration(seconds) if isinstance(seconds, int | float) and seconds >= 0 else "an unknown time"
    lines = [f"{document['from'] or 'unknown'} → {document['to']} ({span})"]
    if isinstance(level, Mapping) and level["from"] != level["to"]:
        lines.append(f"level {level['from'] or 'unknown'} → {level['to'] or 'unknown'}")
    if not document["same_scope"]:
        lines.append("the two readings are of different targets")
    changes = [_cells(item, str(item["field"]), _is_size(str(item["field"]))) for item in _rows(document["changes"])]
    processes = sorted(_rows(document["processes"]), key=lambda item: -abs(_number(item["delta"])))
    changes += [
        _cells(item, f"{item['pid']} {shortened(str(item['name']), 20)} ({item['state']})", True) for item in processes
    ]
    if not changes:
        return "\n".join([*lines, "no change"]) + "\n"
    table = aligned([["FIELD", "FROM", "TO", "CHANGE"], *changes], right=frozenset({1, 2, 3}))
    return "\n".join([*lines, "", *table]) + "\n"


def _is_size(field: str) -> bool:
    return field.endswith(("_bytes", "_bytes_total"))


def _cells(item: Mapping[str, Json], name: str, in_bytes: bool) -> list[str]:
    delta = item["delta"]
    sign = "+" if _number(delta) > 0 else ""
    was = _word(item["from"], in_bytes, none="-" if item.get("state") in ("new", "listed") else "unknown")
    now = _word(item["to"], in_bytes, none="-" if item.get("state") in ("gone", "unlisted") else "unknown")
    return [name, was, now, sign + _word(delta, in_bytes, none="-")]


def _word(value: Json, in_bytes: bool, none: str = "unknown") -> str:
    if value is None:
        return none
    if isinstance(value, int) and in_bytes:
        return format_size(value)
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _rows(value: Json) -> list[Mapping[str, Json]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, Sequence) else []


def _number(value: Json) -> float:
    return value if isinstance(value, int | float) else 0
