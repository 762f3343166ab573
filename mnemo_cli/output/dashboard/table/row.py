"""One row of the table: a process, its subtree, or all processes of one name."""

from operator import itemgetter
from typing import NamedTuple, TypeAlias

from mnemo_cli.model import Process

# A process for good, or another row by its own name.
RowKey: TypeAlias = tuple[int, int] | str
# The end of the name of a row for memory groups that are not shown one by one.
FOLD_END = "/..."

# (pid, started) of a Process: a thousand of them are asked for in every frame.
key_of = itemgetter(Process._fields.index("pid"), Process._fields.index("started"))


class TableRow(NamedTuple):
    """`process` is the process itself, or a stand-in that holds the sums of several `processes`.

    `used_bytes` is the PSS, with RSS for those whose PSS is not known: what the rows are compared by. The growth is
    known here where several are summed up, or rows are compared by it. Of the fields in `partial` some part is not
    known, so that a sum is a lower bound; those in `mixed` differ among the processes. `members` are the processes
    of a name, where they are several. `prefix` draws the tree.
    """

    key: RowKey
    process: Process
    used_bytes: int | None
    growth_bytes_per_minute: float | None = None
    processes: int = 1
    depth: int = 0
    partial: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    members: tuple[Process, ...] = ()
    prefix: str = ""

    @property
    def pids(self) -> tuple[int, ...]:
        """Whose numbers the row shows: of a subtree that of its root."""
        return tuple(process.pid for process in self.members) or (self.process.pid,)

    def with_prefix(self, prefix: str) -> "TableRow":
        """The same behind its branch of the tree."""
        return TableRow._make((*self[:-1], prefix))


def used_bytes(process: Process) -> int | None:
    """PSS, and RSS where it is not known."""
    return process.rss_bytes if process.pss_bytes is None else process.pss_bytes
