"""Deaths to be judged: kills, groups with counters, records; each a plausible whole, of which a test changes a part."""

from mnemo_cli.forensics.case import ContainerRecord, Counters, GroupReading, Notice, UnitRecord, Who
from mnemo_cli.forensics.kills import Evidence, Kill, Task, Trigger, Usage, Victim
from mnemo_cli.forensics.log.line import LogLine

MIB = 1 << 20
CONTAINER = "3f2a91b0c4d5" * 5 + "abcd"
OTHER_CONTAINER = "77aa91b0c4d5" * 5 + "abcd"
POD = "0a1b2c3d-1111-2222-3333-444455556666"
SLICE = "kubepods-burstable-pod" + POD.replace("-", "_") + ".slice"
POD_GROUP = f"/kubepods.slice/kubepods-burstable.slice/{SLICE}"
WHO = Who(pid=4666, started=77, name="python", cgroup="/app/job")


def kill(**fields):
    """The kernel's, of python at the limit of its own group."""
    values = {
        "killer": "kernel",
        "signal": "SIGKILL",
        "victim": Victim(4666, "python", 0, 45 * MIB, MIB, 0, 200_000, 0),
        "trigger": Trigger(4666, "python", 0, "0xcc0"),
        "scope": "memcg",
        "limit_cgroup": "/app/job",
        "victim_cgroup": "/app/job",
        "limit_bytes": 50 * MIB,
        "used_bytes": 50 * MIB,
        "limit_hits_total": 14,
        "usage": Usage(
            anon_bytes=48 * MIB, file_bytes=MIB, shmem_bytes=0, slab_bytes=MIB, kernel_bytes=2 * MIB, swap_bytes=0
        ),
        "tasks": (
            Task(4666, "python", 0, 45 * MIB, 46 * MIB, 0, 200_000, 0),
            Task(4600, "sh", 0, MIB, MIB, 0, 40_000, 0),
        ),
        "evidence": (
            Evidence("kernel log", "Memory cgroup out of memory: Killed process 4666 (python) total-vm:…", 31),
        ),
    }
    return Kill(**{**values, **fields})


def user_kill(killer, pid=4666, signal="SIGTERM", **fields):
    """That of a killer in user space."""
    quote = Evidence("journal", f"{killer}: sending {signal} to process {pid}", 7)
    values = {"killer": killer, "signal": signal, "victim": Victim(pid, "python"), "evidence": (quote,)}
    return Kill(**{**values, **fields})


def group(path="/app/job", *, before=None, after=None, **fields):
    """A v2 group; `before` and `after` are (oom, oom_kill)."""
    folder = "/" if path is None else f"/sys/fs/cgroup{path}"
    return GroupReading(
        path,
        folder=folder,
        before=None if before is None else Counters(oom_total=before[0], oom_kills_total=before[1]),
        after=None if after is None else Counters(oom_total=after[0], oom_kills_total=after[1]),
        **fields,
    )


def container(**fields):
    """A docker container that ended with 137 and its flag set."""
    values = {
        "kind": "docker",
        "source": "docker inspect",
        "evidence": (Evidence("docker inspect", ".[0].State OOMKilled: true, ExitCode: 137"),),
        "container_name": "web",
        "container_id": CONTAINER,
        "is_running": False,
        "oom_killed": True,
        "exit_code": 137,
        "limit_bytes": 512 * MIB,
        "swap_total_bytes": 1024 * MIB,
    }
    return ContainerRecord(**{**values, **fields})


def pod_container(**fields):
    """One of a pod, as kubectl tells of it."""
    values = {
        "kind": "kubernetes",
        "source": "kubectl get pod",
        "evidence": (Evidence("kubectl get pod", ".status.containerStatuses[0].state.terminated reason: OOMKilled"),),
        "container_name": "app",
        "pod_name": "web-5d4f8c7b9-x2x4z",
        "pod_uid": POD,
        "namespace": "shop",
        "workload": "ReplicaSet/web-5d4f8c7b9",
        "swap_total_bytes": None,
        "reason": "OOMKilled",
    }
    return container(**{**values, **fields})


def unit(**fields):
    """A service whose main process was killed, with the result oom-kill."""
    values = {
        "name": "web.service",
        "evidence": (Evidence("systemctl show", "web.service: Result=oom-kill, ExecMainCode=2, ExecMainStatus=9"),),
        "result": "oom-kill",
        "main_code": "killed",
        "main_status": 9,
        "oom_policy": "stop",
        "control_group": "/system.slice/web.service",
        "main_pid": 4666,
        "is_active": False,
    }
    return UnitRecord(**{**values, **fields})


def notice(kind, subject, text="systemd[1]: …"):
    return Notice(kind, subject, Evidence("journal", text, 3))


def lines(*texts, identifier=None, **fields):
    """Lines of a log by one sender."""
    return [
        LogLine(number=number, text=text, raw=f"raw {text}", identifier=identifier, **fields)
        for number, text in enumerate(texts, start=1)
    ]
