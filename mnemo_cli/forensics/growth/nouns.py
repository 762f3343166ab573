"""The nouns of growth: what was measured over time, what each line of it does, and which of them look like a leak.

None is unknown and has a gap. Times are seconds since the watch began, unless they are named otherwise.
"""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.forensics.explanation import Confidence, Step
from mnemo_cli.limits.history import Point
from mnemo_cli.model import Gap, Limit, Unlimited
from mnemo_cli.sampling.program import Program

Shape: TypeAlias = Literal["steady", "stepped", "sawtooth", "flat"]
Unit: TypeAlias = Literal["bytes", "count"]
Kind: TypeAlias = Literal[
    "memory", "stacks", "files", "descriptors", "threads", "processes", "connections", "mappings", "tracker"
]

# The lines that need words of their own.
PRIVATE, FILE_MAPS, SHARED_MAPS, TREE = "private memory", "file maps", "shared maps", "the whole tree"
DESCRIPTORS, SOCKETS, TMPFS_FILES = "descriptors", "descriptors socket", "tmpfs files"


class Ceiling(NamedTuple):
    """What ends the growth: a limit, and what counted against it at the end. None: it could not be read."""

    name: str
    limit: Limit | None
    used: int | None

    @property
    def left(self) -> Limit | None:
        """How much may still be added; never below 0."""
        if self.limit is None or isinstance(self.limit, Unlimited):
            return self.limit
        return None if self.used is None else max(0, self.limit - self.used)


class Series(NamedTuple):
    """One thing, measured again and again. `part_of` names the series that holds it, if one does.

    `details` say what of it grew most: files with their sizes, or what the descriptors lead to.
    `fallback` marks one that is named only when nothing else explains the growth, `bounded` one that makes
    room by itself when it is full: to fill up is its work.
    """

    name: str
    kind: Kind
    unit: Unit
    points: tuple[Point, ...]
    ceiling: Ceiling | None = None
    part_of: str | None = None
    details: tuple[str, ...] = ()
    fallback: bool = False
    bounded: bool = False


class Trend(NamedTuple):
    """What a series does. The rate is the median of all slopes, with a 90 % band.

    `grows` says that it rose all the time and was still rising at the end. `since_seconds` is when the rise
    began, `stopped_seconds` when one that is over ended ("filled and stopped").
    """

    shape: Shape
    rate_per_second: float
    low_per_second: float
    high_per_second: float
    rise: float
    grows: bool
    since_seconds: float | None = None
    stopped_seconds: float | None = None


class Line(NamedTuple):
    """A series with its trend, and the seconds until its ceiling: UNLIMITED is never, None unknown."""

    series: Series
    trend: Trend
    seconds_to_limit: float | Unlimited | None

    @property
    def first(self) -> float:
        return self.series.points[0][1]

    @property
    def last(self) -> float:
        return self.series.points[-1][1]


class Suspect(NamedTuple):
    """A line that looks like a leak: what, how fast, since when, until which limit, and what to do next."""

    line: Line
    confidence: Confidence
    sentence: str
    steps: tuple[Step, ...] = ()


class Growth(NamedTuple):
    """A process over some time; `program` is what it runs on, `listening` its TCP ports.

    `ended` says why it was watched for less than was asked for; None: it was not.
    """

    pid: int
    started: int | None
    name: str
    program: Program
    time_seconds: float
    asked_seconds: float
    seconds: float
    readings: int
    lines: tuple[Line, ...]
    ended: str | None = None
    listening: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def line(self, name: str) -> Line | None:
        """The line of that name, if there were readings for one."""
        return next((line for line in self.lines if line.series.name == name), None)
