"""A program's own tracker among its own metrics: one call, and its /metrics tells what mnemo would.

    from mnemo_cli import register

    register()

Under gunicorn and the like, prometheus_client's multiprocess mode (PROMETHEUS_MULTIPROC_DIR) lets one worker
answer for all. Collectors of an application cannot do that, as prometheus_client's documentation says; this
one can: it reads what every worker publishes. Register it there in the registry that each scrape makes.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import Metric

from mnemo_cli.limits.components import judged
from mnemo_cli.model import Gap, Tracker
from mnemo_cli.output.prometheus.family import Sheet
from mnemo_cli.output.prometheus.programs import OF_ONE_PROGRAM, put_trackers

if TYPE_CHECKING:
    from mnemo_cli.tracker import MemoryTracker
    from mnemo_cli.tracker.reader import TrackerReader

_LOGGER = logging.getLogger("mnemo")


def register(
    registry: CollectorRegistry = REGISTRY, *, tracker: "MemoryTracker | None" = None, root: Path = Path("/")
) -> "TrackerCollector":
    """Add this program's tracker to a registry: `mnemo_tracker_…`, `mnemo_component_…` and its own gauges and counters.

    The tracker is `global_memory_tracker()` unless another one is given. Raises ConfigError for wrong settings,
    and prometheus_client's ValueError where the registry has these names already. `registry.unregister` takes
    back what is returned.
    """
    if tracker is None:
        from mnemo_cli import global_memory_tracker

        tracker = global_memory_tracker()
    collector = TrackerCollector(tracker, root)
    registry.register(collector)
    return collector


class TrackerCollector:
    """Reads the tracker when it is scraped; in multiprocess mode those of all workers."""

    def __init__(self, tracker: "MemoryTracker", root: Path) -> None:
        self._tracker = tracker
        self._root = root
        self._reader: TrackerReader | None = None
        self._warned = False

    def collect(self) -> Iterator[Metric]:
        """The metrics now."""
        sheet = Sheet(OF_ONE_PROGRAM)
        trackers = self._of_all_workers() if "PROMETHEUS_MULTIPROC_DIR" in os.environ else ()
        put_trackers(sheet, judged(trackers or (self._tracker.snapshot(),)))
        return iter(sheet)

    def describe(self) -> Iterator[Metric]:
        """What it declares; nothing is read."""
        return iter(Sheet(OF_ONE_PROGRAM))

    def _of_all_workers(self) -> Sequence[Tracker]:
        """Those of this program's name in processes of this user; none where they cannot be read."""
        if self._tracker.path is None:
            self._warn(f"only this worker's tracker is exported: {self._tracker.gap}")
            return ()
        if self._reader is None:
            from mnemo_cli.tracker.reader import TrackerReader

            self._reader = TrackerReader(self._root)
        gaps: list[Gap] = []
        found = self._reader.read(_pids_of_this_user(self._root), gaps, time_seconds=time.time())
        if gaps:
            self._warn(f"the trackers of some workers are not exported: {gaps[0].source}: {gaps[0].reason}")
        return [tracker for tracker in found if tracker.name == self._tracker.name]

    def _warn(self, message: str) -> None:
        if not self._warned:
            self._warned = True
            _LOGGER.warning("%s", message)


def _pids_of_this_user(root: Path) -> frozenset[int]:
    """A stranger may publish a tracker of the same name."""
    pids: set[int] = set()
    with os.scandir(root / "proc") as entries:
        for entry in entries:
            if entry.name.isdigit():
                try:
                    if entry.stat().st_uid == os.geteuid():
                        pids.add(int(entry.name))
                except OSError:
                    continue  # it has just ended
    return frozenset(pids)
