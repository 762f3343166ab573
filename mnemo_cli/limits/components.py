"""How full is a queue, a pool or a cache of a program, and which of them have nothing that bounds them.

These edges are fixed (the specification's 9,000 of 10,000) and have no release margin: a component's
level is for people and alerts, and never causes a drain. The edges of memory are in `levels`.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mnemo_cli.model import Component, Level, Limit, Tracker

MODERATE_RATIO, HIGH_RATIO = 0.60, 0.90
# What gives room by itself is healthy when full: it has hit and eviction rates in place of a level.
HEALTHY_WHEN_FULL = frozenset({"evict_lru", "drop_oldest", "compact"})


class Unbounded(NamedTuple):
    """A component of a living process that reports a size and has no limit: a finding of `limits check`."""

    pid: int
    tracker: str
    component: Component


def component_level(component: Component) -> Level | None:
    """The level of the fuller of its two ceilings; None for what is healthy when full, and without a limit."""
    if component.policy in HEALTHY_WHEN_FULL:
        return None
    ceilings = ((component.used, component.limit), (component.used_bytes, component.limit_bytes))
    levels = [_level(used, limit) for used, limit in ceilings if used is not None and isinstance(limit, int)]
    return max(levels, default=None)


def judged(trackers: Iterable[Tracker]) -> tuple[Tracker, ...]:
    """The trackers with the level of each component. What dead workers left behind holds nothing, and has none."""
    return tuple(
        tracker
        if tracker.pid is None
        else tracker._replace(
            components=tuple(part._replace(level=component_level(part)) for part in tracker.components)
        )
        for tracker in trackers
    )


def unbounded(trackers: Iterable[Tracker]) -> tuple[Unbounded, ...]:
    """Every component that says how much it holds, and neither how many nor how many bytes it may hold."""
    return tuple(
        Unbounded(pid=tracker.pid, tracker=tracker.name, component=part)
        for tracker in trackers
        if tracker.pid is not None
        for part in tracker.components
        if _has_size(part) and not any(_limits(part))
    )


def _level(used: int, limit: int) -> Level:
    # A limit of 0 lets nothing in, and is full by definition.
    if used >= limit:
        return Level.CRITICAL
    ratio = used / limit
    if ratio > HIGH_RATIO:
        return Level.HIGH
    return Level.MODERATE if ratio >= MODERATE_RATIO else Level.NORMAL


def _has_size(component: Component) -> bool:
    return component.used is not None or component.used_bytes is not None


def _limits(component: Component) -> Iterator[bool]:
    limits: tuple[Limit | None, ...] = (component.limit, component.limit_bytes)
    return (isinstance(limit, int) for limit in limits)
