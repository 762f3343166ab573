"""Everything that a frame is made of; nothing in it is read while drawing."""

from typing import NamedTuple

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Moment
from mnemo_cli.output.dashboard.look import Look
from mnemo_cli.output.dashboard.memory import ViewMemory


class View(NamedTuple):
    """One state of the screen: the moment shown, what is remembered, and what the person chose."""

    moment: Moment
    memory: ViewMemory
    edges: Edges
    look: Look
    host_name: str
    version: str
    interval_seconds: float
    own_cpu_ratio: float | None = None
    own_rss_bytes: int | None = None
    paused: bool = False
    helping: bool = False
    notice: str | None = None
