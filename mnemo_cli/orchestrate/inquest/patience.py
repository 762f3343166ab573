"""How much of a run's time may be spent on its dead: a share of what passes, and not much at once."""


class Patience:
    """Time is saved up while it passes, up to a little; whoever spends more owes it."""

    def __init__(self, *, share: float, most_seconds: float, now_seconds: float) -> None:
        self._share, self._most_seconds = share, most_seconds
        self._left_seconds = most_seconds
        self._seen_seconds = now_seconds

    def left_seconds(self, now_seconds: float) -> float:
        """What may be spent now; 0 while there are debts."""
        saved = max(0.0, now_seconds - self._seen_seconds) * self._share
        self._left_seconds = min(self._most_seconds, self._left_seconds + saved)
        self._seen_seconds = now_seconds
        return max(0.0, self._left_seconds)

    def spend(self, seconds: float) -> None:
        self._left_seconds -= seconds
