"""What a program counts itself, as another process reads it; printed for the program's own author."""

from typing import Literal, NamedTuple

from mnemo_cli.model.answers import Level, Limit, limit_json
from mnemo_cli.units import format_percent, format_size


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


def _known(value: object) -> object:
    return "?" if value is None else value


def _of(limit: Limit | None) -> str:
    return "" if limit is None else f" of {limit_json(limit)}"


def _of_size(limit_bytes: Limit | None) -> str:
    return f" of {format_size(limit_bytes)}" if isinstance(limit_bytes, int) else _of(limit_bytes)
