"""A thread of its own that holds Dask's client: orders go in, news come out, and neither side ever waits.

Where the connection breaks it is made again, with a new epoch, for a time; every agent is greeted anew then.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import dask
from distributed import Client
from distributed.security import Security

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.connection import Connection
from mnemo_cli.orchestrate.engines.dask.epoch import next_epoch
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.local_cluster import LocalCluster
from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Message
from mnemo_cli.orchestrate.engines.dask.news import Dead, Down, Failed, Left, Met, News, Said, Unfit, Up
from mnemo_cli.orchestrate.engines.dask.options import DaskSettings
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.redact import printable

_AGAIN_SECONDS = 0.5
# Dask waits twice as long after each vain attempt to connect, up to the whole time that it is given.
_ATTEMPT_SECONDS = 5.0
# Longer than every farewell to scheduler and workers takes that is waited for, one after the other.
_PARTING_SECONDS = 30.0
_LOGGERS = ("distributed", "tornado", "bokeh")
# What comes together is taken in one turn of the run's loop: ends soon, and reports of many workers when there is time.
_ENDS_SECONDS = 0.003
_REPORTS_SECONDS = 0.1
_URGENT = ("ended", "refused", "lost")


class Link:
    """From `start` to `close`. `descriptor` is readable while there are news."""

    def __init__(self, settings: DaskSettings, agent: MnemoAgent) -> None:
        self._settings, self._agent = settings, agent
        self._news: deque[News] = deque()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._rings_seconds = float("inf")
        self._loop = asyncio.new_event_loop()
        self._connection: Connection | None = None
        self._closing = asyncio.Event()
        self._for_good = False
        # Who has answered while a connection was being made.
        self._met: dict[str, Greeting] = {}
        self._thread = threading.Thread(target=self._live, name="mnemo-dask", daemon=True)

    @property
    def descriptor(self) -> int:
        return self._bell

    def start(self) -> None:
        self._thread.start()

    def take(self) -> Sequence[News]:
        """What has happened since the last call, in order."""
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        news: list[News] = []
        while self._news:
            news.append(self._news.popleft())
        return news

    def hand_over(self, orders: Sequence[tuple[StartId, bytes]]) -> None:
        self._in_loop(lambda connection: connection.hand_over(orders))

    def settle(self, keys: Sequence[Key]) -> None:
        """These have ended: their tasks are let go of."""
        self._in_loop(lambda connection: connection.forget(keys))

    def stop(self, agent: str, key: Key, grace_seconds: float) -> None:
        self._in_loop(lambda connection: connection.stop(agent, key, grace_seconds))

    def close(self, *, for_good: bool) -> None:
        """Whatever it is doing, it is over soon."""
        if self._thread.is_alive():
            self._for_good = for_good
            with contextlib.suppress(RuntimeError):  # its loop has just ended
                self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join(_PARTING_SECONDS)
        if not self._thread.is_alive():  # else it may still ring
            os.close(self._bell)
            self._loop.close()  # of a thread that never was

    def _in_loop(self, work: Callable[[Connection], object]) -> None:
        def do() -> None:
            try:
                if self._connection is not None:
                    work(self._connection)
            except Exception as bug:  # noqa: BLE001 Dask's client is foreign code, and nobody else hears of it
                self._tell(Dead(_failure(bug)))

        with contextlib.suppress(RuntimeError):  # the loop is over: its end has been told, or is about to be
            self._loop.call_soon_threadsafe(do)

    # in the thread

    def _live(self) -> None:
        """Whatever ends it is told of, since who waits for news has nothing else to go by."""
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._until_closing())
        except EngineError as err:
            self._tell(Dead(err))
        except (Exception, asyncio.CancelledError) as bug:  # noqa: BLE001 Dask's client is foreign code
            self._tell(Dead(_failure(bug)))
        finally:
            self._loop.close()

    async def _until_closing(self) -> None:
        """Nothing that is waited for holds up the end."""
        working = asyncio.create_task(self._keep_up())
        closing = asyncio.create_task(self._closing.wait())
        await asyncio.wait({working, closing}, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, closing):
            task.cancel()
        await asyncio.wait({working, closing})
        if not self._closing.is_set():
            working.result()
        elif not working.cancelled():
            working.exception()  # nobody is there any more to be told

    async def _keep_up(self) -> None:
        _quiet_loggers()
        # Without this Dask looks for the source of whoever submits, at each order, and sends it along.
        dask.config.set({"distributed.diagnostics.computations.nframes": 0})
        settings = self._settings
        async with contextlib.AsyncExitStack() as stack:
            address, security = settings.scheduler, _security(settings)
            if address is None:
                address = await stack.enter_async_context(LocalCluster(settings.local_workers))
            await self._follow(address, security)

    async def _follow(self, address: str, security: Security | None) -> None:
        patience_seconds, since_seconds = self._settings.connect_seconds, time.monotonic()
        is_first = True
        while True:
            try:
                await self._connected(address, security, patience_seconds)
            except (OSError, TimeoutError) as err:
                if time.monotonic() - since_seconds > patience_seconds:
                    raise _unreachable(address, err, since_seconds, is_first=is_first) from err
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            self._tell(Down(f"the scheduler {printable(address)} is not reached"))
            is_first, since_seconds, patience_seconds = False, time.monotonic(), self._settings.reconnect_seconds

    async def _connected(self, address: str, security: Security | None, seconds: float) -> None:
        """From a new client to its end."""
        client = Client(
            address,
            asynchronous=True,
            security=security,
            timeout=min(seconds, _ATTEMPT_SECONDS),
            set_as_default=False,
            name="mnemo",
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(_let_go, client)
            await asyncio.wait_for(client, seconds)
            stack.pop_all()
        self._met.clear()
        connection = Connection(
            client, self._agent, next_epoch(self._settings.folder),
            tell=self._hear, met=self._meet, left=self._leave,
            unfit=lambda address, why: self._tell(Unfit(address, why)),
            failed=lambda agent, key, reason: self._tell(Failed(agent, key, reason)),
        )  # fmt: skip
        try:
            await connection.open()
            self._tell(Up(connection.epoch, tuple(self._met.values())))
            self._connection = connection
            self._met.clear()
            await connection.follow()
        finally:
            self._connection = None
            await connection.close(for_good=self._closing.is_set() and self._for_good)

    def _hear(self, message: Message) -> None:
        self._news.append(Said(message))
        self._ring_within(_ENDS_SECONDS if message[0] in _URGENT else _REPORTS_SECONDS)

    def _meet(self, greeting: Greeting) -> None:
        if self._connection is None:
            self._met[greeting.agent] = greeting
        else:
            self._tell(Met(greeting))

    def _leave(self, agent: str, reason: str) -> None:
        self._met.pop(agent, None)
        self._tell(Left(agent, reason))

    def _tell(self, news: News) -> None:
        self._news.append(news)
        self._ring()

    def _ring_within(self, seconds: float) -> None:
        due_seconds = self._loop.time() + seconds
        if due_seconds < self._rings_seconds:
            self._rings_seconds = due_seconds
            self._loop.call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._rings_seconds = float("inf")
        os.eventfd_write(self._bell, 1)


async def _let_go(client: Client) -> None:
    """Of one that never came to anything."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
        await asyncio.wait_for(client.close(), 1)


