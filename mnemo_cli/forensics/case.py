"""What is known about one death, from whatever source: the only thing that `truth.judge` looks at.

Everything is optional. None means that nobody told; it is never read as "no" or 0. An empty tuple means that
there is none to show; where a source could not be read at all, `gaps` says so. Texts are as they were found.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from mnemo_cli.forensics.kills import Evidence, Kill
from mnemo_cli.model import Gap, Limit
from mnemo_cli.sampling.rlimits import Rlimit

# Who says how it ended. "wait": the kernel's wait status, seen by the parent, which knows a signal from a code.
# "person": typed on the command line. All others hand on a number, in which a signal may hide.
Reporter: TypeAlias = Literal["wait", "shell", "docker", "podman", "kubernetes", "systemd", "person"]
RuntimeName: TypeAlias = Literal["JVM", "Node", "Go", "Python", "C++", "bash"]
RecordKind: TypeAlias = Literal["docker", "podman", "kubernetes"]


class Who(NamedTuple):
    """The target. `pid` is that of the initial pid namespace, `started` in clock ticks since boot.

    `cgroup` is its own group inside the hierarchy ("/app/job"). `member_pids` are its descendants: a kill of one
    of those is a killed child, not a killed target. `unit` is "nginx.service"; `container_id` the whole id or at
    least twelve digits of it; `pod_uid` with dashes. `is_alive` says whether it still ran at the last look.
    `rss_bytes` is its own at the last look.
    """

    pid: int | None = None
    started: int | None = None
    name: str | None = None
    unit: str | None = None
    container_id: str | None = None
    pod_uid: str | None = None
    cgroup: str | None = None
    member_pids: tuple[int, ...] = ()
    is_alive: bool | None = None
    rss_bytes: int | None = None


class Ended(NamedTuple):
    """How the main process ended.

    `by_signal` is a signal that is known as one: from a wait status, or from a record that tells the two apart.
    `code` is a number from 0 to 255 as `reporter` gave it: 137 from a shell may be SIGKILL, or exit(137).
    With reporter "wait" and no `by_signal` a code is the program's own word. `evidence` quotes the source.
    """

    code: int | None = None
    by_signal: int | None = None
    reporter: Reporter = "person"
    evidence: tuple[Evidence, ...] = ()


class Counters(NamedTuple):
    """A group's record at one look.

    v2: memory.events (hierarchical) and, in the `local_` fields, memory.events.local; `limit_hits_total` is `max`.
    v1: `oom_kills_total` is oom_kill of memory.oom_control, `limit_hits_total` the sum of memory.failcnt and
    memory.memsw.failcnt; both count this group only.
    The machine: `oom_kills_total` is oom_kill of /proc/vmstat.
    """

    oom_total: int | None = None
    oom_kills_total: int | None = None
    oom_group_kills_total: int | None = None
    limit_hits_total: int | None = None
    local_oom_total: int | None = None
    local_oom_kills_total: int | None = None
    local_limit_hits_total: int | None = None


class GroupReading(NamedTuple):
    """One level on the target's path. `path` is None for the machine itself.

    `folder` is the directory as shown to people ("/sys/fs/cgroup/memory/app"), for quoting. `before` is the first
    look, while the target lived; without it a counter that is not 0 only says that something happened some time.
    `used_bytes` is the usage at the last look before the end, cache included where only that is known.
    """

    path: str | None
    version: Literal[1, 2] = 2
    folder: str | None = None
    limit_bytes: Limit | None = None
    used_bytes: int | None = None
    peak_bytes: int | None = None
    shmem_bytes: int | None = None
    before: Counters | None = None
    after: Counters | None = None


class ContainerRecord(NamedTuple):
    """What docker, podman or Kubernetes wrote down about one container (or, of an evicted pod, about the pod).

    `oom_killed` is sticky: it is set when any process of the container was killed, and says nothing about the main
    one. In Kubernetes it is the reason OOMKilled. `exit_signal` is the record's own `signal` field, seldom filled.
    `container_name` is None for a pod. `is_previous` marks lastState: an earlier run of a restarted container.
    """

    kind: RecordKind
    source: str
    evidence: tuple[Evidence, ...] = ()
    container_name: str | None = None
    container_id: str | None = None
    pod_name: str | None = None
    pod_uid: str | None = None
    namespace: str | None = None
    workload: str | None = None
    role: Literal["main", "init", "ephemeral", "pod"] = "main"
    is_running: bool | None = None
    is_previous: bool = False
    oom_killed: bool | None = None
    evicted: bool = False
    exit_code: int | None = None
    exit_signal: int | None = None
    finished_seconds: float | None = None
    reason: str | None = None
    message: str | None = None
    limit_bytes: Limit | None = None
    swap_total_bytes: Limit | None = None
    pid: int | None = None
    restarts: int | None = None


class UnitRecord(NamedTuple):
    """What systemd says of a unit (`systemctl show UNIT`), or wrote into the journal when it ended.

    `result` is Result ("oom-kill", "signal", "exit-code", "success", "timeout"); `main_code` is ExecMainCode as a
    word ("exited", "killed", "dumped"), `main_status` ExecMainStatus: an exit code, or after "killed" a signal.
    """

    name: str
    evidence: tuple[Evidence, ...] = ()
    result: str | None = None
    main_code: str | None = None
    main_status: int | None = None
    oom_policy: str | None = None
    control_group: str | None = None
    main_pid: int | None = None
    limit_bytes: Limit | None = None
    is_active: bool | None = None
    finished_seconds: float | None = None


class RuntimeMessage(NamedTuple):
    """A runtime's own last words: its heap, or an allocation, came to an end. `what` is in our words.

    `at_limit` is True where the message names the runtime's own heap limit, False for a refused allocation.
    `is_last` is True where the runtime says that it ends because of it. `pid` is the writer's, where the log tells.
    """

    runtime: RuntimeName
    what: str
    evidence: Evidence
    at_limit: bool
    is_last: bool = False
    pid: int | None = None


class Notice(NamedTuple):
    """What a supervisor wrote about a unit, a container or a pod; it names no victim.

    "oom": the kernel killed something in it. "stop": it was asked to stop. "grace": it did not stop in time and was
    killed. "oom-result": it ended with the result oom-kill. `subject` is the unit, the container's id or the pod.
    """

    kind: Literal["oom", "stop", "grace", "oom-result"]
    subject: str
    evidence: Evidence
    time_seconds: float | None = None
    clock: Literal["unix", "boot"] | None = None


class Case(NamedTuple):
    """All that is known. Times are Unix time; `boot_seconds` (Unix time of boot) translates a log since boot.

    `who` is None where only a log is explained: then every kill in it is the answer. `kills` are those of the
    kernel and of user-space killers, in the order of the log. `logs` names what was searched for them:
    `kernel_log_read` is True where a kernel log was read that reaches over the time of death, False where there was
    none or it is too short, None where nobody tried. `groups` runs from the target's own outward to the machine.
    `notices` are of supervisors (requests to stop, among others).
    `records` holds the target's containers. `rlimits` are by name ("RLIMIT_CPU"), `cpu_seconds` what it had used
    at the last look. `memory_log` quotes the memory log's last lines. `since_seconds` is the start of the target or
    of the watch: what happened earlier is no explanation.
    """

    who: Who | None = None
    ended: Ended | None = None
    kills: tuple[Kill, ...] = ()
    logs: tuple[str, ...] = ()
    kernel_log_read: bool | None = None
    groups: tuple[GroupReading, ...] = ()
    records: tuple[ContainerRecord, ...] = ()
    unit: UnitRecord | None = None
    notices: tuple[Notice, ...] = ()
    runtime_messages: tuple[RuntimeMessage, ...] = ()
    rlimits: Mapping[str, Rlimit] = MappingProxyType({})
    cpu_seconds: float | None = None
    memory_log: tuple[Evidence, ...] = ()
    died_seconds: float | None = None
    since_seconds: float | None = None
    boot_seconds: float | None = None
    gaps: tuple[Gap, ...] = ()
