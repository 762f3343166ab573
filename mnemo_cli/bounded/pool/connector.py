"""The user's own functions behind a connection pool: what they raise, and what they leave undone.

They may raise anything, hang, or be interrupted; so none is called while a lock is held.
"""

import threading
from collections.abc import Callable
from math import inf
from operator import methodcaller
from typing import Generic

from mnemo_cli.bounded.pool.loans import C, Member

OWN_CLOSE = methodcaller("close")


class Connector(Generic[C]):
    """Opens, checks and closes connections; knows nothing of limits and turns."""

    def __init__(
        self,
        create: Callable[[], C],
        close: Callable[[C], object],
        check: Callable[[C], object] | None,
        max_age_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._create, self._close, self._check = create, close, check
        self._max_age_seconds, self._clock = max_age_seconds, clock
        self._trusting = check is None and max_age_seconds == inf
        self._lock = threading.Lock()
        self.close_failures_total = 0

    def open(self) -> Member[C]:
        """What create() raises is the caller's to see."""
        connection = self._create()
        if self._close is OWN_CLOSE and not callable(getattr(connection, "close", None)):
            raise TypeError(f"create() gave a {type(connection).__name__}, which has no close(); pass close=")
        return Member(connection, self._clock())

    def keep_if_sound(self, member: Member[C]) -> bool:
        """Whether it may be lent again; if not, it is closed by now."""
        if self._trusting:
            return True
        sound = False
        try:
            sound = self._is_sound(member)
        finally:
            if not sound:
                self.close(member)
        return sound

    def close(self, member: Member[C]) -> None:
        """An error is counted, not raised: broken connections raise anything when closed, and it is given up anyhow."""
        try:
            self._close(member.connection)
        except Exception:  # noqa: BLE001
            with self._lock:
                self.close_failures_total += 1

    def _is_sound(self, member: Member[C]) -> bool:
        if self._clock() - member.created_seconds > self._max_age_seconds:
            return False
        try:
            return self._check is None or self._check(member.connection) is not False
        except Exception:  # noqa: BLE001 whatever a check raises, the connection failed it
            return False
