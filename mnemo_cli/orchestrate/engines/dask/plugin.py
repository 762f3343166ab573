"""What is registered with the scheduler, and put by it on every worker: those that are there, and those that come.

Its functions are called on workers, by name: mnemo must be installed there.
"""

import contextlib
import pickle
import uuid
from pathlib import Path

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from mnemo_cli.errors import EngineError
from mnemo_cli.limits.levels import Edges
from mnemo_cli.orchestrate.engines.dask.agent import Agent, Seat, agent_folder
from mnemo_cli.orchestrate.engines.dask.home import Home
from mnemo_cli.orchestrate.engines.dask.messages import Greeting, Hail, Message, Sent
from mnemo_cli.orchestrate.engines.dask.standing import Standings
from mnemo_cli.orchestrate.engines.dask.witness import Witness
from mnemo_cli.orchestrate.job import Key

MEMORY_RESOURCE, SLOTS_RESOURCE = "mnemo-memory", "mnemo-slots"


def agent_name(run: str) -> str:
    """Of its plugin; and of the topic of its events."""
    return f"mnemo-{run}"


class MnemoAgent(WorkerPlugin):
    """An agent for one run. A second registration changes nothing: its attempts go on."""

    idempotent = True

    def __init__(self, run: str, edges: Edges, own_budget_bytes: int | None, folder: str | None) -> None:
        self.name = agent_name(run)
        self.agent: Agent | None = None
        self._run, self._edges, self._own_budget_bytes, self._folder = run, edges, own_budget_bytes, folder

    def hail(self, epoch: int) -> Hail:
        """What an agent is told first: it may be one that an earlier supervisor has left."""
        return Hail(epoch, self._edges, self._own_budget_bytes)

    async def setup(self, worker: Worker) -> None:
        from mnemo_cli.orchestrate.engines.local.local import Local, LocalSettings

        folder = agent_folder(worker.local_directory, self._run)
        slots = worker.state.nthreads
        seat = Seat(
            str(worker.name), worker.contact_address or worker.address, _host_of(worker), slots,
            worker.monitor.get_process_memory,
        )  # fmt: skip
        # Where one of them cannot be had nothing is left behind, and nobody is greeted here.
        with contextlib.ExitStack() as stack:
            standings = Standings(
                self._edges,
                dasks_limit_bytes=worker.memory_manager.memory_limit,
                own_budget_bytes=self._own_budget_bytes,
                root=Path("/"),
            )
            stack.callback(standings.close)
            witness = Witness(Path("/"))
            stack.callback(witness.close)
            engine = Local(LocalSettings(folder, slots, outlives=False))
            stack.callback(engine.close)
            agent = Agent(
                uuid.uuid4().hex[:12],
                engine,
                standings,
                Home(folder, self._folder),
                witness,
                seat,
                lambda message: worker.log_event(self.name, message),
            )
            # For others who look at the cluster: mnemo itself goes by what agents tell, which changes.
            memory_bytes, slots = agent.resources
            agent.begin()
            stack.pop_all()
        self.agent = agent
        await worker.set_resources(**{MEMORY_RESOURCE: memory_bytes, SLOTS_RESOURCE: slots})

    async def teardown(self, worker: Worker) -> None:
        if self.agent is not None:
            self.agent.close()
            self.agent = None


async def carry_out(name: str, sent: bytes) -> None:
    """The task that Dask knows of: it is busy with an attempt as long as this lasts."""
    agent = _agent_of(get_worker(), name)
    if agent is None:
        raise EngineError("there is no agent of mnemo's on this worker")
    order = pickle.loads(sent)
    assert isinstance(order, Sent)
    await agent.carry_out(order)


async def greet(name: str, hail: Hail, dask_worker: Worker) -> Greeting | None:
    agent = _agent_of(dask_worker, name)
    return None if agent is None else agent.greet(hail)


async def stop(name: str, epoch: int, key: Key, grace_seconds: float, dask_worker: Worker) -> None:
    agent = _agent_of(dask_worker, name)
    if agent is not None:
        agent.stop(epoch, key, grace_seconds)


async def bring(name: str, key: Key, dask_worker: Worker) -> Message | None:
    """The whole message of an end that was kept there, as long as nobody has said that he knows it."""
    agent = _agent_of(dask_worker, name)
    return None if agent is None else agent.bring(key)


def _agent_of(worker: Worker, name: str) -> Agent | None:
    plugin = worker.plugins.get(name)
    return plugin.agent if isinstance(plugin, MnemoAgent) else None


def _host_of(worker: Worker) -> str:
    return str(worker.ip or "")
