"""Signals during a watch: they end a wait at once, and the watch in good order."""

import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType

from mnemo_cli.watch.clock import WaitingClock

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndingSignals:
    """While entered, SIGINT, SIGTERM and SIGHUP are told to `on_end` instead of raising anything.

    With `on_reload`, which is called in the next wait, SIGHUP ends only whose terminal has gone: to a service it
    means that its settings are to be read again.

    One that was ignored when we were started stays so: nohup and a shell's & ask for that.

    Python runs a handler only after the system call: the wake-up pipe makes the wait return for it.
    """

    def __init__(
        self,
        clock: WaitingClock,
        on_end: Callable[[signal.Signals], None],
        on_reload: Callable[[], None] | None = None,
    ) -> None:
        self._clock = clock
        self._on_end = on_end
        self._on_reload = on_reload
        self._had_terminal = on_reload is not None and has_terminal()
        self.received: signal.Signals | None = None

    def __enter__(self) -> "EndingSignals":
        self._reader, self._writer = _pipe()
        self._clock.answer(self._reader, lambda: _drain(self._reader))
        self._old_wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        heard = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
        self._old = {number: signal.signal(number, self._note) for number in heard}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_wakeup)
        self._clock.forget(self._reader)
        os.close(self._reader)
        os.close(self._writer)

    @property
    def exit_code(self) -> int | None:
        """128 + the signal that ended the watch; None when none did."""
        return None if self.received is None else 128 + self.received

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP and self._on_reload is not None and has_terminal() >= self._had_terminal:
            self._clock.call_soon(self._on_reload)
            return
        self.received = signal.Signals(number)
        self._on_end(self.received)


def shares_terminal() -> bool:
    """Whether Ctrl-C in the terminal reaches our children by itself: they are in its foreground group."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # stdin is no terminal, or is closed
        return False


def has_terminal() -> bool:
    """Whether a terminal controls us; one that was closed does so no more."""
    try:
        os.close(os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    return reader, writer


def _drain(reader: int) -> None:
    try:
        os.read(reader, 4096)
    except BlockingIOError:
        return
