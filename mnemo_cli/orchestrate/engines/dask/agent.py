"""On a worker: starts, limits, samples and ends attempts with the engine of that machine, and tells what happens.

It decides nothing. It lives in the worker's event loop; the engine's descriptor wakes it for the end of an attempt.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.fencing import Ledger
from mnemo_cli.orchestrate.engines.dask.home import Home
from mnemo_cli.orchestrate.engines.dask.messages import VERSION, Greeting, Message, Sent, end_message
from mnemo_cli.orchestrate.engines.dask.standing import Standing, Standings
from mnemo_cli.orchestrate.engines.dask.witness import Witness
from mnemo_cli.orchestrate.engines.engine import Engine, EngineEvent, Lost, Started
from mnemo_cli.orchestrate.job import Key

_LOOK_SECONDS = 0.5
# Something is told at least so often, also where nothing changes: who is silent for longer gets no more jobs.
_REPORT_SECONDS = 2.0
_CHANGE_RATIO = 0.01
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
        self._reported: Standing | None = None
        self._reported_seconds = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From inside the worker's event loop."""
        loop = asyncio.get_running_loop()
        self._engine.recover({})
        loop.add_reader(self._engine.descriptor, self._take_events)
        self._looking = loop.create_task(self._look_on())
        self._tell(["hello", self.id])

    def close(self) -> None:
        """The worker ends, and its attempts with it."""
        if self._looking is not None:
            self._looking.cancel()
        asyncio.get_running_loop().remove_reader(self._engine.descriptor)
        for key in self._ledger.running:
            self._engine.stop(key, grace_seconds=0)
        self._engine.close()
        self._standings.close()
        self._home.close()
        self._witness.close()
        for waiter in self._waiters.values():
            waiter.cancel()

    @property
    def resources(self) -> tuple[int, int]:
        """Memory for jobs, by the limit that binds here, and slots."""
        return self._look().budget_bytes, self._seat.slots

    def greet(self, epoch: int) -> Greeting | None:
        """Who is here and what goes on. None for a supervisor that another one has followed."""
        if not self._ledger.greet(epoch):
            return None
        self._take_events()
        seat = self._seat
        return Greeting(
            self.id, seat.name, seat.address, seat.host, seat.slots, VERSION, self._look().words,
            tuple(self._ledger.running), tuple(self._ledger.ends.values()),
        )  # fmt: skip

    async def carry_out(self, sent: Sent) -> None:
        """From its start to its end; returns at once where it must not begin."""
        self._ledger.forget(sent.known, sent.floor)
        key = sent.start.key
        why_not = self._ledger.begin(sent.start)
        if why_not is not None:
            self._tell(["fenced", self.id, *key, why_not])
            return
        waiter = self._waiters[key] = asyncio.get_running_loop().create_future()
        try:
            self._witness.begins(sent.order)
            self._engine.start([self._home.order(sent)])
        except (EngineError, OSError) as err:
            self._end(Lost(key, str(err)))
        # What cannot be run is known at once.
        self._take_events()
        await waiter

    def stop(self, key: Key, grace_seconds: float) -> None:
        if key in self._ledger.running:
            self._witness.told_to_stop(key)
            self._engine.stop(key, grace_seconds=grace_seconds)

    def _take_events(self) -> None:
        for event in self._engine.events():
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
        event = self._witness.seen(event)
        self._witness.ask(event, lambda finding: self._tell_end(event, finding))

    def _tell_end(self, event: EngineEvent, finding: bytes | None) -> None:
        message = end_message(self.id, event, self._home.output(event.key), finding)
        self._ledger.ended(event.key, message)
        self._tell(message)
        waiter = self._waiters.pop(event.key, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._witness.look()
            use = self._engine.use()
            standing = self._look(use.values())
            now_seconds = time.monotonic()
            if now_seconds - self._reported_seconds >= _REPORT_SECONDS or self._is_news(standing):
                self._reported, self._reported_seconds = standing, now_seconds
                self._tell(["report", self.id, standing.words, [[*key, size] for key, size in use.items()]])

    def _look(self, use_bytes: Iterable[int] | None = None) -> Standing:
        return self._standings.look(
            self._seat.own_bytes(),
            self._engine.use().values() if use_bytes is None else use_bytes,
            time_seconds=time.time(),
            clock_seconds=time.monotonic(),
        )

    def _is_news(self, standing: Standing) -> bool:
        before = self._reported
        if before is None or (before.level, before.limit_bytes) != (standing.level, standing.limit_bytes):
            return True
        if before.used_bytes is None or standing.used_bytes is None:
            return before.used_bytes != standing.used_bytes
        return abs(standing.used_bytes - before.used_bytes) > _CHANGE_RATIO * (standing.limit_bytes or 0)


def agent_folder(local_directory: str, run: str) -> Path:
    """Where one keeps itself: below the folder that Dask gave its worker, which goes with it."""
    return Path(local_directory, f"mnemo-{run}")
