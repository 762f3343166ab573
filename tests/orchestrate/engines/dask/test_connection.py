"""One worker that does not answer takes no other one's answer away; what was not heard is said again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask import connection as connections
from mnemo_cli.orchestrate.engines.dask import misfits
from mnemo_cli.orchestrate.engines.dask.connection import Connection
from mnemo_cli.orchestrate.engines.dask.messages import VERSION, Greeting
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent, greet
from mnemo_cli.orchestrate.job import Key
from tests.orchestrate.engines.dask.wire import EDGES, greeting

KEY = Key("a", 1)
PATIENCE_SECONDS = 20.0
# Longer than any test may wait: what ends before has not waited for it.
LONG_SECONDS = 600.0
OLD = greeting("old")._replace(version=VERSION - 1)


class Stream:
    def closed(self) -> bool:
        return False


class Client:
    """What a connection needs of Dask's client; of itself it is its scheduler too."""

    status = "running"

    def __init__(self, *addresses: str) -> None:
        self.scheduler_comm: Stream | None = Stream()
        self.scheduler = self
        self.addresses = list(addresses)
        self.hung: set[str] = set()
        self.setup: dict[str, dict[str, object]] = {}
        self.is_deaf = False
        self.answers: dict[str, object] = {}
        self.unreadable: set[str] = set()
        self.greeted: list[str] = []
        self.is_registering = asyncio.Event()
        self.heard: list[tuple[str, str]] = []
        self.failing = 0
        self.unregistered: list[str] = []

    def subscribe_topic(self, name: str, handler: Callable[[Any], None]) -> None: ...

    def unsubscribe_topic(self, name: str) -> None: ...

    async def close(self) -> None: ...

    async def register_worker_plugin(self, **words: object) -> Mapping[str, Mapping[str, object]]:
        self.is_registering.set()
        if self.hung:
            await asyncio.Event().wait()
        return self.setup

    async def unregister_worker_plugin(self, name: str) -> None:
        self.unregistered.append(name)

    async def identity(self, n_workers: int) -> Mapping[str, object]:
        if self.is_deaf:
            raise OSError("connection refused")
        return {"workers": dict.fromkeys(self.addresses)}

    async def run(
        self, function: Callable[..., object], *words: object, workers: Sequence[str], on_error: str
    ) -> Mapping[str, object]:
        if self.hung.intersection(workers):
            await asyncio.Event().wait()
        if function is greet:
            self.greeted += workers
            if self.unreadable.intersection(workers):
                raise TypeError("Greeting takes less than it was given")
            return {address: self.answers.get(address, greeting(address)) for address in workers}
        if self.failing:
            self.failing -= 1
            raise OSError("connection reset")
        self.heard += [(address, function.__name__) for address in workers]
        return dict.fromkeys(workers)


class Script:
    """A connection on a scripted client; `met`, `left` and `unfit` are what it told."""

    def __init__(self, client: Client, epoch: int = 1) -> None:
        self.client = client
        self.met: list[str] = []
        self.left: list[str] = []
        self.unfit: list[tuple[str, str]] = []
        self.connection = Connection(
            client,  # type: ignore[arg-type]
            MnemoAgent("run", EDGES, None, None),
            epoch,
            tell=lambda message: None,
            met=self._meet,
            left=lambda agent, why: self.left.append(agent),
            unfit=lambda address, why: self.unfit.append((address, why)),
            failed=lambda agent, key, why: None,
        )

    def _meet(self, met: Greeting) -> None:
        self.met.append(met.agent)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two questions nobody waits any longer than a test needs; for an answer all the time there is."""
    monkeypatch.setattr(connections, "_ANSWER_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(misfits, "_SETUP_SECONDS", 0.0)
    for name in ("_PULSE_SECONDS", "_ASK_SECONDS", "_AGAIN_SECONDS", "_MOMENT_SECONDS"):
        monkeypatch.setattr(connections, name, 0.02)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody is silent for ever: the others answer in the same turn of the loop."""
    monkeypatch.setattr(connections, "_ANSWER_SECONDS", 0.02)


def played(client: Client, then: Callable[[Script], Awaitable[None]] | None = None, *, epoch: int = 1) -> Script:
    async def play() -> Script:
        script = Script(client, epoch)
        try:
            await script.connection.open()
            if then is not None:
                await asyncio.wait_for(then(script), PATIENCE_SECONDS)
        finally:
            await script.connection.close(for_good=False)
        return script

    return asyncio.run(play())


async def follows(script: Script, until: Callable[[], object]) -> None:
    following = asyncio.create_task(script.connection.follow())
    while not until():
        assert not following.done(), await following
        await asyncio.sleep(0)
    following.cancel()


def test_a_worker_that_does_not_answer_takes_no_answer_of_others_away(impatient: None):
    client = Client("w", "hung", "v")
    client.hung = {"hung"}
    assert sorted(played(client).met) == ["v", "w"]


