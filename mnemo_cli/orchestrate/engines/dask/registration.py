"""An agent is put on every worker by the scheduler: on those that are there, and on those that come."""

import asyncio
import contextlib

from distributed import Client
from distributed.core import clean_exception
from distributed.protocol.pickle import dumps

from mnemo_cli.errors import EngineError
from mnemo_cli.orchestrate.engines.dask.options import INSTALL
from mnemo_cli.orchestrate.engines.dask.plugin import MnemoAgent
from mnemo_cli.redact import printable

_PARTING_SECONDS = 5.0


async def put_on_workers(client: Client, plugin: MnemoAgent, *, patience_seconds: float) -> None:
    """Raises EngineError, and leaves nothing there, where a worker cannot have one.

    Of a worker that does not answer we hear when it has come to itself: the scheduler notes what is registered
    before it asks anybody. Whether the scheduler answers is found out by who asks it next. Who is interrupted takes
    nobody off: they may be the agents of a supervisor before, with all that they have.
    """
    try:
        await asyncio.wait_for(_register(client, plugin), patience_seconds)
    except EngineError:
        # Left there, it would keep every worker from joining that has no mnemo.
        await take_off_workers(client, plugin)
        raise
    except (OSError, TimeoutError):
        pass


async def take_off_workers(client: Client, plugin: MnemoAgent) -> None:
    """The scheduler tells all of them at once: one that does not answer holds up nobody but us, for a moment."""
    with contextlib.suppress(ImportError, OSError, ValueError, TimeoutError):
        await asyncio.wait_for(client.unregister_worker_plugin(plugin.name), _PARTING_SECONDS)


async def _register(client: Client, plugin: MnemoAgent) -> None:
    """Not by Client.register_plugin, which raises what went wrong on a worker and does not say on which."""
    scheduler = client.scheduler
    if scheduler is None:
        raise OSError("the connection to the scheduler was closed")
    words = {"plugin": dumps(plugin), "name": plugin.name, "idempotent": plugin.idempotent}
    try:
        answers = await scheduler.register_worker_plugin(**words)
    except (ImportError, AttributeError) as err:
        raise EngineError(
            f"the workers cannot load mnemo ({printable(str(err))}): it must be installed there in the same "
            f"version as here: {INSTALL}"
        ) from err
    for address, answer in answers.items():
        if answer["status"] == "error":
            _, error, _ = clean_exception(answer["exception"])
            why = printable(str(error) or type(error).__name__)
            raise EngineError(f"no agent can be set up on the worker at {printable(address)}: {why}") from error
