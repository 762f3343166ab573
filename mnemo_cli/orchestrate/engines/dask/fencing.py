"""An attempt begins once, on the worker it was sent to; what comes late counts for nothing.

Dask runs a task again when its worker has died, on another one, whatever `retries` says, and a worker that was
cut off goes on with what it had. So each order names the supervisor's epoch and the one agent that may carry
it out: an id that is good for one start. An agent refuses what is not for it, what is of an earlier supervisor,
what it has begun already, and what it was told to stop before it came; the engine takes one end of an attempt,
from where it had sent it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from mnemo_cli.orchestrate.job import Key

End = TypeVar("End")
# What an agent knows of an attempt. One that is absent, and whose start it has refused, will never begin there.
Known: TypeAlias = Literal["running", "ended", "absent"]
# Stops that come before their orders: more than any supervisor has under way to one worker.
_MOST_STOPPED = 10_000


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
        self._stopped: dict[Key, None] = {}
        self._told_to_stop: set[Key] = set()

    def greet(self, epoch: int) -> bool:
        """A supervisor is there; whether it is no earlier one than the last."""
        if epoch > self.epoch:
            self.epoch, self._floor = epoch, 0
            self._numbers.clear()
            self._stopped.clear()
        return epoch == self.epoch

    def begin(self, start: StartId) -> str | None:
        """None: it may begin now, and never again. Else why not."""
        if start.agent != self.agent:
            return "it was sent to another worker, or to an earlier life of this one"
        if start.epoch != self.epoch:
            return "it was sent by another supervisor"
        if start.number < self._floor or start.number in self._numbers or start.key in self._running:
            return "it was begun here before"
        if start.key in self._stopped:
            return "it was stopped before it came"
        self._numbers.add(start.number)
        self._running.add(start.key)
        return None

    def stop(self, epoch: int, key: Key) -> bool:
        """Whether it runs and is to be ended now. One whose order has not come is refused when it comes."""
        if epoch != self.epoch or self.known(key) == "ended":
            return False
        if key in self._running:
            self._told_to_stop.add(key)
            return True
        while len(self._stopped) >= _MOST_STOPPED:
            del self._stopped[next(iter(self._stopped))]
        self._stopped[key] = None
        return False

    def known(self, key: Key) -> Known:
        """Before the engine was told of its end, or has forgotten it, it is not absent."""
        return "running" if key in self._running else "ended" if key in self._ends else "absent"

    def ended(self, key: Key, end: End) -> None:
        """Kept until the engine knows it."""
        self._running.discard(key)
        self._ends[key] = end

    def forget(self, start: StartId, keys: Iterable[Key], floor: int) -> None:
        """The ends of `keys` are in the journal, and no start below `floor` is under way any more.

        So says whoever has sent `start`: what another supervisor counts, or says to another agent, is not for us.
        """
        if start.agent != self.agent or start.epoch != self.epoch:
            return
        for key in keys:
            self._ends.pop(key, None)
            self._told_to_stop.discard(key)
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

    @property
    def told_to_stop(self) -> frozenset[Key]:
        """Of those that run, and of the ends: whichever supervisor has told it."""
        return frozenset(self._told_to_stop)


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