def test_one_that_answers_later_is_met_then(impatient: None):
    client = Client("w", "late")
    client.hung = {"late"}

    async def then(script: Script) -> None:
        client.hung.clear()
        await follows(script, lambda: "late" in script.met)

    assert played(client, then).met == ["w", "late"]


def test_a_question_that_fails_at_first_is_no_answer():
    client = Client("w")
    client.is_deaf = True
    with pytest.raises(OSError, match="refused"):
        played(client)


def test_a_question_that_fails_later_makes_nobody_lost():
    client = Client("w")

    async def then(script: Script) -> None:
        client.is_deaf = True
        asked = 0

        async def deaf(n_workers: int) -> Mapping[str, object]:
            nonlocal asked
            asked += 1
            raise OSError("connection reset")

        client.identity = deaf  # type: ignore[method-assign]
        await follows(script, lambda: asked >= 3)

    assert played(client, then).left == []


def test_a_worker_that_comes_while_the_scheduler_answers_is_not_taken_for_gone():
    client = Client("w")

    async def then(script: Script) -> None:
        asked = asyncio.Event()
        answer = asyncio.Event()

        async def slow(n_workers: int) -> Mapping[str, object]:
            there = dict.fromkeys(client.addresses)
            asked.set()
            await answer.wait()
            return {"workers": there}

        quick, client.identity = client.identity, slow  # type: ignore[method-assign]
        first = asyncio.create_task(script.connection._ask())
        await asked.wait()
        client.addresses.append("new")
        client.identity = quick  # type: ignore[method-assign]
        await script.connection._ask()
        answer.set()
        await first

    script = played(client, then)
    assert script.met == ["w", "new"] and script.left == []


def test_a_stop_is_said_until_it_is_heard():
    client = Client("w")
    client.failing = 2

    async def then(script: Script) -> None:
        script.connection.stop("w", KEY, 5)
        await follows(script, lambda: client.heard)

    played(client, then)
    assert client.heard == [("w", "stop")]


@pytest.mark.parametrize("answer", [OLD, AttributeError("no attribute 'Hail'"), None])
def test_a_worker_that_comes_later_and_can_be_given_nothing_is_told_of_once_and_the_others_go_on(answer: object):
    client = Client("w")

    async def then(script: Script) -> None:
        client.answers["odd"] = answer
        client.addresses.append("odd")
        await follows(script, lambda: client.greeted.count("odd") >= 3)
        assert script.met == ["w"] and [address for address, _ in script.unfit] == ["odd"]

    played(client, then)


def test_one_whose_agent_is_set_up_a_moment_later_is_met_and_not_told_of(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(misfits, "_SETUP_SECONDS", LONG_SECONDS)
    client = Client("w", "soon")
    client.answers["soon"] = None

    async def then(script: Script) -> None:
        await follows(script, lambda: client.greeted.count("soon") >= 3)
        del client.answers["soon"]
        await follows(script, lambda: "soon" in script.met)

    assert played(client, then).unfit == []


def test_words_that_cannot_be_read_here_are_those_of_another_version():
    client = Client("w", "odd")
    client.unreadable = {"odd"}
    script = played(client)
    assert script.met == ["w"] and [address for address, _ in script.unfit] == ["odd"]


@pytest.mark.parametrize(("epoch", "taken_off"), [(1, ["mnemo-run"]), (2, [])])
def test_where_nobody_can_be_given_anything_no_run_begins_and_only_agents_of_its_own_are_taken_off(
    epoch: int, taken_off: list[str]
):
    client = Client("v", "w")
    client.answers = {"v": OLD, "w": TypeError("a word too many")}
    with pytest.raises(EngineError, match=r"on any worker: v: .*another version.*; w: .*a word too many"):
        played(client, epoch=epoch)
    assert client.unregistered == taken_off


def test_one_that_is_only_silent_may_be_fit(impatient: None):
    client = Client("old", "hung")
    client.answers["old"] = OLD
    client.hung = {"hung"}
    assert played(client).met == []


def test_who_is_interrupted_while_agents_are_put_on_workers_takes_nobody_off():
    client = Client("w")
    client.hung = {"w"}

    async def play() -> None:
        script = Script(client, epoch=2)
        opening = asyncio.create_task(script.connection.open())
        await client.is_registering.wait()
        opening.cancel()
        await asyncio.wait({opening})
        await script.connection.close(for_good=False)

    asyncio.run(play())
    assert client.unregistered == []


def test_the_worker_that_can_have_no_agent_is_named_and_nothing_is_left_there():
    client = Client("w", "v")
    client.setup = {"w": {"status": "OK"}, "tcp://v:1": {"status": "error", "exception": OSError("no room for it")}}
    with pytest.raises(EngineError, match=r"tcp://v:1: no room for it"):
        played(client)
    assert client.unregistered == ["mnemo-run"]
