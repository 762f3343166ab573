"""How fast an attempt grows, from what it used at two looks that are not too close together."""

from typing import NamedTuple

# Closer looks measure the rounding of the kernel's counters: v1 charges 32 pages at a time to each processor.
_SHORTEST_SECONDS = 0.2


class Growth(NamedTuple):
    """The look that the next one is compared with. `bytes_per_second` None: one look says nothing."""

    seconds: float
    used_bytes: int
    bytes_per_second: float | None = None

    def after(self, used_bytes: int, now_seconds: float) -> "Growth":
        """With one more look; a look that is too close to the last one changes nothing."""
        span_seconds = now_seconds - self.seconds
        if span_seconds < _SHORTEST_SECONDS:
            return self
        return Growth(now_seconds, used_bytes, max(0.0, (used_bytes - self.used_bytes) / span_seconds))
