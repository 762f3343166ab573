"""The nouns of a run: a job as its author wrote it, one attempt at it, and how that attempt ended."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

# Why an attempt (and in the end a job) is where it is. Only oom-limit and oom-mnemo raise the claim;
# a preempted or lost attempt never costs a retry.
Reason: TypeAlias = Literal[
    "ok", "exit", "signal", "timeout", "oom-limit", "oom-mnemo", "oom-host-suspected", "preempted", "lost",
    "dependency-failed", "cancelled", "never-fits", "not-started",
]  # fmt: skip
PeakSource: TypeAlias = Literal["cgroup", "tree", "rusage"]


class Job(NamedTuple):
    """One job. `command` is an argv; a string for sh has become ("/bin/sh", "-c", text).

    `name` is the key under which memory is learned. `claim_bytes` None is "auto": learned.
    `limit_bytes` None: twice the claim. `cpus` is how many slots it takes. Higher `priority` goes first;
    a `critical` job is deferred, frozen and preempted last. `retry_on` holds reasons.
    """

    id: str
    name: str
    command: tuple[str, ...]
    cwd: str | None = None
    env: Mapping[str, str] = MappingProxyType({})
    stdin: str | None = None
    after: tuple[str, ...] = ()
    priority: int = 0
    critical: bool = False
    claim_bytes: int | None = None
    limit_bytes: int | None = None
    cpus: float = 1.0
    timeout_seconds: float | None = None
    kill_grace_seconds: float = 10.0
    retries: int = 0
    retry_on: tuple[Reason, ...] = ("exit", "signal", "timeout")
    oom_retries: int = 3
    oom_factor: float = 1.6


class Key(NamedTuple):
    """Names one attempt for good: the job, and which try it is, from 1."""

    job: str
    number: int


class Identity(NamedTuple):
    """A process that cannot be mistaken for a later one with its pid. `started` is in clock ticks since boot."""

    pid: int
    started: int
    boot_id: str


class Ended(NamedTuple):
    """How an attempt's process ended, as its engine saw it.

    `status` is a wait status as os.waitstatus_to_exitcode gives it: 0–255, or −signal; None where nobody
    was there to take it. `kernel_oom` says that the kernel killed something in the job's own group.
    `oom_kills` is how many that were, None where nobody counted; `group` is that group's folder, gone by now.
    `peak_bytes` is of the whole tree of the job, and says where it comes from.
    """

    status: int | None
    seconds: float
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    peak_source: PeakSource | None = None
    kernel_oom: bool = False
    capped: bool = False
    """mnemo's own cap stopped it (no kernel limit was to be had)."""
    oom_kills: int | None = None
    group: str | None = None
    host_ooms_rose: bool = False
    """The OOM counter of another machine, where it ran, has risen meanwhile; of our own the run knows itself."""
