"""Time, and waiting for it: a wait also answers keys, signals and the end of a child."""

import select
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

# poll takes its milliseconds as a C int, which 25 days overflow.
_LONGEST_POLL_SECONDS = 86400.0


class Clock(Protocol):
    """What the loop needs of time; tests pass one that only counts."""

    def unix_seconds(self) -> float:
        """Wall-clock time."""
        ...

    def seconds(self) -> float:
        """A monotonic clock."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait, or return early when woken. False: stop watching."""
        ...


class WaitingClock:
    """The real clock. Files that become readable during a wait are answered by their callbacks."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._answers: dict[int, Callable[[], None]] = {}
        self._soon: deque[Callable[[], None]] = deque()
        self._woken = False
        self._deadline = float("inf")
        self._beats: tuple[float, Callable[[], None]] | None = None
        self._next_beat = float("inf")
        self.stopped = False
        self.timed_out = False

    def unix_seconds(self) -> float:
        return time.time()

    def seconds(self) -> float:
        return time.monotonic()

    def answer(self, descriptor: int, callback: Callable[[], None]) -> None:
        """Call `callback` whenever `descriptor` is readable during a wait."""
        self._answers[descriptor] = callback
        self._poll.register(descriptor, select.POLLIN)

    def forget(self, descriptor: int) -> None:
        """Answer `descriptor` no more."""
        del self._answers[descriptor]
        self._poll.unregister(descriptor)

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call `callback` in the next wait: for signal handlers, which may interrupt anything."""
        self._soon.append(callback)

    def call_every(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` in waits, again and again: who hears nothing knows that this watch hangs elsewhere."""
        self._beats, self._next_beat = (seconds, callback), time.monotonic()

    def wake(self) -> None:
        """End the present wait: sample now."""
        self._woken = True

    def stop(self) -> None:
        """End the present wait and the watch."""
        self.stopped = True

    def stop_after(self, seconds: float) -> None:
        """Stop by itself that long from now."""
        self._deadline = time.monotonic() + seconds

    def wait(self, seconds: float) -> bool:
        deadline = min(time.monotonic() + seconds, self._deadline)
        while not self.stopped and not self._woken:
            while self._soon:
                self._soon.popleft()()
            self._beat()
            ended = self.stopped or self._woken
            end = min(deadline, self._next_beat)
            remaining = 0.0 if ended else max(0.0, end - time.monotonic())
            # A wait of nothing looks at the files too: a watch that is always late must heed a key.
            self._answer_readable(remaining)
            # poll counts whole milliseconds, rounded up: the last fraction is slept, so that 2 ms are 2 ms.
            if remaining < 0.001:
                time.sleep(remaining)
                if ended or end == deadline:
                    break
        self._woken = False
        if time.monotonic() >= self._deadline and not self.stopped:
            self.timed_out = self.stopped = True
        return not self.stopped

    def _beat(self) -> None:
        if self._beats is None or (now := time.monotonic()) < self._next_beat:
            return
        seconds, callback = self._beats
        self._next_beat = now + seconds
        callback()

    def _answer_readable(self, seconds: float) -> None:
        for descriptor, _ in self._poll.poll(int(min(seconds, _LONGEST_POLL_SECONDS) * 1000)):
            callback = self._answers.get(descriptor)
            if callback is not None:
                callback()
