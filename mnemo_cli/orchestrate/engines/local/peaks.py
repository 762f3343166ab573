"""How much an attempt really needed, from what several sources say of it.

A group's own peak counts file cache too: one that reads a big file has a peak as large as its limit
allows, and needs none of it. What of that cache is still charged to the group at its end was hardly
more at the peak, so that peak minus cache is the least that was needed; what was seen in between (its
working set) and the largest process (ru_maxrss) may tell of more. Without a group it is the tree's
peak, and without that ru_maxrss where that is not the keeper's own.
"""

from typing import NamedTuple

from mnemo_cli.orchestrate.job import Ended, PeakSource


class Ending(NamedTuple):
    """An attempt's end in a keeper's words; None is unknown."""

    status: int | None
    seconds: float
    cpu_seconds: float | None
    maxrss_bytes: int | None
    tree_peak_bytes: int | None
    group_peak_bytes: int | None
    group_cache_bytes: int | None
    oom_kills: int | None
    capped: bool

    def ended(self, seen_bytes: int | None, group: str | None = None) -> Ended:
        """In the run's words. `seen_bytes` is the most that we saw it use ourselves, `group` the group that it had."""
        peak_bytes, source = self.peak(seen_bytes)
        return Ended(
            status=self.status,
            seconds=self.seconds,
            cpu_seconds=self.cpu_seconds,
            peak_bytes=peak_bytes,
            peak_source=source,
            kernel_oom=bool(self.oom_kills),
            capped=self.capped,
            oom_kills=self.oom_kills,
            group=group,
        )

    def peak(self, seen_bytes: int | None) -> tuple[int | None, PeakSource | None]:
        """The bytes, and where they come from."""
        known = [size for size in (self.maxrss_bytes, seen_bytes, self.tree_peak_bytes) if size is not None]
        if self.group_peak_bytes is not None:
            least = self.group_peak_bytes - (self.group_cache_bytes or 0)
            return min(self.group_peak_bytes, max([least, *known])), "cgroup"
        if not known:
            return None, None
        return max(known), "rusage" if known == [self.maxrss_bytes] else "tree"
