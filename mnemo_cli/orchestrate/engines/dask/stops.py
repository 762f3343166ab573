"""What was told to end, and by when: who has to be told again, and whose end is not its own fault."""

from collections.abc import Collection

from mnemo_cli.orchestrate.job import Key

# One that is still there so long after it was to be over is told again: who had heard it may have died.
_OVERDUE_SECONDS = 5.0


class Stops:
    """By our clock. What a supervisor before ours had told to end, and had no time to hear the end of, is `before`."""

    def __init__(self) -> None:
        self._over_seconds: dict[Key, float] = {}
        self._before: set[Key] = set()

    def note(self, key: Key, over_seconds: float) -> bool:
        """Whether its agent has to be told: it is the first word, or it is to be over sooner."""
        if over_seconds >= self._over_seconds.get(key, float("inf")):
            return False
        self._over_seconds[key] = over_seconds
        return True

    def note_before(self, keys: Collection[Key]) -> None:
        self._before.update(keys)

    def left_seconds(self, key: Key, now_seconds: float) -> float | None:
        """None for one that was not told to end."""
        over_seconds = self._over_seconds.get(key)
        return None if over_seconds is None else max(0.0, over_seconds - now_seconds)

    def is_overdue(self, key: Key, now_seconds: float) -> bool:
        """Whether it has to be told again; counted from now the next time."""
        if now_seconds <= self._over_seconds.get(key, float("inf")) + _OVERDUE_SECONDS:
            return False
        self._over_seconds[key] = now_seconds
        return True

    def is_of_before(self, key: Key) -> bool:
        """Whether only somebody before us wanted its end."""
        return key in self._before and key not in self._over_seconds

    def forget(self, key: Key) -> None:
        self._over_seconds.pop(key, None)
        self._before.discard(key)
