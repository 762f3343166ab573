"""The nouns of the house: what was read (Sample), what it means (Verdict), and the two together (Moment).

Three answers are never mixed: a number, UNLIMITED, or None (we do not know), and then a Gap says
which reading is missing, from which source, and why. Nothing here reads a file or a clock.
Sizes are bytes, times seconds, ratios 0 to 1.

Records are named tuples here and in the other rooms, written with keywords: frozen like a frozen
dataclass, but a type takes 0.1 ms to build instead of 1.2 (forty of them were twice a bare
interpreter in every command), and a Memory 1 µs instead of 7 in every sample.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from mnemo_cli.units import format_percent, format_size


class Unlimited(Enum):
    """There is a reading, and it says that no limit is set."""

    UNLIMITED = "unlimited"

    def __repr__(self) -> str:
        return "UNLIMITED"


UNLIMITED: Final = Unlimited.UNLIMITED
Limit: TypeAlias = int | Unlimited
Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


def limit_json(limit: "Limit | float | None") -> "Json":
    """The three answers in JSON: a number, "unlimited", or null (and then there is an entry in gaps)."""
    return limit.value if isinstance(limit, Unlimited) else limit


class Level(IntEnum):
    """How full the binding limit is. Unknown is not a level: it would sort as healthy."""

    NORMAL = 0
    MODERATE = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The level in lower case, as in JSON and options."""
        return self.name.lower()


class Gap(NamedTuple):
    """A reading that we wanted and lack. `field` is its dotted name in the sample, `source` the file."""

    field: str
    source: str
    reason: str


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


class Component(NamedTuple):
    """Something in a program that must not grow without bound: a queue, a pool, a cache, a history.

    `used` and `limit` are in `unit`, None where the program does not tell them. `policy` says what
    happens when it is full. `level` is None for what is healthy when full (least recently used out
    first, rings, compaction), and where use or limit is not told.
    """

    name: str
    used: int | None
    limit: Limit | None
    unit: str
    used_bytes: int | None
    limit_bytes: Limit | None
    policy: str
    level: Level | None = None
    evicted_total: int = 0
    expired_total: int = 0
    rejected_total: int = 0
    blocked_seconds_total: float = 0.0
    hits_total: int = 0
    misses_total: int = 0

    @property
    def used_ratio(self) -> float | None:
        """The fuller of its two ceilings, items and bytes; None where neither is told with its use."""
        pairs = ((self.used, self.limit), (self.used_bytes, self.limit_bytes))
        shares = [used / limit for used, limit in pairs if used is not None and isinstance(limit, int) and limit > 0]
        return max(shares, default=None)

    def __str__(self) -> str:
        """One line; the names are as the program wrote them."""
        ratio = self.used_ratio
        words = [
            "" if self.used is self.limit is None else f"{_known(self.used)}{_of(self.limit)} {self.unit}",
            "" if self.used_bytes is None else f"{format_size(self.used_bytes)}{_of_size(self.limit_bytes)}",
            "" if ratio is None else f"{format_percent(ratio)}{'' if self.level is None else f' {self.level.word}'}",
        ]
        for counter in ("evicted", "expired", "rejected", "hits", "misses"):
            total = getattr(self, f"{counter}_total")
            words.append(f"{counter} {total}" if total else "")
        words.append(f"blocked {self.blocked_seconds_total:.3g} s" if self.blocked_seconds_total else "")
        return f"{self.name}: {', '.join(word for word in words if word)}"


class Metric(NamedTuple):
    """A gauge or counter of the program's own. A value that is not a finite number is None."""

    name: str
    unit: str
    kind: Literal["gauge", "counter"]
    value: float | None

    def __str__(self) -> str:
        """One line; the names are as the program wrote them."""
        return f"{self.name}: {_known(self.value)} {self.unit}"


class Tracker(NamedTuple):
    """The counters that a program keeps of itself (`mnemo_cli.tracker`).

    An entry with pid None is what dead workers of the program counted, `processes` of them: counters
    live on, gauges are gone. `allocation_bytes_per_second` is the rate since the reading before, and
    since the tracker was made at the first one.
    """

    pid: int | None
    name: str
    started: int
    processes: int
    used_bytes: int
    peak_bytes: int
    allocated_bytes_total: int
    allocations: int
    deallocated_bytes_total: int
    deallocations: int
    unbalanced_total: int
    limit_bytes: Limit | None
    spawned_tasks: int
    completed_tasks_total: int
    allocation_bytes_per_second: float | None = None
    components: tuple[Component, ...] = ()
    metrics: tuple[Metric, ...] = ()

    def component(self, name: str) -> Component | None:
        """The component of that name, if the program tells of it."""
        return next((component for component in self.components if component.name == name), None)

    def used_of(self, name: str) -> int | None:
        """How many are in that component; None where the program does not tell."""
        component = self.component(name)
        return None if component is None else component.used

    def __str__(self) -> str:
        """Several lines for people; no name in them reaches a terminal raw."""
        # Only who prints pays for the rules of redaction.
        from mnemo_cli.redact import printable

        rate, limit_bytes = self.allocation_bytes_per_second, self.limit_bytes
        share = f" ({format_percent(self.used_bytes / limit_bytes)})" if isinstance(limit_bytes, int) else ""
        lines = [
            f"{self.name} ({f'{self.processes} dead' if self.pid is None else f'pid {self.pid}'})",
            f"used {format_size(self.used_bytes)}{_of_size(limit_bytes)}{share}, peak {format_size(self.peak_bytes)}",
            f"allocations: {self.allocations}, {format_size(self.allocated_bytes_total)} in all, "
            f"{_known(None if rate is None else format_size(round(rate)))}/s",
            f"deallocations: {self.deallocations}, {format_size(self.deallocated_bytes_total)} in all, "
            f"unbalanced {self.unbalanced_total}",
            f"tasks: spawned {self.spawned_tasks}, completed {self.completed_tasks_total}",
            *map(str, self.components),
            *map(str, self.metrics),
        ]
        return "\n  ".join(map(printable, lines))


class Sample(NamedTuple):
    """One reading of the system. `limits` runs from the target outward: budget, group, ancestors, host.

    `time_seconds` is Unix time, `clock_seconds` the monotonic clock that rates and spans use.
    `processes` is the visible part, the largest first; `process_count` counts all in scope.
    `vm_pressure_level` is what macOS has in place of PSI; elsewhere it is None.
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
    `levels` runs parallel to the sample's `limits`.
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


class Moment(NamedTuple):
    """A sample and its verdict. `reported` is False for the fast samples between two intervals."""

    sample: Sample
    verdict: Verdict
    reported: bool = True

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.sample.gaps + self.verdict.gaps


def _known(value: object) -> object:
    return "?" if value is None else value


def _of(limit: Limit | None) -> str:
    return "" if limit is None else f" of {limit_json(limit)}"


def _of_size(limit_bytes: Limit | None) -> str:
    return f" of {format_size(limit_bytes)}" if isinstance(limit_bytes, int) else _of(limit_bytes)
