"""Everything that a frame is made of; nothing in it is read while drawing."""

from typing import TYPE_CHECKING, NamedTuple

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.output.dashboard.choice import Choice
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory

if TYPE_CHECKING:
    from mnemo_cli.sampling.group_tree import GroupTree
    from mnemo_cli.sampling.one_process import OneProcess


class Recording(NamedTuple):
    """The recording that is being written. `failure` says why it ended before its time."""

    name: str
    began_seconds: float
    size_bytes: int
    failure: str | None = None


class View(NamedTuple):
    """One state of the screen: the moment shown, what is remembered, and what the person chose.

    `groups` and `one_process` are read only while their pages are shown; None where there is nothing to read them
    from, as in a replay. `acknowledged` are the names of alerts that the person has seen. `replayed_ratio` is how
    far a replay is, 0 to 1; None in a live watch. `columns` are the titles that the person wants; none are ours.
    """

    moment: Moment
    memory: ViewMemory
    edges: Edges
    look: Look
    host_name: str
    version: str
    interval_seconds: float
    choice: Choice = Choice()
    own_cpu_ratio: float | None = None
    own_rss_bytes: int | None = None
    groups: "GroupTree | None" = None
    one_process: "OneProcess | None" = None
    acknowledged: frozenset[str] = frozenset()
    recording: Recording | None = None
    replayed_ratio: float | None = None
    may_signal: bool = False
    columns: tuple[str, ...] = ()
