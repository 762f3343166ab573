"""On a worker: starts, limits, samples and ends attempts with the engine of that machine, and tells what happens.

It decides nothing. It lives in the worker's event loop; the engine's descriptor wakes it for the end of an attempt.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import EngineError, MnemoError
from mnemo_cli.orchestrate.engines.dask.fencing import Ledger
from mnemo_cli.orchestrate.engines.dask.home import Home
from mnemo_cli.orchestrate.engines.dask.messages import (
    VERSION,
    Greeting,
    Hail,
    Message,
    Sent,
    end_message,
    may_be_told,
)
from mnemo_cli.orchestrate.engines.dask.reports import Reports, Together
from mnemo_cli.orchestrate.engines.dask.standing import Standing, Standings
from mnemo_cli.orchestrate.engines.dask.witness import Witness
from mnemo_cli.orchestrate.engines.engine import Engine, EngineEvent, Lost, Started
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.redact import printable

_LOGGER = logging.getLogger("mnemo")
_LOOK_SECONDS = 0.5
# That attempts have begun can wait for the end of short ones: one message for both.
_PATIENCE_SECONDS = 0.05


class Seat(NamedTuple):
    """The worker as Dask knows it. `own_bytes` reads the memory of its process."""

    name: str
    address: str
    host: str
    slots: int
    own_bytes: Callable[[], int]


class Agent:
    """One life of one worker. `tell` sends a message to whoever listens; it never waits."""

    def __init__(
        self,
        agent_id: str,
        engine: Engine,
        standings: Standings,
        home: Home,
        witness: Witness,
        seat: Seat,
        tell: Callable[[Message], None],
    ) -> None:
        self.id = agent_id
        self._ledger: Ledger[Message] = Ledger(agent_id)
        self._witness = witness
        self._engine, self._standings, self._home, self._seat, self._tell = engine, standings, home, seat, tell
        self._waiters: dict[Key, asyncio.Future[None]] = {}
        self._started: list[Key] = []
        # Why they have died is being found out.
        self._ending: set[Key] = set()
        self._reports, self._together = Reports(), Together()
        self._looking: asyncio.Task[None] | None = None
        self._trouble: str | None = None
        self._is_gone = False

    def begin(self) -> None:
        """From inside the worker's event loop. Raises EngineError where nothing can be run here."""
        loop = asyncio.get_running_loop()
        self._engine.recover({})
        loop.add_reader(self._engine.descriptor, self._take_events)
        self._looking = loop.create_task(self._look_on())
        self._looking.add_done_callback(self._looked)
        self._tell(["hello", self.id])

    def close(self) -> None:
        """The worker ends, and its attempts with it."""
        with contextlib.ExitStack() as stack:
            for part in (self._witness, self._home, self._standings):
                stack.callback(part.close)
            if not self._is_gone:
                for key in self._ledger.running:
                    self._engine.stop(key, grace_seconds=0)
                self._let_go()
        for waiter in self._waiters.values():
            waiter.cancel()

    @property
    def resources(self) -> tuple[int, int]:
        """Memory for jobs, by the limit that binds here, and slots."""
        return self._look(self._engine.use()).budget_bytes, self._seat.slots

    def greet(self, hail: Hail) -> Greeting | None:
        """Who is here and what goes on. None for a supervisor that another one has followed."""
        if not self._ledger.greet(hail.epoch):
            return None
        self._standings.obey(hail.edges, hail.own_budget_bytes)
        self._take_events()
        if self._is_gone:
            return None
        seat = self._seat
        return Greeting(
            self.id, seat.name, seat.address, seat.host, seat.slots, VERSION, self._look(self._engine.use()).words,
            tuple(self._ledger.running), tuple(self._ledger.ends.values()), self._engine.capacity.enforcement,
            tuple(self._ledger.told_to_stop),
        )  # fmt: skip

    async def carry_out(self, sent: Sent) -> None:
        """From its start to its end; returns at once where it must not begin."""
        if self._is_gone:
            raise EngineError("nothing can be run on this worker any more")
        start, key = sent.start, sent.start.key
        self._ledger.forget(start, sent.known, sent.floor)
        why_not = self._ledger.begin(start)
        if why_not is not None:
            self._tell(["fenced", self.id, *key, start.epoch, start.number, self._ledger.known(key), why_not])
            return
        waiter = self._waiters[key] = asyncio.get_running_loop().create_future()
        try:
            self._witness.begins(sent.order)
            self._engine.start([self._home.order(sent)])
        except (EngineError, OSError) as err:
            self._end(Lost(key, printable(str(err))))
        # What cannot be run is known at once.
        self._take_events()
        await waiter

    def stop(self, epoch: int, key: Key, grace_seconds: float) -> None:
        """Also of one whose order has not come yet: then it never begins."""
        if self._ledger.stop(epoch, key) and not self._is_gone:
            self._witness.told_to_stop(key)
            self._engine.stop(key, grace_seconds=grace_seconds)

    def bring(self, key: Key) -> Message | None:
        """The whole message of an end that was kept here; None once the engine knows it."""
        return self._ledger.ends.get(key)

    def _take_events(self) -> None:
        if self._is_gone:
            return
        try:
            for event in self._engine.events():
                self._take(event)
        except Exception as err:  # noqa: BLE001 nobody else hears of what fails in a call of the event loop
            self._give_up(err)

    def _take(self, event: EngineEvent) -> None:
        if not isinstance(event, Started):
            self._end(event)
        elif event.key in self._ledger.running:
            if not self._started:
                asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._tell_started)
            self._started.append(event.key)
            self._witness.started(event.key, event.identity)

    def _tell_started(self) -> None:
        keys = [list(key) for key in self._started if key in self._ledger.running]
        self._started.clear()
        if keys:
            self._tell(["started", self.id, keys])

    def _end(self, event: EngineEvent) -> None:
        if event.key in self._ending or event.key not in self._ledger.running:
            return
        self._ending.add(event.key)
        event = self._witness.seen(event)
        self._witness.ask(event, lambda finding: self._tell_end(event, finding))

    def _tell_end(self, event: EngineEvent, finding: bytes | None) -> None:
        message = end_message(self.id, event, self._home.output(event.key), finding)
        self._ending.discard(event.key)
        self._ledger.ended(event.key, message)
        waiter = self._waiters.pop(event.key, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        self._tell(message if may_be_told(message) else ["kept", self.id, *event.key])

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                self._look_around()
            except (MnemoError, OSError) as err:
                # Nothing is told then, and who is silent gets no more jobs.
                if str(err) != self._trouble:
                    _LOGGER.error("mnemo cannot read what is used on this worker: %s", printable(str(err)))
                self._trouble = str(err)
            else:
                self._trouble = None

    def _look_around(self) -> None:
        self._witness.look()
        use = self._engine.use()
        standing = self._look(use)
        if self._reports.is_due(standing, time.monotonic()):
            self._tell(["report", self.id, standing.words, [[*key, size] for key, size in use.items()]])

    def _look(self, use_bytes: Mapping[Key, int]) -> Standing:
        now_seconds = time.monotonic()
        jobs_bytes = self._together.sum_bytes(self._ledger.running - self._ending, use_bytes, now_seconds)
        return self._standings.look(
            self._seat.own_bytes(), jobs_bytes, time_seconds=time.time(), clock_seconds=now_seconds
        )

    def _looked(self, looking: "asyncio.Task[None]") -> None:
        """It never ends by itself."""
        error = None if looking.cancelled() else looking.exception()
        if error is not None:
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        """Of no use any more: what ran here is lost, and nothing is begun here again."""
        if self._is_gone:
            return
        reason = printable(str(error) or type(error).__name__)
        _LOGGER.error("mnemo runs nothing on this worker any more: %s", reason, exc_info=error)
        try:
            self._let_go()
        except (EngineError, OSError) as err:
            _LOGGER.error("what ran on this worker may go on: %s", printable(str(err)))
        finally:
            self._tell(["gone", self.id, reason])
            for waiter in self._waiters.values():
                if not waiter.done():
                    waiter.set_exception(EngineError(reason))

    def _let_go(self) -> None:
        """Of the engine, whose attempts do not outlive that."""
        self._is_gone = True
        if self._looking is not None:
            self._looking.cancel()
        asyncio.get_running_loop().remove_reader(self._engine.descriptor)
        self._engine.close()


def agent_folder(local_directory: str, run: str) -> Path:
    """Where one keeps itself: below the folder that Dask gave its worker, which goes with it."""
    return Path(local_directory, f"mnemo-{run}")
