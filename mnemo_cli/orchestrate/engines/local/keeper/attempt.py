"""One running attempt: looked at when it is due, stopped, frozen, and followed until the last of it is gone."""

import os
import signal

from mnemo_cli.orchestrate.engines.local.keeper.group import Group
from mnemo_cli.orchestrate.engines.local.keeper.output import Output
from mnemo_cli.orchestrate.engines.local.keeper.signalling import send, send_all
from mnemo_cli.orchestrate.engines.local.keeper.tree import Tree

NEVER = float("inf")
# The first look at a running attempt; most are over before it.
_FIRST_LOOK_SECONDS = 0.02
_LOOK_SECONDS = 0.25
# A tree with a limit is looked at more often, and the oftener the nearer it comes to its limit.
_LIMITED_LOOK_SECONDS = 0.1
_SHORTEST_LOOK_SECONDS = 0.005
_ENDING_LOOK_SECONDS = 0.01
# What a job leaves running when it has ended gets SIGTERM, and SIGKILL after this.
_LEFTOVER_GRACE_SECONDS = 1.0
_CAP_GRACE_SECONDS = 1.0
# One that grows on while it has its grace does not get all of it.
_CAP_OVERSHOOT_RATIO = 1.1
# In the kernel's hands for so long after SIGKILL: it is told as ended, and its group left to a later clean-up.
_GIVE_UP_SECONDS = 10.0


