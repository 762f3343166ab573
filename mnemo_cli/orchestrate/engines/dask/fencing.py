"""An attempt begins once, on the worker it was sent to; what comes late counts for nothing.

Dask runs a task again when its worker has died, on another one, whatever `retries` says, and a worker that was
cut off goes on with what it had. So each order names the supervisor's epoch and the one agent that may carry
it out: an id that is good for one start. An agent refuses what is not for it, what is of an earlier supervisor,
and what it has begun already; the engine takes one end of an attempt, from where it had sent it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from mnemo_cli.orchestrate.job import Key

End = TypeVar("End")


class StartId(NamedTuple):
    """Good for one start: of this attempt, on this agent, for this supervisor.

    Later supervisors have larger epochs. `number` counts the starts of one supervisor.
    """

    epoch: int
    number: int
    agent: str
    key: Key


class Ledger(Generic[End]):
    """An agent's: what it has begun, and what the engine has not yet said it knows the end of."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.epoch = 0
        self._floor = 0
        self._numbers: set[int] = set()
        self._running: set[Key] = set()
        self._ends: dict[Key, End] = {}

    def greet(self, epoch: int) -> bool:
        """A supervisor is there; whether it is no earlier one than the last."""
        if epoch > self.epoch:
            self.epoch, self._floor = epoch, 0
            self._numbers.clear()
        return epoch == self.epoch

    def begin(self, start: StartId) -> str | None:
        """None: it may begin now, and never again. Else why not."""
        if start.agent != self.agent:
            return "it was sent to another worker, or to an earlier life of this one"
        if start.epoch != self.epoch:
            return "it was sent by another supervisor"
        if start.number < self._floor or start.number in self._numbers or start.key in self._running:
            return "it was begun here before"
        self._numbers.add(start.number)
        self._running.add(start.key)
        return None

    def ended(self, key: Key, end: End) -> None:
        """Kept until the engine knows it."""
        self._running.discard(key)
        self._ends[key] = end

    def forget(self, keys: Iterable[Key], floor: int) -> None:
        """Their ends are in the journal, and no start below `floor` is under way any more."""
        for key in keys:
            self._ends.pop(key, None)
        if floor > self._floor:
            self._floor = floor
            self._numbers = {number for number in self._numbers if number >= floor}

    @property
    def ends(self) -> Mapping[Key, End]:
        """Those that the engine may not know yet."""
        return self._ends

    @property
    def running(self) -> frozenset[Key]:
        return frozenset(self._running)


class Placements:
    """The engine's: where each attempt is that has not ended as far as we know."""

    def __init__(self) -> None:
        self._agents: dict[Key, str] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._agents

    def __len__(self) -> int:
        return len(self._agents)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._agents)

    def send(self, key: Key, agent: str) -> None:
        self._agents[key] = agent

    def is_at(self, key: Key, agent: str) -> bool:
        """Whether this agent is the one that may speak of it."""
        return self._agents.get(key) == agent

    def agent_of(self, key: Key) -> str | None:
        return self._agents.get(key)

    def take_end(self, key: Key, agent: str) -> bool:
        """Whether this end counts: the first one, from where the attempt was sent."""
        if not self.is_at(key, agent):
            return False
        del self._agents[key]
        return True

    def lose(self, agent: str) -> tuple[Key, ...]:
        """The attempts that are gone with an agent; whatever it still says of them counts no more."""
        lost = tuple(key for key, where in self._agents.items() if where == agent)
        for key in lost:
            del self._agents[key]
        return lost
