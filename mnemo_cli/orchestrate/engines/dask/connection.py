"""One connection to a scheduler: agents greeted, orders handed over, what came of them. Lives in the link's loop."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable
from typing import Any

from distributed import Client, Future

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.messages import VERSION, Greeting, Message
from mnemo_cli.orchestrate.engines.dask.options import INSTALL
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent, carry_out, greet, stop
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.redact import printable

# Who has come or gone without our being told of it is found by asking.
_ASK_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
_MOMENT_SECONDS = 0.05
_PULSE_SECONDS = 0.25
_EVERYBODY = "all"
_OVER = ("error", "cancelled", "lost")


class Connection:
    """`tell` gets what agents say; `met` each agent that has answered, `left` each that is gone, by its id.

    `failed` gets an attempt of which Dask itself says that it will not be carried out.
    """

    def __init__(
        self,
        client: Client,
        agent: MnemoAgent,
        epoch: int,
        *,
        tell: Callable[[Message], None],
        met: Callable[[Greeting], None],
        left: Callable[[str, str], None],
        failed: Callable[[str, Key, str], None],
    ) -> None:
        self._client, self._plugin, self.epoch = client, agent, epoch
        self._tell, self._met, self._left, self._failed = tell, met, left, failed
        self._stream: Any = client.scheduler_comm
        self._by_address: dict[str, Greeting] = {}
        self._futures: dict[Key, tuple[str, Future[Any]]] = {}
        self._over: list[Future[Any]] = []
        self._will_ask = False
        self._tasks: set[asyncio.Task[None]] = set()

    def is_up(self) -> bool:
        """A stream that the client has made anew by itself is another connection: what it had promised is gone."""
        stream = self._client.scheduler_comm
        return (
            stream is not None and stream is self._stream and not stream.closed() and self._client.status == "running"
        )

    async def open(self) -> None:
        """Every worker that is there is greeted; raises EngineError where that cannot be."""
        name = self._plugin.name
        self._client.subscribe_topic(name, self._hear)
        self._client.subscribe_topic(_EVERYBODY, self._hear_of_all)
        try:
            await self._client.register_plugin(self._plugin, name=name)
        except (ImportError, AttributeError) as err:
            # Left there, it would keep every worker from joining that has no mnemo.
            with contextlib.suppress(ImportError, OSError, ValueError):
                await self._client.unregister_worker_plugin(name)
            raise EngineError(
                f"the workers cannot load mnemo ({printable(str(err))}): it must be installed there in the same "
                f"version as here: {INSTALL}"
            ) from err
        await self._ask()

    async def follow(self) -> None:
        """Until it is down."""
        asked_seconds = asyncio.get_running_loop().time()
        while self.is_up():
            await asyncio.sleep(_PULSE_SECONDS)
            if not self.is_up():
                return  # its futures are cancelled now, and the attempts go on
            self._over.clear()
            for key, (agent, future) in list(self._futures.items()):
                if future.status in _OVER:
                    self.forget([key])
                    self._failed(agent, key, f"Dask has given it up: {future.status}")
            now = asyncio.get_running_loop().time()
            if now - asked_seconds >= _ASK_SECONDS and self.is_up():
                asked_seconds = now
                await self._ask()

    def hand_over(self, orders: Iterable[tuple[StartId, bytes]]) -> None:
        """Each as a task for the one worker that it names; those of an earlier connection are not for this one."""
        addresses = {greeting.agent: address for address, greeting in self._by_address.items()}
        for start, sent in orders:
            if start.epoch != self.epoch:
                continue
            address = addresses.get(start.agent)
            if address is None:
                self._failed(start.agent, start.key, "its worker is gone")
                continue
            future = self._client.submit(
                carry_out,
                self._plugin.name,
                sent,
                key=f"mnemo-{start.epoch}-{start.number}-{start.key.job}-{start.key.number}",
                workers=[address],
                allow_other_workers=False,
                retries=0,
                pure=False,
            )
            self._futures[start.key] = (start.agent, future)

    def forget(self, keys: Iterable[Key]) -> None:
        """They have ended: their tasks are let go of a moment later, when Dask knows it too."""
        found = [self._futures.pop(key, None) for key in keys]
        self._over += [future for _, future in filter(None, found)]

    def stop(self, agent: str, key: Key, grace_seconds: float) -> None:
        for address, greeting in self._by_address.items():
            if greeting.agent == agent:
                self._later(self._run(stop, key, grace_seconds, workers=[address]))

    async def close(self, *, for_good: bool) -> None:
        """`for_good`: the agents are taken off the workers too."""
        for task in tuple(self._tasks):
            task.cancel()
        if for_good and self.is_up():
            with contextlib.suppress(OSError, ValueError, TimeoutError):
                await asyncio.wait_for(self._client.unregister_worker_plugin(self._plugin.name), _ANSWER_SECONDS)
        self._futures.clear()
        self._over.clear()
        if self.is_up():
            self._client.unsubscribe_topic(_EVERYBODY)
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._client.close(), _ANSWER_SECONDS)

    def _hear(self, event: tuple[float, Message]) -> None:
        message = event[1]
        if message[0] == "hello":
            self._ask_soon()
        else:
            self._tell(message)

    def _hear_of_all(self, event: tuple[float, Any]) -> None:  # whatever Dask and others tell
        match event[1]:
            case {"action": "remove-worker", "worker": str(address)}:
                self._gone(address, "its worker has died or left")

    def _gone(self, address: str, why: str) -> None:
        greeting = self._by_address.pop(address, None)
        if greeting is not None:
            self._left(greeting.agent, why)

    def _ask_soon(self) -> None:
        """Once for all agents that are put on their workers together."""
        if not self._will_ask:
            self._will_ask = True
            self._later(self._ask_in_a_moment())

    async def _ask_in_a_moment(self) -> None:
        await asyncio.sleep(_MOMENT_SECONDS)
        self._will_ask = False
        await self._ask()

    async def _ask(self) -> None:
        """Who is there: greets whom we do not know, and notices who has gone."""
        scheduler = self._client.scheduler
        if scheduler is None:
            return
        try:
            known = await asyncio.wait_for(scheduler.identity(n_workers=-1), _ANSWER_SECONDS)
        except (OSError, TimeoutError):
            return
        there = set(known["workers"])
        for address in tuple(self._by_address.keys() - there):
            self._gone(address, "its worker is not there any more")
        await self._greet(there - self._by_address.keys())

    async def _greet(self, addresses: Collection[str]) -> None:
        if not addresses:
            return
        answers = await self._run(greet, self.epoch, workers=list(addresses))
        for address, answer in answers.items():
            if isinstance(answer, Greeting) and address not in self._by_address:
                if answer.version != VERSION:
                    raise EngineError(f"mnemo on the worker {printable(answer.name)} is another version than here")
                self._by_address[address] = answer
                self._met(answer)

    async def _run(self, function: Callable[..., Any], *words: object, workers: list[str]) -> dict[str, Any]:
        """On these workers; one that fails or is gone has no answer."""
        try:
            answers: dict[str, Any] = await asyncio.wait_for(
                self._client.run(function, self._plugin.name, *words, workers=workers, on_error="return"),
                _ANSWER_SECONDS,
            )
        except (OSError, TimeoutError):
            return {}
        return answers

    def _later(self, work: "Any") -> None:  # a coroutine of whatever result
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