class Attempt:
    """`handle` is its pidfd. `limit_bytes` is what the keeper itself must hold: None where the kernel does."""

    __slots__ = (
        "_freezing", "_is_gone", "_last_look", "_outputs", "began_seconds", "capped", "due_seconds",
        "ending", "handle", "is_adopted", "key", "kill_seconds", "limit_bytes", "members", "pid", "used_bytes",
    )  # fmt: skip

    def __init__(
        self,
        key: tuple[str, int],
        pid: int,
        handle: int,
        members: Group | Tree,
        outputs: list[Output],
        *,
        limit_bytes: int | None,
        began_seconds: float,
        is_adopted: bool = False,
    ) -> None:
        self.key = key
        self.pid = pid
        self.handle = handle
        self.members = members
        self.limit_bytes = limit_bytes
        self.began_seconds = began_seconds
        self.is_adopted = is_adopted
        self.capped = False
        self.used_bytes: int | None = None
        self.ending: bytes | None = None
        self.kill_seconds = NEVER
        self.due_seconds = began_seconds + _FIRST_LOOK_SECONDS if outputs or isinstance(members, Tree) else NEVER
        self._outputs = outputs
        self._freezing: str | None = None
        self._is_gone = False
        self._last_look = began_seconds

    def look(self, now_seconds: float) -> None:
        """Whatever is due: output that is too long, a limit that is passed, a grace that is over."""
        wait_seconds = NEVER
        if self._outputs:
            wait_seconds = self._trim(now_seconds)
        if isinstance(self.members, Tree) and self.ending is None:
            wait_seconds = min(wait_seconds, self._weigh(self.members, now_seconds))
        if now_seconds >= self.kill_seconds:
            self._signal(signal.SIGKILL)
            wait_seconds = _ENDING_LOOK_SECONDS
        elif self.kill_seconds != NEVER:
            wait_seconds = min(wait_seconds, self.kill_seconds - now_seconds)
        if self.ending is not None:
            wait_seconds = _ENDING_LOOK_SECONDS
        self._last_look = now_seconds
        self.due_seconds = now_seconds + wait_seconds

    def stop(self, grace_seconds: float, now_seconds: float) -> None:
        """SIGTERM to everybody, SIGKILL after the grace."""
        if grace_seconds > 0:
            self._signal(signal.SIGTERM)
        self.thaw()
        self.kill_seconds = min(self.kill_seconds, now_seconds + grace_seconds)
        self.due_seconds = min(self.due_seconds, self.kill_seconds)

    def freeze(self, *, may_stop: bool) -> bool:
        """Whether it stands still now: by its group's freezer, else by SIGSTOP where that was asked for."""
        if self.ending is not None or self.kill_seconds != NEVER:
            return False
        if isinstance(self.members, Group) and self.members.freeze():
            self._freezing = "group"
        elif may_stop:
            send_all(self.members.pids, signal.SIGSTOP)
            self._freezing = "signal"
        return self._freezing is not None

    def thaw(self, *, whatever: bool = False) -> None:
        """Harmless when it was not frozen; `whatever`: somebody else may have frozen it, in either way."""
        if isinstance(self.members, Group) and (whatever or self._freezing == "group"):
            self.members.thaw()
        if whatever or self._freezing == "signal":
            send(self.members.pids, signal.SIGCONT)
        self._freezing = None

    def end(self, ending: bytes, now_seconds: float) -> None:
        """Its first process has ended, and been waited for. Whoever it has left behind is ended now."""
        self.ending = ending
        self.thaw()
        os.close(self.handle)
        self.handle = -1
        if isinstance(self.members, Tree):
            self.members.root_pid = None
        if not self._is_empty():
            self._signal(signal.SIGTERM)
            if self.kill_seconds == NEVER:
                self.kill_seconds = now_seconds + _LEFTOVER_GRACE_SECONDS
            self.due_seconds = now_seconds + _ENDING_LOOK_SECONDS

    def is_over(self, now_seconds: float) -> bool:
        """Whether nothing of it is left; its output is whole then."""
        if self.ending is None or not (self._is_empty() or now_seconds > self.kill_seconds + _GIVE_UP_SECONDS):
            return False
        for output in self._outputs:
            output.close()
        self._outputs = []
        return True

    def _is_empty(self) -> bool:
        if not self._is_gone:
            self._is_gone = self.members.remove() if isinstance(self.members, Group) else not self.members.pids()
        return self._is_gone

    def _signal(self, number: int) -> None:
        send(self.members.pids, number)

    def _trim(self, now_seconds: float) -> float:
        """How long until the next look: output that fills its cap faster than that is looked at sooner."""
        grown = max(output.trim() for output in self._outputs)
        limit_bytes = max(output.limit_bytes or 0 for output in self._outputs)
        rate = grown / max(now_seconds - self._last_look, 1e-3)
        return (
            max(_SHORTEST_LOOK_SECONDS, min(_LOOK_SECONDS, limit_bytes / rate))
            if rate and limit_bytes
            else _LOOK_SECONDS
        )

    def _weigh(self, tree: Tree, now_seconds: float) -> float:
        """How long until the next look: twice as often as it could reach its limit, at the rate that it has."""
        used_bytes = tree.measure(now_seconds, self.limit_bytes)
        before, self.used_bytes = self.used_bytes or 0, used_bytes
        if used_bytes is None or self.limit_bytes is None:
            return _LOOK_SECONDS
        if used_bytes >= self.limit_bytes:
            self._cap(used_bytes, self.limit_bytes, now_seconds)
            return _SHORTEST_LOOK_SECONDS
        rate = (used_bytes - before) / max(now_seconds - self._last_look, 1e-3)
        if rate <= 0:
            return _LIMITED_LOOK_SECONDS
        return max(_SHORTEST_LOOK_SECONDS, min(_LIMITED_LOOK_SECONDS, (self.limit_bytes - used_bytes) / rate / 2))

    def _cap(self, used_bytes: int, limit_bytes: int, now_seconds: float) -> None:
        if not self.capped:
            self.capped = True
            self._signal(signal.SIGTERM)
            self.thaw()
            self.kill_seconds = min(self.kill_seconds, now_seconds + _CAP_GRACE_SECONDS)
        if used_bytes > limit_bytes * _CAP_OVERSHOOT_RATIO:
            self.kill_seconds = now_seconds
