"""Orders on their way: numbered, with what lets an agent forget what is settled."""

import pickle

from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.messages import Sent
from mnemo_cli.orchestrate.engines.engine import Order
from mnemo_cli.orchestrate.job import Key


class Outbox:
    """What one supervisor has sent and not heard the end of, and the ends of which agents are not told yet."""

    def __init__(self, *, brings_output: bool) -> None:
        self._brings_output = brings_output
        self._numbers: dict[Key, int] = {}
        self._number = 0
        self._known: dict[str, list[Key]] = {}

    def number_of(self, key: Key) -> int | None:
        """Of its start; None for one that has ended, or that somebody else has sent."""
        return self._numbers.get(key)

    def send(self, order: Order, agent: str, epoch: int) -> tuple[StartId, bytes]:
        """As the agent gets it."""
        key = order.key
        self._number += 1
        self._numbers[key] = self._number
        start = StartId(epoch, self._number, agent, key)
        known = tuple(self._known.pop(agent, ()))
        floor = next(iter(self._numbers.values()))
        plain = order._replace(env=dict(order.env))
        one = Sent(start, plain, known, floor, brings_output=self._brings_output)
        # As bytes: Dask looks into everything else, several times.
        return start, pickle.dumps(one)

    def settle(self, key: Key) -> None:
        """It has ended, or is given up."""
        self._numbers.pop(key, None)

    def know(self, agent: str, key: Key) -> None:
        """This end need not be kept there any more: the agent is told with its next order."""
        self._known.setdefault(agent, []).append(key)

    def lose(self, agent: str) -> None:
        """Nothing more is told to it."""
        self._known.pop(agent, None)
