"""A scheduler and workers on this machine: for a try, and for tests. They end with us."""

import asyncio
import contextlib
import logging
import os
from types import TracebackType

import dask
from distributed import LocalCluster as DasksLocalCluster

from mnemo_cli.orchestrate.engines.dask import undisturbed

# A worker that says nothing for so long is gone (facts/orchestrate §6); mnemo does the trying again.
_CONFIGURATION = {
    "distributed.scheduler.worker-ttl": "15s",
    "distributed.scheduler.allowed-failures": 0,
    "distributed.comm.timeouts.connect": "20s",
    "distributed.worker.memory.rebalance.measure": "managed",
}
_PARTING_SECONDS = 15.0


class LocalCluster:
    """Entered it has an address, on the loopback. The machine's processors are shared among its workers."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._cluster: DasksLocalCluster | None = None

    async def __aenter__(self) -> str:
        with dask.config.set(_CONFIGURATION):
            self._cluster = DasksLocalCluster(
                n_workers=self._workers,
                threads_per_worker=max(1, len(os.sched_getaffinity(0)) // self._workers),
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                asynchronous=True,
                preload=[undisturbed.__name__],
                silence_logs=logging.CRITICAL,
            )
            async with contextlib.AsyncExitStack() as stack:
                # What has begun of it ends with us, also where the rest of it does not come.
                stack.push_async_callback(self._close)
                await self._cluster
                stack.pop_all()
        return str(self._cluster.scheduler_address)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        closing = None if self._cluster is None else self._cluster.close()
        if closing is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closing, _PARTING_SECONDS)
