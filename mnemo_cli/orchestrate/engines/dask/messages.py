"""What agents tell and engines ask: plain values that msgpack carries, and back. All but these words is Dask's.

An agent tells, as events of its run's topic:
    ["hello", AGENT]                                it has just been put on a worker: greet it
    ["started", AGENT, [[JOB, NUMBER], ...]]
    ["ended", AGENT, JOB, NUMBER, status, seconds, cpu_seconds, peak_bytes, peak_source, kernel_oom, capped,
              oom_kills, group, host_ooms_rose, output, output, finding]
    ["refused", AGENT, JOB, NUMBER, code, reason]    its command cannot be run
    ["lost", AGENT, JOB, NUMBER, reason]
    ["kept", AGENT, JOB, NUMBER]                     it has ended, and there is much to tell of that: `bring` has it all
    ["fenced", AGENT, JOB, NUMBER, epoch, start, known, reason]
                                                     this start was refused; `known` is what it knows of the attempt
    ["report", AGENT, {standing}, [[JOB, NUMBER, bytes], ...]]
                                                     attempts that cannot be read are missing
    ["gone", AGENT, reason]                          it can do no more, and nothing runs there
`output` is what the attempt wrote to each stream, as far as it is brought home. `finding` is why it died.

A scheduler keeps the last thousand words of each topic, for as long as it lives: what is large is asked for.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, get_args

from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import Level
from mnemo_cli.orchestrate.admission import Room
from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.engine import Enforcement, EngineEvent, Finished, Lost, NotStarted, Order
from mnemo_cli.orchestrate.job import Ended, Key
from mnemo_cli.orchestrate.worker import Worker

Message = list[Any]  # of msgpack's values
# Grows with every change of what stands above, or is sent as it is: agents and engines of different ones do not talk.
VERSION = 3
_MOST_TOLD_BYTES = 4096


class Sent(NamedTuple):
    """An order on its way. `floor` and `known` let the agent forget what is settled.

    `brings_output`: what the attempt writes is sent home.
    """

    start: StartId
    order: Order
    known: tuple[Key, ...] = ()
    floor: int = 0
    brings_output: bool = False


class Hail(NamedTuple):
    """What a supervisor says first. Agents outlive supervisors: each brings its own levels, and its own budget
    for the jobs on a worker together."""

    epoch: int
    edges: Edges
    own_budget_bytes: int | None


class Greeting(NamedTuple):
    """An agent's answer to a supervisor: who it is, what goes on with it, what has ended."""

    agent: str
    name: str
    address: str
    host: str
    slots: int
    version: int
    standing: Mapping[str, Any]
    running: tuple[Key, ...] = ()
    ends: tuple[Message, ...] = ()
    enforcement: Enforcement = "none"
    stopped: tuple[Key, ...] = ()
    """Of `running` and `ends`, what a supervisor had told to end."""


class Output(NamedTuple):
    """What an attempt wrote, to stdout and stderr; None where it wrote to files there."""

    out: bytes | None = None
    err: bytes | None = None


NO_OUTPUT = Output()


def end_message(agent: str, event: EngineEvent, output: Output = NO_OUTPUT, finding: bytes | None = None) -> Message:
    """How an attempt ended, or why it did not begin."""
    match event:
        case Finished(key, ended):
            return ["ended", agent, *key, *ended, *output, finding]
        case NotStarted(key, code, reason):
            return ["refused", agent, *key, code, reason]
        case Lost(key, reason):
            return ["lost", agent, *key, reason]
    raise AssertionError(f"{event} is no end")


def may_be_told(message: Message) -> bool:
    """Whether it is small enough for a topic; else it is kept, and told of."""
    return sum(len(word) for word in message if isinstance(word, bytes)) <= _MOST_TOLD_BYTES


def end_of(message: Message) -> tuple[EngineEvent, Output, bytes | None]:
    """The same in the engine's words."""
    match message:
        case ["ended", _, job, number, *figures, out, err, finding]:
            return Finished(Key(job, number), Ended(*figures)), Output(out, err), finding
        case ["refused", _, job, number, code, reason]:
            return NotStarted(Key(job, number), code, reason), NO_OUTPUT, None
        case ["lost", _, job, number, reason]:
            return Lost(Key(job, number), reason), NO_OUTPUT, None
    raise AssertionError(f"{message[:1]} is no end")


def weakest(enforcements: Iterable[Enforcement]) -> Enforcement:
    """How a limit is held at least, on whichever worker a job runs; "none" where nobody is."""
    best_first: tuple[Enforcement, ...] = get_args(Enforcement)
    return max(enforcements, key=best_first.index, default="none")


def worker_of(greeting: Greeting, standing: Mapping[str, Any], *, heard_seconds: float) -> Worker:
    """A worker as its agent tells of it."""
    return Worker(
        id=greeting.agent,
        name=greeting.name,
        host=greeting.host,
        slots=greeting.slots,
        rooms=tuple(Room(*room) for room in standing["rooms"]),
        budget_bytes=standing["budget_bytes"],
        level=None if standing["level"] is None else Level(standing["level"]),
        limit_bytes=standing["limit_bytes"],
        limit_source=standing["limit_source"],
        used_bytes=standing["used_bytes"],
        heard_seconds=heard_seconds,
    )
