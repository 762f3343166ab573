"""Drives the engine of this machine as a run does, for tests, benches and programs that are killed."""

import contextlib
import select
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.engine import EngineEvent, Order, Started
from mnemo_cli.orchestrate.engines.local.local import Local, LocalSettings
from mnemo_cli.orchestrate.job import Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.run.resuming import Unseen, resume
from mnemo_cli.orchestrate.run.run import Happening, Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.scheduler import Scheduler
from mnemo_cli.orchestrate.waiting import Waiting

DEADLINE_SECONDS = 20.0
BUDGET_BYTES = 4 << 30


def order(job: str, *command: str, number: int = 1, **fields: object) -> Order:
    """An order with everything else as it comes."""
    plain = Order(Key(job, number), command, {}, None, None, None, None, None)
    return plain._replace(**fields)  # type: ignore[arg-type]


class Driver:
    """One supervisor of a folder; `events` are all that it was told."""

    def __init__(self, settings: LocalSettings) -> None:
        self.engine = Local(settings)
        self.events: list[EngineEvent] = []

    def until(self, is_so: Callable[[], object], *, what: str = "it") -> None:
        """Take events until something is so; each change of the engine wakes it, and so does a tick."""
        if is_so():
            return
        deadline = time.monotonic() + DEADLINE_SECONDS
        poll = select.poll()
        poll.register(self.engine.descriptor, select.POLLIN)
        while not is_so():
            assert time.monotonic() < deadline, f"{what} never came: {self.events}"
            poll.poll(20)
            self.events += self.engine.events()

    def started(self, job: str, number: int = 1) -> Started:
        """Its start, once it was told."""
        return self._awaited(Key(job, number), (Started,))  # type: ignore[return-value]

    def end(self, job: str, number: int = 1) -> EngineEvent:
        """Whatever was told of it that is no start."""
        return self._awaited(Key(job, number), tuple(kind for kind in EngineEvent.__args__ if kind is not Started))

    def _awaited(self, key: Key, kinds: tuple[type, ...]) -> EngineEvent:
        found: list[EngineEvent] = []

        def is_there() -> bool:
            found[:] = [event for event in self.events if event.key == key and isinstance(event, kinds)]
            return bool(found)

        self.until(is_there, what=f"the news of {key}")
        return found[0]


@contextlib.contextmanager
def driven(settings: LocalSettings) -> Iterator[Driver]:
    """A driver whose attempts are all ended at the end, also where the test fails."""
    driver = Driver(settings)
    try:
        yield driver
        for key in _stopped(driver):
            driver.end(*key)
    finally:
        _stopped(driver)
        driver.engine.close()


def _stopped(driver: Driver) -> set[Key]:
    """What still ran, as far as was told."""
    begun = {event.key for event in driver.events if isinstance(event, Started)}
    left = begun - {event.key for event in driver.events if not isinstance(event, Started)}
    for key in left:
        driver.engine.stop(key, grace_seconds=0)
    return left


def run_plan(
    folder: Path,
    jobs: Iterable[Job],
    settings: LocalSettings,
    tell: Callable[[Happening], None] = lambda happening: None,
    *,
    queue_limit: int = 10_000,
) -> Sequence[str]:
    """The whole of a run, taken up where an earlier one was interrupted; the states of its jobs."""
    journal = Journal.create(folder / "journal")
    engine = Local(settings)
    waiting = Waiting(journal.outcome_of)
    scheduler = Scheduler(slots=settings.slots, budget_bytes=BUDGET_BYTES, waiting=waiting, learned=Learned())
    is_new = not journal.standing.unfinished
    source = Plan(jobs) if is_new else Unseen(Plan(jobs), journal)
    run = Run(engine, journal, scheduler, waiting, source, RunSettings(queue_limit), tell)
    resume(run, engine, journal, _now())
    rooms = [Room("the test", 0, BUDGET_BYTES, BUDGET_BYTES)]
    poll = select.poll()
    poll.register(engine.descriptor, select.POLLIN)
    while not run.is_over:
        run.turn(rooms, _now())
        if not run.is_over:
            poll.poll(200)
    journal.checkpoint()
    states = [row.state for row in journal.jobs()]
    journal.close()
    engine.close()
    return states


def _now() -> Now:
    return Now(time.monotonic(), time.time())
