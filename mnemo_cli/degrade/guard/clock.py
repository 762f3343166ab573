"""Waiting for the guard's watch: it ends at once when work has ended, a request has come, or the watch shall stop."""

import threading
import time
from collections.abc import Callable

_LOOK_SECONDS = 0.5
_HASTY_SECONDS = 0.05


class GuardClock:
    """The real clock. `has_requests` is asked every half second, and cheap."""

    def __init__(self, has_requests: Callable[[], bool]) -> None:
        self._has_requests = has_requests
        self._stopped = False
        self._longest_seconds = float("inf")
        self._woken = threading.Event()

    def unix_seconds(self) -> float:
        return time.time()

    def seconds(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + min(seconds, self._longest_seconds)
        while not self._stopped and not self._has_requests():
            remaining = deadline - time.monotonic()
            if remaining <= 0 or self._woken.wait(min(remaining, _LOOK_SECONDS)):
                break
        self._woken.clear()
        return not self._stopped

    def hasten(self) -> None:
        """From now on each wait is a short one: a drain is under way."""
        self._longest_seconds = _HASTY_SECONDS

    def wake(self) -> None:
        """From any thread: the present wait, or the next one, ends at once."""
        self._woken.set()

    def stop(self) -> None:
        """From any thread, any number of times."""
        self._stopped = True
        self._woken.set()
