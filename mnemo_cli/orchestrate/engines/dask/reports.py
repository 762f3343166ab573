"""When an agent tells of its worker anew, and what it makes of attempts whose use cannot be read."""

from collections.abc import Collection, Mapping

from mnemo_cli.orchestrate.engines.dask.standing import Standing
from mnemo_cli.orchestrate.job import Key

# Something is told at least so often, also where nothing changes: who is silent for longer gets no more jobs.
_REPORT_SECONDS = 2.0
_CHANGE_RATIO = 0.01
# One that has just begun is not read yet: what it claims stands for it with whoever has sent it.
_YOUNG_SECONDS = 1.0


class Reports:
    """What was told last."""

    def __init__(self) -> None:
        self._told: Standing | None = None
        self._told_seconds = float("-inf")

    def is_due(self, standing: Standing, now_seconds: float) -> bool:
        """Whether this is to be told now; the next one is held against it then."""
        if now_seconds - self._told_seconds < _REPORT_SECONDS and not self._is_news(standing):
            return False
        self._told, self._told_seconds = standing, now_seconds
        return True

    def _is_news(self, standing: Standing) -> bool:
        before = self._told
        if before is None or (before.level, before.limit_bytes) != (standing.level, standing.limit_bytes):
            return True
        if before.used_bytes is None or standing.used_bytes is None:
            return before.used_bytes != standing.used_bytes
        return abs(standing.used_bytes - before.used_bytes) > _CHANGE_RATIO * (standing.limit_bytes or 0)


class Together:
    """What attempts use together: unknown as soon as one of them has not been readable for a while."""

    def __init__(self) -> None:
        self._unread_since: dict[Key, float] = {}
        self._read_bytes: dict[Key, int] = {}

    def sum_bytes(self, running: Collection[Key], use_bytes: Mapping[Key, int], now_seconds: float) -> int | None:
        """None where it is unknown. For a moment one counts as it did last: most that cannot be read just end."""
        self._unread_since = {key: self._unread_since.get(key, now_seconds) for key in running if key not in use_bytes}
        if any(now_seconds - since >= _YOUNG_SECONDS for since in self._unread_since.values()):
            return None
        self._read_bytes = {key: use_bytes.get(key, self._read_bytes.get(key, 0)) for key in running}
        return sum(self._read_bytes.values())
