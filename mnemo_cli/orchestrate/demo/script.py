"""How full memory is to be at which moment of the demo, so that each step comes, and high goes again once."""

from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple


class Cue(NamedTuple):
    """At this share of the time this share of the limit is to be used."""

    at_ratio: float
    used_ratio: float


# Between two cues the use moves evenly. The last stretch is far above critical: the drain is under way there.
SCRIPT = (
    Cue(0.00, 0.00),
    Cue(0.14, 0.47),
    Cue(0.24, 0.52),
    Cue(0.34, 0.67),
    Cue(0.52, 0.69),
    Cue(0.64, 0.46),
    Cue(0.72, 0.48),
    Cue(0.82, 0.86),
    Cue(0.90, 0.90),
    Cue(0.95, 0.96),
    Cue(1.00, 0.96),
)
MOST_RATIO = max(cue.used_ratio for cue in SCRIPT)
# A request that takes long begins before critical: the drain has something to wait for.
SLOW_REQUEST_AT_RATIO = 0.70


def wanted_ratio(elapsed_ratio: float) -> float:
    """The use at this share of the time; after the end it stays as it is."""
    if elapsed_ratio >= SCRIPT[-1].at_ratio:
        return SCRIPT[-1].used_ratio
    at = bisect_right(SCRIPT, elapsed_ratio, key=lambda cue: cue.at_ratio) - 1
    before, after = tuple(pairwise(SCRIPT))[max(0, at)]
    passed = (max(0.0, elapsed_ratio) - before.at_ratio) / (after.at_ratio - before.at_ratio)
    return before.used_ratio + passed * (after.used_ratio - before.used_ratio)


def chunks_to_hold(held: int, *, used_bytes: int, limit_bytes: int, ratio: float, chunk_bytes: int) -> int:
    """How many chunks bring the use to this share of the limit; never more than fit below the highest cue."""
    wanted_bytes = int(min(ratio, MOST_RATIO) * limit_bytes)
    most = int(MOST_RATIO * limit_bytes) // chunk_bytes
    return max(0, min(most, held + (wanted_bytes - used_bytes) // chunk_bytes))
