"""The engine of many machines: orders to the agents of a Dask cluster, their news as events.

Dask's tasks say only which worker is busy. What counts is what agents tell, and of that only what the one agent
says that an attempt was sent to.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from select import POLLIN, poll

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.brought import show
from mnemo_cli.orchestrate.engines.dask.epoch import is_supervised, run_of
from mnemo_cli.orchestrate.engines.dask.fencing import Placements
from mnemo_cli.orchestrate.engines.dask.inherited import Inherited, unless_stopped
from mnemo_cli.orchestrate.engines.dask.link import Link
from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Message, end_of
from mnemo_cli.orchestrate.engines.dask.news import Dead, Down, Failed, Left, Met, News, Said, Unfit, Up, Wire
from mnemo_cli.orchestrate.engines.dask.options import DaskSettings
from mnemo_cli.orchestrate.engines.dask.outbox import Outbox
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent
from mnemo_cli.orchestrate.engines.dask.roster import Roster
from mnemo_cli.orchestrate.engines.dask.stops import Stops
from mnemo_cli.orchestrate.engines.dask.witness import finding_of
from mnemo_cli.orchestrate.engines.engine import Capacity, EngineEvent, Lost, Order, Started
from mnemo_cli.orchestrate.inquest.inquest import Finding
from mnemo_cli.orchestrate.job import Identity, Key
from mnemo_cli.orchestrate.worker import Worker
from mnemo_cli.redact import printable

_LOGGER = logging.getLogger("mnemo")
# How often somebody who waits for the scheduler is asked whether he still does.
_WANTED_MILLISECONDS = 200


class Dask:
    """Jobs on the workers of a cluster. Raises EngineError where its scheduler is not reached while `is_wanted`."""

    def __init__(
        self,
        settings: DaskSettings,
        is_wanted: Callable[[], bool] = lambda: True,
        make_link: Callable[[DaskSettings, MnemoAgent], Wire] = Link,
    ) -> None:
        self._settings = settings
        settings.folder.mkdir(mode=0o700, exist_ok=True)
        agent = MnemoAgent(run_of(settings.folder), settings.edges, settings.own_budget_bytes, settings.working_folder)
        self._places = Placements()
        self._outbox = Outbox(brings_output=settings.brings_output)
        self._epoch = 0
        self._roster = Roster(time.monotonic())
        self._findings: dict[Key, bytes] = {}
        self._events: list[EngineEvent] = []
        # Until `recover` has asked; then all that counts is what we have sent, or taken on.
        inherited = Inherited()
        self._inherited: Inherited | None = inherited
        self._stops = Stops()
        self._is_up = False
        self.fenced = 0
        self._link = make_link(settings, agent)
        # Agents that nobody before us can have left are of no use to anybody after us.
        are_ours = not is_supervised(settings.folder)
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: self._link.close(for_good=are_ours and inherited.is_empty))
            self._link.start()
            self._await_scheduler(is_wanted)
            stack.pop_all()

    @property
    def capacity(self) -> Capacity:
        return self._roster.capacity

    @property
    def descriptor(self) -> int:
        return self._link.descriptor

    def start(self, orders: Sequence[Order]) -> None:
        sent = []
        for order in orders:
            key, agent = order.key, order.worker
            if key in self._places:
                raise EngineError(f"attempt {key.number} of job {key.job} was started before")
            if agent is None or agent not in self._roster.agents:
                self._events.append(Lost(key, "its worker is gone"))
                continue
            self._places.send(key, agent)
            sent.append(self._outbox.send(order, agent, self._epoch))
        if sent:
            self._link.hand_over(sent)

    def events(self) -> tuple[EngineEvent, ...]:
        for news in self._link.take():
            self._heed(news)
        # One that is there and says nothing is no worker.
        if self._is_up and time.monotonic() - self._roster.heard_seconds > self._settings.worker_seconds:
            waited = self._settings.worker_seconds
            raise EngineError(f"no worker was heard of for {waited:.0f} s: start some, and go on with --resume")
        taken, self._events = tuple(self._events), []
        return taken

    def workers(self) -> Sequence[Worker]:
        return self._roster.take_told()

    def use(self) -> Mapping[Key, int]:
        return {key: size for agent, key, size in self._roster.use if self._places.is_at(key, agent)}

    def finding(self, key: Key) -> Finding | None:
        return finding_of(self._findings.pop(key, None))

    def pause(self, key: Key) -> bool:
        return False

    def resume(self, key: Key) -> None:
        """Nothing is ever frozen."""

    def stop(self, key: Key, *, grace_seconds: float) -> None:
        """Told once, and again only where it is to be over sooner: the link sees that its agent hears of it."""
        agent = self._places.agent_of(key)
        if agent is not None and self._stops.note(key, time.monotonic() + grace_seconds):
            self._link.stop(agent, key, grace_seconds)

    def recover(self, attempts: Mapping[Key, Identity | None]) -> tuple[EngineEvent, ...]:
        """Asks every agent that is there; whoever comes later comes too late, and is told to end what it has."""
        assert self._inherited is not None, "a supervisor takes on what was left once"
        inherited, self._inherited = self._inherited, None
        running = {key: agent for agent, key in inherited.running}
        # Placed first: as long as one of them is not dealt with their agents stay.
        for key in attempts:
            if (agent := inherited.ends[key][0] if key in inherited.ends else running.get(key)) is not None:
                self._places.send(key, agent)
        events: list[EngineEvent] = []
        for key in attempts:
            if key in inherited.ends:
                events.append(self._ended(*inherited.ends[key]))
            elif key in running:
                events.append(Started(key, None, running[key]))
            else:
                events.append(Lost(key, "no worker knows of it"))
        for key, (agent, _) in inherited.ends.items():
            if key not in attempts:
                self._outbox.know(agent, key)
        for agent, key in inherited.running:
            if not self._places.is_at(key, agent):
                self._link.stop(agent, key, 0)
        return tuple(events)

    def close(self, *, is_noted: bool = True) -> None:
        """Where attempts go on, or ends are not noted, their agents stay, for the next supervisor."""
        is_asked_for = self._inherited is None or self._inherited.is_empty
        is_over = is_asked_for and not len(self._places) and not self._events
        self._link.close(for_good=is_over and is_noted)

    def _await_scheduler(self, is_wanted: Callable[[], bool]) -> None:
        """Until it is reached, and the workers that are there have answered."""
        waits = poll()
        waits.register(self._link.descriptor, POLLIN)
        while not self._epoch:
            if not is_wanted():
                raise EngineError("nothing was begun: the scheduler was not waited for any longer")
            waits.poll(_WANTED_MILLISECONDS)
            for news in self._link.take():
                self._heed(news)

    def _heed(self, news: News) -> None:
        match news:
            case Said(message):
                self._hear(message)
            case Met(greeting):
                self._meet(greeting)
            case Left(agent, reason):
                self._lose(agent, reason)
            case Unfit(address, reason):
                _LOGGER.warning("nothing is begun on the worker at %s: %s", printable(address), reason)
            case Failed(agent, key, reason):
                if self._places.is_at(key, agent):
                    self._link.stop(agent, key, 0)
                    self._end(key, agent, Lost(key, reason))
            case Up(epoch, greetings):
                self._come_up(epoch, greetings)
            case Down():
                self._is_up = False
                self._roster.cut_off()
            case Dead(error):
                raise error

    def _hear(self, message: Message) -> None:
        agent = message[1]
        match message:
            case ["started", _, pairs]:
                keys = [Key(*pair) for pair in pairs]
                self._events += [Started(key, None, agent) for key in keys if self._places.is_at(key, agent)]
            case ["report", _, standing, use] if self._is_up and agent in self._roster.agents:
                now_seconds = time.monotonic()
                for key in self._roster.report(agent, standing, use, now_seconds):
                    if self._inherited is None and not self._places.is_at(key, agent):
                        self._link.stop(agent, key, 0)  # given up by us
                    elif self._stops.is_overdue(key, now_seconds):
                        self._link.stop(agent, key, 0)
            case ["fenced", _, job, number, epoch, start, known, reason]:
                # Of its start that is under way: it will never begin there, and has not begun.
                is_ours = epoch == self._epoch and start == self._outbox.number_of(key := Key(job, number))
                if is_ours and known == "absent" and self._places.is_at(key, agent):
                    self._end(key, agent, Lost(key, reason))
                else:
                    self.fenced += 1
            case ["gone", _, reason]:
                self._lose(agent, f"its worker can run nothing any more: {reason}")
            case ["ended" | "refused" | "lost", _, job, number, *_]:
                if self._places.is_at(key := Key(job, number), agent):
                    self._events.append(self._ended(agent, message))
                elif self._inherited is not None:
                    self._inherited.note_end(key, agent, message)
                else:
                    self.fenced += 1

    def _come_up(self, epoch: int, greetings: Sequence[Greeting]) -> None:
        self._epoch, self._is_up, self._roster.heard_seconds = epoch, True, time.monotonic()
        for agent in set(self._roster.agents) - {greeting.agent for greeting in greetings}:
            self._lose(agent, "its worker did not come back with the scheduler")
        for greeting in greetings:
            self._meet(greeting)

    def _meet(self, greeting: Greeting) -> None:
        """What it knows of what it was sent counts: what it has not begun it never will, since the epoch is another."""
        agent = greeting.agent
        now_seconds = time.monotonic()
        self._roster.meet(greeting, now_seconds)
        if self._inherited is not None:
            self._inherited.meet(greeting)
            self._stops.note_before(greeting.stopped)
            return
        for message in greeting.ends:
            if not self._places.is_at(key := end_of(message)[0].key, agent):
                self._outbox.know(agent, key)
            else:
                self._hear(message)
        sent = {key for key in self._places if self._places.is_at(key, agent)}
        for key in sent - set(greeting.running):
            self._end(key, agent, Lost(key, "it was not begun"))
        for key in greeting.running:
            if key not in sent:
                self._link.stop(agent, key, 0)
            elif (left_seconds := self._stops.left_seconds(key, now_seconds)) is not None:
                self._link.stop(agent, key, left_seconds)

    def _lose(self, agent: str, reason: str) -> None:
        if not self._roster.lose(agent):
            return
        self._outbox.lose(agent)
        if self._inherited is not None:
            self._inherited.lose(agent)
        lost = self._places.lose(agent)
        self._settle(lost)
        self._events += [Lost(key, reason) for key in lost]

    def _ended(self, agent: str, message: Message) -> EngineEvent:
        event, output, finding = end_of(message)
        if self._stops.is_of_before(event.key):
            event = unless_stopped(event)
        if finding is not None:
            self._findings[event.key] = finding
        show(output, event.key, self._settings.output_folder)
        self._places.take_end(event.key, agent)
        self._outbox.know(agent, event.key)
        self._settle([event.key])
        return event

    def _end(self, key: Key, agent: str, event: EngineEvent) -> None:
        if self._places.take_end(key, agent):
            self._settle([key])
            self._events.append(event)

    def _settle(self, keys: Sequence[Key]) -> None:
        for key in keys:
            self._outbox.settle(key)
            self._stops.forget(key)
        self._link.settle(keys)
