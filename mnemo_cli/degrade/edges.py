"""Where the steps of the ladder begin and end. The edges of levels, which only tell, are in `limits.levels`."""

from dataclasses import dataclass
from typing import Self

from mnemo_cli.limits.levels import Edges


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEdges:
    """Shares of the binding limit, and what else leads to a step. The defaults are measured: facts/orchestrate §5.

    Moderate begins at its edge, high and critical above theirs; above `at_once_ratio` critical needs no
    second reading. High also begins when the limit is less than `soon_seconds` away, and when all tasks
    stand still for more than `stalled_ratio` of the time with less than `scarce_ratio` of headroom.
    A step is left below its edge minus the release margin; the other two at twice, and at half, of where
    they begin. Critical that may be left at all is left after `resume_seconds` below `resume_ratio`.
    """

    moderate_ratio: float = 0.40
    high_ratio: float = 0.60
    critical_ratio: float = 0.80
    at_once_ratio: float = 0.90
    emergency_ratio: float = 0.95
    release_margin_ratio: float = 0.05
    soon_seconds: float = 120.0
    stalled_ratio: float = 0.10
    scarce_ratio: float = 0.20
    resume_ratio: float = 0.75
    resume_seconds: float = 30.0

    def __post_init__(self) -> None:
        rising = 0 < self.moderate_ratio < self.high_ratio < self.critical_ratio <= 1
        if not rising or not self.critical_ratio <= self.at_once_ratio <= self.emergency_ratio <= 1:
            raise ValueError("steps must rise: 0 < moderate < high < critical <= at once <= emergency <= 100 %")
        if not 0 <= self.release_margin_ratio < self.moderate_ratio:
            raise ValueError("the release margin must be at least 0 and smaller than the moderate edge")
        if not 0 < self.resume_ratio <= self.critical_ratio:
            raise ValueError("the share below which critical is left again must be above 0, and critical at most")

    @classmethod
    def of(cls, edges: Edges) -> Self:
        """Steps that begin where these levels do: what is left above critical is halved, and halved again."""
        rest = 1 - edges.critical_ratio
        return cls(
            moderate_ratio=edges.moderate_ratio,
            high_ratio=edges.high_ratio,
            critical_ratio=edges.critical_ratio,
            # In binary fractions 0.80 + 0.10 is a little more than 0.90.
            at_once_ratio=round(edges.critical_ratio + rest / 2, 12),
            emergency_ratio=round(edges.critical_ratio + rest * 3 / 4, 12),
            release_margin_ratio=edges.release_margin_ratio,
            resume_ratio=round(edges.critical_ratio - edges.release_margin_ratio, 12),
        )

    def release_of(self, edge_ratio: float) -> float:
        """The share below which a step that begins at `edge_ratio` is left."""
        return round(edge_ratio - self.release_margin_ratio, 12)
