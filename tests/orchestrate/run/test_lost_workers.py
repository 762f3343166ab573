"""Workers that come and go, in the turns of a real run: a host that has lost one begins again with one attempt."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.engine import Capacity, EngineEvent, Order
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.job import Job, Key
from mnemo_cli.orchestrate.journal import Journal
from mnemo_cli.orchestrate.learned import Learned
from mnemo_cli.orchestrate.placing import PlacingScheduler
from mnemo_cli.orchestrate.run.loop import Loop, LoopSettings
from mnemo_cli.orchestrate.run.run import Now, Run, RunSettings
from mnemo_cli.orchestrate.run.source import Plan
from mnemo_cli.orchestrate.waiting import Waiting
from mnemo_cli.orchestrate.worker import Worker
from mnemo_cli.watch.loop import Rhythm
from tests.orchestrate.run.stage import EDGES, LIMIT, CountingClock, Machine, jobs

SLOTS = 4


class Hosts(Fake):
    """An engine whose workers come and go as a test says; what they have is lost with them."""

    def __init__(self, world: World) -> None:
        super().__init__(world, slots=SLOTS)
        self.capacity = Capacity(SLOTS, "none", can_freeze=False, is_elsewhere=True)
        self.where: dict[Key, str] = {}
        self.there: dict[str, Worker] = {}
        self._told: list[Worker] = []
        self._heard: list[Worker] = []

    def come(self, name: str, limit: int = LIMIT) -> None:
        room = Room("it", 0, limit, limit)
        self.there[name] = Worker(name, name, "host", SLOTS, (room,), limit, Level.NORMAL, limit, "it", 0)
        self._told.append(self.there[name])

    def go(self, name: str) -> None:
        self._told.append(self.there.pop(name)._replace(is_lost=True))
        for key in [key for key, where in self.where.items() if where == name]:
            del self.where[key]
            self._world.vanish(key)

    def events(self) -> tuple[EngineEvent, ...]:
        """Workers are heard of with all else."""
        self._heard += self._told
        self._told.clear()
        return super().events()

    def workers(self) -> Sequence[Worker]:
        heard, self._heard = self._heard, []
        return heard

    def start(self, orders: Sequence[Order]) -> None:
        self.where.update({order.key: str(order.worker) for order in orders})
        super().start(orders)


class Place:
    def __init__(self, journal: Journal, work: Sequence[Job]) -> None:
        world, waiting = World(), Waiting(journal.outcome_of)
        self.engine, self.clock = Hosts(world), CountingClock()
        self.journal, source = journal, Plan(work)
        scheduler = PlacingScheduler(most_slots=None, waiting=waiting, learned=Learned())
        self.run = Run(self.engine, journal, scheduler, waiting, source, RunSettings(100), lambda happening: None)
        self.machine = Machine(world, LIMIT)
        self.loop = Loop(
            self.run, self.engine, source, journal, self.clock, LoopSettings(EDGES), lambda: 0, lambda event: None
        )

    def turn(self) -> None:
        self.run.turn((), Now(self.clock.now, 1e9))

    def lose_a_full_worker(self) -> None:
        assert len(self.engine.where) == SLOTS
        self.engine.go("w")
        self.engine.come("again")

    @property
    def begun(self) -> list[str]:
        return list(self.engine.where.values())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    journal = Journal.create(tmp_path / "journal")
    yield Place(journal, jobs(*(f"j{at}" for at in range(SLOTS))))
    journal.close()


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Place]:
    """With one job, which is larger than most workers."""
    journal = Journal.create(tmp_path / "journal")
    yield Place(journal, jobs("large", claim_bytes=LIMIT + 1))
    journal.close()


def test_after_a_loss_its_host_begins_again_with_one(place: Place):
    place.engine.come("w")
    place.turn()
    place.lose_a_full_worker()
    place.turn()
    assert place.begun == ["again"]


def test_so_it_does_where_the_loop_has_heard_of_the_loss_first(place: Place):
    place.engine.come("w")
    began: list[int] = []
    place.machine.steps = iter([None, place.lose_a_full_worker])
    for _ in place.loop.moments(place.machine, Rhythm(interval_seconds=1.0)):
        began.append(len(place.engine.where))
        if len(began) == 2:
            place.clock.stop()
    assert began == [SLOTS, 1]


def test_a_job_that_is_larger_than_who_is_there_runs_on_a_larger_worker_that_comes_later(large: Place):
    large.engine.come("w")
    large.turn()
    large.engine.come("larger", LIMIT + 1)
    large.turn()
    assert large.begun == ["larger"]


def test_a_job_that_was_taken_before_anybody_came_does_not_wait_for_ever_for_a_larger_worker(large: Place):
    large.turn()
    large.engine.come("w")
    large.turn()
    assert large.journal.state_of("large") == "waiting"
    large.clock.now += 30.0
    large.turn()
    assert large.journal.state_of("large") == "failed"
    assert large.run.is_over and large.begun == []


def test_a_drain_has_an_end_where_nobody_can_be_told_to_end(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(place.engine, "stop", lambda key, *, grace_seconds: None)
    place.engine.come("w")
    place.machine.steps = iter([None, place.loop.drain])
    for _ in place.loop.moments(place.machine, Rhythm(interval_seconds=1.0)):
        assert place.clock.now < 60.0, "the drain never came to its end"
    assert place.loop.is_over and len(place.engine.where) == SLOTS
    assert place.clock.now > LoopSettings(EDGES).drain_timeout_seconds
