"""Whatever happens to the link's thread is told, and nothing that it waits for holds up the end of the run."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from select import POLLIN, poll

import pytest

from mnemo_cli.orchestrate.engines.dask import link as links
from mnemo_cli.orchestrate.engines.dask.link import Link
from mnemo_cli.orchestrate.engines.dask.news import Dead
from mnemo_cli.orchestrate.engines.dask.options import DaskSettings
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent
from tests.orchestrate.engines.dask.wire import EDGES

PATIENCE_SECONDS = 20.0
# Longer than any test may wait: what ends before has not waited for it.
LONG_SECONDS = 600.0


@pytest.fixture
def silent() -> Iterator[str]:
    """Somebody who listens there and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


def link_to(address: str, folder: Path, seconds: float = LONG_SECONDS) -> Link:
    settings = DaskSettings(folder, EDGES, scheduler=address, connect_seconds=seconds)
    return Link(settings, MnemoAgent("run", EDGES, None, None))


def ended(link: Link) -> Dead:
    """What the thread says last."""
    waits = poll()
    waits.register(link.descriptor, POLLIN)
    assert waits.poll(PATIENCE_SECONDS * 1000), "nothing was ever told"
    (news,) = link.take()
    assert isinstance(news, Dead)
    return news


def test_what_dask_cannot_do_at_all_is_told(tmp_path: Path):
    link = link_to("nonsense://127.0.0.1:1", tmp_path)
    link.start()
    try:
        assert "nonsense" in str(ended(link).error)
    finally:
        link.close(for_good=False)


def test_what_dask_cancels_by_itself_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def cancelled(settings: DaskSettings) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(links, "_security", cancelled)
    link = link_to("tcp://127.0.0.1:1", tmp_path)
    link.start()
    try:
        assert "CancelledError" in str(ended(link).error)
    finally:
        link.close(for_good=False)


def test_what_fails_while_orders_are_handed_over_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Broken:
        def hand_over(self, orders: object) -> None:
            raise TypeError("such an order cannot be sent")

    async def is_up() -> None:
        await asyncio.Event().wait()

    link = link_to("tcp://127.0.0.1:1", tmp_path)
    monkeypatch.setattr(link, "_keep_up", is_up)
    monkeypatch.setattr(link, "_connection", Broken())
    link.start()
    try:
        link.hand_over([])
        assert "such an order cannot be sent" in str(ended(link).error)
    finally:
        link.close(for_good=False)


def test_a_scheduler_that_is_not_there_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    link = link_to(address, tmp_path, seconds=0.1)
    link.start()
    try:
        assert f"no scheduler was reached at {address}" in str(ended(link).error)
    finally:
        link.close(for_good=False)


def test_who_waits_for_a_scheduler_can_go_away_at_once(tmp_path: Path, silent: str):
    link = link_to(silent, tmp_path)
    link.start()
    closing = threading.Thread(target=link.close, kwargs={"for_good": False}, daemon=True)
    closing.start()
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive()
