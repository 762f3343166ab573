"""The numbers that a condition may use: every one of a sample, sums over the trackers in scope, and the settings.

A name is that of the number in mnemo.sample/1, and that of its metric without `mnemo_`. The specification's own
are memory_usage_pct and those of trackers and settings. `names` says what they are now.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

Origin: TypeAlias = Literal["sample", "trackers", "settings"]


class Variable(NamedTuple):
    """One name. `promql` is the expression with the same value; `origin` is where its value comes from."""

    name: str
    help: str
    unit: str
    promql: str
    origin: Origin = "sample"


_OF_ANY_MEMORY = (
    ("reclaimable_bytes", "bytes", "File cache that goes when memory is needed"),
    ("swap_used_bytes", "bytes", "Swap in use"),
    ("swap_total_bytes", "bytes", "Swap that may be used"),
    ("anon_bytes", "bytes", "Anonymous memory"),
    ("file_bytes", "bytes", "File cache, shared memory included"),
    ("shmem_bytes", "bytes", "Shared memory"),
    ("kernel_bytes", "bytes", "Memory of the kernel"),
    ("compressed_bytes", "bytes", "What compressed pages take up (macOS)"),
)
_OF_MEMORY = (
    ("used_bytes", "bytes", "Used, of the limit that binds."),
    ("limit_bytes", "bytes", "The limit that binds."),
    ("used_ratio", "ratio", "Used, as a share of the limit that binds."),
    ("headroom_bytes", "bytes", "Left below the limit that binds; negative where it is passed."),
    ("peak_bytes", "bytes", "The highest use since the watch began."),
    *((field, unit, f"{help}, of the limit that binds.") for field, unit, help in _OF_ANY_MEMORY),
)
_OF_HOST = (
    ("used_bytes", "bytes", "Used, of the machine."),
    ("limit_bytes", "bytes", "Memory of the machine."),
    ("used_ratio", "ratio", "Used, as a share of the machine's memory."),
    ("headroom_bytes", "bytes", "Available on the machine."),
    *((field, unit, f"{help}, of the machine.") for field, unit, help in _OF_ANY_MEMORY),
)
_OF_PRESSURE = (
    *((f"{who}_avg{span}_ratio", "ratio", f"Share of {span} s in which {what}.") for who, what in (
        ("some", "some tasks stood still for want of memory"),
        ("full", "all tasks stood still for want of memory"),
    ) for span in (10, 60, 300)),
    ("some_seconds_total", "seconds", "Time in which some tasks stood still for want of memory."),
    ("full_seconds_total", "seconds", "Time in which all tasks stood still for want of memory."),
)  # fmt: skip
_OF_FORECAST = (
    ("seconds_to_limit", "seconds", "Until the limit is reached; +Inf while nothing grows steadily."),
    ("low_seconds", "seconds", "The same, at the earliest."),
    ("high_seconds", "seconds", "The same, at the latest."),
    ("growth_bytes_per_second", "bytes per second", "How fast use grows."),
    ("window_seconds", "seconds", "How far back the forecast looks."),
)
# Sums over the trackers in scope, under their own names: the specification's.
_OF_PROGRAMS = (
    ("event_queue_size", "events", "Events that wait."),
    ("work_queue_size", "items", "Items that wait."),
    ("db_connections", "connections", "Database connections in use."),
    ("network_connections", "connections", "Network connections open."),
    ("active_tasks", "tasks", "Tasks that run."),
    ("spawned_tasks", "tasks", "Tasks that were begun."),
    ("completed_tasks_total", "tasks", "Tasks that have ended."),
    ("embeddings_cache_bytes", "bytes", "What the embeddings caches hold."),
    ("history_ops", "operations", "Operations that histories keep."),
)
_OF_TRACKERS = (
    ("used_bytes", "bytes", "What the programs have recorded as allocated and not given back."),
    ("peak_bytes", "bytes", "The highest use that each program recorded, added up."),
    ("limit_bytes", "bytes", "What the programs hold their use against."),
    ("allocated_bytes_total", "bytes", "All that was recorded as allocated."),
    ("allocation_bytes_per_second", "bytes per second", "How fast the programs allocate."),
    ("deallocated_bytes_total", "bytes", "All that was recorded as given back."),
    ("unbalanced_total", "calls", "Calls that gave back what had never been taken."),
)
_LIMITED = ("event_queue", "work_queue", "db_connections", "embeddings_cache", "operation_history")
# The settings are a floor above: their names are spelled out, and a test compares them.
SETTINGS = (
    ("memory_moderate_pct", "percent"),
    ("memory_high_pct", "percent"),
    ("memory_critical_pct", "percent"),
    ("memory_release_margin_pct", "percent"),
    ("memory_log_interval_secs", "seconds"),
    ("event_capacity", "events"),
    ("event_ttl_secs", "seconds"),
    ("work_queue_max", "items"),
    ("embeddings_cache_size", "entries"),
    ("crdt_history_max_ops", "operations"),
    ("crdt_compaction_interval_secs", "seconds"),
    ("memory_limit", "bytes"),
    ("memory_request", "bytes"),
    ("memory_swap_total", "bytes"),
    ("cpu_limit", "cores"),
    ("cpu_request", "cores"),
    ("fixed_memory", "bytes"),
    ("interval", "seconds"),
    ("memory_log_max_bytes", "bytes"),
    ("budget_time", "seconds"),
    ("budget_size", "bytes"),
    ("slots", "jobs"),
    ("budget", "bytes"),
    ("drain_timeout_secs", "seconds"),
    ("reconnect_secs", "seconds"),
    ("group_wait_secs", "seconds"),
    ("repeat_secs", "seconds"),
    ("timeout_secs", "seconds"),
)


def _variables() -> Iterator[Variable]:
    # The product as it is, rounded on neither side: 0.55 * 100 > 55 is true in floating point.
    yield Variable("memory_usage_pct", "Used, in percent of the limit.", "percent", "mnemo_memory_used_ratio * 100")
    for field, unit, help in _OF_MEMORY:
        yield Variable(f"memory_{field}", help, unit, f"mnemo_memory_{field}")
    for part, rows in (("host", _OF_HOST), ("pressure", _OF_PRESSURE), ("forecast", _OF_FORECAST)):
        for field, unit, help in rows:
            yield Variable(f"{part}_{field}", help, unit, f"mnemo_{part}_{field}")
    yield Variable("target_used_bytes", "What the target itself uses.", "bytes", "mnemo_target_used_bytes")
    yield Variable("target_processes", "Processes of the target.", "processes", "mnemo_target_processes")
    yield Variable("process_count", "Processes in scope.", "processes", "mnemo_target_processes")
    yield Variable("host_oom_kills_total", "Kills by the machine's OOM killer.", "kills", "mnemo_host_oom_kills_total")
    for field, unit, help in _OF_PROGRAMS:
        yield Variable(field, help, unit, f"mnemo_{field}", "trackers")
    for field, unit, help in _OF_TRACKERS:
        yield Variable(f"tracker_{field}", help, unit, f"mnemo_trackers_{field}", "trackers")
    for component in _LIMITED:
        name = f"{component}_limit"
        yield Variable(name, f"What {component} may hold.", "", f"mnemo_{name}", "trackers")
    yield Variable(
        "db_pool_size",
        "Connections that the pools may make: what each program tells, else the setting.",
        "connections",
        "mnemo_db_pool_size",
        "settings",
    )
    for name, unit in SETTINGS:
        yield Variable(name, "The setting.", unit, f'mnemo_setting{{name="{name}"}}', "settings")


VARIABLES: tuple[Variable, ...] = tuple(_variables())
VARIABLES_BY_NAME = {variable.name: variable for variable in VARIABLES}
SERIES = {variable.name: variable.promql for variable in VARIABLES}
