"""The end of the program: SystemExit(75) in its main thread, so that finally blocks and exit handlers run.

A loop of asyncio in the main thread raises it from a callback: asyncio.run then cancels what is left and
closes. Without a loop a signal that nobody uses, SIGURG, wakes the main thread from whatever it waits for,
and its handler raises. When the program still lives at the end of the grace (a thread that never ends, a
hook that hangs, an `except` that swallows SystemExit), os._exit(75) ends it without any clean-up.
"""

import logging
import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_LOGGER = logging.getLogger("mnemo")
# Ignored by default, and by every program that asks for no out-of-band data with F_SETOWN.
_SIGNAL = signal.SIGURG


class MainThread:
    """A way to end the program from another thread; made in the main thread. RuntimeError where that cannot be."""

    def __init__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("guard() is called in the main thread; elsewhere give it an exit= that ends the program")
        if signal.getsignal(_SIGNAL) not in (signal.SIG_DFL, signal.SIG_IGN):
            raise RuntimeError(
                "SIGURG has a handler already, the program's own or another guard's: give guard() an exit="
            )
        self._exit_code = 0
        self._before = signal.signal(_SIGNAL, self._on_signal)

    def end(self, exit_code: int, loop: "AbstractEventLoop | None") -> None:
        """From any thread. `loop` is one that runs in the main thread."""
        self._exit_code = exit_code
        ident = threading.main_thread().ident
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(self._raise)
        elif ident is not None:
            signal.pthread_kill(ident, _SIGNAL)

    def forget(self) -> None:
        """Take the handler off again; only the main thread can, elsewhere it stays and does nothing."""
        self._exit_code = 0
        if threading.current_thread() is threading.main_thread() and signal.getsignal(_SIGNAL) == self._on_signal:
            signal.signal(_SIGNAL, self._before)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._exit_code:
            self._raise()

    def _raise(self) -> NoReturn:
        raise SystemExit(self._exit_code)


def end_at_last(seconds: float, exit_code: int) -> None:
    """os._exit in so many seconds, whatever hangs; not in a child that was forked meanwhile."""
    timer = threading.Timer(seconds, _end, (exit_code,))
    timer.name, timer.daemon = "mnemo last resort", True
    timer.start()


def _end(exit_code: int) -> None:
    _LOGGER.error("the drain and its grace are over and the program still runs: it ends now, without clean-up")
    os._exit(exit_code)
