"""A moment as the JSON that programs read: mnemo.sample/1, and its event lines.

Numbers are numbers, no limit is "unlimited", and unknown is null with an entry in `gaps`.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from math import inf

from mnemo_cli.model import (
    UNLIMITED,
    Alert,
    Component,
    Event,
    Forecast,
    Gap,
    Json,
    Level,
    Memory,
    Moment,
    Pressure,
    Process,
    Tracker,
    limit_json,
)

SAMPLE_SCHEMA = "mnemo.sample/1"


def encode(document: Json) -> str:
    """One line of JSON, in ASCII: whole in every locale, with names that are not Unicode, and to every line reader."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


def pretty(document: Json) -> str:
    """The same over several lines, for a document that stands alone."""
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def timestamp(time_seconds: float) -> str:
    """Unix time as UTC with milliseconds: "2026-11-22T14:02:31.004Z"."""
    moment = datetime.fromtimestamp(round(time_seconds, 3), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def sample_document(moment: Moment) -> dict[str, Json]:
    """The whole moment as mnemo.sample/1."""
    sample, verdict = moment.sample, moment.verdict
    binding = verdict.binding
    return {
        "schema": SAMPLE_SCHEMA,
        "type": "sample",
        "time": timestamp(sample.time_seconds),
        "clock_seconds": sample.clock_seconds,
        "scope": sample.scope.json,
        "level": level_word(verdict.level),
        "memory": None if binding is None else memory_document(binding, verdict.peak_used_bytes),
        "limits": [limit_document(memory, level) for memory, level in zip(sample.limits, verdict.levels, strict=True)],
        "target": None
        if sample.target is None
        else {
            "used_bytes": sample.target.used_bytes,
            "used_is_rss": sample.target.used_is_rss,
            "processes": sample.target.processes,
        },
        "pressure": None if sample.pressure is None else pressure_document(sample.pressure),
        "vm_pressure_level": sample.vm_pressure_level,
        "forecast": None if verdict.forecast is None else forecast_document(verdict.forecast),
        "processes": [process_document(process) for process in sample.processes],
        "trackers": [tracker_document(tracker) for tracker in sample.trackers],
        "alerts": [alert_document(alert) for alert in verdict.alerts if alert.state != "inactive"],
        "host_oom_kills_total": sample.host_oom_kills_total,
        "gaps": gap_documents(moment.gaps),
    }


def event_document(event: Event) -> dict[str, Json]:
    """One event line of a stream."""
    return {
        "type": "event",
        "time": timestamp(event.time_seconds),
        "event": event.event,
        "text": event.text,
        **event.fields,
    }


def memory_document(memory: Memory, peak_used_bytes: int | None) -> dict[str, Json]:
    """The binding limit. `peak_bytes` is the highest use since the watch began."""
    return {
        "used_bytes": memory.used_bytes,
        "limit_bytes": limit_json(memory.limit_bytes),
        "used_ratio": memory.used_ratio,
        "headroom_bytes": limit_json(memory.headroom_bytes),
        "peak_bytes": peak_used_bytes,
        "reclaimable_bytes": memory.reclaimable_bytes,
        "swap_used_bytes": memory.swap_used_bytes,
        "swap_total_bytes": limit_json(memory.swap_total_bytes),
        "anon_bytes": memory.anon_bytes,
        "file_bytes": memory.file_bytes,
        "shmem_bytes": memory.shmem_bytes,
        "kernel_bytes": memory.kernel_bytes,
        "compressed_bytes": memory.compressed_bytes,
        "limit_source": memory.source.json,
    }


def limit_document(memory: Memory, level: Level | None) -> dict[str, Json]:
    """One limit on the path. `usage_peak_bytes` is the kernel's own record, file cache included."""
    return {
        "kind": memory.source.kind,
        "path": memory.source.path,
        "used_bytes": memory.used_bytes,
        "limit_bytes": limit_json(memory.limit_bytes),
        "used_ratio": memory.used_ratio,
        "headroom_bytes": limit_json(memory.headroom_bytes),
        "level": level_word(level),
        "usage_peak_bytes": memory.usage_peak_bytes,
        "high_bytes": limit_json(memory.high_bytes),
        "oom_kills_total": memory.oom_kills_total,
        "limit_hits_total": memory.limit_hits_total,
        "major_faults_total": memory.major_faults_total,
        "refaults_total": memory.refaults_total,
        "paged_out_bytes_total": memory.paged_out_bytes_total,
    }


def pressure_document(pressure: Pressure) -> dict[str, Json]:
    return {name: getattr(pressure, name) for name in Pressure._fields}


def forecast_document(forecast: Forecast) -> dict[str, Json]:
    return {
        "seconds_to_limit": limit_json(forecast.seconds_to_limit),
        "low_seconds": limit_json(forecast.low_seconds),
        "high_seconds": limit_json(forecast.high_seconds),
        "growth_bytes_per_second": forecast.growth_bytes_per_second,
        "window_seconds": forecast.window_seconds,
    }


def process_document(process: Process) -> dict[str, Json]:
    return {**process._asdict(), "fd_soft_limit": limit_json(process.fd_soft_limit)}


def tracker_document(tracker: Tracker) -> dict[str, Json]:
    """One process's counters."""
    return {
        **tracker_numbers(tracker),
        "components": [component_document(component) for component in tracker.components],
        "metrics": [metric._asdict() for metric in tracker.metrics],
    }


def tracker_numbers(tracker: Tracker) -> dict[str, Json]:
    """All but its lists. The components that every tracker has are numbers of the tracker too."""
    cache = tracker.component("embeddings_cache")
    return {
        "pid": tracker.pid,
        "name": tracker.name,
        "started": tracker.started,
        "processes": tracker.processes,
        "used_bytes": tracker.used_bytes,
        "peak_bytes": tracker.peak_bytes,
        "limit_bytes": limit_json(tracker.limit_bytes),
        "allocated_bytes_total": tracker.allocated_bytes_total,
        "allocations": tracker.allocations,
        "allocation_bytes_per_second": tracker.allocation_bytes_per_second,
        "deallocated_bytes_total": tracker.deallocated_bytes_total,
        "deallocations": tracker.deallocations,
        "unbalanced_total": tracker.unbalanced_total,
        "event_queue_size": tracker.used_of("event_queue"),
        "work_queue_size": tracker.used_of("work_queue"),
        "db_connections": tracker.used_of("db_connections"),
        "network_connections": tracker.used_of("network_connections"),
        "spawned_tasks": tracker.spawned_tasks,
        "active_tasks": tracker.used_of("active_tasks"),
        "completed_tasks_total": tracker.completed_tasks_total,
        "embeddings_cache_bytes": None if cache is None else cache.used_bytes,
        "history_ops": tracker.used_of("operation_history"),
    }


def alert_document(alert: Alert) -> dict[str, Json]:
    """How one rule stands. Without end, which no limit has, is "unlimited"."""
    return {
        "name": alert.name,
        "state": alert.state,
        "severity": alert.severity,
        "since": timestamp(alert.since_seconds),
        "value": limit_json(UNLIMITED if alert.value == inf else alert.value),
        "summary": alert.summary,
        "actions": alert.actions,
    }


def component_document(component: Component) -> dict[str, Json]:
    """`used_ratio` is that of the fuller ceiling, items or bytes."""
    fields: dict[str, Json] = {name: getattr(component, name) for name in Component._fields}
    return {
        **fields,
        "limit": limit_json(component.limit),
        "limit_bytes": limit_json(component.limit_bytes),
        "used_ratio": component.used_ratio,
        "level": level_word(component.level),
    }


def gap_documents(gaps: Iterable[Gap]) -> list[Json]:
    """Why something is null."""
    return [{"field": gap.field, "source": gap.source, "reason": gap.reason} for gap in gaps]


def level_word(level: Level | None) -> str | None:
    """The level's word, or None for unknown."""
    return None if level is None else level.word
