"""What a whole sample shall describe of processes: a screen asks for what it shows, and nothing more is read."""

from collections.abc import Set
from enum import Enum
from typing import NamedTuple


class PssMode(Enum):
    """Whose PSS is read: the kernel walks page tables for each, under the process's own lock.

    The use of a tree is the sum of its PSS: that is read in every mode.
    """

    OFF = "off"
    VISIBLE = "visible"
    ALL = "all"


class Asked(NamedTuple):
    """`rows` is how many of the largest processes are described in full; `pids` are so in any case.

    With `everyone` all others in scope are in the sample too: name, user and RSS at once, and what costs a file
    each (command, group, swap, threads, descriptors) some of them at a time. `counted`: how many there are is told
    even where nobody is asked for, which is a walk of /proc whenever somebody forked.
    """

    rows: int = 50
    everyone: bool = False
    pids: Set[int] = frozenset()
    pss: PssMode = PssMode.VISIBLE
    counted: bool = False

    @property
    def anyone(self) -> bool:
        """Whether any process is asked for: else the machine's processes need not be looked at."""
        return self.rows > 0 or self.everyone or bool(self.pids)


NOBODY = Asked(rows=0)
LARGEST = Asked()
