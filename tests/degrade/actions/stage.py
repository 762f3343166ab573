"""What the tests of the actions stand on: alerts, notices, an action that does as it is told, and a patient look."""

import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager

from mnemo_cli.degrade.actions.lane import Timing
from mnemo_cli.degrade.actions.notice import Episode, Notice
from mnemo_cli.degrade.actions.notifier import Notifier
from mnemo_cli.errors import NotSentError
from mnemo_cli.model.alerts import Alert, AlertState, Severity

DEADLINE_SECONDS = 60.0
BEGIN = 1_800_000_000.0
SUMMARY = "Memory use is critical: the kernel may kill soon"
LABELS = {"job": "mnemo", "instance": "db1"}
# Pauses after a failure are as long as they can be.
CALM = Timing(jitter=lambda: 1.0)


def alert(
    name: str = "MemoryCritical",
    state: AlertState = "firing",
    since: float = BEGIN,
    *,
    value: float | None = 81.25,
    severity: Severity = "error",
    actions: Iterable[str] = ("log",),
    summary: str = SUMMARY,
) -> Alert:
    return Alert(name, state, severity, since, value, summary, tuple(actions))


def notice(*episodes: Episode, **rest: object) -> Notice:
    """About all of these; about one that fires where none is given."""
    shown = episodes or (Episode(alert(), BEGIN),)
    return Notice(shown, shown, **rest)  # type: ignore[arg-type]


def over(one: Alert, seconds: float = 185.0) -> Episode:
    """The end of an alert, so long after it began."""
    return Episode(one._replace(state="resolved", since_seconds=BEGIN + seconds), BEGIN, BEGIN + seconds)


def until(holds: Callable[[], object], what: str) -> None:
    """Look until it holds; fails after the deadline."""
    pause = threading.Event()
    for _ in range(int(DEADLINE_SECONDS / 0.005)):
        if holds():
            return
        pause.wait(0.005)
    raise AssertionError(f"{what} did not come to be in {DEADLINE_SECONDS} s")


class Scripted:
    """An Action: its outcomes are taken from a list, an error being raised; after those it succeeds.

    While `gate` is closed a send does not return.
    """

    name, shown = "scripted", "the test"

    def __init__(self, *outcomes: Exception | None) -> None:
        self.notices: list[Notice] = []
        self.outcomes = list(outcomes)
        self.gate = threading.Event()
        self.gate.set()
        self.ended = False

    def send(self, notice: Notice) -> None:
        self.notices.append(notice)
        assert self.gate.wait(DEADLINE_SECONDS)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome

    def end(self) -> None:
        self.ended = True
        self.gate.set()

    @property
    def told(self) -> list[list[str]]:
        """The names of the news of each notice, with "/" after those that were over."""
        return [[f"{one.alert.name}{'/' if one.is_over else ''}" for one in notice.news] for notice in self.notices]


def refusal(*, again: bool = True, perhaps: bool = False, after: float | None = None) -> NotSentError:
    return NotSentError("no", again=again, perhaps=perhaps, after_seconds=after)


@contextmanager
def closing(notifier: Notifier):
    """It leaves no thread behind."""
    try:
        yield notifier
    finally:
        assert notifier.close(DEADLINE_SECONDS) in (True, False)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("mnemo ")]
