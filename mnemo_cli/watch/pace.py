"""How long to wait for the next sample: slow far from the limit, milliseconds near it.

The wait is half of the time in which the measured growth would reach the next edge. Two bounds keep
it honest. A growth that was low so far proves nothing (a rule that trusted it slept 1 s and was
0.7 s late), so at least 256 MiB/s is assumed while something grows at all; and while nothing grows
near an edge the wait doubles up to 0.1 s, so that a full but quiet machine is not polled for ever.
Quiet is less than 1 MiB between two samples: the kernel counts pages per processor and adds them up
in batches, so that use is never quite still.
"""

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Memory, Sample
from mnemo_cli.units import GIB, MIB

SHORTEST_SECONDS = 0.002
_NEAR_SECONDS = 0.1
_LEAST_GROWTH = 256 * MIB
_FASTEST_GROWTH = 4 * GIB
_QUIET_BYTES = 1 * MIB


def wait_seconds(
    before: Sample | None, now: Sample, edges: Edges, *, interval_seconds: float, last_wait_seconds: float
) -> float:
    """The wait after `now`: never above the interval, never below 2 ms; the nearest edge of any limit decides."""
    earlier = {memory.source: memory for memory in before.limits} if before is not None else {}
    span = now.clock_seconds - before.clock_seconds if before is not None else 0.0
    waits = [
        _wait(memory, _grown(earlier.get(memory.source), memory), span, edges, last_wait_seconds)
        for memory in now.limits
        if isinstance(memory.limit_bytes, int) and memory.used_bytes is not None
    ]
    return min([interval_seconds, *waits])


def _wait(memory: Memory, grown_bytes: int, span_seconds: float, edges: Edges, last_wait_seconds: float) -> float:
    distance = _distance_to_next_edge(memory, edges)
    if distance is None:
        return _NEAR_SECONDS
    growth = grown_bytes / span_seconds if span_seconds > 0 else 0.0
    if grown_bytes < _QUIET_BYTES:
        shortest = min(_NEAR_SECONDS, max(SHORTEST_SECONDS, 2 * last_wait_seconds))
    else:
        shortest = SHORTEST_SECONDS
    longest = max(_NEAR_SECONDS, distance / _FASTEST_GROWTH)
    return min(longest, max(shortest, distance / (2 * max(growth, _LEAST_GROWTH))))


def _grown(before: Memory | None, now: Memory) -> int:
    """0 where nothing is known of before."""
    if before is None or before.used_bytes is None or now.used_bytes is None:
        return 0
    return now.used_bytes - before.used_bytes


def _distance_to_next_edge(memory: Memory, edges: Edges) -> float | None:
    """Bytes to the nearest edge above, the limit itself being the last one; None when it is passed."""
    ratio, limit_bytes = memory.used_ratio, memory.limit_bytes
    if ratio is None or not isinstance(limit_bytes, int):
        return None
    ahead = [edge for edge in (edges.moderate_ratio, edges.high_ratio, edges.critical_ratio, 1.0) if edge > ratio]
    return (ahead[0] - ratio) * limit_bytes if ahead else None
