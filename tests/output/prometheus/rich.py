"""A moment in which everything is known, and labels as strangers choose them."""

from mnemo_cli.limits.components import judged
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import (
    UNLIMITED,
    Alert,
    Component,
    Forecast,
    LimitSource,
    Memory,
    Metric,
    Moment,
    Pressure,
    Process,
    Sample,
    Scope,
    Target,
    Tracker,
)

HOSTILE = 'a"b\\c\nd\udcff{e="f"} # \x1b[31m'
SECRET = "password=hunter2hunter2"
GROUP = LimitSource(kind="cgroup", path="/app", file="memory.max")


def memory(source: LimitSource = GROUP, **fields: object) -> Memory:
    numbers = dict.fromkeys(Memory._fields[3:], 7)
    return Memory(**{"source": source, "used_bytes": 700, "limit_bytes": 1000, **numbers, **fields})  # type: ignore[arg-type]


def process(pid: int = 42, **fields: object) -> Process:
    numbers = dict.fromkeys(("uss_bytes", "swap_bytes", "threads", "fds", "fd_soft_limit", "oom_score_adj"), 3)
    known = {"ppid": 1, "started": 7, "name": "python", "uid": 0, "rss_bytes": 9 * pid, "pss_bytes": 5, **numbers}
    return Process(pid=pid, **{**known, "command": f"python --{SECRET}", **fields})  # type: ignore[arg-type]


def component(name: str = "work_queue", **fields: object) -> Component:
    known = {"used": 640, "limit": 1000, "unit": "items", "used_bytes": 64, "limit_bytes": 100, "policy": "block"}
    return Component(name=name, **{**known, **fields})  # type: ignore[arg-type]


def tracker(pid: int | None = 42, name: str = "app", **fields: object) -> Tracker:
    known = {
        "started": 7, "processes": 1, "used_bytes": 4096, "peak_bytes": 8192, "allocated_bytes_total": 10_000,
        "allocations": 9, "deallocated_bytes_total": 5_904, "deallocations": 5, "unbalanced_total": 0,
        "limit_bytes": UNLIMITED, "spawned_tasks": 9, "completed_tasks_total": 6, "allocation_bytes_per_second": 1.5,
        "components": tuple(
            component(part)
            for part in (
                "event_queue", "work_queue", "db_connections", "network_connections", "active_tasks",
                "embeddings_cache", "operation_history",
            )
        ),
        "metrics": (Metric("depth", "items", "gauge", 2.5), Metric("calls", "calls", "counter", 8)),
    }  # fmt: skip
    return Tracker(pid=pid, name=name, **{**known, **fields})  # type: ignore[arg-type]


def sample(**fields: object) -> Sample:
    known = {
        "time_seconds": 1_795_356_151.004,
        "clock_seconds": 5.0,
        "scope": Scope(kind="cgroup", name="/app"),
        "limits": (memory(), memory(LimitSource(kind="host"), used_bytes=100)),
        "target": Target(used_bytes=650, used_is_rss=True, processes=4),
        "pressure": Pressure("memory.pressure", *(0.25,) * 8),
        "processes": (process(),),
        "process_count": 4,
        "trackers": judged((tracker(),)),
        "host_oom_kills_total": 3,
        "vm_pressure_level": "warn",
        **fields,
    }
    return Sample(**known)  # type: ignore[arg-type]


ALERTS = (
    Alert("MemoryHigh", "firing", "warning", 1.5, 70.0, actions=("log", "throttle_requests")),
    Alert("ConnectionLeaks", "unknown", "error", 2.5, None, actions=("restart_recommended",)),
)


def moment(found: Sample | None = None, **fields: object) -> Moment:
    """Judged by the real engine; `fields` replace those of the verdict."""
    found = found or sample()
    verdict = step(State(), found, Edges())[1]
    known = {"forecast": Forecast(90.0, 60.0, UNLIMITED, 1024.0, 300.0), "alerts": ALERTS, **fields}
    return Moment(sample=found, verdict=verdict._replace(**known))  # type: ignore[arg-type]
