"""A watch that samples whenever somebody asks, and on a beat of its own when nobody does.

One thread runs the watch with `OnDemand` as its clock and a rhythm of 0; any number of others ask for moments.
Who asks gets a moment whose sample began after the question: everybody who asks while a sample is being
taken shares the next one, and nobody waits longer than he says, even if a file of the system never answers.
"""

import os
import threading
from collections.abc import Callable
from types import TracebackType

from mnemo_cli.errors import NoMomentError
from mnemo_cli.model import Moment
from mnemo_cli.watch.clock import WaitingClock


class OnDemand:
    """The clock of such a watch. `begin` is called before each sample, and told whether somebody waits for it."""

    def __init__(self, clock: WaitingClock, *, beat_seconds: float, begin: Callable[[bool], None]) -> None:
        self._clock = clock
        self._beat_seconds = beat_seconds
        self._begin = begin
        self._turn = threading.Condition()
        # How many samples were begun, asked for, and published; the first one begins without a wait.
        self._begun, self._asked, self._published = 1, 1, 0
        self._began_seconds = clock.seconds()
        self._moment: Moment | None = None
        self._is_over = False

    # What others do

    def moment(self, timeout_seconds: float) -> Moment:
        """A moment that is read after this call. Raises NoMomentError."""
        with self._turn:
            self._asked = wanted = self._begun + 1
            self._ring()
            came = self._turn.wait_for(lambda: self._is_over or self._published >= wanted, timeout_seconds)
            if not came or self._published < wanted or self._moment is None:
                what = f"no sample was taken in {timeout_seconds:g} s" if not came else "the watch is over"
                raise NoMomentError(f"{what}; see what mnemo said on stderr")
            return self._moment

    @property
    def samples_total(self) -> int:
        """How many were taken."""
        return self._published

    @property
    def silent_seconds(self) -> float:
        """Since the last sample was begun: more than a beat or two means that one hangs."""
        return self._clock.seconds() - self._began_seconds

    # What the watch's own thread does

    def publish(self, moment: Moment) -> None:
        """Hand the moment to everybody who waits for it."""
        with self._turn:
            self._moment, self._published = moment, self._begun
            self._turn.notify_all()

    def __enter__(self) -> "OnDemand":
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._clock.answer(self._reader, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            self._is_over = True
            self._turn.notify_all()
            self._clock.forget(self._reader)
            os.close(self._reader)
            os.close(self._writer)

    # The clock

    def unix_seconds(self) -> float:
        return self._clock.unix_seconds()

    def seconds(self) -> float:
        return self._clock.seconds()

    def wait(self, seconds: float) -> bool:
        """Until somebody asks, or for the rest of the beat: how long the watch would wait does not matter."""
        due_seconds = self._began_seconds + self._beat_seconds
        while not self._is_asked() and (remaining := due_seconds - self.seconds()) > 0:
            if not self._clock.wait(remaining):
                return False
        # Signals are heard in a wait: also while one question follows on the other.
        if not self._clock.wait(0.0):
            return False
        with self._turn:
            self._begin(self._asked > self._begun)
            self._begun += 1
            self._began_seconds = self.seconds()
        return True

    def _is_asked(self) -> bool:
        with self._turn:
            return self._asked > self._begun

    def _ring(self) -> None:
        if self._is_over:
            return
        try:
            os.write(self._writer, b"!")
        except BlockingIOError:
            return  # it is ringing already

    def _heard(self) -> None:
        os.read(self._reader, 4096)
        self._clock.wake()
