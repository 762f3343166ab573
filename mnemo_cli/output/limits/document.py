"""mnemo.limits/1: every limit of one or more targets as numbers, "unlimited", or null with an entry in `gaps`."""

from collections.abc import Sequence

from mnemo_cli.doctor.budget import Budget
from mnemo_cli.doctor.headroom import Headroom, Layer
from mnemo_cli.doctor.inventory import Inventory, LimitRow
from mnemo_cli.model import Json, limit_json
from mnemo_cli.output.limits import Shown
from mnemo_cli.recording.document import gap_documents, level_word, pretty
from mnemo_cli.redact import printable
from mnemo_cli.sampling.cpu import CpuGroup

LIMITS_SCHEMA = "mnemo.limits/1"


def json_text(shown: Sequence[Shown]) -> str:
    """One document for all targets."""
    return pretty(limits_document(shown))


def limits_document(shown: Sequence[Shown]) -> dict[str, Json]:
    return {"schema": LIMITS_SCHEMA, "targets": [_target(each) for each in shown]}


def _target(shown: Shown) -> dict[str, Json]:
    inventory = shown.inventory
    return {
        "target": _whom(inventory),
        "absence": inventory.absence,
        "headroom": [_headroom(each) for each in inventory.headrooms],
        "limits": [_limit(row) for row in inventory.rows],
        "cpu": [_cpu(group) for group in inventory.cpu],
        "knobs": [
            {"name": each.name, "value": each.value, "meaning": each.meaning, "source": each.source}
            for each in inventory.knobs
        ],
        "budget": None if shown.budget is None else _budget(shown.budget),
        "gaps": gap_documents(inventory.gaps),
    }


def _whom(inventory: Inventory) -> dict[str, Json]:
    words = inventory.whom._asdict()
    return {key: printable(word) if isinstance(word, str) else word for key, word in words.items()}


def _limit(row: LimitRow) -> dict[str, Json]:
    return {
        "name": row.name,
        "layer": printable(row.layer),
        "scope": row.scope,
        "unit": row.unit,
        "soft": limit_json(row.soft),
        "hard": limit_json(row.hard),
        "used": row.used,
        "used_ratio": row.used_ratio,
        "headroom": limit_json(row.headroom),
        "hits": row.hits,
        "source": None if row.source is None else printable(row.source),
        "enforced": row.is_enforced,
        "counted": row.is_counted,
        "note": row.note,
    }


def _headroom(headroom: Headroom) -> dict[str, Json]:
    binding = headroom.binding
    return {
        "name": headroom.name,
        "unit": headroom.unit,
        "left": limit_json(headroom.left),
        "binding": None if binding is None else _layer(binding),
        "ceiling": limit_json(headroom.ceiling),
        "layers": [_layer(layer) for layer in headroom.layers],
        "unknown": [printable(name) for name in headroom.unknown],
    }


def _layer(layer: Layer) -> dict[str, Json]:
    return {
        "name": printable(layer.name),
        "used": layer.used,
        "limit": limit_json(layer.limit),
        "left": limit_json(layer.left),
    }


def _cpu(group: CpuGroup) -> dict[str, Json]:
    return {
        "path": printable(group.path),
        "file": group.file,
        "limit_cores": limit_json(group.limit_cores),
        "period_seconds": group.period_seconds,
        "periods_total": group.periods_total,
        "throttled_periods_total": group.throttled_periods_total,
        "throttled_seconds_total": group.throttled_seconds_total,
        "throttled_ratio": group.throttled_ratio,
    }


def _budget(budget: Budget) -> dict[str, Json]:
    return {
        "parts": [part._asdict() for part in budget.parts],
        "low_bytes": budget.low_bytes,
        "high_bytes": budget.high_bytes,
        "binding": None if budget.binding is None else printable(budget.binding),
        "limit_bytes": limit_json(budget.limit_bytes),
        "low_ratio": budget.low_ratio,
        "high_ratio": budget.high_ratio,
        "level": level_word(budget.level),
        "unread": [printable(name) for name in budget.unread],
        "sentence": printable(budget.sentence),
    }
