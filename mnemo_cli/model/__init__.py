"""The nouns of the house: what was read (Sample), what it means (Verdict), and the two together (Moment).

Three answers are never mixed: a number, UNLIMITED, or None (we do not know), and then a Gap says
which reading is missing, from which source, and why. Nothing here reads a file or a clock.
Sizes are bytes, times seconds, ratios 0 to 1.

Records are named tuples here and in the other rooms, written with keywords: frozen like a frozen
dataclass, but a type takes 0.1 ms to build instead of 1.2 (forty of them were twice a bare
interpreter in every command), and a Memory 1 µs instead of 7 in every sample.

answers    a number, UNLIMITED or unknown, and sums of such; Gap; Level; JSON
alerts     a rule and how it stands: Alert
trackers   what a program counts itself: Component, Metric, Tracker
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model.alerts import Alert
from mnemo_cli.model.answers import (
    UNLIMITED,
    Gap,
    Json,
    Level,
    Limit,
    Unlimited,
    difference_of,
    limit_json,
    sum_of,
)
from mnemo_cli.model.trackers import Component, Metric, Tracker

__all__ = [
    "UNLIMITED",
    "Alert",
    "Component",
    "Event",
    "EventName",
    "Forecast",
    "Gap",
    "Json",
    "Level",
    "Limit",
    "LimitSource",
    "Memory",
    "Metric",
    "Moment",
    "Pressure",
    "Process",
    "Sample",
    "Scope",
    "Target",
    "Tracker",
    "Unlimited",
    "Verdict",
    "VmPressureLevel",
    "difference_of",
    "limit_json",
    "sum_of",
]


class Scope(NamedTuple):
    """What is being watched."""

    kind: Literal["host", "cgroup", "process", "name", "command"]
    name: str
    pid: int | None = None

    @property
    def json(self) -> "dict[str, Json]":
        """As in mnemo.sample/1."""
        return {"kind": self.kind, "name": self.name, "pid": self.pid}


class LimitSource(NamedTuple):
    """Where a limit is set: a control group's file, the machine's memory, or the user's --limit."""

    kind: Literal["cgroup", "host", "budget"]
    path: str | None = None
    file: str | None = None

    @property
    def sentence(self) -> str:
        """Short words for a screen: "cgroup /app", "host", "budget"."""
        return f"{self.kind} {self.path}" if self.path is not None else self.kind

    @property
    def json(self) -> "dict[str, Json]":
        """As in mnemo.sample/1."""
        return {"kind": self.kind, "path": self.path, "file": self.file}


class Memory(NamedTuple):
    """One limit on the target's path, with the use that counts against it.

    `used_bytes` is what would have to be freed by killing or swapping: the working set of a
    control group (usage − inactive file cache), MemTotal − MemAvailable of the machine, the sum
    of PSS of a process tree under a budget. `usage_peak_bytes` is the kernel's own record and
    includes file cache. `file_bytes` includes shmem, as the kernel's counters do. `compressed_bytes`
    is the memory that compressed pages take up (macOS), `paged_out_bytes_total` what was written to
    swap or a pager to make room.
    """

    source: LimitSource
    used_bytes: int | None
    limit_bytes: Limit | None
    reclaimable_bytes: int | None = None
    usage_peak_bytes: int | None = None
    anon_bytes: int | None = None
    file_bytes: int | None = None
    shmem_bytes: int | None = None
    kernel_bytes: int | None = None
    high_bytes: Limit | None = None
    swap_used_bytes: int | None = None
    swap_total_bytes: Limit | None = None
    major_faults_total: int | None = None
    refaults_total: int | None = None
    oom_kills_total: int | None = None
    limit_hits_total: int | None = None
    compressed_bytes: int | None = None
    paged_out_bytes_total: int | None = None

    @property
    def used_ratio(self) -> float | None:
        """0 for an unlimited one: a share of nothing bounded is nothing."""
        if self.used_bytes is None or self.limit_bytes is None:
            return None
        if isinstance(self.limit_bytes, Unlimited):
            return 0.0
        # A limit of 0 is real (nothing more may be charged) and is full by definition.
        return self.used_bytes / self.limit_bytes if self.limit_bytes else 1.0

    @property
    def headroom_bytes(self) -> Limit | None:
        """limit − used; negative where the limit was lowered below the use."""
        if self.used_bytes is None or self.limit_bytes is None:
            return None
        if isinstance(self.limit_bytes, Unlimited):
            return UNLIMITED
        return self.limit_bytes - self.used_bytes


