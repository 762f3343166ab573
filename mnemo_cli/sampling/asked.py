"""What a whole sample shall describe of processes: a screen asks for what it shows, and nothing more is read."""

from collections.abc import Set
from enum import Enum
from typing import NamedTuple


class PssMode(Enum):
    """Whose PSS is read: the kernel walks page tables for each, under the process's own lock."""

    OFF = "off"
    VISIBLE = "visible"
    ALL = "all"


class Asked(NamedTuple):
    """`rows` is how many of the largest processes are described in full; `pids` are so in any case.

    With `everyone` all others in scope are in the sample too, with what is cheap: name, command, user, group, RSS.
    """

    rows: int = 50
    everyone: bool = False
    pids: Set[int] = frozenset()
    pss: PssMode = PssMode.VISIBLE
