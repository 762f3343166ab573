"""An engine on a scripted link: a test says what agents tell, and sees what they are told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed", reason="the extra dask is not installed")

from mnemo_cli.limits.levels import Edges
from mnemo_cli.orchestrate.engines.dask.engine import Dask
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.messages import VERSION, Greeting, Message, end_message
from mnemo_cli.orchestrate.engines.dask.news import News, Up
from mnemo_cli.orchestrate.engines.dask.options import DaskSettings
from mnemo_cli.orchestrate.engines.engine import Finished, Order
from mnemo_cli.orchestrate.job import Ended, Key

EDGES = Edges(moderate_ratio=0.4, high_ratio=0.6, critical_ratio=0.8, release_margin_ratio=0.05)
STANDING = {
    "rooms": [["the machine", 10, 1000, 990]],
    "budget_bytes": 1000,
    "level": 0,
    "limit_bytes": 1000,
    "limit_source": "the machine",
    "used_bytes": 10,
}
ENDED = Ended(status=0, seconds=1.0)


class ScriptedLink:
    """`news` are told with the next look; `stopped` and `sent` are what agents were told."""

    def __init__(self, *news: News, descriptor: int = 0) -> None:
        self.descriptor = descriptor
        self.news = list(news)
        self.stopped: list[tuple[str, Key, float]] = []
        self.sent: list[StartId] = []
        self.is_closed_for_good: bool | None = None

    def start(self) -> None: ...

    def take(self) -> Sequence[News]:
        taken, self.news = self.news, []
        return taken

    def hand_over(self, orders: Sequence[tuple[StartId, bytes]]) -> None:
        self.sent += [start for start, _ in orders]

    def settle(self, keys: Sequence[Key]) -> None: ...

    def stop(self, agent: str, key: Key, grace_seconds: float) -> None:
        self.stopped.append((agent, key, grace_seconds))

    def close(self, *, for_good: bool) -> None:
        self.is_closed_for_good = for_good


def greeting(agent: str, *, running: Sequence[Key] = (), ends: Sequence[Message] = ()) -> Greeting:
    return Greeting(
        agent, agent, f"tcp://{agent}:1", "host", 2, VERSION, STANDING, running=tuple(running), ends=tuple(ends)
    )


def up(epoch: int, *greetings: Greeting) -> Up:
    return Up(epoch, greetings)


def end(agent: str, key: Key) -> Message:
    return end_message(agent, Finished(key, ENDED))


def order(key: Key, agent: str, **fields: Any) -> Order:
    return Order(key, ("true",), {}, None, None, None, None, None, worker=agent)._replace(**fields)


def engine_on(link: ScriptedLink, folder: Path, **chosen: Any) -> Dask:
    settings = DaskSettings(folder / "engine", EDGES)._replace(**chosen)
    return Dask(settings, make_link=lambda settings, agent: link)
