"""How many attempts may run at once: all slots in peace, few after a crash or an OOM of the machine.

Restarting everything at once after a crash brings the host down again (facts/orchestrate §1).
"""

_ONE_MORE_SECONDS = 2.0
# Of a name that nobody has run to its end yet.
_FIRST_AT_ONCE = 2


def may_be_tried(under_way: int, oldest_seconds: float) -> bool:
    """Whether one more of a name may begin of which no peak is known: two, and one more each two seconds.

    Long jobs show what they use long before they end: they need not wait for the first peaks.
    """
    return under_way < _FIRST_AT_ONCE + int(oldest_seconds / _ONE_MORE_SECONDS)


class Ramp:
    """Begins at `slots`; `restrain` halves it, `begin_slowly` starts at one; then one more each two seconds."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._at_once = slots
        self._raised_seconds = float("-inf")

    def widen(self, slots: int) -> None:
        """There are more slots, or fewer; what was held back stays held back."""
        if self._at_once >= self._slots:
            self._at_once = slots
        self._slots, self._at_once = slots, min(self._at_once, slots)

    def begin_slowly(self, now_seconds: float) -> None:
        """After a crash: one at first."""
        self._at_once, self._raised_seconds = 1, now_seconds

    def restrain(self, running: int, now_seconds: float) -> None:
        """After an OOM that was nobody's own: half of those that were running."""
        self._at_once, self._raised_seconds = max(1, min(self._at_once, running) // 2), now_seconds

    def at_once(self, now_seconds: float) -> int:
        """The number for now; time only ever raises it."""
        if self._at_once < self._slots:
            more = max(0, int((now_seconds - self._raised_seconds) / _ONE_MORE_SECONDS))
            if more:
                self._at_once = min(self._slots, self._at_once + more)
                self._raised_seconds += more * _ONE_MORE_SECONDS
        return self._at_once
