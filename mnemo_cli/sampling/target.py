"""What to look at, as a person asks for it."""

from typing import Literal, NamedTuple

from mnemo_cli.model import Gap, LimitSource, Memory, Scope, Target
from mnemo_cli.redact import printable

_BUDGET = LimitSource(kind="budget", file="--limit")


class TargetChoice(NamedTuple):
    """Nothing: our own scope. Else the machine, a process tree, the processes of a name, or a group.

    `command` is a process tree that we started ourselves, and `pattern` its words for the screen.
    `budget_bytes` is the limit that a person gave the tree (--limit).
    """

    kind: Literal["own", "host", "process", "name", "cgroup", "command"] = "own"
    pid: int | None = None
    pattern: str | None = None
    path: str | None = None
    budget_bytes: int | None = None

    @property
    def is_tree(self) -> bool:
        """Whether the target is a set of processes with a use of its own."""
        return self.kind in ("process", "name", "command")

    def scope(self, group_path: str | None = None) -> Scope:
        """How the target is called; `group_path` is the group that our own scope turned out to be."""
        if self.kind == "own":
            return Scope(kind="host", name="host") if group_path is None else Scope(kind="cgroup", name=group_path)
        name = self.pattern or self.path or (f"pid {self.pid}" if self.pid is not None else "host")
        return Scope(kind=self.kind, name=printable(name), pid=self.pid)

    def budget(self, target: Target | None, gaps: list[Gap]) -> tuple[Memory, ...]:
        """The budget as one more limit, with what the tree uses of it; nothing where there is none."""
        if self.budget_bytes is None or target is None:
            return ()
        used_bytes = target.used_bytes
        if target.processes == 0 and self.kind == "command":
            used_bytes = None  # it waits for us to take its exit code
            gaps.append(Gap("limits.used_bytes", "/proc/PID", "the program had ended before this reading"))
        return (Memory(source=_BUDGET, used_bytes=used_bytes, limit_bytes=self.budget_bytes),)

    @property
    def nobody(self) -> str:
        """The message for a tree that has no process."""
        if self.kind == "name":
            return f"no process has a name that matches {self.pattern!r}; see `ps -e` for the names"
        return f"there is no process {self.pid}; it may have ended, see `ps -e`"