def _security(settings: DaskSettings) -> Security | None:
    tls = settings.tls
    if tls is None:
        return None
    names = (("tls_ca_file", tls.ca_file), ("tls_client_cert", tls.certificate), ("tls_client_key", tls.key))
    files = {name: str(file) for name, file in names if file is not None}
    return Security(require_encryption=True, **files)


def _failure(bug: BaseException) -> EngineError:
    why = printable(str(bug) or type(bug).__name__)
    return EngineError(f"Dask has failed here ({why}): the run goes on with --resume")


def _unreachable(address: str, err: Exception, since_seconds: float, *, is_first: bool) -> EngineError:
    shown = printable(address)
    waited = f"{time.monotonic() - since_seconds:.0f} s"
    why = printable(str(err).splitlines()[0]) if str(err) else type(err).__name__
    if is_first:
        return EngineError(f"no scheduler was reached at {shown} within {waited} ({why}): is it running there?")
    return EngineError(f"the scheduler at {shown} is gone since {waited} ({why}): the run goes on with --resume")


def _quiet_loggers() -> None:
    """Dask tells on stderr what its client does; what of that is of use comes to us as news."""
    for name in (*_LOGGERS, *logging.root.manager.loggerDict):
        if name.partition(".")[0] in _LOGGERS:
            logger = logging.getLogger(name)
            logger.handlers = [logging.NullHandler()]
            logger.propagate = name not in _LOGGERS
