"""The loop of growth: look at the process, wait, look again, until the time is over or the process has ended."""

from collections.abc import Callable
from pathlib import Path

from mnemo_cli.errors import UsageError
from mnemo_cli.forensics.growth.ceilings import Ceilings, memory_ceiling, read_ceilings
from mnemo_cli.forensics.growth.lines import Around, lines_of, unknown_limits
from mnemo_cli.forensics.growth.nouns import Growth
from mnemo_cli.forensics.growth.reading import EndedError, Looker, Seen
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.history import Point
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Gap, Memory, Tracker
from mnemo_cli.sampling.asked import NOBODY
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.program import read_program
from mnemo_cli.sampling.target import TargetChoice
from mnemo_cli.units import format_duration
from mnemo_cli.watch.clock import Clock
from mnemo_cli.watch.trackers import PublishedTrackers

SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 86400.0
_LOOKS = 60
_SHORTEST_INTERVAL_SECONDS = 0.1
# What of a sample is looked at here: what else it lacks is of no interest.
_FIELDS = ("limits", "processes", "used_bytes", "limit_bytes")


def watch_growth(
    pid: int,
    *,
    seconds: float,
    clock: Clock,
    root: Path = Path("/"),
    progress: Callable[[float], None] | None = None,
) -> Growth:
    """Watch a process for `seconds` (60 looks, 0.1 s apart at least); shorter when it ends or the clock says stop.

    `progress` is called with the share of the time that has gone by, 0 to 1. Raises TargetError where there
    is no such process (or a zombie, or a thread of the kernel), and UsageError for a time that is no use.
    """
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise UsageError(
            f"--growth {seconds:g}s: give a time from {format_duration(SHORTEST_SECONDS)} to "
            f"{format_duration(LONGEST_SECONDS)}; a leak shows best in 60s or more"
        )
    looker = Looker(pid, root)
    try:
        surroundings = _Surroundings(pid, root)
        try:
            return _watched(looker, surroundings, seconds, clock, root, progress)
        finally:
            surroundings.close()
    finally:
        looker.close()


def _watched(
    looker: Looker,
    surroundings: "_Surroundings",
    seconds: float,
    clock: Clock,
    root: Path,
    progress: Callable[[float], None] | None,
) -> Growth:
    time_seconds = clock.unix_seconds()
    # While it lives: a process that ends leaves nothing to ask.
    program = read_program(looker.pid, root, looker.folder, looker.gaps)
    gaps: list[Gap] = []
    ceilings = read_ceilings(looker.folder, looker.status, root, gaps)
    ended = _look_until(looker, surroundings, seconds, clock, progress)
    if looker.is_there:
        gaps.clear()
        ceilings = read_ceilings(looker.folder, looker.status, root, gaps)
    seen = looker.seen
    lines = lines_of(seen, surroundings.around, _counted(ceilings, seen, surroundings.binding))
    gaps += [*looker.gaps, *surroundings.gaps, *unknown_limits(lines)]
    return Growth(
        pid=looker.pid,
        started=looker.started,
        name=looker.status.name or "?",
        program=program,
        time_seconds=time_seconds,
        asked_seconds=seconds,
        seconds=seen.sums[-1][0] if seen.sums else 0.0,
        readings=len(seen.sums),
        lines=lines,
        ended=ended,
        listening=seen.connections[-1][1].listening if seen.connections else (),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _counted(ceilings: Ceilings, seen: Seen, binding: Memory | None) -> Ceilings:
    return ceilings.counted(
        memory=memory_ceiling(binding),
        descriptors=int(seen.fd_counts[-1][1]) if seen.fd_counts else None,
        mappings=seen.kinds[-1][1].mappings if seen.kinds else None,
    )


def _look_until(
    looker: Looker,
    surroundings: "_Surroundings",
    seconds: float,
    clock: Clock,
    progress: Callable[[float], None] | None,
) -> str | None:
    """Why it was over before its time; None when it was not."""
    began = clock.seconds()
    interval = max(_SHORTEST_INTERVAL_SECONDS, seconds / _LOOKS)
    due = 0.0
    while True:
        at_seconds = clock.seconds() - began
        try:
            looker.look(at_seconds)
        except EndedError as err:
            return str(err)
        surroundings.look(at_seconds, clock.unix_seconds())
        if progress is not None:
            progress(min(1.0, at_seconds / seconds))
        if at_seconds >= seconds:
            return None
        # On the beat; beats that were missed are skipped.
        due = min(seconds, max(due + interval, at_seconds + interval / 2))
        if not clock.wait(max(0.0, due - (clock.seconds() - began))):
            return "the watch was stopped"


class _Surroundings:
    """The limits that bind the process, its tree, and its counters; all as the dashboard reads them."""

    def __init__(self, pid: int, root: Path) -> None:
        self._pid = pid
        self._machine = Machine(TargetChoice(kind="process", pid=pid), root=root, asked=NOBODY)
        self._trackers = PublishedTrackers(root)
        self._state = State()
        self._tree: list[Point] = []
        self._processes: list[Point] = []
        self._tracked: list[tuple[float, Tracker]] = []
        self.binding: Memory | None = None
        self.gaps: list[Gap] = []

    @property
    def around(self) -> Around:
        return Around(tuple(self._tree), tuple(self._processes), tuple(self._tracked))

    def look(self, at_seconds: float, time_seconds: float) -> None:
        """One look at all of them."""
        sample = self._machine.sample(time_seconds=time_seconds, clock_seconds=at_seconds)
        self._state, verdict = step(self._state, sample, Edges())
        self.binding = verdict.binding
        target = sample.target
        if target is not None and target.processes:
            self._processes.append((at_seconds, float(target.processes)))
            if target.used_bytes is not None:
                self._tree.append((at_seconds, float(target.used_bytes)))
        gaps: list[Gap] = []
        for tracker in self._trackers([self._pid], gaps, time_seconds=time_seconds):
            if tracker.pid == self._pid:
                self._tracked.append((at_seconds, tracker))
        gaps += [gap for gap in sample.gaps if gap.field.endswith(_FIELDS)]
        self.gaps = list(dict.fromkeys([*self.gaps, *gaps]))

    def close(self) -> None:
        self._machine.close()
