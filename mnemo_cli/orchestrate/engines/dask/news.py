"""What the link tells the engine, in the order in which it happened."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeAlias

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Message
from mnemo_cli.orchestrate.job import Key


class Said(NamedTuple):
    """An agent has told something."""

    message: Message


class Met(NamedTuple):
    """An agent has answered our greeting."""

    greeting: Greeting


class Left(NamedTuple):
    """An agent is gone, and what it had."""

    agent: str
    reason: str


class Unfit(NamedTuple):
    """Nothing can be begun on the worker at this address, until we tell that its agent has answered."""

    address: str
    reason: str


class Failed(NamedTuple):
    """Dask will not carry an attempt out."""

    agent: str
    key: Key
    reason: str


class Down(NamedTuple):
    """The scheduler is not reached: what agents say now is not heard."""

    reason: str


class Up(NamedTuple):
    """It is reached, again maybe. These agents have answered and nobody else is there; `epoch` is ours now."""

    epoch: int
    greetings: tuple[Greeting, ...]


class Dead(NamedTuple):
    """It was waited for long enough."""

    error: EngineError


News: TypeAlias = Said | Met | Left | Unfit | Failed | Down | Up | Dead


class Wire(Protocol):
    """What the engine needs of its link. Every call but `close` returns at once."""

    @property
    def descriptor(self) -> int:
        """Readable while there are news."""
        ...

    def start(self) -> None: ...

    def take(self) -> Sequence[News]:
        """What has happened since the last call, in order."""
        ...

    def hand_over(self, orders: Sequence[tuple[StartId, bytes]]) -> None:
        """To the agents that they name; an agent that is greeted later knows nothing of those that were not taken."""
        ...

    def settle(self, keys: Sequence[Key]) -> None:
        """These have ended."""
        ...

    def stop(self, agent: str, key: Key, grace_seconds: float) -> None:
        """Said until the agent has heard it, or is greeted anew."""
        ...

    def close(self, *, for_good: bool) -> None: ...
