"""What several workers of one program counted, added up. Counters live on when a worker dies; its gauges are gone."""

from collections.abc import Iterable
from functools import reduce
from typing import TypeVar

from mnemo_cli.model import Component, Metric, Tracker
from mnemo_cli.tracker import layout
from mnemo_cli.tracker.discovery import CountersFile
from mnemo_cli.tracker.reading import decode

# In the order of layout.COUNTERS_AT and layout.COMPONENT_COUNTER_OFFSETS.
_COUNTERS = (
    "allocated_bytes_total",
    "allocations",
    "deallocated_bytes_total",
    "deallocations",
    "unbalanced_total",
    "spawned_tasks",
    "completed_tasks_total",
)
_COMPONENT_COUNTERS = tuple(name for name in layout.COMPONENT_OFFSETS if name.endswith("_total"))
_LAST_AT = (layout.FOLDED_PID_AT, layout.FOLDED_STARTED_AT, layout.FOLDED_MADE_AT)
_Part = TypeVar("_Part", Component, Metric)


def folded(files: Iterable[CountersFile]) -> Tracker:
    """The counters of dead workers of one program, one at least, as one Tracker.

    A worker that was added to the folded file, but whose own file is still there, counts once. Raises
    UnreadableError for a file with numbers that cannot be.
    """
    files = list(files)
    added = {file.header.folded_last for file in files if file.header.state == layout.FOLDED}
    counted = (file for file in files if file.header.state == layout.FOLDED or file.header.identity not in added)
    return reduce(_sum, map(_counters_only, counted))


def folded_content(total: Tracker, last: CountersFile) -> bytes:
    """The bytes of the folded file: `total`, of which `last` was the worker added last."""
    content = bytearray(layout.FILE_BYTES)
    content[: layout.USED_AT * 8] = last.content[: layout.USED_AT * 8]
    words = memoryview(content).cast("q")
    words[layout.STATE_AT], words[layout.PID_AT], words[layout.STARTED_AT] = layout.FOLDED, 0, 0
    words[layout.FOLDED_COUNT_AT] = min(total.processes, layout.MOST)
    for at, number in zip(_LAST_AT, last.header.identity, strict=True):
        words[at] = number
    words[layout.PEAK_AT] = total.peak_bytes
    _put(words, layout.COUNTERS_AT, total, _COUNTERS)
    for slot, part in enumerate(total.components[: layout.COMPONENTS]):
        first = layout.COMPONENTS_AT + slot * layout.COMPONENT_WORDS
        _put_text(content, first, part.name, layout.LABEL_BYTES)
        _put_text(content, first + layout.UNIT_OFFSET, part.unit, layout.UNIT_BYTES)
        _put_text(content, first + layout.POLICY_OFFSET, part.policy, layout.UNIT_BYTES)
        words[first + layout.COMPONENT_OFFSETS["used_bytes"]] = layout.NOT_TOLD
        _put(words, [first + offset for offset in layout.COMPONENT_COUNTER_OFFSETS], part, _COMPONENT_COUNTERS)
    for slot, metric in enumerate(total.metrics[: layout.METRICS]):
        first = layout.METRICS_AT + slot * layout.METRIC_WORDS
        _put_text(content, first, metric.name, layout.LABEL_BYTES)
        _put_text(content, first + layout.UNIT_OFFSET, metric.unit, layout.UNIT_BYTES)
        words[first + layout.KIND_OFFSET] = layout.COUNTER
        words[first + layout.VALUE_OFFSET] = min(int(metric.value or 0), layout.MOST)
    return bytes(content)


def _counters_only(file: CountersFile) -> Tracker:
    """One dead worker, or a folded file, without what nobody uses any more."""
    header = file.header
    tracker = decode(file.content, pid=None, name=header.name)
    return tracker._replace(
        processes=header.folded_count if header.state == layout.FOLDED else 1,
        used_bytes=0,
        limit_bytes=None,
        components=tuple(
            part._replace(used=0, limit=None, used_bytes=None, limit_bytes=None) for part in tracker.components
        ),
        metrics=tuple(metric for metric in tracker.metrics if metric.kind == "counter"),
    )


def _sum(one: Tracker, other: Tracker) -> Tracker:
    """The peak is the higher of the two: the workers need not have lived at the same time."""
    return one._replace(
        **{name: getattr(one, name) + getattr(other, name) for name in ("processes", *_COUNTERS)},
        peak_bytes=max(one.peak_bytes, other.peak_bytes),
        components=_merged(one.components, other.components, _COMPONENT_COUNTERS),
        metrics=_merged(one.metrics, other.metrics, ("value",)),
    )


def _merged(ones: Iterable[_Part], others: Iterable[_Part], counters: Iterable[str]) -> tuple[_Part, ...]:
    """Parts of the same name become one."""
    by_name = {part.name: part for part in ones}
    for part in others:
        same = by_name.get(part.name)
        summed = {} if same is None else {name: getattr(same, name) + getattr(part, name) for name in counters}
        by_name[part.name] = part._replace(**summed)
    return tuple(by_name.values())


def _put(words: "memoryview[int]", places: Iterable[int], part: Tracker | Component, names: Iterable[str]) -> None:
    for at, name in zip(places, names, strict=True):
        value = getattr(part, name)
        words[at] = min(round(value * 1e9) if name == "blocked_seconds_total" else value, layout.MOST)


def _put_text(content: bytearray, word: int, text: str, size_bytes: int) -> None:
    content[word * 8 : word * 8 + size_bytes] = text.encode()[:size_bytes].ljust(size_bytes, b"\0")
