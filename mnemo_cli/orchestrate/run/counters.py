"""The counters file of a run: who watches the machine sees it there, and asks it there to slow down or to restart.

What waits is a gauge and no component: a plan of ten thousand jobs is not a queue that is too full.
"""

from mnemo_cli.degrade.conductor import Conductor
from mnemo_cli.degrade.obeying import obey
from mnemo_cli.model import Sample
from mnemo_cli.tracker import MemoryTracker


class RunCounters:
    """Published for as long as the run goes on."""

    def __init__(self) -> None:
        self._tracker = MemoryTracker("mnemo orchestrate", published=True)
        self._running = self._tracker.gauge("jobs_running", unit="jobs")
        self._waiting = self._tracker.gauge("jobs_waiting", unit="jobs")

    def note(self, running: int, waiting: int) -> None:
        """So many jobs run and wait now."""
        self._running.set(running)
        self._waiting.set(waiting)

    def obey(self, conductor: Conductor, sample: Sample) -> None:
        """Do what was asked since the last sample, and answer it."""
        obey(self._tracker.requests(), conductor, clock_seconds=sample.clock_seconds, time_seconds=sample.time_seconds)

    def close(self) -> None:
        """Nobody can ask any more."""
        self._tracker.close()
