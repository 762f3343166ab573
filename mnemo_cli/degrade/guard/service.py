"""A program as the ladder's workload: its intake, its caches, its background jobs, its state."""

from collections.abc import Callable

from mnemo_cli.degrade.caches import Caches
from mnemo_cli.degrade.guard.hooks import Caller, Hook
from mnemo_cli.degrade.guard.in_flight import InFlight
from mnemo_cli.errors import HookError
from mnemo_cli.units import format_size

_PAUSE_TIMEOUT_SECONDS = 1.0


class Service:
    """The Workload of one process. There is no part of it to preempt: in an emergency the wait for work is cut."""

    def __init__(
        self,
        *,
        in_flight: InFlight,
        caches: Caches,
        caller: Caller,
        pause: tuple[Hook, ...],
        resume: tuple[Hook, ...],
        save: tuple[Hook, ...],
        close: tuple[Hook, ...],
        begin_drain: Callable[[float], None],
        leave: Callable[[int], None],
        saving_seconds: Callable[[], float],
    ) -> None:
        self._in_flight, self._caches, self._caller = in_flight, caches, caller
        self._pause, self._resume, self._save, self._close = pause, resume, save, close
        self._begin_drain, self._leave, self._saving_seconds = begin_drain, leave, saving_seconds
        self.is_deferring = self.is_draining = False
        self._is_paused = self._is_cut = False

    def shrink(self, fraction: float) -> str | None:
        if not len(self._caches):
            return None
        freed_bytes = self._caches.shrink(fraction)
        how = "to their floor" if fraction >= 1 else f"by {fraction:.0%}"
        return f"caches are shrunk {how}: {format_size(freed_bytes)} freed"

    def restore(self) -> str | None:
        count = self._caches.restore()
        return f"{count} of {len(self._caches)} caches may grow again" if count else None

    def throttle(self, on: bool) -> str | None:
        most = self._in_flight.throttle(on)
        return f"{most} at once, the rest waits its turn" if on else "work begins at once again"

    def defer(self, on: bool) -> str | None:
        self.is_deferring = on
        return "optional work is refused" if on else "optional work is taken again"

    def freeze_youngest(self) -> str | None:
        """Background jobs are all paused at once: only the program knows which is the youngest."""
        if not self._pause or self._is_paused:
            return None
        self._is_paused = True
        return self._told("background jobs are paused", "pause", self._pause, _PAUSE_TIMEOUT_SECONDS)

    def preempt_youngest(self) -> str | None:
        return None

    def thaw(self) -> str | None:
        if not self._is_paused:
            return None
        self._is_paused = False
        return self._told("background jobs go on", "resume", self._resume, _PAUSE_TIMEOUT_SECONDS)

    def accept(self, on: bool) -> str | None:
        self._in_flight.accept(on)
        return "new work is taken again" if on else "new work is refused"

    def drain(self, deadline_seconds: float) -> str | None:
        if not self.is_draining:
            self.is_draining = True
            self._begin_drain(deadline_seconds)
        count = self._in_flight.count
        return f"{count} in flight are finished first" if count else "nothing is in flight"

    @property
    def is_drained(self) -> bool:
        return self._in_flight.count == 0 or self._is_cut

    def save(self) -> str | None:
        return self._told("the state is saved", "save", self._save, self._saving_seconds()) if self._save else None

    def close(self) -> str | None:
        return self._told("all is closed", "close", self._close, self._saving_seconds()) if self._close else None

    def kill_youngest(self) -> str | None:
        """State that is saved is worth more than the last requests: they are waited for no longer."""
        if not self.is_draining or self._is_cut or not self._in_flight.count:
            return None
        self._is_cut = True
        return f"the {self._in_flight.count} still in flight are waited for no longer"

    def leave(self, exit_code: int) -> str | None:
        self._leave(exit_code)
        return f"exit code {exit_code}: run it again"

    def _told(self, done: str, what: str, hooks: tuple[Hook, ...], timeout_seconds: float) -> str:
        succeeded, failed = self._caller.call_all(what, hooks, timeout_seconds)
        if failed:
            raise HookError(f"{failed} of {succeeded + failed} {what} hooks failed; the log says why")
        return done
