"""One limit of an inventory: what it allows, what counts against it, who set it, and how often it was reached."""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model import UNLIMITED, Limit

# Whose use counts against a limit: one process's, all of a user's, a control group's, the whole machine's.
Scope: TypeAlias = Literal["process", "user", "group", "machine"]


class LimitRow(NamedTuple):
    """`soft` is what the kernel enforces, `hard` up to where the program itself may raise it: the same but for rlimits.

    `layer` is rlimit, user, "cgroup /a/b", sysctl or machine. `is_enforced` is False where the kernel does not
    hold the target to it. `is_counted` is False where the kernel keeps no use to compare with, `has_hits` True
    where it counts how often the limit was reached. `lack` is why something of it is unknown.
    """

    name: str
    scope: Scope
    layer: str
    unit: str
    soft: Limit | None
    hard: Limit | None
    used: int | None = None
    source: str | None = None
    hits: int | None = None
    note: str | None = None
    lack: str | None = None
    is_enforced: bool | None = True
    is_counted: bool = True
    has_hits: bool = False

    @property
    def used_ratio(self) -> float | None:
        """Above 1 where the limit was lowered below the use; None where it is unknown, or nothing bounds."""
        if not self._binds or self.used is None or not isinstance(self.soft, int):
            return None
        return self.used / self.soft if self.soft else 1.0

    @property
    def headroom(self) -> Limit | None:
        """soft − used, negative where the limit was lowered; None where it is unknown or not counted."""
        if not self._binds:
            return None
        if not isinstance(self.soft, int):
            return self.soft
        return None if self.used is None else self.soft - self.used

    @property
    def is_unlimited(self) -> bool:
        """No limit at all, and no ceiling that a program could run into by setting its own."""
        return self.soft is UNLIMITED and self.hard is UNLIMITED

    @property
    def _binds(self) -> bool:
        return self.is_counted and self.is_enforced is True


class Knob(NamedTuple):
    """A setting that is no limit but decides what happens at one; `value` None is unknown, and `lack` says why."""

    name: str
    value: int | str | None
    meaning: str
    source: str | None = None
    lack: str | None = None
