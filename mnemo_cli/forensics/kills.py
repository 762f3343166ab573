"""The nouns of a violent death: who was killed, by whom, against whose limit, and the lines that say so.

None means that the source does not tell. Every text here is as it was found: views make it printable.
"""

from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.model import Limit

Killer: TypeAlias = Literal[
    "kernel", "sysrq", "systemd-oomd", "earlyoom", "nohang", "bustd", "kubelet", "dask", "parallel"
]
KillScope: TypeAlias = Literal["memcg", "global", "cpuset", "mempolicy"]


class Evidence(NamedTuple):
    """One quoted line: `source` is a file, a log or a counter; `line` counts from 1 where there are lines."""

    source: str
    text: str
    line: int | None = None


class Victim(NamedTuple):
    """Who was killed. `pid` is that of the initial pid namespace. total-vm is never a cause, hence not here."""

    pid: int | None
    name: str | None
    uid: int | None = None
    anon_rss_bytes: int | None = None
    file_rss_bytes: int | None = None
    shmem_rss_bytes: int | None = None
    page_table_bytes: int | None = None
    oom_score_adj: int | None = None


class Trigger(NamedTuple):
    """Whose request for memory could not be met; often not the victim."""

    pid: int | None
    name: str | None
    order: int | None = None
    gfp_mask: str | None = None


class Task(NamedTuple):
    """One row of the report's table of candidates."""

    pid: int
    name: str
    uid: int | None = None
    anon_rss_bytes: int | None = None
    rss_bytes: int | None = None
    swap_bytes: int | None = None
    page_table_bytes: int | None = None
    oom_score_adj: int | None = None


class Usage(NamedTuple):
    """Where the memory of the limit's group (or the machine) was when it was full."""

    anon_bytes: int | None = None
    file_bytes: int | None = None
    shmem_bytes: int | None = None
    slab_bytes: int | None = None
    kernel_bytes: int | None = None
    swap_bytes: int | None = None


class Kill(NamedTuple):
    """One victim. A group kill (memory.oom.group) is one Kill per member, all with the same `limit_cgroup`.

    `limit_cgroup` is the group whose limit was hit (None: the machine's, or not told), `victim_cgroup` the
    victim's own. `limit_hits_total` is the report's failcnt of that limit.
    `tasks` are the table's rows, the largest first.
    `time_seconds` is in the source's own clock: Unix time where the log has dates, else since boot
    (`clock` says which). `suspicion` says why the report may be forged or damaged; None for a consistent one.
    """

    killer: Killer
    signal: Literal["SIGKILL", "SIGTERM"]
    victim: Victim
    evidence: tuple[Evidence, ...]
    trigger: Trigger | None = None
    scope: KillScope | None = None
    limit_cgroup: str | None = None
    victim_cgroup: str | None = None
    limit_bytes: Limit | None = None
    used_bytes: int | None = None
    limit_hits_total: int | None = None
    usage: Usage | None = None
    tasks: tuple[Task, ...] = ()
    group_kill: bool = False
    page_bytes: int | None = None
    time_seconds: float | None = None
    clock: Literal["unix", "boot"] | None = None
    suspicion: str | None = None
