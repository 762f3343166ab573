"""What a running attempt uses now, from its group: the working set, usage − inactive file cache."""

import contextlib
from pathlib import Path

from mnemo_cli.sampling.files import KeptFile
from mnemo_cli.sampling.group import Group, GroupV1, GroupV2, working_set


class GroupUse:
    """Two kept files; `peak_bytes` is the most that was seen."""

    __slots__ = ("_inactive", "_stat", "_usage", "peak_bytes")

    def __init__(self, directory: Path) -> None:
        kind: type[Group] = GroupV1 if (directory / GroupV1.LIMIT_FILE).exists() else GroupV2
        self._usage = KeptFile(directory / kind.USAGE_FILE)
        self._stat = KeptFile(directory / "memory.stat")
        self._inactive = kind.INACTIVE
        self.peak_bytes: int | None = None

    def read(self) -> int | None:
        """None where it cannot be read: the attempt may just have ended."""
        with contextlib.suppress(OSError, ValueError):
            used_bytes = working_set(self._usage.number(), self._inactive.values(self._stat.read())[0])
            if used_bytes is not None:
                self.peak_bytes = max(self.peak_bytes or 0, used_bytes)
            return used_bytes
        return None

    def close(self) -> None:
        self._usage.close()
        self._stat.close()
