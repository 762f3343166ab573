"""An attempt that has not ended, as far as we know, and what it uses now: of its group, or as its keeper tells."""

from pathlib import Path

from mnemo_cli.orchestrate.engines.local.peaks import Ending
from mnemo_cli.orchestrate.engines.local.use import GroupUse
from mnemo_cli.orchestrate.job import Ended


class Running:
    """`stem` names its files of output that are ours to show; None: it has none."""

    __slots__ = ("_use", "group", "stem", "tree_bytes")

    def __init__(self, stem: str | None) -> None:
        self.stem = stem
        self.group: str | None = None
        self.tree_bytes: int | None = None
        self._use: GroupUse | None = None

    def read(self) -> int | None:
        """Bytes used now."""
        if self.group is None:
            return self.tree_bytes
        # Most attempts are over before anybody asks: the files are opened at the first question.
        if self._use is None:
            self._use = GroupUse(Path(self.group))
        return self._use.read()

    @property
    def seen_bytes(self) -> int | None:
        """The most that was read."""
        return None if self._use is None else self._use.peak_bytes

    def ended(self, ending: Ending) -> Ended:
        """Its keeper's words, with what is known here beside them."""
        return ending.ended(self.seen_bytes, self.group)

    def close(self) -> None:
        if self._use is not None:
            self._use.close()
