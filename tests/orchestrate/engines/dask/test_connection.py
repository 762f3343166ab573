"""One worker that does not answer takes no other one's answer away; what was not heard is said again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask import connection as connections
from mnemo_cli.orchestrate.engines.dask.connection import Connection
from mnemo_cli.orchestrate.engines.dask.messages import Greeting
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent, greet
from mnemo_cli.orchestrate.job import Key
from tests.orchestrate.engines.dask.wire import EDGES, greeting

KEY = Key("a", 1)
PATIENCE_SECONDS = 20.0


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
        self.versions: dict[str, int] = {}
        self.heard: list[tuple[str, str]] = []
        self.failing = 0
        self.unregistered: list[str] = []

    def subscribe_topic(self, name: str, handler: Callable[[Any], None]) -> None: ...

    def unsubscribe_topic(self, name: str) -> None: ...

    async def close(self) -> None: ...

    async def register_worker_plugin(self, **words: object) -> Mapping[str, Mapping[str, object]]:
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
            return {
                address: greeting(address)._replace(version=self.versions.get(address, connections.VERSION))
                for address in workers
            }
        if self.failing:
            self.failing -= 1
            raise OSError("connection reset")
        self.heard += [(address, function.__name__) for address in workers]
        return dict.fromkeys(workers)


class Script:
    """A connection on a scripted client; `met` and `left` are what it told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.met: list[str] = []
        self.left: list[str] = []
        self.connection = Connection(
            client,  # type: ignore[arg-type]
            MnemoAgent("run", EDGES, None, None),
            1,
            tell=lambda message: None,
            met=self._meet,
            left=lambda agent, why: self.left.append(agent),
            failed=lambda agent, key, why: None,
        )

    def _meet(self, met: Greeting) -> None:
        self.met.append(met.agent)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is silent is not waited for any longer than a test needs."""
    for name in ("_ANSWER_SECONDS", "_PULSE_SECONDS", "_ASK_SECONDS", "_AGAIN_SECONDS", "_MOMENT_SECONDS"):
        monkeypatch.setattr(connections, name, 0.02)


def played(client: Client, then: Callable[[Script], Awaitable[None]] | None = None) -> Script:
    async def play() -> Script:
        script = Script(client)
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


def test_a_worker_that_does_not_answer_takes_no_answer_of_others_away():
    client = Client("w", "hung", "v")
    client.hung = {"hung"}
    assert sorted(played(client).met) == ["v", "w"]


def test_one_that_answers_later_is_met_then():
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


def test_a_worker_of_another_version_that_comes_later_ends_the_run_as_one_that_was_there():
    client = Client("w")
    client.versions["old"] = connections.VERSION - 1

    async def then(script: Script) -> None:
        client.addresses.append("old")
        with pytest.raises(EngineError, match="another version"):
            await script.connection.follow()

    played(client, then)


def test_the_worker_that_can_have_no_agent_is_named_and_nothing_is_left_there():
    client = Client("w", "v")
    client.setup = {"w": {"status": "OK"}, "tcp://v:1": {"status": "error", "exception": OSError("no room for it")}}
    with pytest.raises(EngineError, match=r"tcp://v:1: no room for it"):
        played(client)
    assert client.unregistered == ["mnemo-run"]
