"""What changed between two readings: a saved mnemo.sample/1 document and one of now."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mnemo_cli.errors import UsageError
from mnemo_cli.model import Json
from mnemo_cli.recording.document import SAMPLE_SCHEMA
from mnemo_cli.redact import printable

DIFF_SCHEMA = "mnemo.diff/1"
# No counter of the kernel is larger; differences of larger ones might be infinite, which JSON cannot say.
_LARGEST = 1 << 64
# Of a tracker and of its components: what lives on in dead workers, and what only the living have.
_COUNTED = (
    "allocated_bytes_total", "allocations", "deallocated_bytes_total", "deallocations", "unbalanced_total",
    "spawned_tasks", "completed_tasks_total", "evicted_total", "expired_total", "rejected_total", "hits_total",
    "misses_total",
)  # fmt: skip
_SUMMED = ("processes", "used_bytes", "used", "limit", "limit_bytes", *_COUNTED)


def load_sample(path: Path) -> Mapping[str, Json]:
    """A document that `mnemo snapshot --format json` wrote; UsageError for anything else."""
    shown = printable(str(path))
    try:
        document = _harmless(json.loads(path.read_bytes()))
    except OSError as err:
        raise UsageError(f"cannot read {shown}: {err.strerror}") from err
    except (ValueError, RecursionError) as err:
        raise UsageError(f"{shown} is not JSON: {err}; save one with `mnemo snapshot --format json`") from err
    if not isinstance(document, dict) or document.get("schema") != SAMPLE_SCHEMA:
        raise UsageError(f"{shown} is not a {SAMPLE_SCHEMA} document; save one with `mnemo snapshot --format json`")
    return document


def _harmless(value: Json) -> Json:
    """The file may be a stranger's: text without escape codes, and only numbers that can be reckoned with."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, int | float):
        return value if abs(value) <= _LARGEST else None
    if isinstance(value, Mapping):
        return {printable(key): _harmless(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_harmless(inner) for inner in value]
    return value


def diff_document(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """Every number, level and limit that differs, and the processes that came, went or grew.

    Of trackers the workers of one program are added up, the dead ones too: so a restart is no loss.
    """
    return {
        "schema": DIFF_SCHEMA,
        "from": old.get("time"),
        "to": new.get("time"),
        "seconds": _seconds_between(old.get("time"), new.get("time")),
        "same_scope": old.get("scope") == new.get("scope"),
        "level": {"from": old.get("level"), "to": new.get("level")},
        "changes": [*_changes(_numbers(old), _numbers(new)), *_tracker_changes(old, new)],
        "processes": list(_process_changes(old, new)),
    }


def _changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield {"field": name, "from": before, "to": after, "delta": _delta(before, after)}


def _numbers(document: Mapping[str, Json]) -> dict[str, Json]:
    """The numbers of the binding limit, of each limit by its name, and of the target."""
    found: dict[str, Json] = {}
    memory, target, limits = document.get("memory"), document.get("target"), document.get("limits")
    for prefix, part in (("memory", memory), ("target", target)):
        if isinstance(part, Mapping):
            found |= {f"{prefix}.{key}": value for key, value in part.items() if _is_answer(value)}
    for limit in limits if isinstance(limits, Sequence) and not isinstance(limits, str) else ():
        if isinstance(limit, Mapping):
            name = limit.get("path") or limit.get("kind")
            numbers = {key: value for key, value in limit.items() if key.endswith(("_bytes", "_total"))}
            found |= {f"limits.{name}.{key}": value for key, value in numbers.items() if _is_answer(value)}
    return found


def _tracker_changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """The numbers of the programs that both readings know; of the others how many workers came or went."""
    before, after = _programs(old), _programs(new)
    for program in dict.fromkeys((*before, *after)):
        if program in before and program in after:
            yield from _changes(before[program], after[program])
        else:
            workers = f"trackers.{program}.processes"
            counts = [{workers: side.get(program, {}).get(workers, 0)} for side in (before, after)]
            yield from _changes(*counts)


def _programs(document: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """By program: the sum of each number of its trackers and of their components, by its dotted name."""
    sums: dict[str, dict[str, Json]] = defaultdict(dict)
    for tracker in _mappings(document.get("trackers")):
        # What strangers called themselves: the saved reading was made printable when it was loaded.
        program = printable(str(tracker.get("name")))
        total = sums[program]
        for part in (tracker, *_mappings(tracker.get("components"))):
            prefix = program if part is tracker else f"{program}.{printable(str(part.get('name')))}"
            for key in _COUNTED if tracker.get("pid") is None else _SUMMED:
                value, name = part.get(key), f"trackers.{prefix}.{key}"
                if key in part and _is_answer(value):
                    total[name] = _added(total[name], value) if name in total else value
    return sums


def _added(one: Json, other: Json) -> Json:
    """Together without a limit as soon as one is, and unknown as soon as one is."""
    if "unlimited" in (one, other):
        return "unlimited"
    if _is_number(one) and _is_number(other):
        return one + other  # type: ignore[operator]  # both are numbers
    return None


def _process_changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """A reading lists the largest processes only: who is missing from a part may yet run ("listed", "unlisted")."""
    before, after = _processes(old.get("processes")), _processes(new.get("processes"))
    came = "new" if _lists_all(old) else "listed"
    went = "gone" if _lists_all(new) else "unlisted"
    for key in dict.fromkeys((*after, *before)):
        earlier, later = before.get(key), after.get(key)
        process = later or earlier or {}
        state = came if earlier is None else went if later is None else "changed"
        used_before, used_after = _used(earlier, later)
        if state != "changed" or used_before != used_after:
            yield {
                "pid": process.get("pid"),
                "name": process.get("name"),
                "state": state,
                "from": used_before,
                "to": used_after,
                "delta": _delta(used_before, used_after),
            }


def _processes(value: Json) -> dict[tuple[Json, Json], Mapping[str, Json]]:
    rows = _mappings(value)
    keys = [(item.get("pid"), item.get("started")) for item in rows]
    return {key: item for key, item in zip(keys, rows, strict=True) if all(map(_is_number, key))}


def _mappings(value: Json) -> list[Mapping[str, Json]]:
    """The objects of an array; none in anything else."""
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [item for item in items if isinstance(item, Mapping)]


def _lists_all(document: Mapping[str, Json]) -> bool:
    target = document.get("target")
    return isinstance(target, Mapping) and target.get("processes") == len(_processes(document.get("processes")))


def _used(earlier: Mapping[str, Json] | None, later: Mapping[str, Json] | None) -> tuple[Json, Json]:
    """PSS of both, or RSS of both where either PSS was denied: the one says nothing of the other."""
    present = [process for process in (earlier, later) if process is not None]
    name = "rss_bytes" if any(process.get("pss_bytes") is None for process in present) else "pss_bytes"
    return (None if earlier is None else earlier.get(name)), (None if later is None else later.get(name))


def _delta(before: Json, after: Json) -> Json:
    if _is_number(before) and _is_number(after):
        return after - before  # type: ignore[operator]  # both are numbers
    return None


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_answer(value: Json) -> bool:
    return value is None or value == "unlimited" or _is_number(value)


def _seconds_between(earlier: Json, later: Json) -> float | None:
    try:
        return (datetime.fromisoformat(str(later)) - datetime.fromisoformat(str(earlier))).total_seconds()
    except (ValueError, TypeError):  # no time, or one without its zone
        return None
