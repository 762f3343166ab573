"""The workers of one program as one: what a person means by "the queue of the app" when the app has eight processes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mnemo_cli.model import Component, Level, Limit, Tracker, Unlimited

_COUNTERS = (
    "evicted_total", "expired_total", "rejected_total", "blocked_seconds_total", "hits_total", "misses_total",
)  # fmt: skip


class Part(NamedTuple):
    """One component of a program. Use, limits and counters are added up; share and level are the fullest worker's.

    The counters hold what dead workers counted. Use and limits are None where nobody living tells them.
    """

    component: Component
    used_ratio: float | None

    @property
    def level(self) -> Level | None:
        return self.component.level


class Program(NamedTuple):
    """The trackers of one name: its living workers, how many have died, and its components."""

    name: str
    workers: tuple[Tracker, ...]
    dead_workers: int
    components: tuple[Part, ...]


def programs(trackers: Iterable[Tracker]) -> tuple[Program, ...]:
    """The programs in the order in which their trackers come."""
    by_name: dict[str, list[Tracker]] = defaultdict(list)
    for tracker in trackers:
        by_name[tracker.name].append(tracker)
    return tuple(
        Program(
            name=name,
            workers=tuple(tracker for tracker in same if tracker.pid is not None),
            dead_workers=sum(tracker.processes for tracker in same if tracker.pid is None),
            components=_components(same),
        )
        for name, same in by_name.items()
    )


def worst_first(parts: Iterable[tuple[Program, Part]]) -> list[tuple[Program, Part]]:
    """The highest level first, those without a level last; among equals in the order in which they came."""
    return sorted(parts, key=lambda pair: -1 if pair[1].level is None else pair[1].level, reverse=True)


def _components(trackers: Sequence[Tracker]) -> tuple[Part, ...]:
    living: dict[str, list[Component]] = defaultdict(list)
    everybody: dict[str, list[Component]] = defaultdict(list)
    for tracker in trackers:
        for component in tracker.components:
            everybody[component.name].append(component)
            if tracker.pid is not None:
                living[component.name].append(component)
    return tuple(_part(living[name], same) for name, same in everybody.items())


def _part(living: Sequence[Component], everybody: Sequence[Component]) -> Part:
    totals = {name: sum(getattr(part, name) for part in everybody) for name in _COUNTERS}
    component = (living or everybody)[0]._replace(
        used=_sum(part.used for part in living),
        limit=_sum_of_limits([part.limit for part in living]),
        used_bytes=_sum(part.used_bytes for part in living),
        limit_bytes=_sum_of_limits([part.limit_bytes for part in living]),
        level=max((part.level for part in living if part.level is not None), default=None),
        **totals,
    )
    ratios = [part.used_ratio for part in living if part.used_ratio is not None]
    return Part(component=component, used_ratio=max(ratios, default=None))


def _sum(values: Iterable[int | None]) -> int | None:
    """Of the workers that tell it; None where none does."""
    told = [value for value in values if value is not None]
    return sum(told) if told else None


def _sum_of_limits(limits: Sequence[Limit | None]) -> Limit | None:
    """One worker without a limit lets the whole program have any amount; one that does not tell leaves it unknown."""
    unlimited = next((limit for limit in limits if isinstance(limit, Unlimited)), None)
    if unlimited is not None:
        return unlimited
    known = [limit for limit in limits if isinstance(limit, int)]
    return sum(known) if known and len(known) == len(limits) else None
