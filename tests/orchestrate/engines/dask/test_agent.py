"""An agent tells every end, also where something is broken on its worker, and never tells nothing for unknown."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from mnemo_cli.errors import EngineError, SourceError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.orchestrate.engines.dask.agent import Agent, Seat
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.home import Home
from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Hail, Message, Sent
from mnemo_cli.orchestrate.engines.dask.standing import Standings
from mnemo_cli.orchestrate.engines.dask.witness import Witness
from mnemo_cli.orchestrate.engines.engine import EngineEvent, Order
from mnemo_cli.orchestrate.engines.fake import Fake, World
from mnemo_cli.orchestrate.inquest.inquest import Inquest
from mnemo_cli.orchestrate.job import Ended, Key

EDGES = Edges()
KEY, OTHER = Key("a", 1), Key("b", 1)
OK, KILLED = Ended(0, 1.0), Ended(-9, 1.0, kernel_oom=True)
DEADLINE_SECONDS = 20.0


class Engine(Fake):
    """Wakes its agent as the engine of a machine does. `error` is what it fails with from now on."""

    def __init__(self, world: World) -> None:
        super().__init__(world, slots=4)
        self.error: Exception | None = None
        self.use_error: Exception | None = None
        self.is_closed = False
        self.descriptor = os.eventfd(0, os.EFD_NONBLOCK)
        note = world.news
        world.news = lambda event: (note(event), self.ring())

    def ring(self) -> None:
        os.eventfd_write(self.descriptor, 1)

    def events(self) -> tuple[EngineEvent, ...]:
        if self.error is not None:
            raise self.error
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self.descriptor)
        return super().events()

    def use(self) -> Mapping[Key, int]:
        if self.use_error is not None:
            raise self.use_error
        return super().use()

    def close(self) -> None:
        assert not self.is_closed
        self.is_closed = True
        os.close(self.descriptor)


class Bench:
    """An agent with all that it needs; `told` is what it has said."""

    def __init__(self, folder: Path) -> None:
        self.world, self.told = World(), list[Message]()
        self.engine = Engine(self.world)
        self.standings = Standings(EDGES, dasks_limit_bytes=1 << 40, own_budget_bytes=None, root=Path("/"))
        self.agent = Agent(
            "w", self.engine, self.standings, Home(folder, None), Witness(Path("/")),
            Seat("w0", "tcp://h:1", "h", 4, lambda: 100), self.told.append,
        )  # fmt: skip
        self.tasks: list[asyncio.Task[None]] = []

    def send(self, key: Key, *, number: int = 1, epoch: int = 1, **words: object) -> "asyncio.Task[None]":
        order = Order(key, ("true",), {}, None, None, None, None, None)
        sent = Sent(StartId(epoch, number, "w", key), order)._replace(**words)  # type: ignore[arg-type]
        self.tasks.append(asyncio.get_running_loop().create_task(self.agent.carry_out(sent)))
        return self.tasks[-1]

    def said(self, verb: str) -> list[Message]:
        return [message for message in self.told if message[0] == verb]

    async def until(self, is_so: Callable[[], object]) -> None:
        deadline = asyncio.get_running_loop().time() + DEADLINE_SECONDS
        while not is_so():
            assert asyncio.get_running_loop().time() < deadline, f"it never came: {self.told}"
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    made = Bench(folder)
    made.agent.begin()
    assert made.agent.greet(Hail(1, EDGES, None)) is not None
    try:
        yield made
    finally:
        made.agent.close()
        await asyncio.gather(*made.tasks, return_exceptions=True)
        assert made.engine.is_closed


def run(folder: Path, scene: Callable[[Bench], object]) -> None:
    async def play() -> None:
        async with bench(folder) as made:
            await scene(made)  # type: ignore[misc]

    asyncio.run(play())


def test_an_attempt_is_begun_and_its_end_is_told(tmp_path: Path):
    async def scene(one: Bench) -> None:
        task = one.send(KEY)
        await one.until(lambda: KEY in one.world.running)
        one.world.end(KEY, OK)
        await task
        ((_, agent, job, number, *figures),) = one.said("ended")
        assert (agent, Key(job, number), figures[: len(OK)]) == ("w", KEY, list(OK))

    run(tmp_path, scene)


def test_an_inquest_that_fails_does_not_take_the_end_with_it(tmp_path: Path, monkeypatch, caplog):
    def fails(self: Inquest, death: object) -> None:
        raise ValueError("no such log")

    monkeypatch.setattr(Inquest, "hold", fails)

    async def scene(one: Bench) -> None:
        task = one.send(KEY)
        await one.until(lambda: KEY in one.world.running)
        one.world.end(KEY, KILLED)
        await task
        ((*_, finding),) = one.said("ended")
        assert finding is None and "could not be found out" in caplog.text

    run(tmp_path, scene)


def test_an_engine_that_fails_is_told_of_and_nothing_is_begun_there_again(tmp_path: Path, caplog):
    async def scene(one: Bench) -> None:
        task = one.send(KEY)
        await one.until(lambda: KEY in one.world.running)
        one.engine.error = EngineError("no keeper can be started")
        one.engine.ring()
        with pytest.raises(EngineError, match="no keeper"):
            await task
        assert one.said("gone") == [["gone", "w", "no keeper can be started"]] and one.engine.is_closed
        assert one.agent.greet(Hail(2, EDGES, None)) is None
        with pytest.raises(EngineError, match="nothing can be run"):
            await one.send(OTHER, number=2)
        one.agent.stop(2, KEY, 0)
        assert "no keeper can be started" in caplog.text

    run(tmp_path, scene)


@pytest.mark.parametrize("place", ["events", "close"])
def test_whatever_fails_there_is_told_and_nobody_waits_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
):
    async def scene(one: Bench) -> None:
        task = one.send(KEY)
        await one.until(lambda: KEY in one.world.running)
        if place == "close":
            close = one.engine.close
            monkeypatch.setattr(one.engine, "close", lambda: (close(), fail()))
        one.engine.error = ZeroDivisionError("a fault") if place == "events" else EngineError("a fault")
        one.engine.ring()
        with pytest.raises(EngineError, match="a fault"):
            await asyncio.wait_for(task, DEADLINE_SECONDS)
        assert one.said("gone") == [["gone", "w", "a fault"]]

    def fail() -> None:
        raise OSError("it is stuck")

    run(tmp_path, scene)


def test_an_event_that_cannot_be_told_ends_the_agent_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fails(self: Home, key: Key) -> None:
        raise ZeroDivisionError("a fault")

    async def scene(one: Bench) -> None:
        task = one.send(KEY)
        await one.until(lambda: KEY in one.world.running)
        monkeypatch.setattr(Home, "output", fails)
        one.world.end(KEY, OK)
        with pytest.raises(EngineError, match="a fault"):
            await asyncio.wait_for(task, DEADLINE_SECONDS)
        assert one.said("gone") == [["gone", "w", "a fault"]]

    run(tmp_path, scene)


def test_a_worker_that_cannot_be_read_is_silent_until_it_can_be(tmp_path: Path, caplog):
    async def scene(one: Bench) -> None:
        one.engine.use_error = SourceError("cannot read /sys: gone")
        await one.until(lambda: "cannot read /sys: gone" in caplog.text)
        told = len(one.said("report"))
        one.engine.use_error = None
        await one.until(lambda: len(one.said("report")) > told)

    run(tmp_path, scene)


def test_a_fault_of_our_own_ends_the_agent_aloud(tmp_path: Path, caplog):
    async def scene(one: Bench) -> None:
        one.engine.use_error = ZeroDivisionError("a fault")
        await one.until(lambda: one.said("gone"))
        assert "a fault" in caplog.text

    run(tmp_path, scene)


def test_a_stop_that_comes_before_its_order_is_heeded(tmp_path: Path):
    async def scene(one: Bench) -> None:
        one.agent.stop(1, KEY, 0)
        await one.send(KEY)
        assert one.said("fenced") == [["fenced", "w", *KEY, 1, 1, "absent", "it was stopped before it came"]]
        assert one.world.starts == []

    run(tmp_path, scene)


def test_a_later_supervisor_hears_what_was_told_to_end(tmp_path: Path):
    async def scene(one: Bench) -> None:
        task = one.send(KEY)
        other = one.send(OTHER, number=2)
        await one.until(lambda: len(one.world.running) == 2)
        one.agent.stop(1, KEY, 0)
        await task
        greeting = one.agent.greet(Hail(2, EDGES, None))
        assert greeting is not None and (greeting.stopped, greeting.running) == ((KEY,), (OTHER,))
        one.world.end(OTHER, OK)
        await other
        third = one.send(KEY._replace(number=2), epoch=2, known=(KEY,))
        await one.until(lambda: one.world.running)
        greeting = one.agent.greet(Hail(3, EDGES, None))
        assert greeting is not None and greeting.stopped == ()
        one.world.end(KEY._replace(number=2), OK)
        await third

    run(tmp_path, scene)


def test_an_order_that_comes_twice_is_refused_with_what_is_known(tmp_path: Path):
    async def scene(one: Bench) -> None:
        one.send(KEY)
        await one.until(lambda: KEY in one.world.running)
        await one.send(KEY)
        one.world.end(KEY, OK)
        await one.until(lambda: one.said("ended"))
        await one.send(KEY)
        assert [message[6] for message in one.said("fenced")] == ["running", "ended"]

    run(tmp_path, scene)


def test_much_that_was_written_is_kept_and_brought_when_it_is_asked_for(tmp_path: Path):
    async def scene(one: Bench) -> None:
        task = one.send(KEY, brings_output=True)
        await one.until(lambda: KEY in one.world.running)
        file = one.world.running[KEY].stdout
        assert file is not None
        file.write_bytes(b"x" * 10_000)
        one.world.end(KEY, OK)
        await task
        assert one.said("kept") == [["kept", "w", *KEY]] and not one.said("ended")
        message = one.agent.bring(KEY)
        assert message is not None and message[0] == "ended" and b"x" * 10_000 in message
        other = one.send(OTHER, number=2, known=(KEY,), floor=2)
        await one.until(lambda: OTHER in one.world.running)
        assert one.agent.bring(KEY) is None
        one.world.end(OTHER, OK)
        await other

    run(tmp_path, scene)


def test_a_later_supervisor_brings_its_own_levels_and_budget(tmp_path: Path):
    async def scene(one: Bench) -> None:
        tight = Edges(moderate_ratio=1e-9, high_ratio=2e-9, critical_ratio=3e-9, release_margin_ratio=0.0)
        greeting = one.agent.greet(Hail(2, tight, 1000))
        assert isinstance(greeting, Greeting) and greeting.enforcement == "none"
        assert greeting.standing["level"] == 3 and ["the budget", 0, 1000, 1000, None] in greeting.standing["rooms"]
        assert one.agent.greet(Hail(1, EDGES, None)) is None

    run(tmp_path, scene)


def test_what_jobs_use_is_unknown_where_one_of_them_cannot_be_read(tmp_path: Path):
    async def scene(one: Bench) -> None:
        one.agent.greet(Hail(1, EDGES, 1 << 30))
        one.send(KEY), one.send(OTHER, number=2)
        await one.until(lambda: len(one.world.running) == 2)
        one.world.used_bytes[KEY] = 100

        def last() -> tuple[object, object]:
            rooms = {name: used for name, used, *_ in one.said("report")[-1][2]["rooms"]}
            return rooms["the budget"], rooms["budget of the Dask worker"]

        await one.until(lambda: one.said("report") and last() == (None, None))
        assert one.said("report")[-1][3] == [[*KEY, 100]]
        one.world.used_bytes[OTHER] = 50
        await one.until(lambda: last() == (150, 250))
        one.world.end(KEY, OK)
        one.world.end(OTHER, OK)

    run(tmp_path, scene)