class Pressure(NamedTuple):
    """PSI of memory: the share of time in which some or all tasks stood still for want of it.

    https://docs.kernel.org/accounting/psi.html
    """

    source: str
    some_avg10_ratio: float
    some_avg60_ratio: float
    some_avg300_ratio: float
    some_seconds_total: float
    full_avg10_ratio: float
    full_avg60_ratio: float
    full_avg300_ratio: float
    full_seconds_total: float


# The kernel's own words: they say what macOS feels, and nothing of our levels.
VmPressureLevel: TypeAlias = Literal["normal", "warn", "critical"]


class Process(NamedTuple):
    """One process. (pid, started) names it for good; `started` is in clock ticks since boot."""

    pid: int
    ppid: int
    started: int
    name: str
    uid: int | None
    rss_bytes: int | None
    pss_bytes: int | None = None
    uss_bytes: int | None = None
    swap_bytes: int | None = None
    command: str | None = None
    threads: int | None = None
    fds: int | None = None
    fd_soft_limit: Limit | None = None
    oom_score_adj: int | None = None
    cgroup: str | None = None


class Target(NamedTuple):
    """What the watched thing itself uses: PSS summed over its processes, RSS where PSS is denied."""

    used_bytes: int | None
    used_is_rss: bool
    processes: int | None


class Sample(NamedTuple):
    """One reading of the system. `limits` runs from the target outward: budget, group, ancestors, host.

    `time_seconds` is Unix time, `clock_seconds` the monotonic clock that rates and spans use.
    `processes` is the visible part, the largest first; `process_count` counts all in scope.
    `vm_pressure_level` is what macOS has in place of PSI; elsewhere it is None. `pss_seconds` is how long the
    reading of PSS took since the sample before: a cost of the watch, and no reading of the system.
    """

    time_seconds: float
    clock_seconds: float
    scope: Scope
    limits: tuple[Memory, ...]
    target: Target | None = None
    pressure: Pressure | None = None
    processes: tuple[Process, ...] = ()
    process_count: int | None = None
    trackers: tuple[Tracker, ...] = ()
    host_oom_kills_total: int | None = None
    vm_pressure_level: VmPressureLevel | None = None
    pss_seconds: float | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def host(self) -> Memory | None:
        return next((memory for memory in self.limits if memory.source.kind == "host"), None)


class Forecast(NamedTuple):
    """When the binding limit is reached if growth goes on: the estimate and its 90 % band.

    UNLIMITED means never: there is no steady growth over the window.
    """

    seconds_to_limit: float | Unlimited
    low_seconds: float | Unlimited
    high_seconds: float | Unlimited
    growth_bytes_per_second: float
    window_seconds: float


EventName: TypeAlias = Literal["level", "alert", "oom_kill", "limit_change", "exit", "mark"]


class Event(NamedTuple):
    """Something that happened between two samples. `fields` are its JSON members; `text` is for people."""

    time_seconds: float
    event: EventName
    level: Level | None
    text: str
    fields: Mapping[str, Json] = MappingProxyType({})


class Verdict(NamedTuple):
    """What a sample means.

    `binding` is the limit that binds (the worst level; among equals the least headroom).
    `level` is None when a limit on the path can be seen but not read and no other one is critical;
    `at_least` is then the worst level that is known, so that a breach still outranks unknown.
    `levels` runs parallel to the sample's `limits`. `alerts` has every rule's, inactive ones too; none where
    no rules are looked at.
    """

    level: Level | None
    at_least: Level | None
    binding: Memory | None
    levels: tuple[Level | None, ...]
    since_seconds: float
    peak_used_bytes: int | None
    forecast: Forecast | None
    events: tuple[Event, ...] = ()
    gaps: tuple[Gap, ...] = ()
    alerts: tuple[Alert, ...] = ()


class Moment(NamedTuple):
    """A sample and its verdict. `reported` is False for the fast samples between two intervals."""

    sample: Sample
    verdict: Verdict
    reported: bool = True

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.sample.gaps + self.verdict.gaps
