"""One destination of notices: a thread of its own, so that one that hangs holds up no other, and its counts."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from mnemo_cli.degrade.actions.grouping import Grouping, Pace
from mnemo_cli.degrade.actions.notice import Action, Notice
from mnemo_cli.degrade.foreign import Failed, attempt
from mnemo_cli.errors import NotSentError
from mnemo_cli.model.alerts import Alert

_LOGGER = logging.getLogger("mnemo")


class Timing(NamedTuple):
    """Monotonic seconds, Unix seconds, and chance from 0 to 1."""

    clock: Callable[[], float] = time.monotonic
    unix_clock: Callable[[], float] = time.time
    jitter: Callable[[], float] = random.random


class ActionStatus(NamedTuple):
    """How one destination does. `waiting` alerts have something to tell; `dropped_total` were too many.

    `last_error` stays after the next success; `is_failing` does not. `last_error_seconds` is Unix time.
    """

    action: str
    destination: str
    sent_total: int
    failed_total: int
    dropped_total: int
    waiting: int
    is_failing: bool = False
    last_error: str | None = None
    last_error_seconds: float | None = None


class Lane:
    """Hands notices to one action, from a thread that begins with the first."""

    def __init__(self, action: Action, pace: Pace, timing: Timing) -> None:
        self._action, self._timing = action, timing
        self._grouping = Grouping(pace, timing.jitter)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closing = self._is_over = self._cannot_start = False
        self._status = ActionStatus(action.name, action.shown, 0, 0, 0, 0)

    def heed(self, alerts: Iterable[Alert], time_seconds: float) -> None:
        """How alerts stand now. Waits for nothing but another such call."""
        now_seconds = self._timing.clock()
        with self._changed:
            news = [self._grouping.heed(alert, now_seconds, time_seconds) for alert in alerts]
            if any(news):
                self._changed.notify()
            if self._grouping.waiting:
                self._begin()

    @property
    def status(self) -> ActionStatus:
        with self._changed:
            return self._status._replace(dropped_total=self._grouping.dropped_total, waiting=self._grouping.waiting)

    def begin_closing(self) -> None:
        """What waits is tried once more, at once; then the thread ends."""
        with self._changed:
            self._is_closing = True
            if self._grouping.waiting:
                self._begin()
            self._changed.notify()

    def join(self, timeout_seconds: float) -> bool:
        """Whether it has ended in that time."""
        if self._thread is not None:
            self._thread.join(timeout_seconds)
        return self._thread is None or not self._thread.is_alive()

    def end(self) -> None:
        """There is no time left."""
        self._is_over = True
        self._action.end()

    def _begin(self) -> None:
        """The thread, unless it runs: a forked process has none, and one at its limit of tasks gets none yet."""
        if self._is_over or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._run, name=f"mnemo {self._action.name}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as err:
            self._thread = None
            if not self._cannot_start:
                _LOGGER.error("%s: no thread can be started (%s); tried again with each sample", self._name, err)
            self._cannot_start = True
        else:
            self._cannot_start = False

    def _run(self) -> None:
        while (notice := self._next()) is not None:
            error = self._error_of(notice)
            now_seconds, before = self._timing.clock(), self._status
            with self._changed:
                if error is None:
                    self._grouping.sent(notice, now_seconds)
                else:
                    self._grouping.failed(notice, error, now_seconds)
                    self._is_over = self._is_over or self._is_closing
                self._count(error)
            self._tell(notice, error, was_failing=before.is_failing)

    def _next(self) -> Notice | None:
        """The next notice, once it is due; None in the end."""
        with self._changed:
            while not self._is_over:
                now_seconds = self._timing.clock()
                notice = self._grouping.notice(now_seconds, at_once=self._is_closing)
                if notice is not None or self._is_closing:
                    return notice
                self._changed.wait(min(self._grouping.due_seconds() - now_seconds, threading.TIMEOUT_MAX))
            return None

    def _error_of(self, notice: Notice) -> NotSentError | None:
        outcome = attempt(self._name, partial(self._sent, notice))
        if isinstance(outcome, Failed):
            return NotSentError("an error of its own, which the log has", again=False)
        return outcome

    def _sent(self, notice: Notice) -> NotSentError | None:
        try:
            self._action.send(notice)
        except NotSentError as err:
            return err
        return None

    def _count(self, error: NotSentError | None) -> None:
        before = self._status
        if error is None:
            self._status = before._replace(sent_total=before.sent_total + 1, is_failing=False)
            return
        self._status = before._replace(
            failed_total=before.failed_total + 1,
            is_failing=True,
            last_error=str(error),
            last_error_seconds=self._timing.unix_clock(),
        )

    def _tell(self, notice: Notice, error: NotSentError | None, *, was_failing: bool) -> None:
        """Once when it begins to fail, and once when it works again."""
        if error is None and was_failing:
            _LOGGER.warning("%s works again", self._name)
        if error is None and notice.lost:
            _LOGGER.warning("%s was not told of %d alerts: there were too many", self._name, notice.lost)
        if error is not None and not was_failing:
            later = "it is tried again until it succeeds" if error.again else "it is tried again with the next news"
            _LOGGER.error("%s failed: %s; %s", self._name, error, later)

    @property
    def _name(self) -> str:
        return f"the action {self._action.name} ({self._action.shown})"
