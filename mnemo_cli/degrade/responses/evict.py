"""Shrinks caches: a quarter of what they hold at a time, to their floor at critical; they grow again below high."""

from mnemo_cli.degrade.responses.action import Occasion, Response, Result, told
from mnemo_cli.degrade.workload import Workload

QUARTER = 0.25
_NOTHING = "no cache has anything to give"


def shrink(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.shrink(occasion.fraction), _NOTHING)


def to_floor(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.shrink(1.0), _NOTHING)


def restore(workload: Workload, occasion: Occasion) -> Result:
    return told(workload.restore(), "no cache was made smaller")


EVICT = Response("evict", shrink)
EVICT_TO_FLOOR = Response("evict", to_floor)
GROW_AGAIN = Response("evict", restore)
