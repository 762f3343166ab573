"""Who is there of the workers, as their agents told last: limits, what is used, and when anybody was heard of."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from mnemo_cli.orchestrate.engines.dask.messages import Greeting, weakest, worker_of
from mnemo_cli.orchestrate.engines.engine import Capacity
from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.worker import Worker


class Roster:
    """`heard_seconds` is our clock when a worker, or the scheduler, was last heard of."""

    def __init__(self, now_seconds: float) -> None:
        self.heard_seconds = now_seconds
        self._greetings: dict[str, Greeting] = {}
        self._workers: dict[str, Worker] = {}
        # By the last report of each agent: an attempt that it does not name is unknown.
        self._use: dict[str, dict[Key, int]] = {}
        self._told: list[Worker] = []

    @property
    def agents(self) -> Collection[str]:
        return self._greetings.keys()

    @property
    def capacity(self) -> Capacity:
        slots = sum(greeting.slots for greeting in self._greetings.values())
        held = weakest(greeting.enforcement for greeting in self._greetings.values())
        return Capacity(slots, held, can_freeze=False, is_elsewhere=True)

    @property
    def use(self) -> Iterator[tuple[str, Key, int]]:
        """Each attempt with the agent that told of it, and the bytes that it used."""
        for agent, use in self._use.items():
            yield from ((agent, key, size) for key, size in use.items())

    def meet(self, greeting: Greeting, now_seconds: float) -> None:
        # What goes on and what has ended is dealt with now: a million ends are not kept.
        self._greetings[greeting.agent] = greeting._replace(running=(), ends=())
        self._note(greeting.agent, greeting.standing, now_seconds)

    def report(
        self, agent: str, standing: Mapping[str, object], use: Iterable[tuple[str, int, int]], now_seconds: float
    ) -> Iterable[Key]:
        """The attempts that it has named."""
        self._note(agent, standing, now_seconds)
        self._use[agent] = {Key(job, number): size for job, number, size in use}
        return self._use[agent]

    def lose(self, agent: str) -> bool:
        """Whether it was there."""
        if self._greetings.pop(agent, None) is None:
            return False
        self._use.pop(agent, None)
        self._told.append(self._workers.pop(agent)._replace(is_lost=True))
        return True

    def cut_off(self) -> None:
        """Nobody is heard for now: what they used last is not what they use."""
        self._use.clear()
        self._told += [worker._replace(is_reached=False) for worker in self._workers.values()]

    def take_told(self) -> Sequence[Worker]:
        """Those of which something is new since the last call."""
        told, self._told = self._told, []
        return told

    def _note(self, agent: str, standing: Mapping[str, object], now_seconds: float) -> None:
        self.heard_seconds = now_seconds
        self._workers[agent] = worker_of(self._greetings[agent], standing, heard_seconds=now_seconds)
        self._told.append(self._workers[agent])
