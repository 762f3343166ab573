"""How full is one limit: thresholds upward, and release edges downward so that a level does not flap."""

from dataclasses import dataclass

from mnemo_cli.model import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Shares of the limit at which a level begins.

    Moderate begins at its edge, high and critical just above theirs: the specification says
    `< 40`, `> 60` and `> 80`. A level is left downward only below its edge minus the release margin.
    """

    moderate_ratio: float = 0.40
    high_ratio: float = 0.60
    critical_ratio: float = 0.80
    release_margin_ratio: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.moderate_ratio < self.high_ratio < self.critical_ratio <= 1:
            raise ValueError("edges must rise: 0 < moderate < high < critical <= 100 %")
        if not 0 <= self.release_margin_ratio < self.moderate_ratio:
            raise ValueError("the release margin must be at least 0 and smaller than the moderate edge")

    def edge_of(self, level: Level) -> float:
        """The share at which `level` begins; 0 for normal."""
        return (0.0, self.moderate_ratio, self.high_ratio, self.critical_ratio)[level]

    def release_of(self, level: Level) -> float:
        """The share below which `level` is left."""
        # In binary fractions 0.40 - 0.05 is a little more than 0.35, and exactly 35 % would be below it.
        return round(self.edge_of(level) - self.release_margin_ratio, 12)


def level_at(used_ratio: float, edges: Edges) -> Level:
    """The level of a share that comes from nowhere: no hysteresis."""
    if used_ratio > edges.critical_ratio:
        return Level.CRITICAL
    if used_ratio > edges.high_ratio:
        return Level.HIGH
    if used_ratio >= edges.moderate_ratio:
        return Level.MODERATE
    return Level.NORMAL


def next_level(used_ratio: float, edges: Edges, previous: Level | None) -> Level:
    """The level after `previous`: upward at once, downward only below the release edge."""
    level = level_at(used_ratio, edges)
    if previous is None or level >= previous:
        return level
    held = previous
    while held > level and used_ratio < edges.release_of(held):
        held = Level(held - 1)
    return held
