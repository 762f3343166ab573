"""Time for a watch that runs in a thread of a program: another thread may stop it in the middle of a wait."""

import threading
import time


class ThreadClock:
    """The real clock; `stop` ends the present wait and the watch."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def unix_seconds(self) -> float:
        return time.time()

    def seconds(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        return not self._stopped.wait(seconds)

    def stop(self) -> None:
        """From any thread, any number of times."""
        self._stopped.set()
