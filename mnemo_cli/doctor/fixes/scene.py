"""What a world may look at, and what it proposes. A world is a card and a function, like a check."""

from collections.abc import Callable
from typing import NamedTuple

from mnemo_cli.doctor.fixes.tree import Tree
from mnemo_cli.doctor.fixes.wanted import DEFAULT_NR_OPEN, Ceiling, Wanted
from mnemo_cli.sampling.place import container_mark
from mnemo_cli.sampling.rlimits import Rlimit, read_rlimits

OUR_NAME = "60-mnemo.conf"
HEADER = "# Written by `mnemo ulimit fix`; `mnemo ulimit fix --list` shows how to undo it.\n"


class Scene(NamedTuple):
    """The root, what is wanted of it, and how high it may go. `unit` is complete: "nginx.service"."""

    tree: Tree
    wanted: Wanted
    ceiling: Ceiling
    unit: str | None = None

    def live(self, name: str) -> Rlimit | None:
        """A limit of this very process, by the name of getrlimit(2); None where the root has no /proc."""
        return read_rlimits("self", self.tree.root, []).get(name)

    @property
    def in_container(self) -> bool:
        """Sysctls and sessions of a container are its host's affair."""
        return container_mark(self.tree.root) is not None


class Draft(NamedTuple):
    """A file as it should be; `path` is relative to the root."""

    path: str
    content: bytes


class Activation(NamedTuple):
    """A command after which the new files count. `automatic`: it disturbs nobody, and --apply runs it.

    `undo` counts after the files were taken back: the same command (None), another, or none.
    """

    words: tuple[str, ...]
    automatic: bool = False
    undo: tuple[str, ...] | None = None

    @property
    def line(self) -> str:
        return " ".join(self.words)

    @property
    def reverse(self) -> "Activation":
        return self if self.undo is None else self._replace(words=self.undo)


class Proposal(NamedTuple):
    """What one world needs. `printed` is text for a person to put elsewhere, `unmet` what no file of ours can mend,
    `live` the files of /proc/sys that are to have at least these values once it is in force.
    """

    drafts: tuple[Draft, ...] = ()
    printed: str = ""
    activate: tuple[Activation, ...] = ()
    restart: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    live: tuple[tuple[str, int], ...] = ()


class World(NamedTuple):
    """The card: the name for --world, and what it proposes. The docstring of its module says what it governs."""

    name: str
    run: Callable[[Scene], Proposal]


def ceiling_of(tree: Tree) -> Ceiling:
    """fs.nr_open of the root when it tells one, else the kernel's default."""
    nr_open = tree.number("proc/sys/fs/nr_open")
    return Ceiling(nr_open=DEFAULT_NR_OPEN, assumed=True) if nr_open is None else Ceiling(nr_open, assumed=False)
