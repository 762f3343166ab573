"""What a place to run attempts must be able to do; the scheduler knows nothing else of it.

An engine starts what it is told to start and reports what happened. It never decides: admission,
retries, freezing and draining are the scheduler's. It keeps nothing that a crash may not take,
except the record of each attempt's start and exit, which outlives the supervisor.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

from mnemo_cli.orchestrate.job import Ended, Identity, Key
from mnemo_cli.orchestrate.worker import Worker

if TYPE_CHECKING:
    from mnemo_cli.orchestrate.inquest.inquest import Finding

# How a job's limit is held, best first; facts/orchestrate §4.
Enforcement: TypeAlias = Literal["cgroup-v2", "cgroup-v1", "tree-sampler", "none"]


class Capacity(NamedTuple):
    """What the place has: `slots` at once, and how a job's memory limit is held there.

    `is_elsewhere`: it is not this machine, whose memory says nothing of the jobs.
    """

    slots: int
    enforcement: Enforcement
    can_freeze: bool
    is_elsewhere: bool = False


class Order(NamedTuple):
    """One attempt to start. `stdout` and `stderr` are files (None: grouped to our own streams at its end)."""

    key: Key
    command: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str | None
    stdin: Path | None
    stdout: Path | None
    stderr: Path | None
    limit_bytes: int | None
    oom_score_adj: int = 500
    cpus: float = 1.0
    worker: str | None = None
    """Where it is to run, of the workers that the engine has told of."""


class Started(NamedTuple):
    """The attempt runs. `identity` is None where it could not be read before it ended, or is another machine's."""

    key: Key
    identity: Identity | None
    worker: str | None = None


class NotStarted(NamedTuple):
    """The command cannot be run: `code` is 126 or 127, or None where the engine itself failed."""

    key: Key
    code: int | None
    reason: str


class Finished(NamedTuple):
    key: Key
    ended: Ended


class Lost(NamedTuple):
    """The attempt's process is gone and nobody recorded how it ended."""

    key: Key
    reason: str


EngineEvent: TypeAlias = Started | NotStarted | Finished | Lost


class Engine(Protocol):
    """Every call returns at once. `events` is asked whenever `descriptor` is readable, and once per sample."""

    @property
    def capacity(self) -> Capacity: ...

    @property
    def descriptor(self) -> int:
        """Readable while there are events to take; -1 where only asking tells."""
        ...

    def start(self, orders: Sequence[Order]) -> None:
        """Begin these attempts; what comes of it is told by `events`. Starting a key twice raises EngineError."""
        ...

    def events(self) -> tuple[EngineEvent, ...]:
        """What happened since the last call, in order."""
        ...

    def workers(self) -> Sequence[Worker]:
        """Those of which something new is known since the last call; none where all runs in one place."""
        ...

    def use(self) -> Mapping[Key, int]:
        """Bytes used now by each running attempt's whole tree; attempts that cannot be read are missing."""
        ...

    def finding(self, key: Key) -> "Finding | None":
        """Why an attempt died, where the machine that it was on has found that out; asked once, after its end."""
        ...

    def pause(self, key: Key) -> bool:
        """Freeze it where it is; whether it is frozen now."""
        ...

    def resume(self, key: Key) -> None: ...

    def stop(self, key: Key, *, grace_seconds: float) -> None:
        """SIGTERM to its whole tree (resumed first), SIGKILL after the grace; 0 is SIGKILL at once."""
        ...

    def recover(self, attempts: Mapping[Key, Identity | None]) -> tuple[EngineEvent, ...]:
        """After a crash of the supervisor: each attempt gets one event, Started for those still running
        (adopted: their end will be told), Finished for those with an exit record, Lost for the rest."""
        ...

    def close(self, *, is_noted: bool = True) -> None:
        """Let go of everything; no job stays frozen. Running attempts are not stopped.

        `is_noted`: what `events` told is in the journal. Else whoever keeps it elsewhere is to keep it on.
        """
        ...
