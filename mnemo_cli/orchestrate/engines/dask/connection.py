"""One connection to a scheduler: agents greeted, orders handed over, what came of them. Lives in the link's loop."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Set
from typing import Any

from distributed import Client, Future

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Message
from mnemo_cli.orchestrate.engines.dask.misfits import Misfits
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent, bring, carry_out, greet, stop
from mnemo_cli.orchestrate.engines.dask.registration import put_on_workers, take_off_workers
from mnemo_cli.orchestrate.job import Key

# Who has come or gone without our being told of it is found by asking.
_ASK_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
_MOMENT_SECONDS = 0.05
_PULSE_SECONDS = 0.25
_AGAIN_SECONDS = 1.0
_PARTING_SECONDS = 5.0
# Each is asked by itself, so that one that does not answer takes nobody else's answer away.
_MOST_GREETED = 64
_EVERYBODY = "all"
_OVER = ("error", "cancelled", "lost")


class Connection:
    """`tell` gets what agents say; `met` each agent that has answered, `left` each that is gone, by its id.

    `unfit` gets the address of a worker on which nothing can be begun, and why, once. `failed` gets an attempt
    of which Dask itself says that it will not be carried out.
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
        unfit: Callable[[str, str], None],
        failed: Callable[[str, Key, str], None],
    ) -> None:
        self._client, self._plugin, self.epoch = client, agent, epoch
        self._tell, self._met, self._left, self._failed = tell, met, left, failed
        self._stream: Any = client.scheduler_comm
        self._by_address: dict[str, Greeting] = {}
        self._misfits = Misfits(unfit)
        self._futures: dict[Key, tuple[str, Future[Any]]] = {}
        self._over: list[Future[Any]] = []
        self._will_ask = False
        self._greeted: set[str] = set()
        self._few = asyncio.Semaphore(_MOST_GREETED)
        self._tasks: set[asyncio.Task[None]] = set()

    def is_up(self) -> bool:
        """A stream that the client has made anew by itself is another connection: what it had promised is gone."""
        stream = self._client.scheduler_comm
        return (
            stream is not None and stream is self._stream and not stream.closed() and self._client.status == "running"
        )

    async def open(self) -> None:
        """Every worker that is there is greeted, and has answered or had its time to.

        Raises EngineError where no agent can be there, and leaves none where there was none before; OSError or
        TimeoutError where the scheduler does not answer.
        """
        self._client.subscribe_topic(self._plugin.name, self._hear)
        self._client.subscribe_topic(_EVERYBODY, self._hear_of_all)
        await put_on_workers(self._client, self._plugin, patience_seconds=_ANSWER_SECONDS)
        there = await self._ask()
        if there and there <= self._misfits.addresses:
            if self.epoch == 1:
                await take_off_workers(self._client, self._plugin)
            raise EngineError(f"nothing can be begun on any worker: {self._misfits.reasons}")

    async def follow(self) -> None:
        """Until it is down. Raises what went wrong meanwhile; nothing here waits for a worker."""
        loop = asyncio.get_running_loop()
        asked_seconds = loop.time()
        while self.is_up():
            await asyncio.sleep(_PULSE_SECONDS)
            for task in [task for task in self._tasks if task.done()]:
                self._tasks.discard(task)
                task.result()
            if not self.is_up():
                return  # its futures are cancelled now, and the attempts go on
            self._over.clear()
            for key, (agent, future) in list(self._futures.items()):
                if future.status in _OVER:
                    self.forget([key])
                    self._failed(agent, key, f"Dask has given it up: {future.status}")
            if loop.time() - asked_seconds >= _ASK_SECONDS:
                asked_seconds = loop.time()
                self._later(self._ask_again())

    def hand_over(self, orders: Iterable[tuple[StartId, bytes]]) -> None:
        """Each as a task for the one worker that it names; those of an earlier connection are not for this one.

        Those that come when it is down are dropped: agents that are greeted again tell that they have not begun them.
        """
        if not self.is_up():
            return
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
        """Said until its agent has heard it, or is gone."""
        self._later(self._stop(agent, key, asyncio.get_running_loop().time() + grace_seconds))

    async def close(self, *, for_good: bool) -> None:
        """`for_good`: the agents are taken off the workers too."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if for_good and self.is_up():
            await take_off_workers(self._client, self._plugin)
        self._futures.clear()
        self._over.clear()
        if self.is_up():
            self._client.unsubscribe_topic(_EVERYBODY)
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._client.close(), _PARTING_SECONDS if self.is_up() else _MOMENT_SECONDS)

    def _hear(self, event: tuple[float, Message]) -> None:
        match event[1]:
            case ["hello", *_]:
                self._ask_soon()
            case ["kept", agent, job, number]:
                self._later(self._fetch(agent, Key(job, number)))
            case message:
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
        await self._ask_again()

    async def _ask_again(self) -> None:
        """A question that fails is asked again soon."""
        with contextlib.suppress(OSError, TimeoutError):
            await self._ask()

    async def _ask(self) -> Set[str]:
        """The addresses of who is there: greets whom we do not know, and notices who has gone."""
        scheduler = self._client.scheduler
        if scheduler is None:
            raise OSError("the connection to the scheduler was closed")
        # Who is met while the scheduler answers may have come after it had.
        before = set(self._by_address)
        known = await asyncio.wait_for(scheduler.identity(n_workers=-1), _ANSWER_SECONDS)
        there = set(known["workers"])
        for address in before - there:
            self._gone(address, "its worker is not there any more")
        new = there - self._by_address.keys() - self._greeted
        self._misfits.keep(there)
        await asyncio.gather(*map(self._greet, new))
        return there

    async def _greet(self, address: str) -> None:
        self._greeted.add(address)
        try:
            async with self._few:
                answer = await self._run(address, greet, self._plugin.hail(self.epoch))
        finally:
            self._greeted.discard(address)
        self._misfits.note(address, answer, asyncio.get_running_loop().time())
        is_fit = address not in self._misfits.addresses
        if isinstance(answer, Greeting) and is_fit and address not in self._by_address:
            # Ends may be large, and are the engine's.
            self._by_address[address] = answer._replace(running=(), ends=())
            self._met(answer)

    async def _stop(self, agent: str, key: Key, over_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        await self._insist(agent, stop, lambda: (self.epoch, key, max(0.0, over_seconds - loop.time())))

    async def _fetch(self, agent: str, key: Key) -> None:
        """An end that is too large for a topic."""
        answer = await self._insist(agent, bring, lambda: (key,))
        if isinstance(answer, list):
            self._tell(answer)

    async def _insist(
        self, agent: str, function: Callable[..., Any], words: Callable[[], tuple[object, ...]]
    ) -> object:
        """Its answer, asked for until it is there; None where the agent is gone, or the connection is."""
        while self.is_up():
            address = self._address_of(agent)
            if address is not None:
                answer = await self._run(address, function, *words())
                if not isinstance(answer, Exception):
                    return answer
            elif not self._greeted:  # else its own answer to us may be on its way
                return None
            await asyncio.sleep(_AGAIN_SECONDS)
        return None

    def _address_of(self, agent: str) -> str | None:
        return next((address for address, greeting in self._by_address.items() if greeting.agent == agent), None)

    async def _run(self, address: str, function: Callable[..., Any], *words: object) -> object:
        """Its answer on this worker; an exception where it failed, or where no answer came."""
        run = self._client.run(function, self._plugin.name, *words, workers=[address], on_error="return")
        try:
            answers: dict[str, object] = await asyncio.wait_for(run, _ANSWER_SECONDS)
        except (OSError, TimeoutError, ImportError, AttributeError, TypeError, ValueError) as err:
            return err  # but for the first two: words of another version
        return answers.get(address)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """What becomes of it is seen with the next pulse."""
        self._tasks.add(asyncio.get_running_loop().create_task(work))
