"""What is read only while its page is shown: the tree of memory groups, and one process alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mnemo_cli.model import Moment
from mnemo_cli.output.dashboard.choice import Choice, Page, ProcessKey

if TYPE_CHECKING:
    from mnemo_cli.sampling.group_tree import GroupTree
    from mnemo_cli.sampling.one_process import OneProcess


class CloserLook:
    """Each is read once for a moment, however many keys are pressed, and never for a moment that is past."""

    def __init__(
        self,
        read_groups: "Callable[[], GroupTree | None] | None",
        read_process: "Callable[[int, int], OneProcess | None] | None",
    ) -> None:
        self._read_groups, self._read_process = read_groups, read_process
        self._groups: tuple[Moment, GroupTree | None] | None = None
        self._process: tuple[Moment, ProcessKey, OneProcess | None] | None = None

    def at(self, moment: Moment, choice: Choice, *, is_paused: bool) -> "tuple[GroupTree | None, OneProcess | None]":
        """Both as of this moment; None for what is not shown, or was not read then."""
        groups = self._groups_at(moment, is_paused) if choice.page is Page.GROUPS else None
        process = self._process_at(moment, choice.focus, is_paused) if choice.focus is not None else None
        return groups, process

    def _groups_at(self, moment: Moment, is_paused: bool) -> "GroupTree | None":
        known = self._groups
        if known is not None and known[0] is moment:
            return known[1]
        if is_paused or self._read_groups is None:
            return None
        self._groups = moment, self._read_groups()
        return self._groups[1]

    def _process_at(self, moment: Moment, key: ProcessKey, is_paused: bool) -> "OneProcess | None":
        known = self._process
        if known is not None and known[0] is moment and known[1] == key:
            return known[2]
        if is_paused or self._read_process is None:
            return None
        self._process = moment, key, self._read_process(*key)
        return self._process[2]
