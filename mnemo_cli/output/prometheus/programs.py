"""Metrics of what programs count themselves: each tracker, its components, and sums over all of them."""

import heapq
from collections.abc import Mapping, Sequence
from operator import attrgetter

from mnemo_cli.limits.rules.names import values_of
from mnemo_cli.model import Moment, Tracker
from mnemo_cli.output.prometheus.family import Family, LabelSets, Sheet, family
from mnemo_cli.recording.document import tracker_numbers

# Any user may publish trackers, and each has up to 230 samples.
_MOST_TRACKERS = 200

_OF_A_TRACKER = {
    "used_bytes": "What the program has in use, as it counts itself",
    "peak_bytes": "The most that it had in use",
    "limit_bytes": "What it holds its use against; +Inf is unlimited",
    "allocated_bytes_total": "What it took in all",
    "allocations": "How often it took some",
    "allocation_bytes_per_second": "What it took per second since the reading before",
    "deallocated_bytes_total": "What it gave back in all",
    "deallocations": "How often it gave some back",
    "unbalanced_total": "How often it gave back what it had never taken",
    "processes": "Processes that this is of: 1, and of dead workers their number",
    "event_queue_size": "Events that it keeps",
    "work_queue_size": "Items in its work queue",
    "db_connections": "Its open database connections",
    "network_connections": "Its network connections",
    "spawned_tasks": "Tasks that it ever spawned",
    "active_tasks": "Tasks that are not completed",
    "completed_tasks_total": "Tasks that it completed",
    "embeddings_cache_bytes": "Size of its embeddings cache",
    "history_ops": "Operations in its history",
}
# Counters of the sample whose names do not end as Prometheus wants those of counters.
_COUNTERS = ("allocations", "deallocations")
_OF_A_COMPONENT = {
    "used": "What is in a queue, pool or cache of a program, in its unit",
    "limit": "What may be in it; +Inf is unlimited",
    "used_bytes": "What is in it, in bytes",
    "limit_bytes": "What may be in it, in bytes; +Inf is unlimited",
    "used_ratio": "The fuller of its two ceilings, as a share of 0 to 1",
    "level": "How full it is: 0 normal, 1 moderate, 2 high, 3 critical; no sample for what is healthy when full",
    "evicted_total": "What it put out to make room",
    "expired_total": "What became too old in it",
    "rejected_total": "What it refused because it was full",
    "blocked_seconds_total": "How long callers waited because it was full",
    "hits_total": "How often something was found in it",
    "misses_total": "How often something was not",
}
_SUMS = {
    field: f"{_OF_A_TRACKER[field]}, summed over all trackers"
    for field in (
        "event_queue_size", "work_queue_size", "db_connections", "network_connections", "spawned_tasks",
        "active_tasks", "completed_tasks_total", "embeddings_cache_bytes", "history_ops",
    )
}  # fmt: skip
# Under names of their own: a program's own numbers have these too.
_SUMS_OF_TRACKERS = {
    f"tracker_{field}": f"{_OF_A_TRACKER[field]}, summed over all trackers"
    for field in (
        "used_bytes", "peak_bytes", "limit_bytes", "allocated_bytes_total", "allocation_bytes_per_second",
        "deallocated_bytes_total", "unbalanced_total",
    )
}  # fmt: skip
_SUMS_OF_LIMITS = {
    f"{component}_limit": f"What every {component} may hold, summed over all trackers; +Inf is unlimited"
    for component in ("event_queue", "work_queue", "db_connections", "embeddings_cache", "operation_history")
}
# As the specification calls them.
_ALIASES = {
    "mnemosyne_memory_bytes": "tracker_used_bytes",
    "mnemosyne_work_queue_size": "work_queue_size",
    "mnemosyne_db_connections": "db_connections",
}


def _plural(name: str) -> str:
    """The family of a sum: tracker_used_bytes is of one tracker, trackers_used_bytes of all."""
    return name.replace("tracker_", "mnemo_trackers_", 1)


_TRACKER_NAMES = [f"mnemo_tracker_{field}{'_total' if field in _COUNTERS else ''}" for field in _OF_A_TRACKER]
_COMPONENT_NAMES = [f"mnemo_component_{field}" for field in _OF_A_COMPONENT]
_component_numbers = attrgetter(*_OF_A_COMPONENT)

OF_ONE_PROGRAM: tuple[Family, ...] = (
    *(family(name, f"{text}.") for name, text in zip(_TRACKER_NAMES, _OF_A_TRACKER.values(), strict=True)),
    *(family(name, f"{text}.") for name, text in zip(_COMPONENT_NAMES, _OF_A_COMPONENT.values(), strict=True)),
    family("mnemo_program_value", "A gauge of the program's own."),
    family("mnemo_program_counted_total", "A counter of the program's own."),
)
FAMILIES: tuple[Family, ...] = (
    *OF_ONE_PROGRAM,
    family("mnemo_trackers", f"Trackers in scope; the {_MOST_TRACKERS} that use most have series of their own."),
    *(family(f"mnemo_{field}", f"{text}.") for field, text in {**_SUMS, **_SUMS_OF_LIMITS}.items()),
    *(family(_plural(field), f"{text}.") for field, text in _SUMS_OF_TRACKERS.items()),
    family(
        "mnemo_db_pool_size",
        "Connections that the database pools may have, summed over all trackers; the setting where none tells.",
    ),
    *(
        family(alias, f"{_OF_A_TRACKER[name.removeprefix('tracker_')]}, summed: the specification's name.")
        for alias, name in _ALIASES.items()
    ),
)


def put_programs(sheet: Sheet, moment: Moment, settings: Mapping[str, float]) -> None:
    """Every tracker, and the sums, which are the values that alert rules judge."""
    trackers = moment.sample.trackers
    values = values_of(moment.sample, moment.verdict, settings)
    sheet.put("mnemo_trackers", len(trackers))
    for name in (*_SUMS, *_SUMS_OF_LIMITS, "db_pool_size"):
        sheet.put(f"mnemo_{name}", values[name])
    for name in _SUMS_OF_TRACKERS:
        sheet.put(_plural(name), values[name])
    for alias, name in _ALIASES.items():
        sheet.put(alias, values[name])
    put_trackers(sheet, trackers)


def put_trackers(sheet: Sheet, trackers: Sequence[Tracker]) -> None:
    """Those that use most, each with its components and its own gauges and counters."""
    of_trackers = LabelSets("name", "pid", told_apart_by="name")
    of_components = LabelSets("tracker", "pid", "component", "unit", told_apart_by="component")
    of_metrics = LabelSets("tracker", "pid", "metric", "unit", told_apart_by="metric")
    for tracker in heapq.nlargest(_MOST_TRACKERS, trackers, key=lambda tracker: tracker.used_bytes):
        own = of_trackers.next(tracker.name, tracker.pid)
        numbers = tracker_numbers(tracker)
        sheet.put_row(_TRACKER_NAMES, [numbers[field] for field in _OF_A_TRACKER], own)
        for component in tracker.components:
            labels = of_components.next(own["name"], tracker.pid, component.name, component.unit)
            sheet.put_row(_COMPONENT_NAMES, _component_numbers(component), labels)
        for metric in tracker.metrics:
            labels = of_metrics.next(own["name"], tracker.pid, metric.name, metric.unit)
            name = "mnemo_program_value" if metric.kind == "gauge" else "mnemo_program_counted_total"
            sheet.put(name, metric.value, labels)
