"""Why an attempt died on this worker, by the evidence of its kernel: whoever started the run has another machine.

It may wait for the kernel's own line, so it works in a thread of its own beside the worker's event loop.
"""

import asyncio
import logging
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

from mnemo_cli.orchestrate.engines.engine import EngineEvent, Finished, Order
from mnemo_cli.orchestrate.inquest.inquest import Finding, Inquest
from mnemo_cli.orchestrate.job import Identity, Job, Key
from mnemo_cli.orchestrate.outcome import OOM_REASONS, reason_of
from mnemo_cli.orchestrate.run.ends import Death
from mnemo_cli.sampling.host import HostMemory

_LOGGER = logging.getLogger("mnemo")
_KILLED = (-9, 137)


class Witness:
    """Asked of deaths only: not of attempts that ended by themselves, or that were told to."""

    def __init__(self, root: Path) -> None:
        self._inquest = Inquest(root)
        self._host = HostMemory(root)
        self._host_kills = self._read_host_kills()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mnemo-witness")
        self._orders: dict[Key, Order] = {}
        self._identities: dict[Key, Identity | None] = {}

    def begins(self, order: Order) -> None:
        self._orders[order.key] = order

    def started(self, key: Key, identity: Identity | None) -> None:
        if key in self._orders:
            self._identities[key] = identity

    def look(self) -> None:
        """Now and then: kills of before are no evidence for an attempt that ends later."""
        self._host_kills = self._read_host_kills()

    def seen(self, event: EngineEvent) -> EngineEvent:
        """With what the machine's counter says of an end by SIGKILL that its group knows nothing of."""
        if not isinstance(event, Finished) or event.ended.status not in _KILLED or event.ended.kernel_oom:
            return event
        kills = self._read_host_kills()
        rose = kills is not None and self._host_kills is not None and kills > self._host_kills
        return Finished(event.key, event.ended._replace(host_ooms_rose=rose))

    def told_to_stop(self, key: Key) -> None:
        """Its end is no riddle."""
        self._orders.pop(key, None)

    def ask(self, event: EngineEvent, then: Callable[[bytes | None], None]) -> None:
        """`then` gets a finding, pickled, in the event loop: at once where there is nothing to find out.

        It is called in any case: an end is told also where nobody could find out why.
        """
        order = self._orders.pop(event.key, None)
        identity = self._identities.pop(event.key, None)
        death = None if order is None else _death_of(event, order, identity)
        if death is None:
            then(None)
            return
        asked = asyncio.get_running_loop().run_in_executor(self._thread, self._find_out, death)
        asked.add_done_callback(lambda found: then(_answer_of(found)))

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._inquest.close()
        self._host.close()

    def _find_out(self, death: Death) -> bytes | None:
        """In the thread."""
        finding = self._inquest.hold(death)
        return None if finding is None else pickle.dumps(finding)

    def _read_host_kills(self) -> int | None:
        return self._host.read_paging([]).oom_kills_total


def finding_of(pickled: bytes | None) -> Finding | None:
    """As the engine gets it: from an agent, which is as trusted as all else that Dask carries."""
    found = None if pickled is None else pickle.loads(pickled)
    return found if isinstance(found, Finding) else None


def _answer_of(asked: "asyncio.Future[bytes | None]") -> bytes | None:
    if asked.cancelled():
        return None
    error = asked.exception()
    if error is not None:
        _LOGGER.error("why an attempt died could not be found out", exc_info=error)
        return None
    return asked.result()


def _death_of(event: EngineEvent, order: Order, identity: Identity | None) -> Death | None:
    if not isinstance(event, Finished):
        return None
    reason = reason_of(event.ended, stopped_for=None, host_ooms_rose=event.ended.host_ooms_rose)
    if event.ended.capped or reason not in ("signal", "oom-host-suspected", *OOM_REASONS):
        return None
    job = Job(event.key.job, PurePath(order.command[0]).name, order.command)
    return Death(event.key, job, reason, event.ended, order.limit_bytes, identity)
